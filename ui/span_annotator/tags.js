/* Label names under the ends of runs, and the signs of unseen characters. They lie in a layer over each block, never
   among the characters: anything between two characters would break their kerning, their joining and, among numbers in
   right-to-left text, even their order. Each hangs on an element in the text, whose place is measured once it is laid out. */

import { make } from "./elements.js";

export class Tags {
  constructor() {
    this.layers = new Map(); // block → {layer, hung: [{on, tag}]}
    this.waiting = new Set(); // blocks whose tags are not in place yet
    this.of = new WeakMap(); // element hung on → tag
  }

  /* The layer of a block's tags; `hung` are pairs [element in the text, tag]. */
  layer(block, hung) {
    if (!hung.length) {
      this.layers.delete(block);
      this.waiting.delete(block);
      return [];
    }
    const layer = make("div", "tags");
    layer.ariaHidden = "true";
    layer.append(...hung.map(([, tag]) => tag));
    for (const [on, tag] of hung) this.of.set(on, tag);
    this.layers.set(block, hung);
    this.waiting.add(block);
    return [layer];
  }

  clear() {
    this.layers.clear();
    this.waiting.clear();
  }

  /* Put what waits into its place: first everything is measured, then everything is moved. */
  place() {
    const moves = [];
    for (const block of this.waiting) {
      const origin = block.getBoundingClientRect();
      for (const [on, tag] of this.layers.get(block)) {
        const [box] = on.getClientRects();
        if (box) moves.push([tag, box.left - origin.left, (tag.classList.contains("tag") ? box.bottom : (box.top + box.bottom) / 2) - origin.top]);
      }
    }
    this.waiting.clear();
    for (const [tag, x, y] of moves) tag.style.transform = `translate(${x}px, ${y}px)`;
  }

  /* The text is laid out otherwise: measure all again. */
  placeAll() {
    for (const block of this.layers.keys()) this.waiting.add(block);
    this.place();
  }
}
