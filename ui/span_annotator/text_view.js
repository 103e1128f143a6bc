/* A page of the text as DOM: blocks that the browser lays out apart from each other, and in them one element a labelled
   run. Labels only paint (background, shadow, outline, a chip that takes no room), so nothing moves when one is set, and
   a change redraws its own block alone. For the same reason a page is laid out at once as bare text, which already has
   every place right; labels out of sight are drawn in idle moments after. */

import { isRightToLeft, unseen } from "./characters.js";
import { touching } from "./sorted_spans.js";
import { innerFirst } from "./layers.js";
import { keptInstead, obstacle } from "./carried.js";
import { cancelIdle, whenIdle } from "./idle.js";
import { nameOf, placeOf, placesOf } from "./spoken.js";
import { make } from "./elements.js";
import { shortly } from "./sources.js";
import { Tags } from "./tags.js";

const IN_SIGHT = 4_000; // units drawn at once on either side of where the page is opened
const LABEL_ROOM = 60; // units looked back for a neighbour: no label is longer

export class TextView {
  constructor(container) {
    this.container = container;
    this.text = container.parentElement; // has the focus, and says to screen readers what is picked in it
    this.tags = new Tags();
    container.addEventListener("pointerover", ({ target }) => this.#heed(target));
    this.owners = new WeakMap(); // element of a run → the span or suggestion it shows
  }

  build(model, pages) {
    this.model = model;
    this.pages = pages;
    this.elements = [];
    this.remarks = []; // ranges with a comment, by start
    this.container.lang = model.language;
  }

  /* Lay out the page that is `pages.at` as bare text and draw the labels around a unit; the others follow. */
  show(unit, scene) {
    const { model } = this;
    const [first, after] = this.pages.blocks;
    this.elements = new Array(model.blocks.length);
    this.nodes = new Array(model.blocks.length); // per block on the page: [{start, node}], the text nodes in order
    this.runs = new Array(model.blocks.length); // per block on the page: its runs
    this.bare = new Set(); // blocks whose labels are still to be drawn
    this.tags.clear();
    for (let index = first; index < after; index++) {
      const { start, end } = model.blocks[index];
      const node = document.createTextNode(model.drawn.slice(start, end));
      this.nodes[index] = [{ start, node }];
      this.elements[index] = make("div", "block");
      // the rest of a paragraph runs as it began; any other line finds its own direction
      if (start > 0 && model.drawn[start - 1] !== "\n") this.elements[index].dir = model.runsRightToLeft(start) ? "rtl" : "ltr";
      this.elements[index].append(node);
      this.bare.add(index);
    }
    this.redraw(unit, scene);
    this.container.replaceChildren(...this.elements.slice(first, after));
    this.tags.place();
  }

  /* Draw every label of the page again, those around a unit at once. */
  redraw(unit, scene) {
    const { blocks } = this.model;
    const [first, after] = this.pages.blocks;
    for (let index = first; index < after; index++) this.bare.add(index);
    const from = this.model.blockAt(Math.max(blocks[first].start, unit - IN_SIGHT));
    const to = this.model.blockAt(Math.min(blocks[after - 1].end, unit + IN_SIGHT));
    for (let index = Math.max(first, from); index <= Math.min(after - 1, to); index++) this.render(index, scene);
    this.scene = scene;
    this.#drawLater();
  }

  /* In idle moments: first the labels still to be drawn, then the names of the runs, which count the spans; `unnamed`
     are those left to name. */
  #drawLater(unnamed = null) {
    cancelIdle(this.idle);
    this.idle = whenIdle((deadline) => {
      if (!this.bare.size) {
        const left = this.#nameRuns(unnamed ?? this.runs.flat(), deadline);
        if (left.length) this.#drawLater(left);
        return;
      }
      for (const index of this.bare) {
        this.render(index, this.scene);
        if (deadline.timeRemaining() < 3) break;
      }
      this.tags.place();
      this.#drawLater();
    });
  }

