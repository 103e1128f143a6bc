/* What lies over the text without being part of it: caret, selection, the grips of a selected span. */

import { make } from "./elements.js";

export class Overlay {
  constructor(layer, text, scroller) {
    this.layer = layer;
    this.text = text;
    this.scroller = scroller;
    this.caret = make("div", "caret");
    this.selection = make("div", "selection");
    this.grips = { start: make("div", "grip grip-start"), end: make("div", "grip grip-end") };
    this.grips.start.dataset.edge = "start";
    this.grips.end.dataset.edge = "end";
    layer.replaceChildren(this.selection, this.caret, this.grips.start, this.grips.end);
    this.boxes = [];
  }

  /* Draw `caret` and the client boxes `selected`, wavy where no model can learn them; `ends` are the carets at both ends
     of what can be held by its grips, or null. */
  draw({ caret, selected, misfit, ends }) {
    this.selection.classList.toggle("misfit", misfit);
    const origin = this.layer.getBoundingClientRect();
    this.#place(this.caret, selected.length ? null : caret, origin);
    this.#place(this.grips.start, ends?.[0], origin);
    this.#place(this.grips.end, ends?.[1], origin);
    const boxes = joined(selected);
    while (this.boxes.length < boxes.length) {
      this.boxes.push(make("div", "selected-box"));
      this.selection.append(this.boxes[this.boxes.length - 1]);
    }
    this.boxes.forEach((element, i) => {
      const box = boxes[i];
      element.hidden = !box;
      if (!box) return;
      element.style.transform = `translate(${box.left - origin.left}px, ${box.top - origin.top}px)`;
      element.style.width = `${box.right - box.left}px`;
      element.style.height = `${box.bottom - box.top}px`;
    });
  }

  /* Blink from full again, so that a moving caret is always seen. */
  wake() {
    for (const animation of this.caret.getAnimations()) animation.currentTime = 0;
  }

  #place(element, at, origin) {
    element.hidden = !at;
    if (!at) return;
    element.style.transform = `translate(${at.left - origin.left}px, ${at.top - origin.top}px)`;
    element.style.height = `${at.height}px`;
  }

  /* Whether a client box lies in the lower half of what is seen. */
  isLow(box) {
    const view = this.scroller.getBoundingClientRect();
    return box !== null && box.top > view.top + view.height / 2;
  }

  /* Scroll the text, never the page, until a client box is well inside. */
  reveal(box) {
    if (!box) return;
    const view = this.scroller.getBoundingClientRect();
    const margin = Math.min(56, view.height / 4);
    const over = box.top - (view.top + margin);
    const under = box.top + box.height - (view.bottom - margin);
    if (over < 0) this.scroller.scrollTop += over;
    else if (under > 0) this.scroller.scrollTop += under;
  }
}

/* Neighbouring boxes of one line as one, so that no seam shows between text nodes. */
function joined(boxes) {
  const merged = [];
  for (const { left, right, top, bottom } of boxes) {
    const last = merged[merged.length - 1];
    if (last && Math.abs(last.top - top) < 3 && Math.abs(last.bottom - bottom) < 3 && left <= last.right + 1 && right >= last.left - 1) {
      last.left = Math.min(last.left, left);
      last.right = Math.max(last.right, right);
    } else merged.push({ left, right, top, bottom });
  }
  return merged;
}
