"""Gold, model A and model B side by side: per label in numbers, per document in outcomes and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.documents import Span
from core.evaluation.counts import Counts
from core.evaluation.matching import ErrorKind, Outcome, outcomes
from core.evaluation.report import Report, Spans, evaluate, keys, spans_of


class Event(StrEnum):
    """What two models did differently, or alike, about one fact of a document.

    A fact is a gold span (right when predicted exactly) or a span that is not gold (right when not predicted).
    """

    A_ONLY = "A right, B wrong"
    B_ONLY = "B right, A wrong"
    BOTH_WRONG = "both wrong"


@dataclass(frozen=True, slots=True)
class LabelComparison:
    """One row of the table: counts of A and of B for a label."""

    label: str
    a: Counts
    b: Counts

    @property
    def support(self) -> int:
        """Gold spans with this label."""
        return self.a.gold

    @property
    def difference(self) -> float | None:
        """F1 of B minus F1 of A; None when one of them has nothing to score."""
        if self.a.f1 is None or self.b.f1 is None:
            return None
        return self.b.f1 - self.a.f1


@dataclass(frozen=True, slots=True)
class DocumentComparison:
    """What A and B made of the document at `index`, and the number of facts behind each event."""

    index: int
    a_outcomes: tuple[Outcome, ...]
    b_outcomes: tuple[Outcome, ...]
    events: dict[Event, int]

    @property
    def all_right(self) -> bool:
        """True when both models agree with the gold in everything."""
        return not self.events

    def kinds(self) -> frozenset[ErrorKind]:
        """The error kinds that occur in either lane."""
        return frozenset(outcome.kind for outcome in (*self.a_outcomes, *self.b_outcomes))

    def labels(self) -> frozenset[str]:
        """The labels of all spans in the three lanes."""
        pairs = (outcome for lane in (self.a_outcomes, self.b_outcomes) for outcome in lane)
        return frozenset(span.label for pair in pairs for span in (pair.gold, pair.predicted) if span)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports over the same gold, label by label, and every document's outcomes."""

    a: Report
    b: Report
    per_document: tuple[DocumentComparison, ...]

    @property
    def per_label(self) -> tuple[LabelComparison, ...]:
        """One row a label that occurs anywhere, sorted by name."""
        names = sorted({*self.a.per_label, *self.b.per_label})
        return tuple(
            LabelComparison(name, self.a.per_label.get(name, Counts()), self.b.per_label.get(name, Counts()))
            for name in names
        )


def compare(gold: Sequence[Spans], a: Sequence[Spans], b: Sequence[Spans]) -> Comparison:
    """Compare two lists of predictions over the same gold; raises InvalidValue when the lengths differ."""
    reports = evaluate(gold, a), evaluate(gold, b)
    documents = tuple(
        compare_document(index, spans_of(g), spans_of(left), spans_of(right))
        for index, (g, left, right) in enumerate(zip(gold, a, b, strict=True))
    )
    return Comparison(*reports, documents)


def compare_document(index: int, gold: Sequence[Span], a: Sequence[Span], b: Sequence[Span]) -> DocumentComparison:
    """The outcomes of both models on one document, and how many facts stand behind each event."""
    wanted, in_a, in_b = keys(gold), keys(a), keys(b)
    events: dict[Event, int] = {}
    for key in {**wanted, **in_a, **in_b}:
        a_right = (key in in_a) == (key in wanted)
        b_right = (key in in_b) == (key in wanted)
        if a_right and b_right:
            continue
        event = Event.A_ONLY if a_right else Event.B_ONLY if b_right else Event.BOTH_WRONG
        events[event] = events.get(event, 0) + 1
    return DocumentComparison(index, tuple(outcomes(gold, a)), tuple(outcomes(gold, b)), events)
