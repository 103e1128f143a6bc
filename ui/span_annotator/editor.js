/* Every command that changes what a person has decided. Keyboard, pointer and buttons all call these. */

import { firstGreater } from "./offsets.js";
import { makeSpan, sameRange, sameSpan } from "./edits.js";
import { touching } from "./sorted_spans.js";
import { quote } from "./elements.js";
import { decided } from "./sources.js";
import { obstacle } from "./carried.js";
import { Misfits, nextUncarried } from "./misfits.js";
import { Refusal, inTheWay } from "./refusal.js";
import { grownEnd } from "./phrase.js";
import { Reading } from "./reading.js";

export class Editor extends Reading {
  constructor(root, panels, list, onEdit) {
    super(root, panels, list);
    this.onEdit = onEdit; // told of each edit: (words, state before)
    this.refusal = null; // a span that could not be set, with its ways out
    this.misfits = new Misfits(root.querySelector(".misfits"), () => !this.locked && this.pickUncarried());
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

  /* A label's key or chip: for the selection, the picked span or suggestion, or else to stay on. For a span that was
     refused the same label again means to replace what lies there. */
  applyLabel(label) {
    const range = this.range();
    if (this.refusal?.span.label === label) this.refusal.replace();
    else if (range) this.addSpan(range, label);
    else if (this.selected) this.relabel(this.selected, label);
    else {
      this.sticky = this.sticky === label ? null : label;
      this.refresh();
      this.panels.announce(this.sticky === null ? "No label is on" : `${this.nameOf(label)} is on`);
    }
  }

  /* `keepPicked`: the span stays picked also while a label is on. */
  addSpan([start, end], label, { keepPicked = false } = {}) {
    const span = makeSpan(start, end, label);
    const same = this.near(span).find((other) => sameRange(other, span) && (!this.layers.on || other.label === label));
    if (same) {
      this.selection = null;
      this.relabel(same, label);
      return;
    }
    this.#put(span, [], (set, gone) => {
      this.selection = null;
      this.caret = { unit: set.end, after: true };
      this.selected = this.sticky === null || keepPicked ? set : null;
      return this.apply(this.#words(set), { spans: this.#spansWith([set], gone), decisions: this.#answered(set) });
    });
  }

  /* With a label on, the name at the caret gets it at once; the span that was set so grows when asked again. */
  selectPhrase() {
    const grows = this.selected !== null && this.selected === this.phrase;
    if (grows) this.resize(this.phrase, this.phrase.start, grownEnd(this.model, this.phrase.end));
    else {
      super.selectPhrase();
      const range = this.sticky === null ? null : this.range();
      if (!range) return;
      this.addSpan(range, this.sticky, { keepPicked: true });
    }
    this.phrase = this.selected;
  }

