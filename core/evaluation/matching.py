"""Which gold span answers to which predicted span, and what went wrong with it.

Matching is optimal, not first-come: among all one-to-one pairings of overlapping spans the one with the fewest and
mildest mistakes is taken, so the order in which spans are listed never changes a result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.documents import Span


class ErrorKind(StrEnum):
    """What became of a gold or predicted span."""

    CORRECT = "correct"
    BOUNDARY = "boundary"
    TYPE = "type"
    BOTH = "boundary and type"
    MISSED = "missed"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A gold span, a predicted span, or a pair of both, and its kind."""

    kind: ErrorKind
    gold: Span | None
    predicted: Span | None

    @property
    def start(self) -> int:
        """Where the outcome begins in the text."""
        return min(span.start for span in (self.gold, self.predicted) if span is not None)


def outcomes(gold: Sequence[Span], predicted: Sequence[Span]) -> list[Outcome]:
    """Pair the spans of one document and name the kind of each pair; sorted by start.

    Exact pairs come first. Of the rest, pairs that overlap are chosen so that one mistake (boundary or type) is
    preferred to two, two to a missed and an invented span, and then the larger overlap (Kuhn 1955, assignment).
    """
    found: list[Outcome] = []
    for gold_part, predicted_part in _clusters(sorted(gold), sorted(predicted)):
        found.extend(_pair(gold_part, predicted_part))
    return sorted(found, key=lambda outcome: (outcome.start, outcome.kind))


def kind_of(gold: Span, predicted: Span) -> ErrorKind:
    """The kind of a pair of overlapping spans."""
    same_range = (gold.start, gold.end) == (predicted.start, predicted.end)
    if gold.label == predicted.label:
        return ErrorKind.CORRECT if same_range else ErrorKind.BOUNDARY
    return ErrorKind.TYPE if same_range else ErrorKind.BOTH


_MISTAKES_AVOIDED = {ErrorKind.CORRECT: 3, ErrorKind.TYPE: 2, ErrorKind.BOUNDARY: 2, ErrorKind.BOTH: 1}


def _clusters(gold: list[Span], predicted: list[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Groups of spans that touch one another in a chain; pairs exist only inside a group."""
    everything = sorted([(s.start, s.end, 0, s) for s in gold] + [(s.start, s.end, 1, s) for s in predicted])
    part: tuple[list[Span], list[Span]] = ([], [])
    reach = -1
    for start, end, side, span in everything:
        if start >= reach and (part[0] or part[1]):
            yield part
            part = ([], [])
        part[side].append(span)
        reach = max(reach, end)
    if part[0] or part[1]:
        yield part


def _pair(gold: list[Span], predicted: list[Span]) -> Iterator[Outcome]:
    exact = [span for span in gold if span in predicted]
    left, right = list(gold), list(predicted)
    for span in exact:
        if span in right:  # the same span may be listed twice on one side only
            yield Outcome(ErrorKind.CORRECT, left.pop(left.index(span)), right.pop(right.index(span)))
    paired_left: set[int] = set()
    paired_right: set[int] = set()
    if left and right:
        gains = _gains(left, right)  # (gold, predicted)
        for row, column in enumerate(assign(gains)):
            if column >= 0 and gains[row, column] > 0:
                paired_left.add(row)
                paired_right.add(column)
                yield Outcome(kind_of(left[row], right[column]), left[row], right[column])
    yield from (Outcome(ErrorKind.MISSED, span, None) for i, span in enumerate(left) if i not in paired_left)
    yield from (Outcome(ErrorKind.INVENTED, None, span) for i, span in enumerate(right) if i not in paired_right)


def _gains(gold: list[Span], predicted: list[Span]) -> np.ndarray:
    """(gold, predicted) int64: mistakes avoided by pairing, then shared share of characters; 0 without overlap."""
    scale = 1000 * (min(len(gold), len(predicted)) + 1)  # so that no sum of overlaps outweighs one mistake
    gains = np.zeros((len(gold), len(predicted)), dtype=np.int64)
    for row, g in enumerate(gold):
        for column, p in enumerate(predicted):
            if g.overlaps(p):
                shared = min(g.end, p.end) - max(g.start, p.start)
                union = max(g.end, p.end) - min(g.start, p.start)
                gains[row, column] = _MISTAKES_AVOIDED[kind_of(g, p)] * scale + 1000 * shared // union
    return gains


def assign(gains: np.ndarray) -> list[int]:
    """For each row of `gains` (rows, columns) its column in the pairing with the largest sum, or -1.

    The Hungarian algorithm with potentials, O(rows² x columns); deterministic for equal sums.
    """
    rows, columns = gains.shape
    if rows > columns:
        by_column = assign(gains.T)
        answer = [-1] * rows
        for column, row in enumerate(by_column):
            if row >= 0:
                answer[row] = column
        return answer
    cost = gains.max() - gains  # (rows, columns)
    far = np.iinfo(np.int64).max // 4
    row_potential = np.zeros(rows + 1, dtype=np.int64)
    column_potential = np.zeros(columns + 1, dtype=np.int64)
    row_of = np.zeros(columns + 1, dtype=np.int64)  # 1-based row that holds a column, 0 for none
    for row in range(1, rows + 1):
        row_of[0] = row
        column = 0
        slack = np.full(columns + 1, far, dtype=np.int64)
        came_from = np.zeros(columns + 1, dtype=np.int64)
        visited = np.zeros(columns + 1, dtype=bool)
        while row_of[column]:
            visited[column] = True
            here = row_of[column]
            reduced = cost[here - 1] - row_potential[here] - column_potential[1:]  # (columns,)
            better = ~visited[1:] & (reduced < slack[1:])
            slack[1:][better] = reduced[better]
            came_from[1:][better] = column
            following = int(np.argmin(np.where(visited, far, slack)[1:])) + 1
            delta = slack[following]
            row_potential[row_of[visited]] += delta
            column_potential[visited] -= delta
            slack[~visited] -= delta
            column = following
        while column:
            previous = came_from[column]
            row_of[column] = row_of[previous]
            column = int(previous)
    answer = [-1] * rows
    for column in range(1, columns + 1):
        if row_of[column]:
            answer[row_of[column] - 1] = column - 1
    return answer
