"""Error kinds and the pairing behind them."""

from __future__ import annotations

import itertools
import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.documents import Span
from core.evaluation import ErrorKind, Event, compare, outcomes
from core.evaluation.matching import assign

SPANS = st.lists(
    st.builds(
        lambda start, length, label: Span(start, start + length, label),
        st.integers(0, 20),
        st.integers(1, 6),
        st.sampled_from(["A", "B"]),
    ),
    max_size=7,
)


def kinds(gold, predicted):
    return [outcome.kind for outcome in outcomes(gold, predicted)]


def test_each_kind_of_mistake_has_its_name():
    gold = [Span(0, 5, "PER")]
    assert kinds(gold, [Span(0, 5, "PER")]) == [ErrorKind.CORRECT]
    assert kinds(gold, [Span(0, 3, "PER")]) == [ErrorKind.BOUNDARY]
    assert kinds(gold, [Span(0, 5, "ORG")]) == [ErrorKind.TYPE]
    assert kinds(gold, [Span(2, 7, "ORG")]) == [ErrorKind.BOTH]
    assert kinds(gold, []) == [ErrorKind.MISSED]
    assert kinds([], gold) == [ErrorKind.INVENTED]
    assert kinds(gold, [Span(5, 8, "PER")]) == [ErrorKind.MISSED, ErrorKind.INVENTED]


def test_an_exact_prediction_is_never_taken_by_a_neighbour():
    gold = [Span(0, 6, "PER")]
    for predicted in itertools.permutations([Span(0, 6, "PER"), Span(2, 6, "PER")]):
        assert sorted(kinds(gold, predicted)) == [ErrorKind.CORRECT, ErrorKind.INVENTED]


def test_one_prediction_over_two_gold_spans_is_one_mistake_and_one_missed():
    found = outcomes([Span(0, 4, "LOC"), Span(5, 9, "PER")], [Span(0, 9, "PER")])
    assert sorted(o.kind for o in found) == [ErrorKind.BOUNDARY, ErrorKind.MISSED]
    assert next(o.gold for o in found if o.kind is ErrorKind.BOUNDARY) == Span(5, 9, "PER")


@given(SPANS, SPANS, st.integers(0, 1000))
def test_the_order_of_spans_never_matters_and_none_is_lost(gold, predicted, seed):
    first = outcomes(gold, predicted)
    rng = random.Random(seed)
    rng.shuffle(gold)
    rng.shuffle(predicted)
    assert outcomes(gold, predicted) == first
    assert sorted(o.gold for o in first if o.gold) == sorted(gold)
    assert sorted(o.predicted for o in first if o.predicted) == sorted(predicted)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_the_assignment_is_the_best_of_all(rows, columns, seed):
    gains = np.random.default_rng(seed).integers(0, 9, (rows, columns))
    answer = assign(gains)
    used = [column for column in answer if column >= 0]
    assert len(set(used)) == len(used) == min(rows, columns)
    total = sum(gains[row, column] for row, column in enumerate(answer) if column >= 0)
    if rows <= columns:
        best = max(sum(gains[r, c] for r, c in enumerate(p)) for p in itertools.permutations(range(columns), rows))
    else:
        best = max(sum(gains[r, c] for c, r in enumerate(p)) for p in itertools.permutations(range(rows), columns))
    assert total == best


def test_events_say_who_is_right_about_which_fact():
    gold = [[Span(0, 3, "PER"), Span(4, 8, "LOC")]]
    a = [[Span(0, 3, "PER")]]
    b = [[Span(0, 3, "ORG")]]
    found = compare(gold, a, b)
    assert found.per_document[0].events == {Event.A_ONLY: 2, Event.BOTH_WRONG: 1}
    assert {row.label: row.difference for row in found.per_label}["PER"] == -1.0
    assert compare(gold, gold, gold).per_document[0].all_right
