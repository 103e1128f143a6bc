/* Every command that changes what a person has decided. Keyboard, pointer and buttons all call these. */

import { firstGreater } from "./offsets.js";
import { makeSpan, overlap, sameRange } from "./edits.js";
import { Reading } from "./reading.js";

export class Editor extends Reading {
  constructor(root, panels, list, onEdit) {
    super(root, panels, list);
    this.onEdit = onEdit; // told of each edit: (words, state before)
    this.locked = false; // while another document is on its way, nothing may change this one
  }

  /* The one way to change the open document: `spans` is the whole list, `decisions` are pairs [suggestion id, decision].
     `words` say to the person what was done, here and when it is undone. False when nothing would change. */
  apply(words, changes) {
    const before = this.edits.state;
    if (this.locked || !this.edits.change(changes)) return false;
    this.panels.quiet();
    this.onEdit(words, before);
    this.refresh();
    this.panels.announce(words);
    return true;
  }

  /* The spans with `others` in place of `gone`. */
  #spansWith(others, gone = []) {
    return [...this.edits.state.spans.filter((span) => !gone.includes(span)), ...others];
  }

  #words(item, label = item.label) {
    return `${this.nameOf(label)} ${this.surfaceOf(item)}`;
  }

  /* A label's key or chip: for the selection, the picked span or suggestion, or else to stay on. */
  applyLabel(label) {
    const range = this.range();
    if (range) this.addSpan(range, label);
    else if (this.selected) this.relabel(this.selected, label);
    else {
      this.sticky = this.sticky === label ? null : label;
      this.refresh();
      this.panels.announce(this.sticky === null ? "No label is on" : `${this.nameOf(label)} is on`);
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
    this.caret = { unit: end, after: true };
    this.selected = this.sticky === null ? span : null;
    this.apply(this.#words(span), { spans: this.#spansWith([span]) });
  }

  /* Say why `span` cannot be set, if it lies over another than `except`. */
  #refuses(span, except = null) {
    const other = this.edits.state.spans.find((candidate) => candidate !== except && overlap(candidate, span));
    if (!other) return false;
    const ways = "relabel that one, remove it, or make this one shorter.";
    this.panels.toast(`Overlaps ${this.nameOf(other.label)} ${this.surfaceOf(other)}: ${ways}`);
    return true;
  }

  relabel(item, label) {
    if (item.score !== undefined) {
      this.#settle(item, makeSpan(item.start, item.end, label));
      return;
    }
    const span = item.label === label ? item : makeSpan(item.start, item.end, label);
    this.selected = this.sticky === null ? span : null;
    if (span === item) this.refresh();
    else this.apply(this.#words(span), { spans: this.#spansWith([span], [item]) });
  }

  removeSelected() {
    if (this.selected && this.selected.score === undefined) this.remove(this.selected);
    else if (this.selected) this.reject(this.selected);
  }

  remove(span) {
    if (this.selected === span) this.selected = null;
    this.caret = { unit: span.end, after: true };
    this.apply(`removed ${this.#words(span)}`, { spans: this.#spansWith([], [span]) });
  }

  /* Give a span other ends; false (and said) where that cannot be. */
  resize(span, start, end) {
    if (start >= end || (start === span.start && end === span.end)) return false;
    const next = makeSpan(start, end, span.label);
    if (this.#refuses(next, span)) return false;
    this.selected = next;
    this.caret = { unit: end, after: true };
    return this.apply(this.#words(next), { spans: this.#spansWith([next], [span]) });
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

  /* Show `state`, wherever it came from: undone, merged, saved by somebody else. Caret and scroll stay. */
  show(state, { follow = false } = {}) {
    this.edits.state = state;
    this.refresh({ follow });
  }

  flag() {
    const flagged = !this.edits.state.flagged;
    this.apply(flagged ? "flagged" : "flag removed", { flagged });
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
    const decisions = [[suggestion.id, "accepted"]];
    this.#toNext(suggestion, `accepted ${this.#words(span)}`, { spans: this.#spansWith([span], same ? [same] : []), decisions });
  }

  reject(suggestion = this.#meant()) {
    if (!suggestion) return;
    this.#toNext(suggestion, `rejected ${this.#words(suggestion)}`, { decisions: [[suggestion.id, "rejected"]] });
  }

  #toNext(suggestion, words, changes) {
    this.caret = { unit: suggestion.end, after: true };
    this.selected = null;
    this.selection = null;
    this.apply(words, changes);
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
    this.selected = null;
    this.apply(`${free.length} suggestions accepted`, {
      spans: this.#spansWith(free.map((s) => makeSpan(s.start, s.end, s.label))),
      decisions: free.map((s) => [s.id, "accepted"]),
    });
    const left = pending.length - free.length;
    this.panels.toast(`${free.length} accepted${left ? `, ${left} overlap a span` : ""} · Ctrl Z takes it back`);
  }
}
