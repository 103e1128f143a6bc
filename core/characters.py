"""What the character tagger sees in a character: a folded form, a class and its two bigrams."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence


class _Folded(dict[str, str]):
    """Character → the form under which it is looked up (NFKC, lower case, digits as 0), computed once each."""

    def __missing__(self, character: str) -> str:
        if unicodedata.category(character) == "Cs":  # half a character: no file can hold it
            return "\ufffd"
        plain = unicodedata.normalize("NFKC", character).lower()
        folded = plain if len(plain) == 1 else character
        self[character] = "0" if folded.isdigit() else folded
        return self[character]


class _Classes(dict[str, int]):
    """Character → 1..8: Han, kana or Hangul, lower case, upper case, digit, punctuation or symbol, space, other."""

    def __missing__(self, character: str) -> int:
        name = unicodedata.name(character, "")
        category = unicodedata.category(character)
        if character.isspace():
            number = 7
        elif name.startswith("CJK"):
            number = 1 if category == "Lo" else 6
        elif name.startswith(("HIRAGANA", "KATAKANA", "HANGUL")):
            number = 2
        elif category == "Lu":
            number = 4
        elif category.startswith("L"):
            number = 3
        elif category.startswith("N"):
            number = 5
        else:
            number = 6 if category[0] in "PS" else 8
        self[character] = number
        return number


fold = _Folded().__getitem__
character_class = _Classes().__getitem__


def neighbours(folded: Sequence[str]) -> list[str]:
    """The n + 1 pairs of adjacent characters; the outer two have nothing beside them."""
    padded = ["", *folded, ""]
    return [left + right for left, right in itertools.pairwise(padded)]
