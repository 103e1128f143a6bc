/* The editor of one document: caret, selection and every command a key or a click can give. Keyboard and pointer call
   these commands; what they change is drawn by `refresh`, once, and only where it shows. */

import { firstGreater } from "./offsets.js";
import { Geometry } from "./geometry.js";
import { makeSpan, overlap, sameRange } from "./edits.js";
import { TextView } from "./text_view.js";
import { Overlay } from "./overlay.js";
import { quote } from "./elements.js";

export class Editor {
  constructor(root, panels, list, onEdit) {
    this.root = root;
    this.panels = panels;
    this.list = list;
    this.onEdit = onEdit; // told after each edit, undo included
    this.text = root.querySelector(".text");
    this.view = new TextView(root.querySelector(".blocks"));
    this.overlay = new Overlay(root.querySelector(".overlay"), this.text, root.querySelector(".scroll"));
    this.labels = new Map();
    this.sticky = null; // label id that each drag sets at once
    this.state = "clean"; // what the bar says about saving
  }

  /* ---- document ---- */

  open(model, edits, suggestions, threshold) {
    this.model = model;
    this.edits = edits;
    this.suggestions = suggestions;
    this.threshold = threshold;
    this.caret = { unit: model.starts.length ? model.starts[0] : 0, after: false };
    this.selection = null; // {anchor, focus, exact}
    this.selected = null; // the span or suggestion picked
    this.column = null; // x kept while the caret moves up and down
    this.scene = null;
    this.view.build(model);
    this.geometry = new Geometry(model, this.view);
    this.list.forget();
    this.list.list.scrollTop = 0;
    this.overlay.scroller.scrollTop = 0;
    this.refresh();
  }

  setLabels(labels) {
    this.labels = labels;
    if (this.sticky !== null && !labels.has(this.sticky)) this.sticky = null;
    this.panels.buildLabels(labels);
    this.list.forget();
  }

  /* Draw what changed since the last call: touched blocks, list, bar, overlay. */
  refresh({ all = false } = {}) {
    const before = all ? null : this.scene;
    const { spans } = this.edits.state;
    const pending = this.edits.pending(this.suggestions, this.threshold);
    if (this.selected && !spans.includes(this.selected) && !pending.includes(this.selected)) this.selected = null;
    this.scene = { spans, pending, selected: this.selected, labels: this.labels };
    for (const index of this.#touched(before)) this.view.render(index, this.scene);
    if (!before || before.spans !== spans || before.pending.length !== pending.length || before.selected !== this.selected || all) {
      this.list.draw(this.scene, this.model.text);
    }
    this.drawBar();
    this.drawOverlay();
  }

  #touched(before) {
    if (!before) return this.model.blocks.keys();
    const blocks = new Set();
    const touch = (item) => {
      const [first, last] = this.model.blocksOf(item.start, item.end);
      for (let index = first; index <= last; index++) blocks.add(index);
    };
    for (const name of ["spans", "pending"]) {
      if (before[name] === this.scene[name]) continue;
      const old = new Set(before[name]);
      const now = new Set(this.scene[name]);
      for (const item of old) if (!now.has(item)) touch(item);
      for (const item of now) if (!old.has(item)) touch(item);
    }
    if (before.selected !== this.selected) [before.selected, this.selected].forEach((item) => item && touch(item));
    return blocks;
  }

