/* The border to the server: offsets are code points outside and UTF-16 units inside. */

import { makeSpan, sortSpans, spanKey } from "./edits.js";
import { gathered } from "./sources.js";

export function readLabels(rows) {
  return new Map(rows.map(([id, name, hue, key, description]) => [id, { id, name, hue, key, description }]));
}

const AS_THEY_ARE = { unit: (point) => point, point: (unit) => unit };

/* Rows [start, end, label] as spans; with a model in its units, without one in code points. */
export function readSpans(rows, model = null) {
  const offsets = model?.offsets ?? AS_THEY_ARE;
  return rows.map(([start, end, label]) => makeSpan(offsets.unit(start), offsets.unit(end), label));
}

export function writeSpans(spans, model = null) {
  const offsets = model?.offsets ?? AS_THEY_ARE;
  return spans.map(({ start, end, label }) => [offsets.point(start), offsets.point(end), label]);
}

/* The state of a document as the server tells it, in code points. */
export function readState({ spans, flagged, status }) {
  return { spans: sortSpans(readSpans(spans)), decisions: new Map(), flagged, status };
}

/* A state in code points as the editor has it, in units. Spans that `known` has already stay the same objects, so that
   only what is new is drawn anew. */
export function placed(state, { offsets }, known = []) {
  const same = new Map(known.map((span) => [spanKey(span), span]));
  const spans = state.spans.map((span) => {
    const moved = makeSpan(offsets.unit(span.start), offsets.unit(span.end), span.label);
    return same.get(spanKey(moved)) ?? moved;
  });
  return { ...state, spans };
}

export function readSuggestions({ offsets }, rows, modelName) {
  return gathered(rows, (point) => offsets.unit(point), modelName);
}

/* A delta as the server takes it, without document and base. */
export function writeDelta({ added, removed, flagged, status, decisions }, model = null) {
  const wire = { added: writeSpans(added, model), removed: writeSpans(removed, model) };
  if (flagged !== undefined) wire.flagged = flagged;
  if (status !== undefined) wire.status = status;
  if (decisions?.size) wire.decisions = Object.fromEntries(decisions);
  return wire;
}

export function readDelta({ added, removed, flagged, status, decisions }, model = null) {
  const delta = { added: readSpans(added, model), removed: readSpans(removed, model), flagged, status };
  if (decisions) delta.decisions = new Map(Object.entries(decisions).map(([id, decision]) => [Number(id), decision]));
  return delta;
}

export const sameData = (a, b) => JSON.stringify(a) === JSON.stringify(b);
