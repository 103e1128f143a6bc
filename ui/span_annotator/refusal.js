/* A span that cannot be set because others lie there. It stays on offer, with its ways out, until the person does
   something else: replace the others, take only what is free, or turn to the span in the way. */

import { firstGreater } from "./offsets.js";
import { sameSpan } from "./edits.js";
import { shownKey } from "./keys.js";

const NAMED = 6; // spans in the way that are named one by one

export class Refusal {
  /* `put(range, others)` sets the span at a range in place of others. */
  constructor(span, others, { model, put, pick }) {
    this.span = span;
    this.others = others;
    const { text } = model;
    this.part = freePart(model, span, others);
    this.replace = () => put(span, others);
    this.shrink = this.part ? () => put({ start: this.part[0], end: this.part[1] }, []) : null;
    this.pick = () => pick(others[0]);
    this.free = this.part ? text.slice(...this.part) : "";
  }

  message(named) {
    const names = this.others.slice(0, NAMED).map(named);
    const more = this.others.length - names.length;
    if (more) names.push(`${more} more`);
    const last = names.pop();
    return `${names.length ? `${names.join(", ")} and ${last} are` : `${last} is`} there already, and spans may not overlap here.`;
  }

  /* The ways out as [key, words, action]; `keyFor` a command gives its key. */
  ways(label, { named, quoted, keyFor }) {
    const key = label.key ? shownKey(label.key) : "";
    const ways = [[key && `${key} again`, this.others.length > 1 ? `replace all ${this.others.length}` : "replace it", this.replace]];
    if (this.shrink) ways.push([keyFor("snap"), `only ${quoted(this.free)}`, this.shrink]);
    return [...ways, [keyFor("item-next"), `turn to ${named(this.others[0])}`, this.pick]];
  }
}

/* The longest part of `span` that none of `others` touches, in whole tokens where there are any; null without one. */
export function freePart(model, span, others) {
  const parts = [];
  let from = span.start;
  for (const other of [...others].sort((a, b) => a.start - b.start)) {
    if (other.start > from) parts.push([from, other.start]);
    from = Math.max(from, other.end);
  }
  if (from < span.end) parts.push([from, span.end]);
  const tidy = parts.map(([start, end]) => wholeTokens(model, start, end) ?? model.trim(start, end)).filter(Boolean);
  return tidy.sort((a, b) => b[1] - b[0] - (a[1] - a[0]) || a[0] - b[0])[0] ?? null;
}

/* The tokens that lie wholly in [start, end), without punctuation at its ends; with it where nothing else is there. */
function wholeTokens({ starts, ends, text }, start, end) {
  const first = firstGreater(starts, start - 1);
  const last = firstGreater(ends, end) - 1;
  if (first > last) return null;
  const isMark = (token) => /^[\p{P}\p{S}]+$/u.test(text.slice(starts[token], ends[token]));
  let [from, to] = [first, last];
  while (from < to && isMark(from)) from++;
  while (to > from && isMark(to)) to--;
  return isMark(from) ? [starts[first], ends[last]] : [starts[from], ends[to]];
}

/* The spans that keep `span` out: where overlaps are allowed only the very same one. */
export function inTheWay(near, span, gone, overlaps) {
  const clashes = overlaps ? sameSpan : (a, b) => a.start < b.end && b.start < a.end;
  return near.filter((other) => !gone.includes(other) && clashes(other, span));
}