  drawBar() {
    const { edits, selected } = this;
    this.panels.draw(this.scene, {
      sticky: this.sticky,
      flagged: edits.state.flagged,
      state: this.state,
      canUndo: edits.canUndo,
      canRedo: edits.canRedo,
      choosing: this.range() !== null || selected !== null,
      storageFailed: this.storageFailed,
    });
    this.panels.drawHint(this.#hints());
  }

  #hints() {
    const digits = [...this.labels.values()].map((label) => label.key).filter(Boolean);
    const keys = digits.length > 1 ? `${digits[0]}…${digits.at(-1)}`.toUpperCase() : (digits[0] ?? "");
    if (this.range()) return [[keys, "label it"], ["Shift ← →", "change"], ["Esc", "clear"]];
    if (this.selected?.score !== undefined) return [["A", "accept"], ["X", "reject"], [keys, "accept as another label"]];
    if (this.selected) return [[keys, "relabel"], ["⌫", "remove"], ["Ctrl Shift ← →", "move its end"], ["Esc", "done"]];
    if (this.sticky !== null) {
      return [["drag", `marks ${this.labels.get(this.sticky).name}`], ["double click", "a word"], ["Esc", "switch off"]];
    }
    const hints = [["drag", "or"], ["Shift ← →", "select"], [keys, "label"], ["Ctrl Z", "undo"]];
    return this.scene.pending.length ? [["A", "accept suggestion"], ["X", "reject"], ...hints.slice(0, 3)] : hints;
  }

  drawOverlay() {
    const range = this.range();
    const span = this.selected && this.selected.score === undefined ? this.selected : null;
    this.overlay.draw({
      caret: this.geometry.caret(this.caret.unit, this.caret.after),
      selected: range ? this.view.rects(range[0], range[1]) : [],
      ends: span ? [this.geometry.caret(span.start, false), this.geometry.caret(span.end, true)] : null,
    });
  }

  relayout() {
    if (!this.geometry) return;
    this.geometry.forget();
    this.list.measure();
    this.drawOverlay();
  }

  /* ---- caret and selection ---- */

  /* The selected range in units: whole tokens, or exactly as drawn where single characters were asked for. */
  range() {
    if (!this.selection) return null;
    const { anchor, focus, exact } = this.selection;
    const [start, end] = anchor < focus ? [anchor, focus] : [focus, anchor];
    if (start === end) return null;
    return exact ? this.model.trim(start, end) : this.model.snap(start, end);
  }

  moveTo(unit, { after = false, extend = false, exact = false, keepColumn = false } = {}) {
    if (extend) {
      const anchor = this.selection?.anchor ?? this.caret.unit;
      this.selection = { anchor, focus: unit, exact: exact || (this.selection?.exact ?? false) };
    } else {
      this.selection = null;
    }
    this.selected = null;
    this.caret = { unit, after };
    if (!keepColumn) this.column = null;
    this.#drawCaret();
  }

  select(anchor, focus, { exact = false } = {}) {
    this.selection = { anchor, focus, exact };
    this.selected = null;
    this.caret = { unit: focus, after: focus > anchor };
    this.refresh();
  }

