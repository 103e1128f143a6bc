/* The line below the text: what the keys mean now, as [key, words]; a reason comes without a key. */

import { quote } from "./elements.js";
import { obstacle, uncarried } from "./carried.js";
import { capOf } from "./keys.js";

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
  return [["", reason], ...(nearest ? [[reading.keyFor("snap"), `${quote(model.text.slice(...nearest))} instead`]] : [])];
}

function usual(reading, range) {
  return reading.byTouch ? hintsByTouch(reading, range) : hintsByKeys(reading, range);
}

function hintsByTouch({ selected, sticky, labels }, range) {
  if (range) return [["tap", "a label"], ["drag", "an end"]];
  if (selected?.score !== undefined) return [["tap", "a label to accept it as that"]];
  if (selected) return [["tap", "a label to relabel"], ["drag", "an end"]];
  const then = sticky === null ? "a word, then move on" : `a word: ${labels.get(sticky).name}`;
  return [["hold", then], ["tap twice", "a word"]];
}

function hintsByKeys({ labels, selected, sticky, scene, keyFor }, range) {
  const digits = [...labels.values()].map((label) => label.key).filter(Boolean);
  const keys = digits.length > 1 ? `${capOf(digits[0])}…${capOf(digits.at(-1))}` : digits.map(capOf).join("");
  if (range) return [[keys, "label it"], ["Shift ← →", "change"], [keyFor("clear"), "clear"]];
  if (selected?.score !== undefined) return [[keyFor("accept-suggestion"), "accept"], [keyFor("reject-suggestion"), "reject"], [keys, "accept as another label"], ["Ctrl Shift ← →", "with another end"]];
  if (selected) return [[keys, "relabel"], [keyFor("remove"), "remove"], [keyFor("occurrences"), "every occurrence"], ["Ctrl Shift ← →", "move its end"], [keyFor("clear"), "done"]];
  if (sticky !== null) {
    const name = labels.get(sticky).name;
    return [["drag", `marks ${name}`], ["double click", "a word"], [keyFor("phrase"), "a name"], [keyFor("clear"), "switch off"]];
  }
  const hints = [["drag", "or"], [keyFor("phrase"), "select a name"], [keys, "label"], [keyFor("undo"), "undo"]];
  return scene.pending.length ? [[keyFor("accept-suggestion"), "accept suggestion"], [keyFor("reject-suggestion"), "reject"], ...hints.slice(0, 3)] : hints;
}
