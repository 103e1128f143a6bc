/* The line below the text: what the keys mean now, as [key, words]; a reason comes without a key. */

import { quote } from "./elements.js";
import { obstacle, uncarried } from "./carried.js";

export function hintsFor(reading) {
  const range = reading.range();
  return trouble(reading, range) ?? usual(reading, range);
}

/* Why a model cannot learn the selection or the picked span, and the way to what it can. */
function trouble(reading, range) {
  const { model, scene, selected } = reading;
  const span = range ? { start: range[0], end: range[1] } : selected?.score === undefined ? selected : null;
  if (!span) return null;
  const reason = range ? obstacle(model, span) && `${obstacle(model, span)}: a model cannot learn it exactly` : uncarried(scene, model, span);
  if (!reason) return null;
  const nearest = reading.nearest(span);
  return [["", reason], ...(nearest ? [["S", `${quote(model.text.slice(...nearest))} instead`]] : [])];
}

function usual({ labels, selected, sticky, scene }, range) {
  const digits = [...labels.values()].map((label) => label.key).filter(Boolean);
  const keys = digits.length > 1 ? `${digits[0]}…${digits.at(-1)}`.toUpperCase() : (digits[0] ?? "");
  if (range) return [[keys, "label it"], ["Shift ← →", "change"], ["Esc", "clear"]];
  if (selected?.score !== undefined) return [["A", "accept"], ["X", "reject"], [keys, "accept as another label"]];
  if (selected) return [[keys, "relabel"], ["⌫", "remove"], ["Ctrl Shift ← →", "move its end"], ["Esc", "done"]];
  if (sticky !== null) return [["drag", `marks ${labels.get(sticky).name}`], ["double click", "a word"], ["Esc", "switch off"]];
  const hints = [["drag", "or"], ["Shift ← →", "select"], [keys, "label"], ["Ctrl Z", "undo"]];
  return scene.pending.length ? [["A", "accept suggestion"], ["X", "reject"], ...hints.slice(0, 3)] : hints;
}
