/* What a person has decided about a document, and the way back.
   A state is never changed: {spans, decisions, flagged} with spans sorted by start. Every edit makes the next state, so
   undo is a step along a list, whatever the edit was. A span is a frozen {start, end, label} in UTF-16 units. */

const HISTORY = 1000;

export const makeSpan = (start, end, label) => Object.freeze({ start, end, label });
export const sameRange = (a, b) => a.start === b.start && a.end === b.end;
export const sameSpan = (a, b) => sameRange(a, b) && a.label === b.label;
export const overlap = (a, b) => a.start < b.end && b.start < a.end;

export function sortSpans(spans) {
  return [...spans].sort((a, b) => a.start - b.start || b.end - a.end || a.label - b.label);
}

export function sameState(a, b) {
  if (a === b) return true;
  return (
    a.flagged === b.flagged &&
    a.spans.length === b.spans.length &&
    a.spans.every((span, i) => sameSpan(span, b.spans[i])) &&
    a.decisions.size === b.decisions.size &&
    [...a.decisions].every(([id, decision]) => b.decisions.get(id) === decision)
  );
}

export class Edits {
  constructor(state) {
    this.baseline = state; // as the server has it
    this.states = [state];
    this.at = 0;
  }

  get state() {
    return this.states[this.at];
  }

  get dirty() {
    return !sameState(this.state, this.baseline);
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }

  /* Make `changes` the next state; false when nothing would change. */
  commit(changes) {
    const next = { ...this.state, ...changes };
    if (sameState(next, this.state)) return false;
    this.states.length = this.at + 1;
    this.states.push(next);
    if (this.states.length > HISTORY) this.states.shift();
    this.at = this.states.length - 1;
    return true;
  }

  /* The server has taken the state as it is; its decisions are done with. The spans stay the same objects. */
  settle() {
    this.baseline = { ...this.state, decisions: new Map() };
    this.states[this.at] = this.baseline;
  }

  undo() {
    if (!this.canUndo) return false;
    this.at--;
    return true;
  }

  redo() {
    if (!this.canRedo) return false;
    this.at++;
    return true;
  }

  add(span) {
    return this.commit({ spans: sortSpans([...this.state.spans, span]) });
  }

  replace(old, span) {
    return this.commit({ spans: sortSpans([...this.state.spans.filter((other) => other !== old), span]) });
  }

  remove(span) {
    return this.commit({ spans: this.state.spans.filter((other) => other !== span) });
  }

  /* Record decisions [[id, decision]] and add `spans` in one step. */
  decide(pairs, spans = []) {
    const decisions = new Map(this.state.decisions);
    for (const [id, decision] of pairs) decisions.set(id, decision);
    return this.commit({ decisions, spans: sortSpans([...this.state.spans, ...spans]) });
  }

  flag() {
    return this.commit({ flagged: !this.state.flagged });
  }

  /* Suggestions still open: neither decided nor already labelled just so, from `threshold` up, none over another. */
  pending(suggestions, threshold) {
    const { spans, decisions } = this.state;
    const labelled = new Set(spans.map((span) => `${span.start} ${span.end} ${span.label}`));
    const open = suggestions.filter(
      (s) => s.score >= threshold && !decisions.has(s.id) && !labelled.has(`${s.start} ${s.end} ${s.label}`),
    );
    open.sort((a, b) => a.start - b.start || b.score - a.score);
    const kept = [];
    for (const suggestion of open) {
      const last = kept[kept.length - 1];
      if (!last || !overlap(last, suggestion)) kept.push(suggestion);
      else if (suggestion.score > last.score) kept[kept.length - 1] = suggestion;
    }
    return kept;
  }

  /* Decisions as they stand in the end: what counts is whether the very span is there, not which key was pressed.
     A suggestion that was accepted and then corrected was not right; one labelled by hand was. */
  verdicts(suggestions) {
    const { spans, decisions } = this.state;
    const labelled = new Set(spans.map((span) => `${span.start} ${span.end} ${span.label}`));
    const verdicts = {};
    for (const s of suggestions) {
      if (labelled.has(`${s.start} ${s.end} ${s.label}`)) verdicts[s.id] = "accepted";
      else if (decisions.has(s.id)) verdicts[s.id] = "rejected";
    }
    return verdicts;
  }
}
