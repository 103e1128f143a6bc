/* What a screen reader says for a span or a suggestion: "PER: Angela Merkel, span 2 of 7". */

const LONGEST = 80; // characters of the span that are read out

export function nameOf(item, { labels }, text, place) {
  const surface = text.slice(item.start, Math.min(item.end, item.start + LONGEST)).replace(/\s+/g, " ");
  const label = labels.get(item.label).name;
  const kind = item.score === undefined ? "span" : "suggestion";
  const score = item.score === undefined ? "" : `, score ${item.score.toFixed(2)}`;
  return `${label}: ${surface}${score}${place ? `, ${kind} ${place.at} of ${place.of}` : ""}`;
}

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
