"""Gold beside one or two models: scores by label, and the documents that show a mistake one asks for.

A finding is one fact of a document (a gold span, or a span that is not gold) that some model has wrong. Filters
combine on the same finding: "B right, A wrong" with ORG and boundary means one ORG span that A cut wrongly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.documents import Document, Span
from core.evaluation import DocumentComparison, ErrorKind, Event, Outcome, Report, compare, seqeval_default
from core.evaluation.comparison import Comparison
from core.tags import spans_to_tags
from core.tokens import tokenize

NOTHING = "nothing"
MISTAKES = (ErrorKind.BOUNDARY, ErrorKind.TYPE, ErrorKind.BOTH, ErrorKind.MISSED, ErrorKind.INVENTED)
Cell = tuple[str, str]  # gold label or NOTHING, predicted label or NOTHING
SIDES = ("a", "b")


@dataclass(frozen=True, slots=True)
class Finding:
    """What went wrong with one fact, and for whom."""

    event: Event
    label: str
    kinds: frozenset[ErrorKind]


@dataclass(frozen=True, slots=True)
class Lanes:
    """One document with the outcomes of A and B; `folded` is its text for search."""

    document_id: int
    document: Document
    result: DocumentComparison
    findings: tuple[Finding, ...]
    cells: frozenset[tuple[str, Cell]]  # with the side
    folded: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a document must show to be listed; None and empty ask for nothing."""

    event: Event | None = None
    label: str | None = None
    kinds: frozenset[ErrorKind] = frozenset()
    cell: tuple[str, Cell] | None = None  # of one side
    search: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Everything Inspect shows of a split. With one model A and B are the same predictions and `pair` is False."""

    pair: bool
    lanes: tuple[Lanes, ...]
    comparison: Comparison
    lenient: tuple[Report, Report]

    @property
    def spans(self) -> int:
        """Gold spans of the split."""
        return self.comparison.a.micro.support

    def confusion(self, side: str) -> Counter[Cell]:
        """How often a gold label was predicted as which label by "a" or "b", borders aside."""
        found: Counter[Cell] = Counter()
        for lanes in self.lanes:
            found.update(cell_of(outcome) for outcome in getattr(lanes.result, f"{side}_outcomes"))
        return found


def build(
    gold: Sequence[tuple[int, Document]],
    a: Mapping[int, Sequence[Span]],
    b: Mapping[int, Sequence[Span]] | None,
    language: str,
) -> View:
    """Compare stored predictions with the gold; documents without a prediction must be left out before."""
    documents = [document for _, document in gold]
    left = [a[key] for key, _ in gold]
    right = left if b is None else [b[key] for key, _ in gold]
    comparison = compare(documents, left, right)
    lenient_a = lenient(documents, left, language)
    return View(
        pair=b is not None,
        lanes=tuple(
            Lanes(key, document, result, findings_of(result), cells_of(result), document.text.casefold())
            for (key, document), result in zip(gold, comparison.per_document, strict=True)
        ),
        comparison=comparison,
        lenient=(lenient_a, lenient_a if b is None else lenient(documents, right, language)),
    )


def lenient(gold: Sequence[Document], predicted: Sequence[Sequence[Span]], language: str) -> Report:
    """seqeval's default score, over the tags of the project's tokens. Spans that tags cannot say are not in it."""
    tokens = [tokenize(document.text, language) for document in gold]
    return seqeval_default(
        [spans_to_tags(document.spans, own).tags for document, own in zip(gold, tokens, strict=True)],
        [spans_to_tags(spans, own).tags for spans, own in zip(predicted, tokens, strict=True)],
    )


def findings_of(result: DocumentComparison) -> tuple[Finding, ...]:
    """The facts of a document that A or B has wrong."""
    in_a, in_b = _kinds(result.a_outcomes), _kinds(result.b_outcomes)
    found = []
    for span in sorted({**in_a, **in_b}):
        kind_a, kind_b = in_a.get(span), in_b.get(span)  # None: not gold and not predicted, which is right
        a_right, b_right = kind_a in (None, ErrorKind.CORRECT), kind_b in (None, ErrorKind.CORRECT)
        if a_right and b_right:
            continue
        event = Event.A_ONLY if a_right else Event.B_ONLY if b_right else Event.BOTH_WRONG
        kinds = frozenset(kind for kind in (kind_a, kind_b) if kind not in (None, ErrorKind.CORRECT))
        found.append(Finding(event, span.label, kinds))
    return tuple(found)


def _kinds(outcomes: Iterable[Outcome]) -> dict[Span, ErrorKind]:
    """Each gold or predicted span of a lane, and what became of it."""
    return {
        span: outcome.kind for outcome in outcomes for span in (outcome.gold, outcome.predicted) if span is not None
    }


def cell_of(outcome: Outcome) -> Cell:
    """The cell of the confusion matrix that an outcome belongs to."""
    gold = outcome.gold.label if outcome.gold else NOTHING
    return gold, outcome.predicted.label if outcome.predicted else NOTHING


def cells_of(result: DocumentComparison) -> frozenset[tuple[str, Cell]]:
    """The cells that a document has an outcome in, each with the side: "a" or "b"."""
    lanes = zip(SIDES, (result.a_outcomes, result.b_outcomes), strict=True)
    return frozenset((side, cell_of(outcome)) for side, outcomes in lanes for outcome in outcomes)


def fits(lanes: Lanes, filters: Filters) -> bool:
    """True when the document shows what the filters ask for."""
    if filters.search and filters.search.casefold() not in lanes.folded:
        return False
    if filters.cell is not None and filters.cell not in lanes.cells:
        return False
    if filters.event is None and not filters.kinds:
        return filters.label is None or filters.label in lanes.result.labels()
    return any(
        (filters.event is None or finding.event == filters.event)
        and (filters.label is None or finding.label == filters.label)
        and (not filters.kinds or finding.kinds & filters.kinds)
        for finding in lanes.findings
    )


def chosen(view: View, filters: Filters) -> list[Lanes]:
    """The documents that fit, in their order."""
    return [lanes for lanes in view.lanes if fits(lanes, filters)]


def tally(view: View, filters: Filters, **options: Iterable[object]) -> dict[object, int]:
    """How many documents each value of one filter would leave, the others as they are: tally(view, f, event=[…])."""
    ((name, values),) = options.items()
    found: dict[object, int] = {}
    for value in values:
        asked = {field: getattr(filters, field) for field in Filters.__slots__}
        asked[name] = frozenset({value}) if name == "kinds" else value
        found[value] = sum(fits(lanes, Filters(**asked)) for lanes in view.lanes)
    return found
