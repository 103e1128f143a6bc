/* The keys, shown with "?". One table: the sheet is the only place that lists them for people. */

import { make } from "./elements.js";

const SHEET = [
  ["Select", [
    ["← →", "by word; in Chinese by character"],
    ["Alt ← →", "by single character"],
    ["↑ ↓ Home End", "by line; Ctrl Home, Ctrl End: whole text"],
    ["Shift + these", "select while moving"],
    ["drag", "select words; hold Shift for single characters"],
    ["double click", "a word; triple click: a sentence"],
    ["Tab, Shift Tab", "next, previous span or suggestion"],
  ]],
  ["Label", [
    ["1 … 9, 0", "label the selection, relabel a span; with nothing selected: keep that label on"],
    ["Backspace, Delete", "remove the span"],
    ["Ctrl Shift ← →", "move a span's end"],
    ["Alt Shift ← →", "move a span's start"],
    ["Ctrl Z, Ctrl Shift Z", "undo, redo: everything"],
    ["Esc", "clear selection, then the label that is on"],
  ]],
  ["Suggestions", [
    ["A", "accept this or the next one"],
    ["X", "reject this or the next one"],
    ["Shift A", "accept all that are shown"],
  ]],
  ["Document", [
    ["Enter", "accept and next"],
    ["Space", "skip"],
    ["F", "flag for another look"],
    ["Ctrl S", "save as a draft"],
    ["[ ]  Page ↑ ↓", "previous, next without accepting"],
    ["?", "this sheet"],
  ]],
];

export class KeySheet {
  constructor(element) {
    this.element = element;
    const close = make("button", "sheet-close", "✕");
    close.type = "button";
    close.title = "Close (Esc)";
    close.addEventListener("click", () => this.toggle(false));
    const columns = make("div", "sheet-columns");
    for (const [title, rows] of SHEET) {
      const group = make("section");
      const list = make("dl");
      for (const [keys, meaning] of rows) {
        const line = make("div");
        line.append(make("dt", "", keys), make("dd", "", meaning));
        list.append(line);
      }
      group.append(make("h3", "", title), list);
      columns.append(group);
    }
    element.append(close, columns);
  }

  get open() {
    return !this.element.hidden;
  }

  toggle(open = !this.open) {
    this.element.hidden = !open;
  }
}
