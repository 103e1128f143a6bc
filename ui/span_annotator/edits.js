/* What a person has decided about the open document.
   A state is never changed: {spans, decisions, flagged, status} with spans sorted by start; every edit makes the next.
   A span is a frozen {start, end, label}. A delta says what an edit adds and takes away, so that it can be laid over
   another state than the one it was made on, and turned round: {added, removed, flagged?, status?, decisions?}. */

const FEW = 16; // spans, for which a look at all others costs less than an index of them

import { changedItems } from "./sorted_spans.js";

export const makeSpan = (start, end, label) => Object.freeze({ start, end, label });
export const sameRange = (a, b) => a.start === b.start && a.end === b.end;
export const sameSpan = (a, b) => sameRange(a, b) && a.label === b.label;
export const overlap = (a, b) => a.start < b.end && b.start < a.end;
export const spanKey = ({ start, end, label }) => `${start} ${end} ${label}`;
export const inOrder = (a, b) => a.start - b.start || b.end - a.end || a.label - b.label;
export const sortSpans = (spans) => [...spans].sort(inOrder);

export function sameState(a, b) {
  if (a === b) return true;
  return (
    a.flagged === b.flagged &&
    a.status === b.status &&
    a.spans.length === b.spans.length &&
    a.spans.every((span, i) => sameSpan(span, b.spans[i])) &&
    a.decisions.size === b.decisions.size &&
    [...a.decisions].every(([id, decision]) => b.decisions.get(id) === decision)
  );
}

/* What leads from one state to another. */
export function difference(before, after) {
  const delta = { added: [], removed: [] };
  if (before.spans !== after.spans) {
    delta.added = without(after.spans, before.spans);
    delta.removed = without(before.spans, after.spans);
  }
  for (const name of ["flagged", "status"]) if (before[name] !== after[name]) delta[name] = after[name];
  const decisions = new Map();
  for (const [id, decision] of after.decisions) if (before.decisions.get(id) !== decision) decisions.set(id, decision);
  for (const id of before.decisions.keys()) if (!after.decisions.has(id)) decisions.set(id, null);
  if (decisions.size) delta.decisions = decisions;
  return delta;
}

/* Those of `spans` that `others` does not hold. What stays is mostly the same object: only the rest is compared. */
function without(spans, others) {
  const same = new Set(others);
  const rest = spans.filter((span) => !same.has(span));
  if (rest.length < FEW) return rest.filter((span) => !others.some((other) => sameSpan(other, span)));
  const equal = new Set(others.map(spanKey));
  return rest.filter((span) => !equal.has(spanKey(span)));
}

/* Whether a delta does nothing. */
export const isEmpty = ({ added, removed, flagged, status, decisions }) =>
  !added.length && !removed.length && flagged === undefined && status === undefined && !decisions?.size;

/* `delta` laid over `state`; null where it does not fit: a span to remove is not there, or one to add is there already
   or lies over another where `overlaps` are not allowed. Spans that stay are the same objects. */
export function laid(state, delta, overlaps) {
  const removed = new Set(delta.removed.map(spanKey));
  const kept = removed.size ? state.spans.filter((span) => !removed.has(spanKey(span))) : state.spans;
  if (kept.length !== state.spans.length - removed.size) return null;
  for (const span of delta.added) {
    if (kept.some((other) => (overlaps ? sameSpan(other, span) : overlap(other, span)))) return null;
  }
  const spans = removed.size || delta.added.length ? sortSpans([...kept, ...delta.added]) : state.spans;
  const decisions = new Map(state.decisions);
  for (const [id, decision] of delta.decisions ?? []) {
    if (decision === null) decisions.delete(id);
    else decisions.set(id, decision);
  }
  const status = spans === state.spans ? state.status : statusOnceEdited(state.status);
  return { spans, decisions, flagged: delta.flagged ?? state.flagged, status: delta.status ?? status };
}

/* As `laid`, but what does not fit gives way: spans to add win over those they lie on, and what is to be removed may
   be gone already. */
export function forced(state, delta, overlaps) {
  const there = new Set(state.spans.map(spanKey));
  const added = delta.added.filter((span) => !there.has(spanKey(span)));
  const inTheWay = (span) => !overlaps && added.some((other) => overlap(other, span));
  const gone = new Set(delta.removed.map(spanKey));
  const removed = state.spans.filter((span) => gone.has(spanKey(span)) || inTheWay(span));
  return laid(state, { ...delta, added, removed }, overlaps) ?? state;
}

/* The status that the store gives a document whose spans an edit has touched. */
export const statusOnceEdited = (status) => (status === "unlabelled" || status === "skipped" ? "draft" : status);

const NONE = Object.freeze([]);

export class Edits {
  constructor(state) {
    this.state = state;
  }

  /* Make `spans`, `decisions` (pairs, laid over those there are; null opens one again), `flagged` or `status` the next
     state; false when nothing would change. */
  change({ spans, decisions = [], flagged, status }) {
    const before = this.state;
    const next = { ...before, flagged: flagged ?? before.flagged, status: status ?? before.status };
    if (spans) next.spans = sortSpans(spans);
    const pairs = [...decisions];
    if (pairs.length) {
      next.decisions = new Map(before.decisions);
      for (const [id, decision] of pairs) {
        if (decision === null) next.decisions.delete(id);
        else next.decisions.set(id, decision);
      }
    }
    if (sameState(next, before)) return false;
    if (spans && status === undefined) next.status = statusOnceEdited(before.status);
    this.state = next;
    return true;
  }

  /* Suggestions still open: neither decided nor already labelled just so, from `threshold` up, none over another. */
  pending(suggestions, threshold) {
    if (!suggestions.length) return NONE;
    const { spans, decisions } = this.state;
    const labelled = new Set(spans.map(spanKey));
    const open = suggestions.filter(
      (s) => (s.score === null || s.score >= threshold) && !decisions.has(s.id) && !labelled.has(spanKey(s)),
    );
    const weight = (s) => s.score ?? 1;
    open.sort((a, b) => a.start - b.start || weight(b) - weight(a));
    const kept = [];
    for (const suggestion of open) {
      const last = kept[kept.length - 1];
      if (!last || !overlap(last, suggestion)) kept.push(suggestion);
      else if (weight(suggestion) > weight(last)) kept[kept.length - 1] = suggestion;
    }
    return kept;
  }
}
