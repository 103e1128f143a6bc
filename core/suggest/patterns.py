"""Rules: regular expressions of the `regex` module, checked when they are made and stopped when they take too long.

The span of a match is its group named "span", else its first group, else the whole of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import regex

from core.documents import Span
from core.errors import InvalidValue
from core.suggest.terms import longest

SECONDS = 0.25  # for all patterns over one text
MAX_CHARACTERS = 500
MAX_MATCHES = 10_000  # of one pattern in one text
NAMED = "span"
ADVICE = "Have it need a character, as in \\d+ instead of \\d*."


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression and its label; raises InvalidValue for one that cannot be, with the position.

    `^` and `$` are the ends of a line.
    """

    text: str
    label: str
    ignore_case: bool = False
    compiled: regex.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", checked(self.text, ignore_case=self.ignore_case))

    @property
    def group(self) -> int | str:
        """What of a match is the span."""
        if NAMED in self.compiled.groupindex:
            return NAMED
        return 1 if self.compiled.groups else 0


def checked(text: str, *, ignore_case: bool = False) -> regex.Pattern[str]:
    """`text` compiled; raises InvalidValue for a syntax error, or for a pattern that matches nothing at all."""
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"A pattern has 1 to {MAX_CHARACTERS} characters, not {len(text):,}.")
    flags = regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0)
    try:
        compiled = regex.compile(text, flags)
    except regex.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1}"
        raise InvalidValue(f"The pattern {_shown(text)} is no regular expression: {error.msg}{where}.") from None
    except (RecursionError, OverflowError, ValueError, MemoryError) as error:
        raise InvalidValue(f"The pattern {_shown(text)} cannot be used: {error}.") from None
    try:
        empty = compiled.search("", timeout=SECONDS) is not None
    except TimeoutError:
        empty = False
    if empty:
        raise InvalidValue(f"The pattern {_shown(text)} matches nothing at all, and so everywhere. {ADVICE}")
    return compiled


@dataclass(frozen=True, slots=True)
class Found:
    """What patterns found in a text, and a sentence for each pattern that was stopped."""

    spans: tuple[Span, ...]
    stopped: tuple[str, ...]


def find(patterns: Iterable[Pattern], text: str, *, seconds: float = SECONDS) -> Found:
    """The spans of all patterns in `text`, in order; of overlapping ones the longest, then the first.

    All of them have `seconds` together. One that is not done by then is stopped and named, with what it found left
    out; those after it are not tried, and counted.
    """
    spans: list[Span] = []
    waiting = list(patterns)
    deadline = time.monotonic() + seconds
    for number, pattern in enumerate(waiting):
        left = deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            spans.extend(_matches(pattern, text, left))
        except TimeoutError:
            return Found(tuple(longest(spans)), (_too_slow(pattern, seconds, waiting[number + 1 :]),))
    return Found(tuple(longest(spans)), ())


def _matches(pattern: Pattern, text: str, seconds: float) -> list[Span]:
    """The non-empty spans of one pattern, white space at their ends left out. Raises TimeoutError."""
    spans: list[Span] = []
    group = pattern.group
    for match in pattern.compiled.finditer(text, timeout=seconds):
        start, end = match.span(group)
        surface = text[max(start, 0) : max(end, 0)]
        start, end = start + len(surface) - len(surface.lstrip()), end - len(surface) + len(surface.rstrip())
        if 0 <= start < end:
            spans.append(Span(start, end, pattern.label))
            if len(spans) == MAX_MATCHES:
                break
    return spans


def _too_slow(pattern: Pattern, seconds: float, rest: Sequence[Pattern]) -> str:
    after = f" {len(rest):,} after it {'was' if len(rest) == 1 else 'were'} not tried." if rest else ""
    return (
        f"The pattern {_shown(pattern.text)} for {pattern.label} was stopped after {seconds:g} s; repeats within "
        f"repeats, such as (a+)+, take ever longer. Make it simpler.{after}"
    )


def _shown(text: str) -> str:
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
