/* The text as DOM: blocks that the browser lays out apart from each other, and in them one element a labelled run.
   Labels only paint (background, shadow, outline, a chip that takes no room), so nothing moves when one is set, and
   a change redraws its own block alone. */

import { INVISIBLE, isRightToLeft } from "./offsets.js";
import { make } from "./elements.js";

const NAMES = {
  "\t": "tab", "\r": "carriage return", "\u00ad": "soft hyphen", "\u200b": "zero-width space",
  "\u200e": "left-to-right mark", "\u200f": "right-to-left mark", "\u2028": "line separator",
  "\u2029": "paragraph separator", "\u2060": "word joiner", "\ufeff": "byte order mark",
};

export class TextView {
  constructor(container) {
    this.container = container;
    this.owners = new WeakMap(); // element of a run → the span or suggestion it shows
  }

  build(model) {
    this.model = model;
    this.elements = model.blocks.map(() => make("div", "block"));
    this.nodes = model.blocks.map(() => []); // per block: [{start, node}], the text nodes in order
    this.marks = model.blocks.map((block) => this.#invisible(block));
    this.container.lang = model.language;
    this.container.replaceChildren(...this.elements);
  }

  element(index) {
    return this.elements[index];
  }

  /* The span or suggestion drawn at an event's target, if any. */
  owner(target) {
    const run = target instanceof Element ? target.closest(".run") : null;
    return run ? this.owners.get(run) : undefined;
  }

  /* Client boxes of [start, end), in the order of the text. */
  rects(start, end) {
    const boxes = [];
    const [first, last] = this.model.blocksOf(start, end);
    const range = document.createRange();
    for (let index = first; index <= last; index++) {
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

  /* Draw one block from `scene`: {spans, pending, selected, labels} with spans and pending sorted by start. */
  render(index, scene) {
    const block = this.model.blocks[index];
    const inside = (item) => item.start < block.end && item.end > block.start;
    const spans = scene.spans.filter(inside);
    const pending = scene.pending.filter(inside);
    const marks = this.marks[index];
    const cuts = new Set([block.start, block.end]);
    for (const item of [...spans, ...pending, ...marks]) {
      cuts.add(Math.max(block.start, item.start)).add(Math.min(block.end, item.end));
    }
    const borders = [...cuts].sort((a, b) => a - b);
    const nodes = [];
    const children = [];
    for (let i = 0; i + 1 < borders.length; i++) {
      const piece = { start: borders[i], end: borders[i + 1] };
      const node = document.createTextNode(this.model.text.slice(piece.start, piece.end));
      const covers = (item) => item.start <= piece.start && item.end >= piece.end;
      nodes.push({ start: piece.start, node });
      const span = spans.findLast(covers); // sorted by start: the last one is the innermost
      const suggestion = pending.find(covers);
      const mark = marks.find(covers);
      let child = node;
      if (mark) child = this.#mark(mark, child);
      if (suggestion) child = this.#suggestion(suggestion, piece, child, scene);
      if (span) child = this.#span(span, piece, child, scene, spans.filter(covers).length > 1);
      children.push(child);
    }
    this.nodes[index] = nodes;
    this.elements[index].replaceChildren(...children);
  }

  #span(span, piece, child, scene, nested) {
    const label = scene.labels.get(span.label);
    const misfit = this.model.misfit(span.start, span.end);
    const run = this.#run(`gold hue-${label.hue}`, span, piece, child, scene.selected === span);
    if (nested) run.classList.add("nested");
    if (misfit) run.classList.add("misfit");
    run.title = misfit ? `${label.name}: ${misfit}, so a model cannot learn it exactly` : label.name;
    if (piece.end === span.end) run.append(this.#chip(span, label, scene));
    return run;
  }

  #suggestion(suggestion, piece, child, scene) {
    const label = scene.labels.get(suggestion.label);
    const run = this.#run(`suggested hue-${label.hue}`, suggestion, piece, child, scene.selected === suggestion);
    const score = suggestion.score.toFixed(2);
    run.title = `Suggested ${label.name}, score ${score} (A accepts, X rejects)`;
    if (piece.end === suggestion.end) {
      const chip = this.#chip(suggestion, label, scene);
      chip.dataset.score = score;
      run.append(chip);
    }
    return run;
  }

  #run(kind, item, piece, child, selected) {
    const run = make("span", `run ${kind}`);
    if (piece.start === item.start) run.classList.add("first");
    if (piece.end === item.end) run.classList.add("last");
    if (selected) run.classList.add("selected");
    run.append(child);
    this.owners.set(run, item);
    return run;
  }

  /* The label's name under the end of its run. It hangs in the space between the lines and is drawn by CSS, so it can
     neither be selected nor shift a character; where a neighbour is near, the name is cut to what fits. */
  #chip(item, label, scene) {
    const chip = make("i", "chip");
    const before = (list) => list.reduce((end, other) => (other.end <= item.start ? Math.max(end, other.end) : end), -Infinity);
    const line = this.model.text.lastIndexOf("\n", item.end - 1) + 1;
    const left = Math.max(line, before(scene.spans), before(scene.pending));
    const room = width(this.model.text.slice(left, item.end)) * 1.4 - 1; // in the chip's smaller letters
    const name = [...label.name];
    const fit = Math.max(3, Math.floor(room));
    chip.dataset.label = width(label.name) <= fit ? label.name : `${name.slice(0, Math.max(2, fit - 1)).join("")}…`;
    if (isRightToLeft(this.model.text.slice(item.start, item.end))) chip.classList.add("leftward");
    return chip;
  }

  #mark(mark, child) {
    const shown = make("span", `mark ${mark.name === "tab" ? "tab" : "hidden-character"}`);
    shown.title = mark.name;
    shown.append(child);
    return shown;
  }

  /* Characters that nobody would see; those inside a grapheme cluster (a joiner in an emoji) belong to it. */
  #invisible(block) {
    const text = this.model.text.slice(block.start, block.end);
    return Array.from(text.matchAll(INVISIBLE), ({ 0: character, index }) => ({
      start: block.start + index,
      end: block.start + index + 1,
      name: NAMES[character] ?? `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
    }));
  }
}

/* Rough width in Latin letters: a wide character counts as two. */
function width(text) {
  let sum = 0;
  for (const character of text) sum += character >= "\u1100" ? 2 : 1;
  return sum;
}
