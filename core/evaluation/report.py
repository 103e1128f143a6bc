"""Strict span scores: a span counts when start, end and label are those of a gold span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.documents import Document, Span
from core.errors import InvalidValue
from core.evaluation.counts import Counts

Spans = Document | Sequence[Span]


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall and F1, each 0..1 or None where nothing can be scored, with the support behind them."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Report:
    """Counts per label, sorted by label name, and the scores that follow from them."""

    per_label: Mapping[str, Counts]

    def __post_init__(self) -> None:
        object.__setattr__(self, "per_label", dict(sorted(self.per_label.items())))

    @property
    def counts(self) -> Counts:
        """All labels together."""
        return sum(self.per_label.values(), Counts())

    @property
    def micro(self) -> Scores:
        """Every span weighs the same."""
        total = self.counts
        return Scores(total.precision, total.recall, total.f1, total.gold)

    @property
    def macro(self) -> Scores:
        """Every label weighs the same; an undefined score of a label that occurs counts as 0, as in seqeval."""
        return self._mean(lambda counts: 1)

    @property
    def weighted(self) -> Scores:
        """Every label weighs as much as it has gold spans."""
        return self._mean(lambda counts: counts.gold)

    def _mean(self, weight: Callable[[Counts], int]) -> Scores:
        rows = [counts for counts in self.per_label.values() if counts.predicted + counts.gold]
        total = sum(weight(counts) for counts in rows)

        def mean(score: Callable[[Counts], float | None]) -> float | None:
            return sum(weight(counts) * (score(counts) or 0.0) for counts in rows) / total if total else None

        support = sum(counts.gold for counts in rows)
        return Scores(mean(lambda c: c.precision), mean(lambda c: c.recall), mean(lambda c: c.f1), support)

    def to_json(self) -> dict[str, Any]:
        """Plain counts, for the store."""
        return {
            "per_label": {
                label: [counts.correct, counts.predicted, counts.gold] for label, counts in self.per_label.items()
            }
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Report:
        """The report that `to_json` wrote."""
        return cls({label: Counts(*row) for label, row in value["per_label"].items()})


def spans_of(item: Spans) -> Sequence[Span]:
    """The spans of a document, or the spans themselves."""
    return item.spans if isinstance(item, Document) else item


def evaluate(gold: Sequence[Spans], predicted: Sequence[Spans]) -> Report:
    """Score `predicted` against `gold`, document by document, in the same order.

    Spans are compared as a multiset of (start, end, label): their order never matters, overlapping spans are each
    their own, and the same span predicted twice is right once. Raises InvalidValue when the lengths differ.
    """
    if len(gold) != len(predicted):
        raise InvalidValue(
            f"{len(gold):,} gold documents cannot be scored against {len(predicted):,} predictions: "
            "give one list of spans for each document."
        )
    correct: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for gold_item, predicted_item in zip(gold, predicted, strict=True):
        gold_keys = keys(spans_of(gold_item))
        predicted_keys = keys(spans_of(predicted_item))
        _add(wanted, gold_keys)
        _add(seen, predicted_keys)
        _add(correct, gold_keys & predicted_keys)
    return Report({label: Counts(correct[label], seen[label], wanted[label]) for label in {**wanted, **seen}})


def keys(spans: Iterable[Span]) -> Counter[tuple[int, int, str]]:
    """What makes two spans the same, with multiplicity."""
    return Counter((span.start, span.end, span.label) for span in spans)


def _add(counter: Counter[str], found: Counter[tuple[int, int, str]]) -> None:
    for (_, _, label), number in found.items():
        counter[label] += number
