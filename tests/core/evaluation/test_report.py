"""Strict scores, checked by hand and against seqeval."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents import Document, Span
from core.errors import InvalidValue
from core.evaluation import Counts, Report, evaluate, seqeval_default
from core.tags import tags_to_spans
from core.tokens import Token

TAGS = st.lists(
    st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), min_size=1, max_size=12),
    min_size=1,
    max_size=6,
)


def strict_spans(documents: list[list[str]]) -> list[list[Span]]:
    """The spans of IOB2 tags by the strict reading, each token one character long."""
    return [tags_to_spans(tags, [Token(place, place + 1) for place in range(len(tags))]) for tags in documents]


def test_a_span_counts_only_when_start_end_and_label_agree():
    gold = [[Span(0, 3, "PER"), Span(5, 9, "LOC")]]
    report = evaluate(gold, [[Span(0, 3, "PER"), Span(5, 8, "LOC"), Span(5, 9, "PER")]])
    assert report.per_label["PER"] == Counts(correct=1, predicted=2, gold=1)
    assert report.per_label["LOC"] == Counts(correct=0, predicted=1, gold=1)
    assert report.micro.f1 == pytest.approx(2 / 5)
    assert report.macro.f1 == pytest.approx((2 / 3 + 0) / 2)


def test_nothing_to_score_is_none_and_not_zero():
    empty = evaluate([[]], [[]])
    assert (empty.micro.precision, empty.micro.recall, empty.micro.f1, empty.macro.f1) == (None,) * 4
    only_gold = evaluate([[Span(0, 1, "A")]], [[]])
    assert (only_gold.micro.precision, only_gold.micro.recall, only_gold.micro.f1) == (None, 0.0, 0.0)
    only_predicted = evaluate([[]], [[Span(0, 1, "A")]])
    assert (only_predicted.micro.precision, only_predicted.micro.recall) == (0.0, None)


def test_documents_and_plain_lists_score_alike():
    document = Document("Rome", (Span(0, 4, "LOC"),))
    assert evaluate([document], [[Span(0, 4, "LOC")]]) == evaluate([document.spans], [document])


def test_the_same_span_predicted_twice_is_right_once():
    assert evaluate([[Span(0, 1, "A")]], [[Span(0, 1, "A"), Span(0, 1, "A")]]).counts == Counts(1, 2, 1)


def test_lists_of_different_length_are_refused_with_both_numbers():
    with pytest.raises(InvalidValue, match=r"2 gold documents .* 1 predictions"):
        evaluate([[], []], [[]])


def test_a_report_survives_the_store():
    report = evaluate([[Span(0, 1, "人名"), Span(2, 3, "B-X")]], [[Span(0, 1, "人名")]])
    assert Report.from_json(report.to_json()) == report


def test_shuffling_spans_never_changes_a_score():
    rng = random.Random(3)
    gold = [[Span(i, i + rng.randint(1, 4), rng.choice("AB")) for i in range(0, 30, 2)]]
    predicted = [[Span(i, i + rng.randint(1, 4), rng.choice("AB")) for i in range(0, 30, 2)]]
    first = evaluate(gold, predicted)
    for _ in range(20):
        rng.shuffle(gold[0])
        rng.shuffle(predicted[0])
        assert evaluate(gold, predicted) == first


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numpy inside seqeval, when there is nothing to score
@given(gold=TAGS, data=st.data())
def test_the_lenient_reading_equals_seqeval_default(gold, data):
    seqeval = pytest.importorskip("seqeval.metrics")
    predicted = [
        data.draw(
            st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), min_size=len(t), max_size=len(t))
        )
        for t in gold
    ]
    ours = seqeval_default(gold, predicted)
    if not ours.per_label:  # seqeval answers nan here
        assert ours.micro.f1 is None
        return
    theirs = seqeval.classification_report(gold, predicted, output_dict=True, zero_division=0)
    assert (ours.micro.f1 or 0.0) == pytest.approx(theirs["micro avg"]["f1-score"])
    assert (ours.macro.f1 or 0.0) == pytest.approx(theirs["macro avg"]["f1-score"])
    assert (ours.weighted.recall or 0.0) == pytest.approx(theirs["weighted avg"]["recall"])
    for label, counts in ours.per_label.items():
        assert (counts.precision or 0.0) == pytest.approx(theirs[label]["precision"])
        assert counts.support == theirs[label]["support"]


def test_strict_and_lenient_differ_where_an_i_tag_opens_a_span():
    gold, predicted = [["B-PER", "I-PER", "O"]], [["I-PER", "I-PER", "O"]]
    assert seqeval_default(gold, predicted).micro.f1 == 1.0
    assert evaluate(strict_spans(gold), strict_spans(predicted)).micro.f1 == 0.0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(gold=TAGS, data=st.data())
def test_the_strict_reading_equals_seqeval_strict(gold, data):
    seqeval = pytest.importorskip("seqeval.metrics")
    scheme = pytest.importorskip("seqeval.scheme").IOB2
    tag = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    predicted = [data.draw(st.lists(tag, min_size=len(tags), max_size=len(tags))) for tags in gold]
    ours = evaluate(strict_spans(gold), strict_spans(predicted))
    if not ours.per_label:  # seqeval fails here
        assert ours.micro.f1 is None
        return
    theirs = seqeval.classification_report(
        gold, predicted, mode="strict", scheme=scheme, output_dict=True, zero_division=0
    )
    assert (ours.micro.f1 or 0.0) == pytest.approx(theirs["micro avg"]["f1-score"])
    for label, counts in ours.per_label.items():
        assert (counts.recall or 0.0) == pytest.approx(theirs[label]["recall"])
        assert counts.support == theirs[label]["support"]


def test_tag_lists_from_different_tokens_are_refused():
    with pytest.raises(InvalidValue, match="2 gold tags and 1 predicted"):
        seqeval_default([["O", "O"]], [["O"]])
