/* The list of labels, opened at the selection: type to narrow it, Enter to choose. */

import { make } from "./elements.js";
import { capOf } from "./keys.js";

const ROOM = 330; // px: where less is free below, the list opens above
const PAGE = 8; // rows

export class LabelPalette {
  constructor(root, editor, { onChoose, onClose }) {
    this.root = root;
    this.editor = editor;
    this.actions = { onChoose, onClose };
    this.element = make("div", "palette");
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-label", "Labels");
    this.element.hidden = true;
    this.aim = make("div", "palette-aim");
    this.field = make("input", "palette-field");
    this.list = make("div", "palette-list");
    this.#describe();
    this.element.append(this.aim, this.field, this.list);
    root.append(this.element);
    this.field.addEventListener("input", () => this.#narrow());
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.element.contains(relatedTarget)) this.close();
    });
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => this.#choose(event.target.closest(".palette-row")));
    root.addEventListener("pointerdown", (event) => this.open && !this.element.contains(event.target) && this.close());
  }

  #describe() {
    const attributes = { type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "true", "aria-controls": "palette-list" };
    for (const [name, value] of Object.entries({ ...attributes, "aria-label": "Find a label", placeholder: "Find a label" })) {
      this.field.setAttribute(name, value);
    }
    this.list.id = "palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Labels");
  }

  get open() {
    return !this.element.hidden;
  }

  toggle() {
    if (this.open) {
      this.close();
      this.actions.onClose();
      return;
    }
    this.aim.textContent = this.#aimed();
    this.field.value = "";
    this.element.hidden = false;
    this.#narrow();
    this.#place();
    this.field.focus({ preventScroll: true });
  }

  close() {
    this.element.hidden = true;
  }

  /* What the label will be set on, in words. */
  #aimed() {
    const { editor } = this;
    const range = editor.range();
    if (range) return `Label ${editor.surfaceOf({ start: range[0], end: range[1] })}`;
    const { selected } = editor;
    if (!selected) return "Keep a label on: each selection gets it";
    return selected.score === undefined ? `Relabel ${editor.surfaceOf(selected)}` : `Accept ${editor.surfaceOf(selected)} as`;
  }

  #place() {
    const { editor, root } = this;
    const range = editor.range() ?? (editor.selected && [editor.selected.start, editor.selected.end]);
    const seen = editor.overlay.scroller.getBoundingClientRect();
    const box = (range && editor.view.rects(...range)[0]) ?? editor.geometry.caret(editor.caret.unit, editor.caret.after) ?? seen;
    const frame = root.getBoundingClientRect();
    const top = Math.min(Math.max(box.top, seen.top), seen.bottom);
    const bottom = top + (box.height ?? 0);
    const above = window.innerHeight - bottom < ROOM && top > window.innerHeight - bottom;
    const { style } = this.element;
    const left = Math.min(Math.max(0, box.left - frame.left), Math.max(0, frame.width - this.element.offsetWidth));
    style.left = `${Math.round(left)}px`;
    style.top = above ? "auto" : `${Math.round(bottom - frame.top + 8)}px`;
    style.bottom = above ? `${Math.round(frame.bottom - top + 8)}px` : "auto";
    style.setProperty("--room", `${Math.round((above ? top : window.innerHeight - bottom) - 20)}px`);
  }

  /* Draw the labels that hold what was typed: in the beginning of a name first, then in a name, then in a description. */
  #narrow() {
    const wanted = fold(this.field.value.trim());
    const places = (label) => {
      const at = fold(label.name).indexOf(wanted);
      if (at >= 0) return at === 0 ? 0 : 1;
      return fold(label.description ?? "").includes(wanted) ? 2 : 3;
    };
    const found = [...this.editor.labels.values()].map((label, i) => ({ label, i, place: places(label) })).filter(({ place }) => place < 3);
    found.sort((a, b) => a.place - b.place || a.i - b.i);
    const counts = new Map();
    for (const { label } of this.editor.edits.state.spans) counts.set(label, (counts.get(label) ?? 0) + 1);
    this.rows = found.map(({ label }) => row(label, counts.get(label.id) ?? 0));
    this.list.replaceChildren(...(this.rows.length ? this.rows : [make("div", "palette-none", "No label holds that.")]));
    this.list.scrollTop = 0;
    this.#point(0);
  }

  #point(at) {
    this.rows[this.at]?.setAttribute("aria-selected", "false");
    this.at = Math.min(Math.max(at, 0), this.rows.length - 1);
    const pointed = this.rows[this.at];
    this.field.setAttribute("aria-activedescendant", pointed?.id ?? "");
    pointed?.setAttribute("aria-selected", "true");
    pointed?.scrollIntoView({ block: "nearest" });
  }

  /* Nothing typed here reaches the text. While an input method composes, its keys are its own, Enter too. */
  #onKey(event) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Tab: event.shiftKey ? -1 : 1 };
    if (key === "Enter") this.#choose(this.rows[this.at]);
    else if (key === "Escape") this.toggle();
    else if (key in steps) this.#point(this.at + steps[key]);
    else return;
    event.preventDefault();
  }

  #choose(chosen) {
    if (!chosen) return;
    this.close();
    this.actions.onChoose(Number(chosen.dataset.label));
  }
}

/* For comparing: neither case nor accents nor the width of letters count. */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function row(label, count) {
  const element = make("div", `palette-row hue-${label.hue}`);
  element.id = `palette-label-${label.id}`;
  element.dataset.label = label.id;
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  const told = make("span", "palette-told");
  told.append(make("span", "palette-name", label.name));
  if (label.description) told.append(make("span", "palette-description", label.description));
  element.append(make("kbd", label.key ? "" : "none", label.key ? capOf(label.key) : "–"), told, make("span", "palette-count", count ? String(count) : ""));
  return element;
}
