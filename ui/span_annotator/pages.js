/* A text too long for one sheet of DOM, in pages. A page ends where a block ends, if possible at an empty line or a
   line's end and outside every span; the whole text stays in memory, only one page is drawn. */

import { firstGreater } from "./offsets.js";

const WHOLE_TEXT = 32_000; // units: up to here a text is one page
const PAGE_UNITS = 20_000; // units a page holds, about
const PAGE_LINES = 1_500; // lines a page holds at most
const PAGE_SLACK = 0.25; // share of a page within which a better border is looked for
const THROUGH_SPAN = 4; // what a border through a span costs, against 2 within a paragraph

export class Pages {
  constructor(model, spans) {
    this.model = model;
    this.firsts = this.#cut(spans); // index of each page's first block
    this.starts = this.firsts.map((block) => model.blocks[block].start); // each page's first unit
    this.at = 0;
  }

  get count() {
    return this.firsts.length;
  }

  /* The blocks of the page shown, as [first, after the last]. */
  get blocks() {
    return [this.firsts[this.at], this.firsts[this.at + 1] ?? this.model.blocks.length];
  }

  /* The page's text, as [start, end) in units. */
  get range() {
    const [first, after] = this.blocks;
    return [this.model.blocks[first].start, this.model.blocks[after - 1].end];
  }

  has(block) {
    const [first, after] = this.blocks;
    return block >= first && block < after;
  }

  /* Whether something of [start, end) lies on the page. */
  touches(start, end) {
    const [from, to] = this.range;
    return start < to && end > from;
  }

  /* The page of a unit; `after`: it is the end of what stands before it. */
  pageOf(unit, after = false) {
    const block = this.model.blockAt(after && unit > 0 ? unit - 1 : unit);
    return firstGreater(this.firsts, block) - 1;
  }

  #cut(spans) {
    const { blocks, text } = this.model;
    const before = new Float64Array(blocks.length + 1); // pages' worth of text before each block
    blocks.forEach((block, i) => {
      before[i + 1] = before[i] + Math.max((block.end - block.start) / PAGE_UNITS, block.lines / PAGE_LINES);
    });
    const all = before[blocks.length];
    if (all * PAGE_UNITS <= WHOLE_TEXT) return [0];
    const inside = insideSpans(blocks, spans);
    const count = Math.round(all);
    const firsts = [0];
    for (let page = 1; page < count; page++) {
      const wanted = (page * all) / count;
      const cost = (block) => (inside[block] ? THROUGH_SPAN : 0) + borderCost(text, blocks[block].start) + Math.abs(before[block] - wanted);
      let best = Math.min(firstGreater(before, wanted), blocks.length - 1); // the nearest, where none is in reach
      for (let block = firstGreater(before, wanted - PAGE_SLACK); block < blocks.length && before[block] <= wanted + PAGE_SLACK; block++) {
        if (cost(block) < cost(best)) best = block;
      }
      if (best > firsts[firsts.length - 1]) firsts.push(best);
    }
    return firsts;
  }
}

/* For each block whether a span runs over its first unit. */
function insideSpans(blocks, spans) {
  const inside = new Uint8Array(blocks.length);
  let index = 1;
  for (const { start, end } of spans) {
    while (index < blocks.length && blocks[index].start <= start) index++;
    for (let block = index; block < blocks.length && blocks[block].start < end; block++) inside[block] = 1;
  }
  return inside;
}

/* 0 after an empty line, 1 after a line's end, 2 within a paragraph. */
function borderCost(text, unit) {
  if (text[unit - 1] !== "\n") return 2;
  return /\n\r?\n$/.test(text.slice(Math.max(0, unit - 3), unit)) ? 0 : 1;
}
