"""Where a match may begin and end: at the borders of tokens, so that "US" is not found in "USA".

In Chinese every character is a token of its own, so a match may stand anywhere but inside a character that is made of
several code points.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.tokens import MAX_TOKEN_LENGTH, tokenize


@dataclass(frozen=True, slots=True)
class Borders:
    """Starts and ends of the tokens of a text, in order."""

    starts: tuple[int, ...]
    ends: frozenset[int]

    @classmethod
    def of(cls, text: str, language: str) -> Borders:
        """The borders in `text`; raises InvalidValue for a language without a tokenizer."""
        tokens = tokenize(text, language)
        return cls(tuple(token.start for token in tokens), frozenset(token.end for token in tokens))

    @classmethod
    def flat(cls, offsets: tuple[int, ...]) -> Borders:
        """The borders of tokens given as start, end, start, end …"""
        return cls(offsets[::2], frozenset(offsets[1::2]))


def cuts_a_word(text: str, at: int) -> bool:
    """Whether `at` lies inside an English token for certain, told without the tokenizer; False when in doubt.

    Between two ASCII letters a token ends only before a contraction ("do|n't") or at the longest length of a token.
    Many texts hold "us" in "because"; this saves reading them.
    """
    if not 0 < at < len(text):
        return False
    around = text[at - 1 : at + 2]
    if not (around[:2].isalpha() and around.isascii()) or around[1] in "nN":
        return False
    if at < MAX_TOKEN_LENGTH:
        return True
    before = text[at - MAX_TOKEN_LENGTH : at]
    return before.split() != [before]  # with white space in it no token is at its longest length here
