/* The border to Python: offsets are code points outside and UTF-16 units inside. */

import { makeSpan, sortSpans } from "./edits.js";

export function readLabels(rows) {
  return new Map(rows.map(([id, name, hue, key, description]) => [id, { id, name, hue, key, description }]));
}

export function readState({ offsets }, { spans, flagged, decisions = [] }) {
  const made = spans.map(([start, end, label]) => makeSpan(offsets.unit(start), offsets.unit(end), label));
  return { spans: sortSpans(made), decisions: new Map(decisions), flagged: Boolean(flagged) };
}

export function readSuggestions({ offsets }, rows) {
  return rows.map(([id, start, end, label, score]) =>
    Object.freeze({ id, start: offsets.unit(start), end: offsets.unit(end), label, score }),
  );
}

export function writeSpans({ offsets }, spans) {
  return spans.map(({ start, end, label }) => [offsets.point(start), offsets.point(end), label]);
}

/* A draft without the spans that no longer can be: beyond the text, or of a label that is gone. */
export function fittingDraft({ offsets, text }, draft, labels) {
  const end = offsets.point(text.length);
  const fits = ([from, to, label]) => Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= end && labels.has(label);
  return { ...draft, spans: draft.spans.filter((span) => Array.isArray(span) && fits(span)) };
}

export const sameData = (a, b) => JSON.stringify(a) === JSON.stringify(b);
