"""Comparing without case. A casefolded text may be longer ("ß" becomes "ss"), so offsets need a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folded:
    """A casefolded text; `borders` leads from its offsets between characters to those of the text.

    None where both have the same offsets. A folded offset that is not in `borders` lies within a character.
    """

    text: str
    borders: Mapping[int, int] | None

    @classmethod
    def of(cls, text: str) -> Folded:
        """Fold `text`: character by character, which is what casefolding does."""
        folded = text.casefold()
        if len(folded) == len(text):  # folding never shortens a character, so each has become exactly one
            return cls(folded, None)
        borders, at = {0: 0}, 0
        for number, character in enumerate(text, 1):
            at += len(character.casefold())
            borders[at] = number
        return cls(folded, borders)

    def back(self, start: int, end: int) -> tuple[int, int] | None:
        """The range of the text that folds to `[start, end)`; None when either end lies within a character."""
        if self.borders is None:
            return start, end
        first, last = self.borders.get(start), self.borders.get(end)
        return None if first is None or last is None else (first, last)

    def forth(self, starts: tuple[int, ...]) -> list[int]:
        """Where offsets of the text, in order, lie in the folded one."""
        if self.borders is None:
            return list(starts)
        wanted = frozenset(starts)
        return [folded for folded, own in self.borders.items() if own in wanted]