  /* Name runs as long as there is time; those that are left. */
  #nameRuns(runs, deadline) {
    const placeIn = placesOf(this.scene);
    for (const [i, run] of runs.entries()) {
      const item = this.owners.get(run);
      const name = nameOf(item, this.scene, this.model.text, placeIn(item)) + (run.classList.contains("first") ? "" : ", continued");
      if (run.ariaLabel !== name) run.ariaLabel = name;
      if (deadline.timeRemaining() < 3) return runs.slice(i + 1);
    }
    return [];
  }

  /* Draw now what was left for idle moments: it comes into sight. */
  finish() {
    for (const index of this.bare) this.render(index, this.scene);
    this.tags.place();
  }

  /* Put the tags of what was drawn into place; with `all`, because the text is laid out otherwise, every tag. */
  place({ all = false } = {}) {
    if (all) this.tags.placeAll();
    else this.tags.place();
  }

  /* A suggestion's tag says more while the pointer is on it. */
  #heed(target) {
    const hot = target instanceof Element ? this.tags.of.get(target.closest(".suggested")?.querySelector(":scope > .chip")) : null;
    if (hot === this.hot) return;
    this.hot?.classList.remove("hot");
    hot?.classList.add("hot");
    this.hot = hot;
  }

  /* Tell screen readers which span is picked. */
  point(item) {
    const shown = item && this.picked?.isConnected && this.owners.get(this.picked) === item;
    if (!shown) {
      this.text.removeAttribute("aria-activedescendant");
      return;
    }
    this.picked.ariaLabel = nameOf(item, this.scene, this.model.text, placeOf(item, this.scene));
    this.text.setAttribute("aria-activedescendant", this.picked.id);
  }

  element(index) {
    return this.elements[index];
  }

  /* Mark the ranges that comments are written on: [{start, end, kind, remark}], in any order. */
  showRemarks(remarks) {
    const before = this.remarks;
    this.remarks = [...remarks].sort((a, b) => a.start - b.start);
    for (const { start, end } of [...before, ...remarks]) {
      const [first, last] = this.model.blocksOf(start, end);
      for (let index = first; index <= last; index++) this.render(index, this.scene);
    }
    this.tags.place();
  }

  /* The span or suggestion drawn at an event's target, if any. */
  owner(target) {
    const run = target instanceof Element ? target.closest(".run") : null;
    return run ? this.owners.get(run) : undefined;
  }

  /* Client boxes of [start, end), in the order of the text; none for what is on another page. */
  rects(start, end) {
    const boxes = [];
    const [first, last] = this.model.blocksOf(start, end);
    const range = document.createRange();
    for (let index = first; index <= last; index++) {
      if (!this.elements[index]) continue;
      for (const { start: from, node } of this.nodes[index]) {
        const to = from + node.length;
        if (to <= start || from >= end) continue;
        range.setStart(node, Math.max(0, start - from));
        range.setEnd(node, Math.min(node.length, end - from));
        for (const box of range.getClientRects()) if (box.height > 0) boxes.push(box);
      }
    }
    return boxes;
  }

  /* Draw one block from `scene`: {spans, pending, selected, labels, layers}, spans and pending sorted by start. */
  render(index, scene) {
    this.scene = scene;
    if (!this.elements[index]) return;
    this.bare.delete(index);
    const block = this.model.blocks[index];
    const spans = touching(scene.spans, block);
    const pending = touching(scene.pending, block);
    block.marks ??= unseen(this.model.text.slice(block.start, block.end), block.start);
    const marks = [...block.marks, ...touching(this.remarks, block)];
    const cuts = new Set([block.start, block.end]);
    for (const item of [...spans, ...pending, ...marks]) {
      cuts.add(Math.max(block.start, item.start)).add(Math.min(block.end, item.end));
    }
    const borders = [...cuts].sort((a, b) => a - b);
    const nodes = [];
    const children = [];
    this.runs[index] = [];
    this.hung = []; // [element, tag] of this block
    this.crowded = scene.layers.crowded([...spans, ...pending]);
    for (let i = 0; i + 1 < borders.length; i++) {
      const piece = { start: borders[i], end: borders[i + 1] };
      const node = document.createTextNode(this.model.drawn.slice(piece.start, piece.end));
      const covers = (item) => item.start <= piece.start && item.end >= piece.end;
      nodes.push({ start: piece.start, node });
      const mark = marks.find(covers);
      const child = mark ? this.#mark(mark, node) : node;
      children.push(this.#layers(pending.filter(covers), spans.filter(covers), piece, child, scene));
    }
    this.nodes[index] = nodes;
    this.elements[index].replaceChildren(...children, ...this.tags.layer(this.elements[index], this.hung));
    this.#drawLater();
  }

  /* A piece in the runs of all that covers it, the outermost lane around the others. The text has the tint of one
     span, the picked or the innermost; the others are seen in their lanes. */
  #layers(suggestions, spans, piece, child, scene) {
    const tinted = spans.includes(scene.selected) ? scene.selected : spans.length > 1 ? [...spans].sort(innerFirst)[0] : spans[0];
    const inOrder = [...suggestions, ...spans];
    if (inOrder.length > 1 && scene.layers.on) inOrder.sort((a, b) => scene.layers.of(a) - scene.layers.of(b));
    let drawn = child;
    for (const item of inOrder) {
      if (item.score !== undefined) drawn = this.#suggestion(item, piece, drawn, scene);
      else drawn = this.#span(item, piece, drawn, scene, item !== tinted);
    }
    return drawn;
  }

  #span(span, piece, child, scene, under) {
    const label = scene.labels.get(span.label);
    const misfit = obstacle(this.model, span);
    const kept = misfit || !scene.layers.on ? null : keptInstead(scene, this.model, span);
    const run = this.#run(`gold hue-${label.hue}`, span, piece, child, scene);
    if (under) run.classList.add("under");
    if (misfit) run.classList.add("misfit");
    if (kept) run.classList.add("untrained");
    if (piece.end === span.end) run.append(this.#chip(span, label, scene, run));
    return run;
  }

  #suggestion(suggestion, piece, child, scene) {
    const label = scene.labels.get(suggestion.label);
    const run = this.#run(`suggested hue-${label.hue}`, suggestion, piece, child, scene);
    const score = shortly(suggestion);
    if (piece.end === suggestion.end) run.append(this.#chip(suggestion, label, scene, run, score));
    return run;
  }

  #run(kind, item, piece, child, scene) {
    const run = make("span", `run ${kind}`);
    if (piece.start === item.start) run.classList.add("first");
    if (piece.end === item.end) run.classList.add("last");
    const lane = scene.layers.of(item);
    if (lane) run.style.setProperty("--at", lane);
    if (this.crowded.has(item)) run.style.setProperty("--depth", this.crowded.get(item));
    if (scene.selected === item) this.#pick(run, item);
    run.setAttribute("role", "group");
    run.setAttribute("aria-roledescription", item.score === undefined ? "span" : "suggestion");
    run.append(child);
    this.owners.set(run, item);
    this.runs[this.model.blockAt(piece.start)].push(run);
    return run;
  }

  #pick(run, item) {
    run.classList.add("selected");
    run.ariaCurrent = "true";
    if (!run.classList.contains("first") && this.owners.get(this.picked) === item && this.picked.isConnected) return;
    run.id = "picked-span";
    this.picked = run;
  }

  /* Where the label's name hangs: an empty element at the end of its run. The name lies in the space between the lines
     and is drawn by CSS, so that it cannot be selected; where a neighbour is near, it is cut to what fits. */
  #chip(item, label, scene, run, score = "") {
    const { text, drawn } = this.model;
    const chip = make("i", "chip");
    const far = Math.max(0, item.end - LABEL_ROOM);
    const left = Math.max(far, drawn.slice(far, item.end - 1).lastIndexOf("\n") + 1 + far, ...this.#endsBefore(item, far, scene));
    const room = width(text.slice(left, item.end)) * 1.4 - 1; // in the chip's smaller letters
    const name = [...label.name];
    const fit = left === far ? LABEL_ROOM : Math.max(3, Math.floor(room));
    chip.dataset.label = width(label.name) <= fit ? label.name : `${name.slice(0, Math.max(2, fit - 1)).join("")}…`;
    const tag = make("b", `tag hue-${label.hue} ${item.score === undefined ? "of-span" : "of-suggestion"}`);
    Object.assign(tag.dataset, { label: chip.dataset.label, score });
    tag.style.cssText = run.style.cssText; // its lane
    tag.classList.toggle("of-picked", scene.selected === item);
    tag.classList.toggle("leftward", isRightToLeft(text.slice(item.start, item.end)));
    this.hung.push([chip, tag]);
    return chip;
  }

  /* Where others end between `far` and an item's start. */
  #endsBefore(item, far, { spans, pending, layers }) {
    const lane = layers.of(item);
    const isBefore = (other) => other.end <= item.start && layers.of(other) === lane;
    const others = (list) => touching(list, { start: far, end: item.start }).filter(isBefore);
    return [...others(spans), ...others(pending)].map((other) => other.end);
  }

  /* A character that nobody would see. */
  #mark(mark, child) {
    const shown = make("span", `mark ${mark.kind}`);
    if (mark.name) {
      shown.title = mark.name;
      this.hung.push([shown, make("b", `sign ${mark.kind}`)]);
    }
    if (mark.remark) shown.dataset.remark = mark.remark;
    shown.append(child);
    return shown;
  }
}

/* Rough width in Latin letters: a wide character counts as two. */
function width(text) {
  let sum = 0;
  for (const character of text) sum += character >= "\u1100" ? 2 : 1;
  return sum;
}
