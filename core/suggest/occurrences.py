"""Every mention of a surface in a text, on whole tokens, in its own case or in any."""

from __future__ import annotations

from collections.abc import Callable

from core.suggest.borders import Borders, cuts_a_word
from core.suggest.folding import Folded

BordersOf = Callable[[str], Borders]


def occurrences(
    text: str, surface: str, *, language: str, borders: BordersOf, ignore_case: bool = False
) -> list[tuple[int, int]]:
    """The ranges at which `surface` stands in `text`, from left to right and none over another.

    `borders` is asked for the tokens of `text` only when there is something to check.
    """
    if not surface:
        return []
    candidates = _folded(text, surface) if ignore_case else _exact(text, surface)
    if language == "en":
        candidates = [(start, end) for start, end in candidates if not _inside_a_word(text, start, end)]
    if not candidates:
        return []
    known = borders(text)
    starts = frozenset(known.starts)
    found: list[tuple[int, int]] = []
    for start, end in candidates:
        if start in starts and end in known.ends and (not found or start >= found[-1][1]):
            found.append((start, end))
    return found


def _exact(text: str, surface: str) -> list[tuple[int, int]]:
    found = []
    start = text.find(surface)
    while start >= 0:
        found.append((start, start + len(surface)))
        start = text.find(surface, start + 1)
    return found


def _folded(text: str, surface: str) -> list[tuple[int, int]]:
    other = Folded.of(text)
    ranges = (other.back(start, end) for start, end in _exact(other.text, surface.casefold()))
    return [own for own in ranges if own is not None]


def _inside_a_word(text: str, start: int, end: int) -> bool:
    return cuts_a_word(text, start) or cuts_a_word(text, end)
