"""Spans → tags → spans is exact, and what tags cannot say is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import Span
from core.errors import InvalidValue
from core.tags import Unrepresented, repair, spans_to_tags, tags_to_spans
from core.tokens import LANGUAGES, tokenize
from tests.core.mixed_text import documents, mixed_text, spans_over

TEXT = "Anna Weber of New York"
TOKENS = tokenize(TEXT, "en")


@given(mixed_text, st.sampled_from(LANGUAGES), st.data())
@settings(max_examples=300, deadline=None)
def test_spans_over_whole_tokens_come_back_exactly(text, language, data):
    tokens = tokenize(text, language)
    spans = data.draw(spans_over(tokens))
    tagging = spans_to_tags(spans, tokens)
    assert tagging.unrepresented == ()
    assert tags_to_spans(tagging.tags, tokens) == spans


@given(documents(mixed_text), st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_every_span_is_either_tagged_exactly_or_listed_with_its_reason(document, language):
    tokens = tokenize(document.text, language)
    tagging = spans_to_tags(document.spans, tokens)
    lost = [item.span for item in tagging.unrepresented]
    assert sorted(tags_to_spans(tagging.tags, tokens) + lost) == sorted(document.spans)


def test_adjacent_spans_of_one_label_stay_two():
    spans = [Span(0, 4, "PER"), Span(5, 10, "PER")]
    tagging = spans_to_tags(spans, TOKENS)
    assert tagging.tags == ("B-PER", "B-PER", "O", "O", "O")
    assert tags_to_spans(tagging.tags, TOKENS) == spans


def test_of_overlapping_spans_the_longest_then_the_first_is_kept():
    outer, inner, crossing = Span(0, 10, "PER"), Span(5, 10, "PER"), Span(5, 13, "ORG")
    tagging = spans_to_tags([inner, crossing, outer], TOKENS)
    assert tagging.tags == ("B-PER", "I-PER", "O", "O", "O")
    assert tagging.unrepresented == (
        Unrepresented(inner, "overlaps another span"),
        Unrepresented(crossing, "overlaps another span"),
    )
    same = spans_to_tags([Span(0, 4, "B"), Span(0, 4, "A")], TOKENS)
    assert same.tags[0] == "B-A"
    assert [item.span.label for item in same.unrepresented] == ["B"]


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(0, 3, "PER"), "cuts a token"),
        (Span(1, 10, "PER"), "cuts a token"),
        (Span(4, 5, "PER"), "covers no token"),
        (Span(4, 10, "PER"), "starts or ends in white space"),
        (Span(5, 11, "PER"), "starts or ends in white space"),
    ],
)
def test_a_span_off_the_token_borders_is_listed_with_its_reason(span, reason):
    tagging = spans_to_tags([span], TOKENS)
    assert set(tagging.tags) == {"O"}
    assert tagging.unrepresented == (Unrepresented(span, reason),)


def test_a_continuation_without_a_beginning_opens_nothing_until_repaired():
    tags = ["I-PER", "I-PER", "O", "B-LOC", "I-PER"]
    assert tags_to_spans(tags, TOKENS) == [Span(14, 17, "LOC")]
    assert repair(tags) == ["B-PER", "I-PER", "O", "B-LOC", "B-PER"]
    assert tags_to_spans(repair(tags), TOKENS) == [Span(0, 10, "PER"), Span(14, 17, "LOC"), Span(18, 22, "PER")]


def test_other_tags_and_other_lengths_are_refused():
    with pytest.raises(InvalidValue, match="'S-PER'"):
        tags_to_spans(["S-PER", "O", "O", "O", "O"], TOKENS)
    with pytest.raises(InvalidValue, match="2 tags and 5 tokens"):
        tags_to_spans(["O", "O"], TOKENS)
    with pytest.raises(InvalidValue, match="'B-'"):
        repair(["B-"])
    with pytest.raises(InvalidValue, match="bad luck"):
        Unrepresented(Span(0, 1, "PER"), "bad luck")
