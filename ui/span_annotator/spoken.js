/* What is said to those who hear the screen: names of spans, where the caret stands, how to begin. */

const SPOKEN = 80; // characters of a text that are read out

/* "PER: Angela Merkel, span 2 of 7"; `place` is {at, of} or null. */
export function nameOf(item, { labels }, text, place) {
  const label = labels.get(item.label).name;
  const surface = said(text, item.start, item.end);
  const counted = place ? ` ${place.at} of ${place.of}` : "";
  if (item.score !== undefined) return `${label}: ${surface}, suggestion${counted}${scored(item)}`;
  return `${label}: ${surface}${place ? `, span${counted}` : ""}`;
}

const scored = ({ score, from }) => (score === null ? `, ${from.join(" and ")}` : `, score ${score.toFixed(2)}`);

/* The place of each item among its kind, as a function of the item. */
export function placesOf({ spans, pending }) {
  const places = new Map();
  for (const list of [spans, pending]) list.forEach((item, i) => places.set(item, { at: i + 1, of: list.length }));
  return (item) => places.get(item);
}

/* The same for one item alone, without counting the others. */
export function placeOf(item, { spans, pending }) {
  const list = item.score === undefined ? spans : pending;
  return { at: list.indexOf(item) + 1, of: list.length };
}

/* What a moved caret or a changed selection means. */
export function whereabouts(model, caret, range, exact) {
  if (range) return `${said(model.text, range[0], range[1])}, selected`;
  if (exact) return said(model.text, caret.unit, model.nextCluster(caret.unit));
  const token = model.tokenAt(caret.after ? caret.unit - 1 : caret.unit);
  return token < 0 ? "" : said(model.text, model.starts[token], model.ends[token]);
}

export function howToBegin(labels) {
  const keyed = [...labels.values()].filter((label) => label.key).slice(0, 10);
  const keys = keyed.map((label) => `${label.key} ${label.name}`).join(", ");
  return (
    "Arrow keys move by word, with Shift they select, with Alt they go by character. " +
    `${keys ? `A label's key labels the selection: ${keys}. ` : ""}` +
    "Tab goes to the next span. Enter accepts and opens the next document. The question mark shows all keys."
  );
}

function said(text, start, end) {
  const cut = end - start > SPOKEN;
  return text.slice(start, cut ? start + SPOKEN : end).replace(/\s+/g, " ") + (cut ? "…" : "");
}
