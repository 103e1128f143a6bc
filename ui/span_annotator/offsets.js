/* The text as the editor needs it: code points against UTF-16 units, tokens, blocks, graphemes, sentences.
   Python counts code points, the DOM counts UTF-16 units. Everything inside the editor is in units; `unit` and `point`
   are the only places where one becomes the other. */

import { asDrawn, isSimple, isSpace, isUnseen, startsRightToLeft } from "./characters.js";

const BLOCK_TOKENS = 60; // a block of lines is closed after so many tokens,
const BLOCK_LINES = 60; // or so many lines
const LONGEST_BLOCK = 160; // a paragraph stays in one block up to here, so that it wraps as one
const LONGEST_GAP = 2_000; // units of white space in a row that one block holds
const CLUSTER_REACH = 64; // units looked back for the start of a grapheme cluster
const SENTENCE_END = /[.!?…。！？；]["'”’»）)\]】』」]*$/;

/* Index of the first of `values` (ascending) for which it is greater than `limit`. */
export function firstGreater(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

export class Offsets {
  constructor(text) {
    this.length = text.length;
    this.units = null; // null: every character is one unit, nothing to convert
    if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return;
    this.units = new Uint32Array(text.length + 1);
    this.points = new Uint32Array(text.length + 1);
    let points = 0;
    for (let unit = 0; unit < text.length; points++) {
      const width = text.codePointAt(unit) > 0xffff ? 2 : 1;
      this.units[points] = unit;
      this.points.fill(points, unit, unit + width);
      unit += width;
    }
    this.units[points] = text.length;
    this.points[text.length] = points;
  }

  unit(point) {
    return this.units ? this.units[point] : point;
  }

  point(unit) {
    return this.units ? this.points[unit] : unit;
  }
}

export class TextModel {
  constructor(text, tokens, language) {
    this.text = text;
    this.language = language;
    this.offsets = new Offsets(text);
    this.starts = new Uint32Array(tokens.length / 2);
    this.ends = new Uint32Array(tokens.length / 2);
    for (let i = 0; i < this.starts.length; i++) {
      this.starts[i] = this.offsets.unit(tokens[2 * i]);
      this.ends[i] = this.offsets.unit(tokens[2 * i + 1]);
    }
    this.drawn = asDrawn(text); // unit for unit; only its line ends differ
    this.blocks = this.#cutBlocks();
    this.blockStarts = Uint32Array.from(this.blocks, (block) => block.start);
  }

  /* Blocks {start, end, first, last, lines}, `last` one after its last token. They end at line ends; only a paragraph
     too long for one block is cut, after a sentence where there is one. */
  #cutBlocks() {
    const blocks = [];
    const { drawn: text, starts } = this;
    let open = { start: 0, first: 0, lines: 0 };
    let token = 0;
    const close = (end) => {
      blocks.push({ ...open, end, last: token, lines: Math.max(1, open.lines), clusters: null });
      open = { start: end, first: token, lines: 0 };
    };
    for (let line = 0; line < text.length; ) {
      const found = text.indexOf("\n", line);
      const end = found < 0 ? text.length : found + 1;
      const first = token;
      while (token < starts.length && starts[token] < end) token++;
      const after = token;
      if (after - first > LONGEST_BLOCK || end - line > LONGEST_GAP * 4) {
        token = first;
        if (line > open.start) close(line);
        for (const [cut, at] of this.#cutParagraph(first, after, line, end)) {
          token = at;
          open.lines = Math.ceil((cut - open.start) / 80);
          close(cut);
        }
        token = after;
        open.lines = Math.ceil((end - open.start) / 80);
        close(end);
      } else {
        open.lines++;
        if (after - open.first >= BLOCK_TOKENS || open.lines >= BLOCK_LINES || end === text.length) close(end);
      }
      line = end;
    }
    if (!blocks.length) close(0);
    return blocks;
  }

  /* Where a paragraph too long for one block is cut, as [unit, the token after it]: before tokens, and within white
     space where that goes on for too long. */
  *#cutParagraph(first, after, start, end) {
    let from = first;
    let cut = start;
    for (let token = first; token <= after; token++) {
      const next = token < after ? this.starts[token] : end;
      const gap = token > first ? this.ends[token - 1] : start;
      for (let unit = Math.max(gap, cut) + LONGEST_GAP; unit < next; unit += LONGEST_GAP) {
        yield [unit, token];
        [from, cut] = [token, unit];
      }
      if (token === after || token === from) continue;
      const size = token - from;
      const sentence = size >= BLOCK_TOKENS && SENTENCE_END.test(this.text.slice(this.starts[token - 1], next).trimEnd());
      if (((sentence && after - token >= BLOCK_TOKENS / 2) || size >= LONGEST_BLOCK) && this.#isBorder(next)) {
        yield [next, token];
        [from, cut] = [token, next];
      }
    }
  }

  /* Whether no grapheme cluster runs over a unit. */
  #isBorder(unit) {
    if (isSimple(this.text.slice(unit - 1, unit + 1)) || !Intl.Segmenter) return true;
    const from = Math.max(this.text.lastIndexOf("\n", unit - 1) + 1, unit - CLUSTER_REACH);
    const found = graphemes().segment(this.text.slice(from, unit + CLUSTER_REACH)).containing(unit - from);
    return found.index === unit - from;
  }

  blockAt(unit) {
    return Math.max(0, firstGreater(this.blockStarts, unit) - 1);
  }

  /* The blocks that [start, end) touches, as [first, last]. */
  blocksOf(start, end) {
    return [this.blockAt(start), this.blockAt(Math.max(start, end - 1))];
  }

  /* [start, end) widened to the borders of the tokens it touches; null when it touches none. */
  snap(start, end) {
    if (start >= end) return null;
    const first = firstGreater(this.ends, start);
    const last = firstGreater(this.starts, end - 1) - 1;
    return first <= last ? [this.starts[first], this.ends[last]] : null;
  }

  /* [start, end) without white space at its ends; null when nothing is left. */
  trim(start, end) {
    while (start < end && isSpace(this.text[start])) start++;
    while (end > start && isSpace(this.text[end - 1])) end--;
    return start < end ? [start, end] : null;
  }

  /* [start, end) without unseen characters at its ends, which a hand cannot mean; as it is where no other is left. */
  seen(start, end) {
    let [from, to] = [start, end];
    for (let next; from < to && isUnseen(this.text.slice(from, (next = this.nextCluster(from)))); ) from = next;
    for (let last; to > from && isUnseen(this.text.slice((last = this.previousCluster(to)), to)); ) to = last;
    return from < to ? [from, to] : [start, end];
  }

  tokenAt(unit) {
    const token = firstGreater(this.starts, unit) - 1;
    return token >= 0 && unit < this.ends[token] ? token : -1;
  }

  /* Where the first token from a unit on starts; the unit itself where there is none. */
  tokenFrom(unit) {
    return this.starts[firstGreater(this.starts, unit - 1)] ?? unit;
  }

  nextStop(unit) {
    const token = firstGreater(this.ends, unit);
    return token < this.ends.length ? this.ends[token] : unit;
  }

  previousStop(unit) {
    const token = firstGreater(this.starts, unit - 1) - 1;
    return token >= 0 ? this.starts[token] : unit;
  }

  /* Grapheme borders of a block in units, ascending, both ends included. */
  clusters(index) {
    const block = this.blocks[index];
    if (!block.clusters) {
      const text = this.text.slice(block.start, block.end);
      if (isSimple(text) || !Intl.Segmenter) {
        block.clusters = Uint32Array.from({ length: text.length + 1 }, (_, i) => block.start + i);
      } else {
        const segments = graphemes().segment(text);
        block.clusters = Uint32Array.from([...segments].map((segment) => block.start + segment.index).concat(block.end));
      }
    }
    return block.clusters;
  }

  nextCluster(unit) {
    if (unit >= this.text.length) return this.text.length;
    const borders = this.clusters(this.blockAt(unit));
    return borders[firstGreater(borders, unit)];
  }

  previousCluster(unit) {
    if (unit <= 0) return 0;
    const borders = this.clusters(this.blockAt(unit - 1));
    return borders[firstGreater(borders, unit - 1) - 1];
  }

  /* The line around a unit, without its line end. */
  lineAt(unit) {
    const start = this.drawn.lastIndexOf("\n", unit - 1) + 1;
    const end = this.drawn.indexOf("\n", unit);
    return [start, end < 0 ? this.text.length : end];
  }

  /* The line around a unit; of one too long for a block, the part in the unit's block. */
  stretchAt(unit) {
    const [start, end] = this.lineAt(unit);
    const block = this.blocks[this.blockAt(unit)];
    return [Math.max(start, block.start), Math.min(end, block.end)];
  }

  sentenceAt(unit) {
    const [start, end] = this.stretchAt(unit);
    const line = this.text.slice(start, end);
    const found = Intl.Segmenter && line
      ? new Intl.Segmenter(this.language, { granularity: "sentence" }).segment(line).containing(Math.min(unit - start, line.length - 1))
      : null;
    return found ? [start + found.index, start + found.index + found.segment.length] : [start, end];
  }

  /* The word around a token. A Chinese token is one character, so there the browser's own word list widens it. */
  wordAt(token) {
    const word = [this.starts[token], this.ends[token]];
    if (this.language !== "zh" || !Intl.Segmenter) return word;
    const [start, end] = this.stretchAt(word[0]);
    const segments = new Intl.Segmenter(this.language, { granularity: "word" }).segment(this.text.slice(start, end));
    const found = segments.containing(word[0] - start);
    return found?.isWordLike ? this.snap(start + found.index, start + found.index + found.segment.length) : word;
  }

  runsRightToLeft(unit) {
    const [start, end] = this.stretchAt(this.lineAt(unit)[0]);
    return startsRightToLeft(this.text.slice(start, end));
  }
}

let segmenter = null;

function graphemes() {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter;
}
