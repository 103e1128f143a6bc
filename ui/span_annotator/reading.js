/* A document on the screen: drawn blocks, caret, selection, and the way through spans and suggestions. Nothing here
   changes what a person has decided; `refresh` draws a change once, and only where it shows. */

import { Geometry } from "./geometry.js";
import { Pages } from "./pages.js";
import { Pager } from "./pager.js";
import { ReadingSettings } from "./reading_settings.js";
import { changedItems, merged, touching } from "./sorted_spans.js";
import { nearestCarried, obstacle } from "./carried.js";
import { hintsFor } from "./hints.js";
import { TextView } from "./text_view.js";
import { Overlay } from "./overlay.js";
import { Layers } from "./layers.js";
import { quote, setText } from "./elements.js";
import { howToBegin, whereabouts } from "./spoken.js";
import { sentenceStep } from "./movement.js";
import { grownEnd, phraseAt } from "./phrase.js";

const SPOKEN_AFTER = 120; // ms

export class Reading {
  constructor(root, panels, list) {
    this.panels = panels;
    this.list = list;
    this.text = root.querySelector(".text");
    this.view = new TextView(root.querySelector(".blocks"));
    this.layers = new Layers();
    this.overlay = new Overlay(root.querySelector(".overlay"), this.text, root.querySelector(".scroll"));
    this.readingSettings = new ReadingSettings(root, () => this.#reset());
    this.pager = new Pager(root.querySelector(".pager"), (step) => this.turnPage(step));
    this.overlay.scroller.addEventListener("scroll", () => this.view.finish(), { passive: true });
    this.howToBegin = root.querySelector("#how-to-begin");
    this.labels = new Map(); // id → label, those to choose from
    this.drawn = new Map(); // the same and those taken away meanwhile, whose spans are still to be seen
    this.sticky = null; // label id that each drag sets at once
    this.canUndo = false; // whether there is a way back, and forward again; told by the history
    this.canRedo = false;
    this.keyFor = () => ""; // the key of a command, for hints; told by the commands
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
    this.pages = new Pages(model, edits.state.spans);
    this.view.build(model, this.pages);
    this.geometry = new Geometry(model, this.view, this.pages);
    this.list.forget();
    this.list.list.scrollTop = 0;
    this.overlay.scroller.scrollTop = 0;
    this.refresh();
  }

  setLabels(labels) {
    this.labels = labels;
    this.drawn = new Map([...this.drawn, ...labels]);
    if (this.sticky !== null && !labels.has(this.sticky)) this.sticky = null;
    this.panels.buildLabels(labels);
    setText(this.howToBegin, howToBegin(labels));
    this.list.forget();
  }

  /* A document may have spans of a label that came or went elsewhere: they are shown all the same. */
  learnLabels(items) {
    for (const { label: id } of items) if (!this.drawn.has(id)) this.drawn.set(id, { id, name: `label ${id}`, hue: 0, key: null, description: "" });
  }

  /* Draw what changed since the last call: touched blocks, list, bar, overlay. `follow` turns to the page of the
     change, where none of it is on the page shown. */
  refresh({ all = false, follow = false } = {}) {
    const before = this.scene;
    const { spans } = this.edits.state;
    const pending = this.#pending();
    if (this.selected && !spans.includes(this.selected) && !pending.includes(this.selected)) this.selected = null;
    const same = before && before.spans === spans && before.pending === pending;
    const items = same ? before.items : merged(spans, pending);
    this.scene = { spans, pending, items, selected: this.selected, labels: this.drawn, layers: this.layers };
    const changed = before ? [...changedItems(before.spans, spans), ...changedItems(before.pending, pending)] : [];
    if (before) this.layers.follow(changed, this.scene);
    else this.layers.lay(this.scene);
    if (follow) this.#follow(changed);
    const touched = this.#blocksOf(before?.selected === this.selected ? changed : [...changed, before?.selected, this.selected]);
    if (!before) this.#show(this.caret.unit);
    else if (all) this.view.redraw(this.caret.unit, this.scene);
    else for (const index of touched) this.view.render(index, this.scene);
    this.view.point(this.selected);
    if (!before || all || touched.size) this.list.draw(this.scene, this.model.text);
    this.drawBar();
    this.view.place();
    this.drawOverlay();
  }

  /* The open suggestions: the same list as long as nothing it depends on has changed. */
  #pending() {
    const { spans, decisions } = this.edits.state;
    const on = [spans, decisions, this.suggestions, this.threshold];
    if (!this.pendingOn?.every((value, i) => value === on[i])) {
      this.pendingOn = on;
      this.pendingNow = this.edits.pending(this.suggestions, this.threshold);
    }
    return this.pendingNow;
  }