  /* What a span set by hand says about the suggestions it lies on: taken as they are, or corrected. */
  #answered(set) {
    const met = this.scene.pending.filter((s) => s.start < set.end && set.start < s.end);
    return met.flatMap((s) => decided([s], sameSpan(set, s) ? "accepted" : "corrected"));
  }

  /* Set `span` in place of `gone` by `write(span, gone)`, or say what is in the way and how to go on. */
  #put(span, gone, write) {
    const others = inTheWay(this.near(span), span, gone, this.layers.on);
    if (!others.length) {
      const done = write(span, gone);
      this.#sayMisfit(span);
      return done;
    }
    if (this.layers.on) {
      this.panels.toast(`${this.named(span)} is there already.`);
      return false;
    }
    const put = ({ start, end }, replaced) => {
      this.#dropRefusal();
      return write(makeSpan(start, end, span.label), [...gone, ...replaced]);
    };
    this.refusal = new Refusal(span, others, { model: this.model, put, pick: (other) => this.pick(other) });
    this.refusedAt = { selection: this.selection, selected: this.selected, state: this.edits.state };
    const named = (other) => this.named(other);
    const ways = this.refusal.ways(this.drawn.get(span.label), { named, quoted: quote, keyFor: this.keyFor });
    const buttons = ways.map(([key, words, way]) => [key, words, () => !this.locked && way()]);
    this.panels.toast(this.refusal.message(named), buttons, { high: this.overlay.isLow(this.geometry.caret(span.end, true)) });
    return false;
  }

  #dropRefusal() {
    if (!this.refusal) return;
    this.refusal = null;
    this.panels.quiet();
  }

  /* What a refusal offers is about this selection; with another one it is over. */
  drawBar() {
    const { selection, selected, edits } = this;
    const still = this.refusedAt;
    if (this.refusal && !(still.selection === selection && still.selected === selected && still.state === edits.state)) this.#dropRefusal();
    super.drawBar();
    this.misfits.count(this.scene, this.model);
  }

  open(...page) {
    this.refusal = null;
    super.open(...page);
  }

  walk(forward) {
    if (!this.refusal) return super.walk(forward);
    this.refusal.pick();
    return true;
  }

  /* The spans that share a character with another. */
  near(span) {
    return touching(this.edits.state.spans, span);
  }

  named(item) {
    return `${this.nameOf(item.label)} ${this.surfaceOf(item)}`;
  }

  /* ---- what a model can carry ---- */

  /* To the nearest span that can be carried, or set: of a refused span, a selection, the picked span; with nothing of
     that in hand, go to the next span that a model cannot learn. */
  snap() {
    const { model, refusal } = this;
    const range = this.range();
    if (refusal) {
      if (refusal.shrink) refusal.shrink();
      else this.panels.toast("Nothing of it is free: replace what lies there, or change that.");
    } else if (range) {
      const nearest = this.nearest({ start: range[0], end: range[1] });
      if (nearest) this.select(...nearest, { exact: true });
      else this.panels.toast("The selection is whole tokens: a model can learn it.");
    } else if (this.selected?.score === undefined && this.selected && obstacle(model, this.selected)) {
      this.#takeNearest(this.selected);
    } else if (this.lately && !this.selected && this.lately.state === this.edits.state) this.#takeNearest(this.lately.span);
    else this.pickUncarried();
  }

  pickUncarried() {
    const next = nextUncarried(this.scene, this.model, this.selected ? this.selected.end : this.caret.unit);
    if (next) this.pick(next);
    else this.panels.toast("A model can learn every span here as it is marked.");
  }

  #sayMisfit(span) {
    const reason = obstacle(this.model, span);
    const nearest = reason && this.nearest(span);
    if (!nearest || !this.edits.state.spans.some((other) => sameRange(other, span))) return;
    const way = [this.keyFor("snap"), `${quote(this.model.text.slice(...nearest))} instead`, () => !this.locked && this.#takeNearest(span)];
    const high = this.overlay.isLow(this.geometry.caret(span.end, true));
    this.panels.toast(`${this.named(span)} ${reason}: a model cannot learn it exactly.`, [way], { high });
    this.lately = { span, state: this.edits.state }; // S means it, even where a label kept on has let go of it
  }

  #takeNearest(span) {
    const standing = this.near(span).find((other) => sameSpan(other, span));
    const nearest = standing && this.nearest(standing);
    if (nearest) this.resize(standing, ...nearest);
  }

  relabel(item, label) {
    if (item.score !== undefined) {
      this.#settle(item, makeSpan(item.start, item.end, label));
      return;
    }
    const span = item.label === label ? item : makeSpan(item.start, item.end, label);
    const twin = span !== item && this.near(span).some((other) => sameRange(other, span) && other.label === label);
    if (twin) {
      this.panels.toast(`${this.named(span)} is there already.`);
      return;
    }
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
    return this.#put(makeSpan(start, end, span.label), [span], (next, gone) => {
      this.selection = null;
      this.selected = next;
      this.caret = { unit: next.end, after: true };
      return this.apply(this.#words(next), { spans: this.#spansWith([next], gone) });
    });
  }

  /* Move one end of the picked span by a token, as seen. */
  nudgeEdge(edge, towardsRight) {
    const span = this.selected;
    if (!span) return;
    const { model } = this;
    const forward = towardsRight !== model.runsRightToLeft(span.start);
    let { start, end } = span;
    if (edge === "start") start = forward ? this.#followingStart(start) : model.previousStop(start);
    else if (forward) end = model.nextStop(end);
    else end = model.snap(start, Math.max(start, model.previousStop(end)))?.[1] ?? end; // the token before the last
    if (span.score === undefined) this.resize(span, start, end);
    else if (start < end) this.#settle(span, makeSpan(start, end, span.label), { stay: true });
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
    if (this.refusal && this.refusal.suggestion === suggestion) this.refusal.replace();
    else if (suggestion) this.#settle(suggestion, makeSpan(suggestion.start, suggestion.end, suggestion.label));
  }

  /* Set `span` for a suggestion. Where others lie, the suggestion is picked and stays open until a way is chosen. */
  #settle(suggestion, span, { stay = false } = {}) {
    const same = this.near(span).filter((other) => sameRange(other, span) && (!this.layers.on || other.label === span.label));
    if (inTheWay(this.near(span), span, same, this.layers.on).length) this.pick(suggestion);
    this.#put(span, same, (set, gone) => {
      const decisions = decided([suggestion], sameSpan(set, suggestion) ? "accepted" : "corrected");
      this.#toNext(suggestion, `accepted ${this.#words(set)}`, { spans: this.#spansWith([set], gone), decisions });
      if (stay) this.pick(set); // its ends are being moved
      return true;
    });
    if (this.refusal) this.refusal.suggestion = suggestion;
  }

  reject(suggestion = this.#meant()) {
    if (!suggestion) return;
    this.#toNext(suggestion, `rejected ${this.#words(suggestion)}`, { decisions: decided([suggestion], "rejected") });
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
    const free = pending.filter((s) => !inTheWay(touching(spans, s), s, [], this.layers.on).length);
    if (!free.length) {
      this.panels.toast(pending.length ? "Every suggestion overlaps a span." : "There is no suggestion in this document.");
      return;
    }
    this.selected = null;
    this.apply(`${free.length} suggestions accepted`, {
      spans: this.#spansWith(free.map((s) => makeSpan(s.start, s.end, s.label))),
      decisions: decided(free, "accepted"),
    });
    const left = pending.length - free.length;
    this.panels.toast(`${free.length} accepted${left ? `, ${left} overlap a span` : ""} · ${this.keyFor("undo")} takes it back`);
  }
}