  #drawCaret({ reveal = true } = {}) {
    if (this.scene.selected !== this.selected) this.refresh();
    else {
      this.drawBar();
      this.drawOverlay();
    }
    this.overlay.wake();
    if (reveal) this.overlay.reveal(this.geometry.caret(this.caret.unit, this.caret.after));
  }

  /* One token (or character) to the left or right as seen: in a right-to-left line, left is forward. */
  step(towardsRight, { extend = false, exact = false } = {}) {
    const { model } = this;
    const forward = towardsRight !== model.runsRightToLeft(this.caret.unit);
    const range = this.range();
    if (range && !extend) {
      this.moveTo(range[forward ? 1 : 0], { after: forward });
      return;
    }
    const { unit } = this.caret;
    const to = exact
      ? (forward ? model.nextCluster(unit) : model.previousCluster(unit))
      : (forward ? model.nextStop(unit) : model.previousStop(unit));
    this.moveTo(to, { after: forward, extend, exact });
  }

  stepLine(down, { extend = false } = {}) {
    const caret = this.geometry.caret(this.caret.unit, this.caret.after);
    if (!caret) return;
    this.column ??= caret.left;
    const to = this.geometry.vertical(this.caret.unit, { ...caret, behind: this.caret.after }, this.column, down ? 1 : -1);
    if (to) this.moveTo(to.unit, { after: to.after, extend, keepColumn: true });
    else this.toEnd(down, { extend });
  }

  toLineEnd(last, { extend = false } = {}) {
    const caret = this.geometry.caret(this.caret.unit, this.caret.after);
    const ends = caret && this.geometry.lineEnds(this.caret.unit, { ...caret, behind: this.caret.after });
    if (ends) this.moveTo(ends[last ? 1 : 0], { after: last, extend });
  }

  toEnd(last, { extend = false } = {}) {
    const { starts, ends } = this.model;
    if (starts.length) this.moveTo(last ? ends[ends.length - 1] : starts[0], { after: last, extend });
  }

  pick(item) {
    this.selection = null;
    this.selected = item;
    this.caret = { unit: item.end, after: true };
    this.column = null;
    this.refresh();
    this.list.reveal(item);
    this.overlay.reveal(this.geometry.caret(item.start, false));
    const kind = item.score === undefined ? "" : "suggested ";
    this.panels.announce(`${kind}${this.#name(item.label)}: ${this.#surface(item)}`);
  }

  /* Select the next (or previous) span or suggestion; false at the end, where focus may move on. */
  walk(forward) {
    const items = [...this.scene.spans, ...this.scene.pending].sort((a, b) => a.start - b.start || a.end - b.end);
    const at = items.indexOf(this.selected);
    const { unit } = this.caret;
    const next = at >= 0
      ? items[at + (forward ? 1 : -1)]
      : forward ? items.find((item) => item.start >= unit) ?? items[0] : items.findLast((item) => item.end <= unit) ?? items.at(-1);
    if (!next) return false;
    this.pick(next);
    return true;
  }

  clear() {
    if (this.selection) this.selection = null;
    else if (this.selected) this.selected = null;
    else this.sticky = null;
    this.panels.quiet();
    this.refresh();
  }

  /* ---- edits ---- */

  #name(label) {
    return this.labels.get(label).name;
  }

  #surface(item) {
    return quote(this.model.text.slice(item.start, item.end));
  }

  #edited(message) {
    this.panels.quiet();
    this.onEdit();
    this.refresh();
    this.panels.announce(message);
  }

  /* A label's key or chip: for the selection, the picked span or suggestion, or else to stay on. */
  applyLabel(label) {
    const range = this.range();
    if (range) this.addSpan(range, label);
    else if (this.selected) this.relabel(this.selected, label);
    else {
      this.sticky = this.sticky === label ? null : label;
      this.refresh();
      this.panels.announce(this.sticky === null ? "No label is on" : `${this.#name(label)} is on`);
    }
  }

  addSpan([start, end], label) {
    const span = makeSpan(start, end, label);
    const { spans } = this.edits.state;
    const same = spans.find((other) => sameRange(other, span));
    if (same) {
      this.selection = null;
      this.relabel(same, label);
      return;
    }
    if (this.#refuses(span)) return;
    this.selection = null;
    this.edits.add(span);
    this.caret = { unit: end, after: true };
    this.selected = this.sticky === null ? span : null;
    this.#edited(`${this.#name(label)}: ${this.#surface(span)}`);
  }

  /* Say why `span` cannot be set, if it lies over another than `except`. */
  #refuses(span, except = null) {
    const other = this.edits.state.spans.find((candidate) => candidate !== except && overlap(candidate, span));
    if (!other) return false;
    const ways = "relabel that one, remove it, or make this one shorter.";
    this.panels.toast(`Overlaps ${this.#name(other.label)} ${this.#surface(other)}: ${ways}`);
    return true;
  }

  relabel(item, label) {
    if (item.score !== undefined) {
      this.#settle(item, makeSpan(item.start, item.end, label));
      return;
    }
    const span = makeSpan(item.start, item.end, label);
    if (!this.edits.replace(item, span)) {
      this.selected = this.sticky === null ? item : null;
      this.refresh();
      return;
    }
    this.selected = this.sticky === null ? span : null;
    this.#edited(`${this.#name(label)}: ${this.#surface(span)}`);
  }

  removeSelected() {
    if (this.selected && this.selected.score === undefined) this.remove(this.selected);
    else if (this.selected) this.reject(this.selected);
  }

  remove(span) {
    this.edits.remove(span);
    if (this.selected === span) this.selected = null;
    this.caret = { unit: span.end, after: true };
    this.#edited(`removed ${this.#name(span.label)}: ${this.#surface(span)}`);
  }

  /* Give a span other ends; false (and said) where that cannot be. */
  resize(span, start, end) {
    if (start >= end || (start === span.start && end === span.end)) return false;
    const next = makeSpan(start, end, span.label);
    if (this.#refuses(next, span)) return false;
    this.edits.replace(span, next);
    this.selected = next;
    this.caret = { unit: end, after: true };
    this.#edited(`${this.#name(span.label)}: ${this.#surface(next)}`);
    return true;
  }

  /* Move one end of the picked span by a token, as seen. */
  nudgeEdge(edge, towardsRight) {
    const span = this.selected;
    if (!span || span.score !== undefined) return;
    const { model } = this;
    const forward = towardsRight !== model.runsRightToLeft(span.start);
    let { start, end } = span;
    if (edge === "start") start = forward ? this.#followingStart(start) : model.previousStop(start);
    else if (forward) end = model.nextStop(end);
    else end = model.snap(start, Math.max(start, model.previousStop(end)))?.[1] ?? end; // the token before the last
    this.resize(span, start, end);
  }

  #followingStart(unit) {
    const { starts } = this.model;
    return starts[firstGreater(starts, unit)] ?? unit;
  }

  undo() {
    if (this.edits.undo()) this.#travelled("undone");
  }

  redo() {
    if (this.edits.redo()) this.#travelled("redone");
  }

  #travelled(message) {
    this.selected = null;
    this.selection = null;
    this.#edited(message);
  }

  flag() {
    this.edits.flag();
    this.#edited(this.edits.state.flagged ? "flagged" : "flag removed");
  }

  /* ---- suggestions ---- */

  /* The suggestion meant by A and X: the picked one, the one under the caret, else the next, around the end. */
  #meant() {
    const { pending } = this.scene;
    if (pending.includes(this.selected)) return this.selected;
    const { unit } = this.caret;
    const meant = pending.find((s) => s.start <= unit && unit <= s.end) ?? pending.find((s) => s.start >= unit) ?? pending[0];
    if (!meant) this.panels.toast("There is no suggestion in this document.");
    return meant;
  }

  accept(suggestion = this.#meant()) {
    if (suggestion) this.#settle(suggestion, makeSpan(suggestion.start, suggestion.end, suggestion.label));
  }

  #settle(suggestion, span) {
    const same = this.edits.state.spans.find((other) => sameRange(other, span));
    if (this.#refuses(span, same)) {
      this.pick(suggestion);
      return;
    }
    if (same) this.edits.replace(same, span);
    else this.edits.decide([[suggestion.id, "accepted"]], [span]);
    this.#toNext(suggestion, `accepted ${this.#name(span.label)}: ${this.#surface(span)}`);
  }

  reject(suggestion = this.#meant()) {
    if (!suggestion) return;
    this.edits.decide([[suggestion.id, "rejected"]]);
    this.#toNext(suggestion, `rejected ${this.#name(suggestion.label)}: ${this.#surface(suggestion)}`);
  }

  #toNext(suggestion, message) {
    this.caret = { unit: suggestion.end, after: true };
    this.selected = null;
    this.selection = null;
    this.#edited(message);
    const { pending } = this.scene;
    const next = pending.find((s) => s.start >= suggestion.start) ?? pending[0];
    if (next) this.pick(next);
  }

  acceptAll() {
    const { pending, spans } = this.scene;
    const free = pending.filter((s) => !spans.some((span) => overlap(span, s)));
    if (!free.length) {
      this.panels.toast(pending.length ? "Every suggestion overlaps a span." : "There is no suggestion in this document.");
      return;
    }
    this.edits.decide(
      free.map((s) => [s.id, "accepted"]),
      free.map((s) => makeSpan(s.start, s.end, s.label)),
    );
    this.selected = null;
    this.#edited(`${free.length} suggestions accepted`);
    const left = pending.length - free.length;
    this.panels.toast(`${free.length} accepted${left ? `, ${left} overlap a span` : ""} · Ctrl Z takes it back`);
  }
}
