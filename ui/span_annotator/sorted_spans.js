/* Looking things up in lists of spans sorted by start. The lists are never changed, so what is worked out about one
   is kept with it, and a lookup costs a binary search instead of a walk through a thousand spans. */

import { firstGreater } from "./offsets.js";

const furthest = new WeakMap(); // list → for each place the greatest end up to it

/* The items of a sorted list that share a unit with [start, end), in its order. */
export function touching(items, { start, end }) {
  const ends = reach(items);
  const found = [];
  for (let i = firstGreater(ends, start); i < items.length && items[i].start < end; i++) {
    if (items[i].end > start) found.push(items[i]);
  }
  return found;
}

/* Two sorted lists as one, by start, then by end. */
export function merged(one, other) {
  return [...one, ...other].sort((a, b) => a.start - b.start || a.end - b.end); // two runs: one pass
}

/* The items that are in only one of two sorted lists. */
export function changedItems(before, after) {
  if (before === after) return [];
  let first = 0;
  while (first < before.length && first < after.length && before[first] === after[first]) first++;
  let last = 0;
  const most = Math.min(before.length, after.length) - first;
  while (last < most && before[before.length - 1 - last] === after[after.length - 1 - last]) last++;
  const gone = before.slice(first, before.length - last);
  const come = after.slice(first, after.length - last);
  const [old, now] = [new Set(gone), new Set(come)];
  return [...gone.filter((item) => !now.has(item)), ...come.filter((item) => !old.has(item))];
}

function reach(items) {
  let ends = furthest.get(items);
  if (!ends) {
    ends = new Uint32Array(items.length);
    let most = 0;
    items.forEach((item, i) => {
      ends[i] = most = Math.max(most, item.end);
    });
    furthest.set(items, ends);
  }
  return ends;
}
