/* "In this document": every span and open suggestion in the order of the text. Only the rows in view exist. */

import { button, make, quote, setText } from "./elements.js";
import { nameOf } from "./spoken.js";
import { shortly, sourcesOf } from "./sources.js";

const ROW = 36; // px, as in the style sheet
const SPARE = 4; // rows drawn beyond either edge
const ROW_TEXT = 200; // units of a span that a row can show

export class SideList {
  constructor(root, { onPick, onEvery, onRemove, onAccept, onReject }) {
    this.list = root.querySelector(".list");
    this.space = root.querySelector(".rows");
    this.total = root.querySelector(".total");
    this.empty = root.querySelector(".empty");
    this.actions = { onPick, onEvery, onRemove, onAccept, onReject };
    this.rows = new Map(); // item → row
    this.items = [];
    this.list.addEventListener("scroll", () => this.#drawRows(), { passive: true });
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row && !event.target.closest("button")) onPick(row.item);
    });
  }

  draw(scene, text) {
    this.scene = scene;
    this.text = text;
    this.items = scene.items;
    setText(this.total, this.items.length ? String(scene.spans.length) : "");
    this.empty.hidden = this.items.length > 0;
    this.space.style.height = `${this.items.length * ROW}px`;
    this.#drawRows();
  }

  reveal(item) {
    const index = this.items.indexOf(item);
    if (index < 0) return;
    const top = index * ROW;
    if (top < this.list.scrollTop) this.list.scrollTop = top;
    else if (top + ROW > this.list.scrollTop + this.height) this.list.scrollTop = top + ROW - this.height;
  }

  /* Measured when the window changes, not at every key: reading it would force a layout. */
  measure() {
    this.height = this.list.clientHeight || 400;
    this.#drawRows();
  }

  #drawRows() {
    const first = Math.max(0, Math.floor(this.list.scrollTop / ROW) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((this.list.scrollTop + (this.height || 400)) / ROW) + SPARE);
    const shown = new Map();
    for (let index = first; index < last; index++) {
      const item = this.items[index];
      const row = this.rows.get(item) ?? this.#row(item);
      row.style.transform = `translateY(${index * ROW}px)`;
      row.ariaCurrent = this.scene.selected === item ? "true" : null;
      row.ariaPosInSet = String(index + 1);
      row.ariaSetSize = String(this.items.length);
      shown.set(item, row);
    }
    for (const [item, row] of this.rows) if (!shown.has(item)) row.remove();
    let previous = null;
    for (const row of shown.values()) {
      const follower = previous ? previous.nextSibling : this.space.firstChild;
      if (follower !== row) this.space.insertBefore(row, follower);
      previous = row;
    }
    this.rows = shown;
  }

  #row(item) {
    const label = this.scene.labels.get(item.label);
    const suggested = item.score !== undefined;
    const row = make("div", suggested ? "row row-suggested" : "row");
    row.item = item;
    row.setAttribute("role", "listitem");
    row.ariaLabel = nameOf(item, this.scene, this.text, null);
    const surface = this.text.slice(item.start, Math.min(item.end, item.start + ROW_TEXT));
    const long = surface.length > 24 ? surface : "";
    row.title = suggested ? `Suggested by ${sourcesOf(item)}${long && `: ${long}`}` : long;
    const name = make("span", `row-label hue-${label.hue}`, label.name);
    const shown = make("span", "row-text", surface.replace(/\s+/g, " "));
    shown.dir = "auto";
    row.append(name, shown);
    if (suggested) {
      row.append(
        make("span", "row-score", shortly(item)),
        button("row-button accept", "✓", `Accept ${label.name} ${quote(surface)} (A)`, () => this.actions.onAccept(item)),
        button("row-button reject", "✕", `Reject ${label.name} ${quote(surface)} (X)`, () => this.actions.onReject(item)),
      );
    } else {
      row.append(
        button("row-button every", "O", `Every occurrence of ${quote(surface)} (O)`, () => this.actions.onEvery(item)),
        button("row-button remove", "✕", `Remove ${label.name} ${quote(surface)}`, () => this.actions.onRemove(item)),
      );
    }
    for (const control of row.querySelectorAll("button")) control.tabIndex = -1;
    return row;
  }

  /* Rows show label names and colours: forget them when labels change. */
  forget() {
    for (const row of this.rows.values()) row.remove();
    this.rows = new Map();
  }
}
