/* Characters that need care: which run from right to left, which nobody would see, and which end a line. */

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|\ud802[\udc00-\udfff]|\ud803[\udc00-\udfff]|\ud83a[\udc00-\udfff]/;
const STRONG = /[A-Za-z\u00c0-\u1fff\u2c00-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\uffdc]|[\ud800-\ud83a][\udc00-\udfff]/;
const SIMPLE = /^[\n\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u3001-\u3029\u4e00-\u9fff\uff00-\uff9d]*$/; // no cluster longer than a unit
const LONE_RETURN = /\r(?!\n)/g;
// Controls, format characters and fillers without a shape; joiners and selectors only where no emoji or script needs them.
const UNSEEN = new RegExp(
  [
    "[\\t\\r\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e]",
    "[\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb]",
    "(?<![\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\p{M}\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Mong}])[\\u200c\\u200d]",
    "(?<![\\p{Emoji}\\p{So}\\p{Sm}\\p{sc=Han}])[\\ufe00-\\ufe0f]",
    "(?<![\\p{Emoji}\\p{sc=Han}\\u{e0020}-\\u{e007f}])[\\u{e0000}-\\u{e0fff}]",
  ].join("|"),
  "gu",
);
// Spaces that are not the space bar's.
const ODD_SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const NAMES = {
  "\t": "tab", "\r": "carriage return", "\u000b": "vertical tab", "\u000c": "form feed", "\u0085": "next line",
  "\u00a0": "no-break space", "\u00ad": "soft hyphen", "\u034f": "grapheme joiner", "\u061c": "Arabic letter mark",
  "\u200b": "zero-width space", "\u200c": "zero-width non-joiner", "\u200d": "zero-width joiner",
  "\u200e": "left-to-right mark", "\u200f": "right-to-left mark", "\u2028": "line separator",
  "\u2029": "paragraph separator", "\u202f": "narrow no-break space", "\u2060": "word joiner",
  "\u3000": "ideographic space", "\u3164": "Hangul filler", "\ufeff": "byte order mark",
};

// White space as Python sees it, which leaves out the byte order mark and takes in the information separators.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export const isSpace = (character) => SPACE.test(character);
export const isRightToLeft = (text) => RIGHT_TO_LEFT.test(text);
/* Whether a text takes no room: nothing in it but characters that nobody sees. */
export const isUnseen = (text) => text.replace(UNSEEN, "") === "";
export const isSimple = (text) => SIMPLE.test(text);

/* Whether a line runs from right to left: its first strong character decides, as in `dir=auto`. */
export function startsRightToLeft(line) {
  const strong = STRONG.exec(line);
  return strong !== null && isRightToLeft(strong[0]);
}

/* The text as it is drawn, unit for unit: a carriage return of its own ends a line, which browsers leave out. */
export const asDrawn = (text) => (text.includes("\r") ? text.replace(LONE_RETURN, "\n") : text);

/* What in `text` nobody would see, or would take for a space: [{start, end, kind, name}], offsets counted from `base`. */
export function unseen(text, base) {
  if (!/[^\n\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u3001-\u312f\u3190-\u9fff\uac00-\ud7a3\uff00-\uff9d]/.test(text)) return [];
  const marks = [];
  for (const [kind, pattern] of [["hidden-character", UNSEEN], ["odd-space", ODD_SPACE]]) {
    for (const { 0: character, index } of text.matchAll(pattern)) {
      const name = NAMES[character] ?? `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
      const start = base + index;
      marks.push({ start, end: start + character.length, kind: character === "\t" ? "tab" : kind, name });
    }
  }
  return marks.sort((a, b) => a.start - b.start);
}
