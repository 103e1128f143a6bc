"""A dictionary: surfaces, each with the label it proposes. Thousands of them are found in one pass over a text.

A term is looked up at each token's start by its first two characters, which leaves a few lengths to try; each try is
one look into a hash table. The cost grows with the tokens and hardly with the number of terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.documents import Span
from core.errors import InvalidValue
from core.suggest.borders import Borders
from core.suggest.folding import Folded

PREFIX = 2  # characters by which terms are looked up


@dataclass(frozen=True, slots=True)
class Term:
    """A surface to be found as it is written, or in any case."""

    surface: str
    label: str
    ignore_case: bool = False

    def __post_init__(self) -> None:
        if not self.surface.strip():
            raise InvalidValue("A term needs at least one character that is not white space.")
        if not self.label:
            raise InvalidValue(f"The term {self.surface[:40]!r} needs a label.")


class _Lookup:
    """Terms that are compared alike, by their first characters."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels
        lengths: dict[str, set[int]] = {}
        for surface in labels:
            lengths.setdefault(surface[:PREFIX], set()).add(len(surface))
        self.lengths = {prefix: sorted(found) for prefix, found in lengths.items()}

    def at(self, text: str, start: int) -> Iterable[tuple[int, str]]:
        """(end, label) of each term that stands at `start`."""
        prefix = text[start : start + PREFIX]
        for some in {prefix, prefix[:1]}:
            for length in self.lengths.get(some, ()):
                label = self.labels.get(text[start : start + length])
                if label is not None and start + length <= len(text):
                    yield start + length, label


class Dictionary:
    """Terms made ready to be found. Of two with the same surface the first counts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        exact: dict[str, str] = {}
        folded: dict[str, str] = {}
        for term in terms:
            surface = term.surface.strip()
            if term.ignore_case:
                folded.setdefault(surface.casefold(), term.label)
            else:
                exact.setdefault(surface, term.label)
        self._exact, self._folded = _Lookup(exact), _Lookup(folded)

    def find(self, text: str, borders: Borders) -> list[Span]:
        """The terms in `text` on whole tokens, in order; of overlapping ones the longest, then the first.

        A term in its exact case wins over the same one in any case.
        """
        found: dict[tuple[int, int], str] = {}
        if self._folded.labels:
            other = Folded.of(text)
            for start in other.forth(borders.starts):
                for end, label in self._folded.at(other.text, start):
                    own = other.back(start, end)
                    if own is not None and own[1] in borders.ends:
                        found[own] = label
        if self._exact.labels:
            for start in borders.starts:
                for end, label in self._exact.at(text, start):
                    if end in borders.ends:
                        found[start, end] = label
        return longest([Span(start, end, label) for (start, end), label in found.items()])


def longest(spans: Sequence[Span]) -> list[Span]:
    """Spans without overlaps, in order: a longer one wins over those it overlaps, of equally long ones the first."""
    taken: list[Span] = []
    covered: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        # no longer one is inside this one, so an overlap reaches one of its ends
        if span.start not in covered and span.end - 1 not in covered:
            covered.update(range(span.start, span.end))
            taken.append(span)
    return sorted(taken)
