"""Text → tokens with code-point offsets, for English ("en") and Chinese ("zh").

English words follow spaCy's blank("en") (possessives, contractions, initials, single punctuation marks) but split
also at hyphens, slashes and '#': a name that ends at a hyphen must not cut a token, because a span that cuts a token
cannot be learned. Scripts written without spaces between words (Han, kana, Thai…) give one token per grapheme
cluster in either language. Clusters are Unicode's extended grapheme clusters (UAX 29), so a combining accent, a flag
or a family emoji is never torn apart. Time is linear in the length of the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from core.errors import InvalidValue

LANGUAGES = ("en", "zh")
MAX_TOKEN_LENGTH = 64

# Python's idea of white space: Unicode's plus the four information separators, which `\s` of regex leaves out.
_SPACE = r"[\s\x1c-\x1f]"
_EXTEND = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]"
_PREPEND = r"\p{GCB=Prepend}"
# \X alone would let a prepended mark take the white space after it, and needs quadratic time in a row of flags.
_CLUSTER = rf"(?!{_SPACE})(?:{_PREPEND}++(?={_SPACE})|\p{{RI}}\p{{RI}}?{_EXTEND}*+|\X)"
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc\uff70\uff9e\uff9f"
# One character of a word. Hangul forms words of its own, so that a Latin name before a Korean ending stays whole.
_W = (
    r"[[\p{L}\p{N}\p{M}_\p{GCB=Extend}\u200d]"
    rf"--[{_UNSPACED}\p{{Hangul}}\p{{Extended_Pictographic}}\p{{GCB=Prepend}}]]"
)
_CLITIC = rf"['’](?:[sSmMdD]|re|RE|ll|LL|ve|VE)(?!{_W})"
_NOT = rf"(?:n['’]t|N['’]T)(?!{_W})"
_RUN = rf"(?:(?!{_NOT}){_W})++"
_JOIN = rf"""(?:
      \p{{Cf}}++(?={_W})                                   # a zero-width character inside a word
    | (?!{_CLITIC})['’](?=\p{{L}})                         # O'Brien, but not Anna's
    | (?<=\p{{Nd}})(?:\.(?=\p{{Nd}})|,(?=\p{{Nd}}{{3}}(?!\p{{Nd}}))|:(?=\p{{Nd}}{{2}}(?!\p{{Nd}})))  # 1,299.00
    | (?<=\p{{L}})\.(?=\p{{Ll}})                           # google.com, but not "end.Next"
    | (?<=\p{{Lu}})&(?=\p{{Lu}})                           # AT&T
)"""
_ENGLISH = regex.compile(
    rf"""
      (?:
        (?:https?://|www\.)[!-~--[<>"]]*[A-Za-z0-9/]
      | [A-Za-z0-9._%+\-]{{1,64}}+@[A-Za-z0-9\-]{{1,63}}(?:\.[A-Za-z0-9\-]{{1,63}}){{1,8}}
      | @[A-Za-z0-9_]++
      | (?:Mr|Mrs|Ms|Dr|Prof)\.
      | [A-Za-z](?:\.[A-Za-z])+(?!{_W})\.?                # U.S., e.g.
      | [\p{{Lu}}--I]\.(?=[ ]?\p{{Lu}})                    # the initial of J. Smith
      | {_NOT}
      | (?:(?<=[\p{{L}}\p{{N}}\p{{M}}.]){_CLITIC}|{_CLITIC}(?=\Z|{_SPACE}))
      | {_PREPEND}*+{_RUN}(?:{_JOIN}{_RUN})*+
      | \p{{Hangul}}++(?:{_EXTEND}++\p{{Hangul}}++)*+
      ){_EXTEND}*+                                         # a mark belongs to whatever it stands on
    | {_CLUSTER}
    """,
    regex.VERSION1 | regex.VERBOSE,
)
_CHARACTERS = regex.compile(_CLUSTER, regex.VERSION1)


@dataclass(frozen=True, slots=True)
class Token:
    """A range `[start, end)` of code points, never empty, never holding white space."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InvalidValue(f"A token needs 0 <= start < end; this one has {self.start} and {self.end}.")


def tokenize(text: str, language: str) -> list[Token]:
    """The tokens of `text` in order: disjoint, together covering every character that is not white space.

    A token has at most MAX_TOKEN_LENGTH code points; a longer run is cut between grapheme clusters, and a longer
    cluster wherever the limit falls. Raises InvalidValue for a language outside LANGUAGES.
    """
    if language not in LANGUAGES:
        raise InvalidValue(f"No tokenizer for the language {language!r}; there is one for {', '.join(LANGUAGES)}.")
    pattern = _ENGLISH if language == "en" else _CHARACTERS
    tokens: list[Token] = []
    for match in pattern.finditer(text):
        start, end = match.span()
        if end - start <= MAX_TOKEN_LENGTH:
            tokens.append(Token(start, end))
        else:
            tokens.extend(_cut(text, start, end))
    return tokens


def _cut(text: str, start: int, end: int) -> Iterator[Token]:
    """`[start, end)` in tokens of at most MAX_TOKEN_LENGTH code points, between clusters where that is possible."""
    first = last = start
    for cluster in _CHARACTERS.finditer(text, start, end):
        if cluster.end() - first > MAX_TOKEN_LENGTH and last > first:
            yield Token(first, last)
            first = last
        last = cluster.end()
        while last - first > MAX_TOKEN_LENGTH:
            yield Token(first, first + MAX_TOKEN_LENGTH)
            first += MAX_TOKEN_LENGTH
    if last > first:
        yield Token(first, last)


def snap(span_start: int, span_end: int, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """`[span_start, span_end)` widened to the borders of the tokens it touches; None when it touches none.

    White space at either end falls away. `tokens` is sorted, as `tokenize` returns it.
    """
    low = bisect_right(tokens, span_start, key=lambda token: token.end)
    high = bisect_left(tokens, span_end, key=lambda token: token.start)
    if low >= high:
        return None
    return tokens[low].start, tokens[high - 1].end
