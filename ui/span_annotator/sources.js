/* Who suggests what. The same span proposed by several sources is one suggestion that names them all.
   A suggestion is a frozen {id, ids, start, end, label, score, from}: `ids` are the rows behind it, decided together;
   `score` is the best of the scored ones, null where a source without scores stands behind it too; `from` is in words. */

import { spanKey } from "./edits.js";

const SOURCE_NAMES = { dictionary: "dictionary", rules: "rules" };

/* Rows [id, start, end, label, score, source] as suggestions, offsets by `unit`. */
export function gathered(rows, unit, modelName) {
  const found = new Map();
  for (const [id, start, end, label, score, source] of rows) {
    const item = { id, ids: [id], start: unit(start), end: unit(end), label, score, from: [told(source, score, modelName)] };
    const same = found.get(spanKey(item));
    if (!same) found.set(spanKey(item), item);
    else {
      same.ids.push(id);
      same.from.push(...item.from);
      same.score = same.score === null || score === null ? null : Math.max(same.score, score);
    }
  }
  return [...found.values()].map((item) => Object.freeze(item));
}

function told(source, score, modelName) {
  const name = SOURCE_NAMES[source] ?? (modelName ? `model ${modelName}` : source);
  return score === null ? name : `${name} ${score.toFixed(2)}`;
}

/* As short as a row allows: "0.93 + dictionary". */
export const shortly = ({ from }) => from.map((words) => /^model .* (\d\.\d\d)$/.exec(words)?.[1] ?? words).join(" + ");

/* "dictionary and model minilm 0.93" */
export const sourcesOf = ({ from }) => from.join(" and ");

/* A decision on suggestions, as pairs [id, decision]. */
export const decided = (suggestions, decision) => suggestions.flatMap(({ ids }) => ids.map((id) => [id, decision]));
