/* Which tokens from the caret on look like one name: a guess that is right more often than not, and one key away.
   The rules are few and general, chosen on one half of published gold spans and counted on the other. */

import { firstGreater } from "./offsets.js";

/* [start, end] of the phrase that begins at the caret, or of the token there; null at the end of the text. */
export function phraseAt(model, unit) {
  const first = firstGreater(model.ends, unit);
  if (first >= model.starts.length) return null;
  const last = model.language === "zh" ? lastOfWords(model, first) : lastOfName(model, first);
  return [model.starts[first], model.ends[last]];
}

/* Where a phrase that ends at a unit ends once it has grown by a token, in Chinese by a word. */
export function grownEnd(model, end) {
  const token = firstGreater(model.ends, end);
  if (token >= model.starts.length) return end;
  if (model.language !== "zh") return model.ends[token];
  const start = model.starts[token];
  return model.snap(start, start + wordsFrom(model, start)[0].length)[1];
}

/* ---- English: capitalised words and numbers in a row, with what stands inside names between them ---- */

const NAME_WORD = /^(?:[\p{Lu}\p{Lt}\p{N}]|\p{Ll}{1,2}\p{Lu})/u; // Merkel, 2010, iPhone, eBay
const INNER = new Set("of the for de del della di da do dos du la le van von der den ter zu al el bin ibn y e &".split(" "));
const LONGEST_INNER = 2; // tokens in a row: "of the"
const TIGHT = /^[-.'’/]$/; // only where no space surrounds it: A-League, AC/DC

function lastOfName({ text, starts, ends }, first) {
  let last = first;
  const opening = text.slice(starts[first], ends[first]);
  if (/^\p{Ll}/u.test(opening) && !NAME_WORD.test(opening) && !INNER.has(opening)) return first;
  for (let token = first + 1; token < starts.length && token - last <= LONGEST_INNER + 1; token++) {
    const gap = text.slice(ends[token - 1], starts[token]);
    if (/[^ \u00a0]/.test(gap)) break;
    const surface = text.slice(starts[token], ends[token]);
    if (NAME_WORD.test(surface)) last = token;
    else if (!INNER.has(surface) && !(TIGHT.test(surface) && isTight(text, starts[token], ends[token]))) break;
  }
  return last;
}

const isTight = (text, start, end) => /\S/.test(text[start - 1] ?? " ") && /\S/.test(text[end] ?? " ");

/* ---- Chinese: what the browser's word list gives, joined: brackets, names it does not know, institutions ---- */

const BRACKETS = new Map(["《》", "“”", "「」", "『』", "‘’", "【】", "〈〉"].map((pair) => [pair[0], pair[1]]));
const LONGEST_BRACKETED = 40; // units
const LONGEST_INSTITUTION = 14; // units
const MOST_WORDS = 5;
let wordList = null;
const FOREIGN = /^[A-Za-z0-9][A-Za-z0-9.\-]*$/;
// Words that end a name: single characters, and two that tell, think, begin…
const PLAIN = new Set([
  ..."的了在是和与及或对等为也将就都还又被把从向到由以于而且但并则却之其这那有没不很更最已曾正再才只便即要会能可应该想说称让使给做来去上下中前后里外内间时日月年",
  ..."表示 认为 介绍 宣布 透露 指出 告诉 可以 已经 进行 成为 没有 开始 以及 根据 因为 所以 但是 如果 这个 那个 我们 他们 自己 一个 对于 关于 通过 按照 昨天 今天 明天 记者 先生 女士".split(" "),
]);
const NUMBER = "(?:[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[〇零一二三四五六七八九十百千万亿两几]+)[百千万亿]*";
const UNIT = "(?:年代|年|月份|月|日|号|季度|点|时|分|块钱|块|\\p{sc=Han}{0,2}[元币镑铢]|%|％)";
// Dates and sums: numbers with their units, as 2023年6月 or 3,200泰铢.
const AMOUNT = new RegExp(`^(?:[今去前明后]年)?-?${NUMBER}${UNIT}(?:[-至到]?${NUMBER}${UNIT})*`, "u");
const INSTITUTION = new RegExp(
  "(?:公司|集团|银行|大学|学院|学校|中学|小学|中心|协会|学会|委员会|联合会|研究所|研究院|医院|法院|检察院|出版社|电视台|俱乐部|基金会|基金|" +
    "证券|保险|地产|传媒|影业|科技|网站|政府|部门|部队|使馆|机场|广场|大厦|大道|公园|乐园|度假村|铁塔|足协|国际|工作室|" +
    "[局部厅委处署省市县区镇乡村州国岛山湖河江海港湾路街桥寺庙宫院馆店厂站台社报刊网队团党军会校城园堂楼塔洲])$",
);

function lastOfWords(model, first) {
  const { text, starts } = model;
  const start = starts[first];
  const close = BRACKETS.get(text[start]);
  const closed = close ? text.slice(start, start + LONGEST_BRACKETED).indexOf(close) : -1;
  const words = wordsFrom(model, start);
  const count = Math.max(unknownName(words), institution(words));
  const amount = AMOUNT.exec(text.slice(start, start + LONGEST_BRACKETED))?.[0].length;
  const length = amount ?? (closed > 0 ? closed + 1 : words.slice(0, count).join("").length);
  return Math.max(first, firstGreater(starts, start + length - 1) - 1);
}

/* The words of the line from a unit on; where it lies inside one, the rest of that. */
function wordsFrom(model, unit) {
  const [start, end] = model.stretchAt(unit);
  const line = model.text.slice(start, end);
  if (!Intl.Segmenter) return [...line.slice(unit - start)];
  wordList ??= new Intl.Segmenter("zh", { granularity: "word" });
  const words = [];
  for (const { segment, index } of wordList.segment(line)) {
    const cut = Math.max(0, unit - start - index);
    if (cut < segment.length) words.push(segment.slice(cut));
    if (words.length > LONGEST_INSTITUTION) break;
  }
  return words;
}

/* How many words make a name that the word list does not know: single characters in a row, and foreign letters. */
function unknownName(words) {
  const isSingle = (word) => word?.length === 1 && /\p{L}/u.test(word) && !PLAIN.has(word);
  let count = 1;
  while (count < 3 && isSingle(words[count - 1]) && isSingle(words[count])) count++;
  if (count === 1 && isSingle(words[0]) && words[1]?.length === 2 && /^\p{L}+$/u.test(words[1]) && !PLAIN.has(words[1])) count = 2;
  for (;;) {
    const [word = "", next = ""] = words.slice(count, count + 2);
    if (FOREIGN.test(word)) count += 1;
    else if ((word === "·" && /^\p{L}/u.test(next)) || (/^[.\-:：]$/.test(word) && FOREIGN.test(next))) count += 2;
    else return count;
  }
}

/* How many words reach to the last that ends an institution or a place, with no plain word before it. */
function institution(words) {
  let count = 0;
  let length = 0;
  for (const [i, word] of words.slice(0, MOST_WORDS).entries()) {
    length += word.length;
    if (!/[\p{L}\p{N}]/u.test(word) || PLAIN.has(word) || length > LONGEST_INSTITUTION) break;
    if (INSTITUTION.test(word) && (i > 0 || word.length > 1)) count = i + 1;
  }
  return count;
}
