"""The torture set: texts that break annotators, made from a seed.

Emoji of many code points, combining marks, scripts outside the basic plane, right-to-left text with numbers and
English, tabs, tables of spaces, every kind of line end, characters that nobody sees, words without an end. Nothing is
normalised: the texts are what the store must give back, code point by code point.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

LINE_ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n \n", "\r\n\r\n")
SPACES = (" ", " ", " ", " ", "  ", "\u00a0", "\t", "\u3000", "\u2009", "\u202f")
UNSEEN = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200e", "\u200f", "\u202a", "\u202c", "\u200c", "\u200d")

_TEXTS = {
    "english": "Angela Merkel visited O'Brien's U.S. AT&T 1,299.00 e-mail can't J. Smith's naïve über www.a.b/x #tag",
    "emoji": (
        "👍🏽 👩\u200d👩\u200d👧\u200d👦 👩🏿\u200d🚒 🧑\u200d🤝\u200d🧑 🇩🇪 🇫🇷🇯🇵 1️⃣ #️⃣ ❤️ ❤️\u200d🔥 ☺ 😀😁 "
        "👁️\u200d🗨️ 🏳️\u200d🌈 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f "
        "👨🏻\u200d❤️\u200d💋\u200d👨🏾"
    ),
    "marks": (
        "Cafe\u0301 A\u030a\u0323 x\u0336y\u0336z Zoe\u0308 n\u0303\u0331o o\u0302\u0301\u0323 \u1ec7 i\u0307 "
        "s\u0323\u0307a"
    ),
    "han": "彭小军 浙商银行 北京 的 𠮷野家 𠀋𪚥 葛\U000e0100城 《红楼梦》 ２０２６年 かな カタカナ ｶﾞ 龍 𡃁",
    "astral": "𝔘𝔫𝔦 𝒜 𐌰𐌱𐌲 𝟙𝟚 𐍈x y𐍈 𝕋𝕙𝕖 𓀀𓀁 😀z a😀",
    "arabic": "التقى محمدٌ في ٣ باريس ٢٠٢٦ شركة، والآن 15 ق.م. لا بِسْمِ ۱۲۳",
    "hebrew": "שָׁלוֹם עולם תל־אביב צה״ל 12 ירושלים 3.5 אָב ד'",
    "hangul": "\u1112\u1161\u11ab\u1100\u1173\u11af 한국은행 \u1100\u1161\u11a8 각 삼성전자가 \u110e\u1165\u11ab",
    "indic": "हिन्दी क्षत्रिय தமிழ் বাংলা नमस्ते की กำลัง สวัสดี ไทย ភាសា",
    "punctuation": "... — – !? «» “” (…) [] {} /\\ ·· ¿¡ ;;; :-) *** ---- 。，、 「」 §§ & % @@ ## ~~ ``",
    "numbers": "12 3.5 2026",
}
WORDS = {name: text.split() for name, text in _TEXTS.items()}

Maker = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class TortureText:
    """A text, the language of its project, and whether that project lets spans overlap."""

    text: str
    language: str
    overlap: bool


def torture_set(count: int = 500, *, seed: str = "torture") -> list[TortureText]:
    """`count` texts, no two alike: half of them English, a third with overlapping spans allowed."""
    chance = random.Random(seed)
    made: list[TortureText] = []
    known: set[str] = set()
    while len(made) < count:
        number = len(made)
        text = _text(chance, _FLAVOURS[number % len(_FLAVOURS)])
        if text not in known:
            known.add(text)
            made.append(TortureText(text, "zh" if number // 2 % 2 else "en", number % 3 == 2))
    return made


def _text(chance: random.Random, main: Maker) -> str:
    """One to five lines, the first of them of a certain kind."""
    lines = [main(chance), *(chance.choice(_FLAVOURS)(chance) for _ in range(chance.randint(0, 4)))]
    chance.shuffle(lines)
    text = "".join(line + chance.choice(LINE_ENDS) for line in lines[:-1]) + lines[-1]
    if chance.random() < 0.1:
        text = chance.choice(LINE_ENDS) + text
    if chance.random() < 0.2:
        text += chance.choice((*LINE_ENDS, " ", "\t"))
    return text


def _words(*lists: str) -> Maker:
    """Words of some lists, between spaces of all kinds, now and then none at all."""
    chosen = [word for name in lists for word in WORDS[name]]

    def line(chance: random.Random) -> str:
        made = ""
        for _ in range(chance.randint(2, 7)):
            made += chance.choice(chosen) + ("" if chance.random() < 0.15 else chance.choice(SPACES))
        return made.rstrip() if chance.random() < 0.7 else made

    return line


def _unseen(chance: random.Random) -> str:
    """Words with characters inside and around them that nobody sees."""
    words = []
    for _ in range(chance.randint(2, 5)):
        word, mark = chance.choice((*WORDS["english"], *WORDS["han"], *WORDS["hebrew"])), chance.choice(UNSEEN)
        cut = chance.choice((0, len(word) // 2, len(word)))
        words.append(word[:cut] + mark + word[cut:])
    return chance.choice((" ", "", "\u200b ")).join(words)


def _table(chance: random.Random) -> str:
    """Columns held by spaces or tabs."""
    rows = [
        [chance.choice(WORDS["english"]), str(chance.randint(1, 4000)), chance.choice(WORDS["han"])] for _ in range(3)
    ]
    if chance.random() < 0.5:
        return "\n".join("\t".join(row) for row in rows)
    return "\n".join(f"{first:<14}{second:>6}   {third}" for first, second, third in rows)


def _endless(chance: random.Random) -> str:
    """A word longer than any line, of letters, marks, emoji or characters that need no space."""
    piece = chance.choice(("abcdefghij", "e\u0301x", "👍🏽", "𠮷", "שלום", "\u1112\u1161\u11ab", "क्ष", "a-", "٣٤"))
    return f"see {piece * (chance.randint(90, 150) // len(piece))} end"


def _blank(chance: random.Random) -> str:
    return chance.choice(("", " ", "\t\t", "\u00a0", "\u3000\u3000", "\u200b"))


_FLAVOURS: tuple[Maker, ...] = (
    _words("emoji", "english"),
    _words("marks", "english"),
    _words("han"),
    _words("han", "astral", "emoji"),
    _words("arabic"),
    _words("hebrew"),
    _words("arabic", "english"),
    _words("hebrew", "english", "numbers"),
    _words("hangul", "english"),
    _words("indic"),
    _words("astral"),
    _words("punctuation"),
    _words("punctuation", "english", "emoji", "marks", "han", "astral", "hangul", "indic"),
    _unseen,
    _table,
    _endless,
    _blank,
)
