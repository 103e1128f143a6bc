/* What a model can carry: it tags whole tokens, each with one label. A span that cuts a token is not learned as it
   stands; of two that overlap the longer one is, then the first (as core.tags does when it trains). */

import { firstGreater } from "./offsets.js";
import { touching } from "./sorted_spans.js";

const verdicts = new WeakMap(); // list of spans → Map span → the span kept instead, or null

/* Why no tag can say [start, end); "" when tags can. */
export function obstacle(model, { start, end }) {
  const snapped = model.snap(start, end);
  if (!snapped) return "covers no token";
  if (snapped[0] < start || snapped[1] > end) return "cuts a token";
  return snapped[0] > start || snapped[1] < end ? "begins or ends in white space" : "";
}

/* The nearest range that tags can say: fewest characters changed, by widening or by shrinking; of equals the wider.
   One over `others` comes last. Null where the text has no token. */
export function nearestCarried(model, { start, end }, others = []) {
  const { starts, ends } = model;
  if (!starts.length) return null;
  const wide = model.snap(start, end);
  const from = firstGreater(starts, start - 1); // the first token that begins in the range
  const to = firstGreater(ends, end) - 1; // the last one that ends in it
  const candidates = wide ? [wide] : [to, to + 1].filter((token) => token >= 0 && token < starts.length).map((token) => [starts[token], ends[token]]);
  if (wide && from <= to) candidates.push([starts[from], ends[to]]);
  const { offsets } = model;
  const far = (a, b) => Math.abs(offsets.point(a) - offsets.point(b));
  const cost = (range) => far(range[0], start) + far(range[1], end);
  const lies = (range) => (others.some((other) => other.start < range[1] && range[0] < other.end) ? 1 : 0);
  return candidates.sort((a, b) => lies(a) - lies(b) || cost(a) - cost(b) || b[1] - b[0] - (a[1] - a[0]))[0];
}

/* The span that is trained on instead of `span`, over which it lies; null where `span` itself is. */
export function keptInstead({ spans, labels }, model, span) {
  let known = verdicts.get(spans);
  if (!known) verdicts.set(spans, (known = new Map()));
  if (known.has(span)) return known.get(span);
  const length = ({ start, end }) => model.offsets.point(end) - model.offsets.point(start);
  const name = ({ label }) => labels.get(label)?.name ?? "";
  const goesFirst = (a, b) => length(b) - length(a) || a.start - b.start || (name(a) < name(b) ? -1 : 1);
  const stronger = touching(spans, span).filter((other) => other !== span && goesFirst(other, span) < 0);
  const kept = stronger.sort(goesFirst).find((other) => !obstacle(model, other) && !keptInstead({ spans, labels }, model, other));
  known.set(span, kept ?? null);
  return kept ?? null;
}

/* Why a model does not learn `span` as it stands, in words; "" when it does. */
export function uncarried(scene, model, span) {
  const reason = obstacle(model, span);
  if (reason) return `${reason}: a model cannot learn it exactly`;
  return keptInstead(scene, model, span) ? "lies over a longer span: training learns that one, unless told otherwise" : "";
}
