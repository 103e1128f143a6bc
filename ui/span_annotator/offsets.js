/* The text as the editor needs it: code points against UTF-16 units, tokens, blocks, graphemes, sentences.
   Python counts code points, the DOM counts UTF-16 units. Everything inside the editor is in units; `unit` and `point`
   are the only places where one becomes the other. */

const BLOCK_TOKENS = 60; // a block of lines is closed after so many
const LONGEST_BLOCK = 160; // a paragraph stays in one block up to here, so that it wraps as one
const SENTENCE_END = /[.!?…。！？；]["'”’»）)\]】』」]*$/;
const SIMPLE_TEXT = /^[\n\x20-\x7e\u00a0-\u02ff\u3001-\u3029\u4e00-\u9fff\uff00-\uffef]*$/; // no cluster longer than a unit
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|\ud802[\udc00-\udfff]|\ud803[\udc00-\udfff]|\ud83a[\udc00-\udfff]/;
const STRONG = /[A-Za-z\u00c0-\u1fff\u2c00-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\uffdc]|[\ud800-\ud83a][\udc00-\udfff]/;
export const INVISIBLE = /[\t\r\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

export const isRightToLeft = (text) => RIGHT_TO_LEFT.test(text);

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
    this.blocks = this.#cutBlocks();
    this.blockStarts = Uint32Array.from(this.blocks, (block) => block.start);
  }

  /* Blocks end at line ends; only a paragraph too long for one block is cut, after a sentence where there is one. */
  #cutBlocks() {
    const blocks = [];
    let start = 0;
    let first = 0; // first token of the block
    let token = 0;
    const close = (end) => {
      blocks.push({ start, end, first, last: token, clusters: null });
      start = end;
      first = token;
    };
    while (start < this.text.length) {
      let line = start;
      for (;;) {
        const found = this.text.indexOf("\n", line);
        const end = found < 0 ? this.text.length : found + 1;
        const lineFirst = token;
        while (token < this.starts.length && this.starts[token] < end) token++;
        if (token - lineFirst > LONGEST_BLOCK) {
          const after = token;
          token = lineFirst;
          if (line > start) close(line);
          this.#cutParagraph(after, (next) => {
            token = next;
            close(this.starts[next]);
          });
          token = after;
          close(end);
          break;
        }
        line = end;
        if (token - first >= BLOCK_TOKENS || end === this.text.length) {
          close(end);
          break;
        }
      }
    }
    if (!blocks.length) close(0);
    return blocks;
  }

  #cutParagraph(after, cutBefore) {
    let from = firstGreater(this.starts, this.#paragraphStart(after) - 1);
    for (let token = from + 1; token < after; token++) {
      const size = token - from;
      const sentence = size >= BLOCK_TOKENS && SENTENCE_END.test(this.text.slice(this.starts[token - 1], this.starts[token]).trimEnd());
      if ((sentence && after - token >= BLOCK_TOKENS / 2) || size >= LONGEST_BLOCK) {
        cutBefore(token);
        from = token;
      }
    }
  }

  #paragraphStart(after) {
    return this.lineAt(this.starts[after - 1])[0];
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
    while (start < end && /\s/.test(this.text[start])) start++;
    while (end > start && /\s/.test(this.text[end - 1])) end--;
    return start < end ? [start, end] : null;
  }

  /* Why a model that reads whole tokens cannot learn [start, end); "" when it can. */
  misfit(start, end) {
    const snapped = this.snap(start, end);
    if (!snapped) return "covers no token";
    return snapped[0] === start && snapped[1] === end ? "" : "cuts a token";
  }

  tokenAt(unit) {
    const token = firstGreater(this.starts, unit) - 1;
    return token >= 0 && unit < this.ends[token] ? token : -1;
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
      if (SIMPLE_TEXT.test(text) || !Intl.Segmenter) {
        block.clusters = Uint32Array.from({ length: text.length + 1 }, (_, i) => block.start + i);
      } else {
        const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text);
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
    const start = this.text.lastIndexOf("\n", unit - 1) + 1;
    const end = this.text.indexOf("\n", unit);
    return [start, end < 0 ? this.text.length : end];
  }

  sentenceAt(unit) {
    const [start, end] = this.lineAt(unit);
    const line = this.text.slice(start, end);
    const found = Intl.Segmenter
      ? new Intl.Segmenter(this.language, { granularity: "sentence" }).segment(line).containing(Math.min(unit - start, line.length - 1))
      : null;
    return found ? [start + found.index, start + found.index + found.segment.length] : [start, end];
  }

  /* The word around a token. A Chinese token is one character, so there the browser's own word list widens it. */
  wordAt(token) {
    const word = [this.starts[token], this.ends[token]];
    if (this.language !== "zh" || !Intl.Segmenter) return word;
    const [start, end] = this.lineAt(word[0]);
    const segments = new Intl.Segmenter(this.language, { granularity: "word" }).segment(this.text.slice(start, end));
    const found = segments.containing(word[0] - start);
    return found?.isWordLike ? this.snap(start + found.index, start + found.index + found.segment.length) : word;
  }

  /* Whether the line of this unit runs from right to left: its first strong character decides, as in `dir=auto`. */
  runsRightToLeft(unit) {
    const [start, end] = this.lineAt(unit);
    const strong = STRONG.exec(this.text.slice(start, end));
    return strong !== null && isRightToLeft(strong[0]);
  }
}
