/* Where text lies on the screen. Boxes are measured once a block, relative to it, and stay true while labels change,
   because labels never change the layout; only a new width or font throws them away. */

import { isRightToLeft } from "./characters.js";

export class Geometry {
  constructor(model, view, pages) {
    this.model = model;
    this.view = view; // gives element(block) and rects(start, end)
    this.pages = pages; // what is on another page lies nowhere
    this.cache = [];
  }

  forget() {
    this.cache = [];
  }

  /* Lines of a block from top to bottom: {top, bottom, boxes: [{token, left, right}]}, relative to the block. */
  lines(index) {
    if (!this.pages.has(index)) return [];
    const known = this.cache[index];
    if (known) return known;
    const block = this.model.blocks[index];
    const origin = this.view.element(index).getBoundingClientRect();
    const lines = [];
    for (let token = block.first; token < block.last; token++) {
      for (const rect of this.view.rects(this.model.starts[token], this.model.ends[token])) {
        const top = rect.top - origin.top;
        const bottom = rect.bottom - origin.top;
        let line = lines[lines.length - 1];
        if (!line || (top + bottom) / 2 > line.bottom) {
          line = { top, bottom, boxes: [] };
          lines.push(line);
        }
        line.boxes.push({ token, left: rect.left - origin.left, right: rect.right - origin.left });
      }
    }
    this.cache[index] = lines;
    return lines;
  }

  /* The token nearest to a point of the window: {token, block, inside, edge}; null on a page without tokens.
     `edge` is the border of the token on the side of the point, in units. */
  hit(x, y) {
    const index = this.#nearestWithTokens(this.#blockAtHeight(y));
    if (index < 0) return null;
    const lines = this.lines(index);
    const origin = this.view.element(index).getBoundingClientRect();
    const line = nearest(lines, (candidate) => distance(y - origin.top, candidate.top, candidate.bottom));
    return { block: index, ...this.#onLine(line, x - origin.left, y - origin.top) };
  }

  #nearestWithTokens(index) {
    const [first, after] = this.pages.blocks;
    for (let far = 0; far < after - first; far++) {
      for (const near of [index + far, index - far]) if (this.lines(near).length) return near;
    }
    return -1;
  }

  #onLine(line, x, y) {
    const box = nearest(line.boxes, (candidate) => distance(x, candidate.left, candidate.right));
    const inside = x >= box.left && x <= box.right && y >= line.top - 4 && y <= line.bottom + 4;
    return { token: box.token, inside, edge: this.#edge(box, x > (box.left + box.right) / 2) };
  }

  #edge(box, onTheRight) {
    const start = this.model.starts[box.token];
    const end = this.model.ends[box.token];
    return onTheRight !== isRightToLeft(this.model.text.slice(start, end)) ? end : start;
  }

  /* By tops alone: a block's box reaches a little into the next one, to leave room for label chips. */
  #blockAtHeight(y) {
    const [first, after] = this.pages.blocks;
    let low = first;
    let high = after - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.view.element(middle).getBoundingClientRect().top <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /* The border of a grapheme that a point means: of the grapheme it lies on, or else of the nearest one of the token
     nearest to it. Where directions meet, one place on the screen is the border of several. */
  character(x, y) {
    const hit = this.hit(x, y);
    if (!hit) return null;
    let best = null;
    const end = this.model.ends[hit.token];
    for (let unit = this.model.starts[hit.token]; unit < end; ) {
      const next = Math.min(end, this.model.nextCluster(unit));
      const reversed = isRightToLeft(this.model.text.slice(unit, next));
      for (const rect of this.view.rects(unit, next)) {
        const gap = distance(y, rect.top, rect.bottom) * 1000 + distance(x, rect.left, rect.right); // first the line
        const onTheRight = x > (rect.left + rect.right) / 2;
        if (!best || gap < best.gap) best = { unit: onTheRight !== reversed ? next : unit, gap };
      }
      unit = next;
    }
    return best ? best.unit : hit.edge;
  }

  /* The caret's box {left, top, height} in the window: the trailing edge of the character before, or the leading
     edge of the one after it. */
  caret(unit, after) {
    const { model } = this;
    const behind = unit > 0 && (after || unit >= model.text.length);
    const start = behind ? model.previousCluster(unit) : unit;
    const end = behind ? unit : model.nextCluster(unit);
    const rects = this.view.rects(start, end);
    const rect = rects[behind ? rects.length - 1 : 0];
    if (!rect) return null;
    const atRight = behind !== isRightToLeft(model.text.slice(start, end));
    return { left: atRight ? rect.right : rect.left, top: rect.top, height: rect.height };
  }

  /* The token border one line up (-1) or down (1) from a caret, nearest to column x; null at the end of the page. */
  vertical(unit, caret, x, step) {
    let index = this.model.blockAt(Math.max(0, unit - (caret.behind ? 1 : 0)));
    let lines = this.lines(index);
    const origin = this.view.element(index).getBoundingClientRect();
    const middle = caret.top + caret.height / 2 - origin.top;
    let at = lines.findIndex((line) => middle <= line.bottom + 1);
    if (at < 0) at = lines.length;
    at += step;
    while (at < 0 || at >= lines.length) {
      index += step;
      if (!this.pages.has(index)) return null;
      lines = this.lines(index);
      at = step > 0 ? 0 : lines.length - 1;
    }
    return this.#nearestOn(index, lines[at], x);
  }

  /* The token border nearest to column x in the page's last or first line; null on a page without tokens. */
  outermost(last, x) {
    const [first, after] = this.pages.blocks;
    const index = this.#nearestWithTokens(last ? after - 1 : first);
    return index < 0 ? null : this.#nearestOn(index, this.lines(index).at(last ? -1 : 0), x);
  }

  #nearestOn(index, line, x) {
    const { edge } = this.#onLine(line, x - this.view.element(index).getBoundingClientRect().left, line.top);
    return { unit: edge, after: line.boxes.some((box) => this.model.ends[box.token] === edge) };
  }

  /* [first, last] token border of the visual line that a caret stands in; null where the line has no token. */
  lineEnds(unit, caret) {
    const index = this.model.blockAt(Math.max(0, unit - (caret.behind ? 1 : 0)));
    const middle = caret.top + caret.height / 2 - this.view.element(index).getBoundingClientRect().top;
    const line = this.lines(index).find((candidate) => middle <= candidate.bottom + 1);
    if (!line) return null;
    const tokens = line.boxes.map((box) => box.token);
    return [this.model.starts[Math.min(...tokens)], this.model.ends[Math.max(...tokens)]];
  }
}

function distance(value, low, high) {
  return value < low ? low - value : value > high ? value - high : 0;
}

function nearest(items, gap) {
  let best = items[0];
  let least = Infinity;
  for (const item of items) {
    const now = gap(item);
    if (now < least) {
      least = now;
      best = item;
    }
  }
  return best;
}