  #blocksOf(items) {
    const blocks = new Set();
    for (const item of items) {
      if (!item) continue;
      const [first, last] = this.model.blocksOf(item.start, item.end);
      for (let index = first; index <= last; index++) blocks.add(index);
    }
    return blocks;
  }

  /* ---- pages ---- */

  #show(unit) {
    this.view.show(unit, this.scene);
    this.view.point(this.selected);
    this.pager.draw(this.pages);
  }

  #turn(page, unit) {
    if (page === this.pages.at) return false;
    this.pages.at = page;
    this.#show(unit);
    return true;
  }

  #turnToCaret() {
    this.#turn(this.pages.pageOf(this.caret.unit, this.caret.after), this.caret.unit);
  }

  #follow(items) {
    if (!items.length || items.some((item) => this.pages.touches(item.start, item.end))) return;
    this.caret = { unit: items[0].end, after: true };
    this.#turn(this.pages.pageOf(items[0].start), items[0].start);
    this.overlay.reveal(this.geometry.caret(items[0].start, false));
  }

  /* The next or previous page from its top. The caret comes along, unless a selection is to be extended from there. */
  turnPage(step) {
    const page = this.pages.at + step;
    if (page < 0 || page >= this.pages.count) return;
    this.#turn(page, this.pages.starts[page]);
    this.overlay.scroller.scrollTop = 0;
    if (!this.selection) {
      const unit = this.model.tokenFrom(this.pages.starts[page]);
      this.selected = null;
      this.caret = { unit, after: false };
    }
    this.column = null;
    this.refresh();
    this.panels.announce(`Page ${page + 1} of ${this.pages.count}`);
  }

  drawBar() {
    const { edits, selected } = this;
    this.panels.draw(this.scene, {
      sticky: this.sticky,
      flagged: edits.state.flagged,
      canUndo: this.canUndo,
      canRedo: this.canRedo,
      choosing: this.range() !== null || selected !== null,
    });
    this.panels.drawHint(hintsFor(this));
  }

  /* The nearest range that a model can carry; null where `span` is one. */
  nearest(span) {
    if (!obstacle(this.model, span)) return null;
    const [start, end] = this.model.snap(span.start, span.end) ?? [span.start, span.end];
    const others = this.layers.on ? [] : touching(this.edits.state.spans, { start, end }).filter((other) => other !== span);
    return nearestCarried(this.model, span, others);
  }

  drawOverlay() {
    const range = this.range();
    const span = this.selected && this.selected.score === undefined ? this.selected : null;
    const ends = span ? [span.start, span.end] : this.byTouch ? range : null; // a finger needs something to hold
    this.overlay.draw({
      caret: this.geometry.caret(this.caret.unit, this.caret.after),
      selected: range ? this.view.rects(range[0], range[1]) : [],
      misfit: range !== null && this.selection.exact && obstacle(this.model, { start: range[0], end: range[1] }) !== "",
      ends: ends ? [this.geometry.caret(ends[0], false), this.geometry.caret(ends[1], true)] : null,
    });
  }

  /* Which hand works: a finger gets grips large enough, also at the ends of a selection. */
  takeByTouch(finger) {
    if (this.byTouch === finger) return;
    this.byTouch = finger;
    this.panels.root.toggleAttribute("data-touch", finger);
  }

  /* Whether spans may lie over each other; the lines make room for it. */
  allowOverlaps(allowed) {
    this.layers.on = allowed;
    this.panels.root.toggleAttribute("data-overlap", allowed);
  }

  relayout() {
    if (!this.geometry) return;
    this.geometry.forget();
    this.list.measure();
    this.view.place({ all: true });
    this.drawOverlay();
  }

  /* The text is set otherwise: measure anew, and keep the caret in sight. */
  #reset() {
    if (!this.geometry) return;
    this.relayout();
    this.overlay.reveal(this.geometry.caret(this.caret.unit, this.caret.after));
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
    this.byCharacter = exact;
    this.caret = { unit, after };
    if (!keepColumn) this.column = null;
    this.#drawCaret();
  }

  select(anchor, focus, { exact = false } = {}) {
    this.selection = { anchor, focus, exact };
    this.selected = null;
    this.caret = { unit: focus, after: focus > anchor };
    this.#turnToCaret();
    this.refresh();
  }

  #drawCaret() {
    this.#turnToCaret();
    if (this.scene.selected !== this.selected) this.refresh();
    else {
      this.drawBar();
      this.drawOverlay();
    }
    this.#sayWhere();
    this.overlay.wake();
    this.overlay.reveal(this.geometry.caret(this.caret.unit, this.caret.after));
  }

  /* Once the keys rest: a screen reader would stumble over each step, and no key should wait for this. */
  #sayWhere() {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      this.panels.announce(whereabouts(this.model, this.caret, this.range(), this.byCharacter));
    }, SPOKEN_AFTER);
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
    const caret = this.#caretHere();
    if (!caret) return;
    this.column ??= caret.left;
    const to = this.geometry.vertical(this.caret.unit, { ...caret, behind: this.caret.after }, this.column, down ? 1 : -1)
      ?? this.#beyondPage(down);
    if (to) this.moveTo(to.unit, { after: to.after, extend, keepColumn: true });
    else this.toEnd(down, { extend });
  }

  stepSentence(down, { extend = false } = {}) {
    const to = sentenceStep(this.model, this.caret, down, extend);
    if (to) this.moveTo(to.unit, { after: to.after, extend });
  }

  /* Select what looks like a name from the caret on; what is selected already grows by a token, in Chinese by a word. */
  selectPhrase() {
    const range = this.range();
    const found = range ? [range[0], grownEnd(this.model, range[1])] : phraseAt(this.model, this.caret.unit);
    if (found) this.select(...found);
  }

  /* A screenful up or down; from the last line of a page to the next page. */
  stepScreen(down, { extend = false } = {}) {
    const caret = this.#caretHere();
    if (!caret) return;
    this.column ??= caret.left;
    const far = Math.max(caret.height, this.overlay.scroller.clientHeight - 3 * caret.height);
    const hit = this.geometry.hit(this.column, caret.top + caret.height / 2 + (down ? far : -far));
    if (!hit) return;
    const after = hit.edge === this.model.ends[hit.token];
    const reached = this.geometry.caret(hit.edge, after);
    if (Math.abs(reached.top - caret.top) < caret.height) this.stepLine(down, { extend });
    else this.moveTo(hit.edge, { after, extend, keepColumn: true });
  }

  /* The caret's box, its page brought back first. */
  #caretHere() {
    this.#turnToCaret();
    return this.geometry.caret(this.caret.unit, this.caret.after);
  }

  #beyondPage(down) {
    const page = this.pages.at + (down ? 1 : -1);
    if (page < 0 || page >= this.pages.count) return null;
    const unit = down ? this.pages.starts[page] : this.pages.starts[page + 1] - 1;
    this.#turn(page, unit);
    return this.geometry.outermost(!down, this.column) ?? { unit, after: false };
  }

  toLineEnd(last, { extend = false } = {}) {
    const caret = this.#caretHere();
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
    if (!this.pages.touches(item.start, item.end)) this.#turn(this.pages.pageOf(item.start), item.start);
    this.refresh();
    this.list.reveal(item);
    this.overlay.reveal(this.geometry.caret(item.start, false));
    const kind = item.score === undefined ? "" : "suggested ";
    this.panels.announce(`${kind}${this.nameOf(item.label)}: ${this.surfaceOf(item)}`);
  }

  /* Select the next (or previous) span or suggestion; false at the end, where focus may move on. */
  walk(forward) {
    const { items } = this.scene;
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

  nameOf(label) {
    return this.drawn.get(label).name;
  }

  surfaceOf(item) {
    return quote(this.model.text.slice(item.start, item.end));
  }
}
