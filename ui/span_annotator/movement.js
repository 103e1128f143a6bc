/* Where the caret goes by sentence. Functions of the text alone. */

import { firstGreater } from "./offsets.js";

/* The sentence around the caret {unit, after}, as [start of its first token, end of its last one]. */
function sentenceAround(model, { unit, after }) {
  const [start, end] = model.sentenceAt(after && unit > 0 ? unit - 1 : unit);
  return model.snap(start, Math.max(end, start + 1)) ?? [start, end];
}

/* Where a sentence further up or down begins; with `extend`, where a selection that grows by sentences ends. */
export function sentenceStep(model, caret, down, extend) {
  const { starts, ends } = model;
  if (!starts.length) return null;
  const here = sentenceAround(model, caret);
  if (!down) {
    if (caret.unit > here[0]) return { unit: here[0], after: false };
    const token = firstGreater(starts, here[0] - 1) - 1;
    return { unit: token < 0 ? starts[0] : sentenceAround(model, { unit: starts[token], after: false })[0], after: false };
  }
  if (extend && caret.unit < here[1]) return { unit: here[1], after: true };
  const next = firstGreater(starts, here[1] - 1);
  if (next >= starts.length) return { unit: ends[ends.length - 1], after: true };
  if (!extend) return { unit: starts[next], after: false };
  return { unit: sentenceAround(model, { unit: starts[next], after: false })[1], after: true };
}
