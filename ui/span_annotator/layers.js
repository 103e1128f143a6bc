/* Spans that lie over each other. Each has a lane: lane 0 runs right under the text, the next ones below it. A span
   keeps its lane while it lives; a new one gets the first lane that is free all along it, so what is drawn already
   stays where it is. When a document is opened the shortest spans come first, so that inner ones lie nearest the text. */

import { touching } from "./sorted_spans.js";

export const LANES = 3; // what the space between two lines holds at full height; deeper stacks are drawn closer

export class Layers {
  constructor() {
    this.on = false; // whether the project lets spans overlap
    this.lanes = new WeakMap(); // item → lane
  }

  of(item) {
    return this.on ? (this.lanes.get(item) ?? 0) : 0;
  }

  /* Give every item of a scene its lane. */
  lay(scene) {
    if (!this.on) return;
    this.lanes = new WeakMap();
    for (const item of [...scene.items].sort(innerFirst)) this.#place(item, scene, []);
  }

  /* Follow an edit: `changed` are the items that came and those that went. */
  follow(changed, scene) {
    if (!this.on || !changed.length) return;
    const come = changed.filter((item) => isThere(scene, item));
    const gone = changed.filter((item) => !come.includes(item));
    const before = new Map(changed.map((item) => [item, this.lanes.get(item)]));
    for (const item of come) this.lanes.delete(item);
    for (const item of come.sort(innerFirst)) {
      const follows = gone.filter((other) => other.start < item.end && item.start < other.end);
      this.#place(item, scene, [item, ...follows].map((other) => before.get(other)));
    }
  }

  /* In the first of the `wanted` lanes that is free, else in the first free one. */
  #place(item, scene, wanted) {
    const taken = new Set();
    for (const list of [scene.spans, scene.pending]) {
      for (const other of touching(list, item)) {
        const lane = other === item ? undefined : this.lanes.get(other);
        if (lane !== undefined) taken.add(lane);
      }
    }
    let free = 0;
    while (taken.has(free)) free++;
    this.lanes.set(item, wanted.find((lane) => lane !== undefined && !taken.has(lane)) ?? free);
  }

  /* Item → how many lanes it and those it hangs together with need, where that is more than there is room for. */
  crowded(items) {
    const found = new Map();
    if (!this.on || items.every((item) => this.of(item) < LANES)) return found;
    let group = [];
    let reach = 0;
    const close = () => {
      const depth = Math.max(...group.map((member) => this.of(member) + 1));
      if (depth > LANES) for (const member of group) found.set(member, depth);
      group = [];
    };
    for (const item of [...items].sort((a, b) => a.start - b.start)) {
      if (item.start >= reach && group.length) close();
      reach = Math.max(reach, item.end);
      group.push(item);
    }
    close();
    return found;
  }
}

export const innerFirst = (a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start || a.label - b.label;

/* The items drawn over a character, the innermost first; suggestions lie within the spans around them. */
export function stackAt({ spans, pending }, unit) {
  const at = { start: unit, end: unit + 1 };
  const kind = (item) => (item.score === undefined ? 1 : 0);
  return [...touching(spans, at), ...touching(pending, at)].sort((a, b) => innerFirst(a, b) || kind(a) - kind(b));
}

function isThere({ spans, pending }, item) {
  return touching(item.score === undefined ? spans : pending, item).includes(item);
}
