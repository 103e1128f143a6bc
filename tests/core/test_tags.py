"""Spans → tags → spans is exact, and what tags cannot say is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import Span
from core.errors import InvalidValue
from core.tags import FLAT_RULES, Unrepresented, overlapping, repair, spans_to_tags, tags_to_spans
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


# "New York City Marathon Club": an organisation, in it an event, in it a place, in that a name; and a span across.
NESTED_TEXT = "New York City Marathon Club wins"
NESTED_TOKENS = tokenize(NESTED_TEXT, "en")
CLUB, MARATHON, CITY, NEW = Span(0, 27, "ORG"), Span(0, 22, "EVENT"), Span(0, 13, "LOC"), Span(0, 3, "ADJ")
YORK, CROSSING = Span(4, 8, "NAME"), Span(23, 32, "VERB")


@pytest.mark.parametrize(
    ("spans", "rule", "kept"),
    [
        ([CLUB, MARATHON, CITY], "outermost", [CLUB]),
        ([CLUB, MARATHON, CITY], "innermost", [CITY]),
        ([CLUB, MARATHON, CITY], "first", [CLUB]),
        ([CLUB, CITY, YORK], "outermost", [CLUB]),
        ([CLUB, CITY, YORK], "innermost", [YORK]),
        ([CITY, YORK, CROSSING], "first", [CITY, CROSSING]),
        ([CLUB, NEW, YORK, CROSSING], "innermost", [NEW, YORK, CROSSING]),
        ([CLUB, NEW, YORK, CROSSING], "outermost", [CLUB]),
        ([YORK, Span(4, 22, "X"), CROSSING, MARATHON], "first", [MARATHON, CROSSING]),
        ([YORK, Span(4, 22, "X"), Span(9, 27, "Y")], "first", [Span(4, 22, "X")]),
        ([Span(4, 22, "X"), Span(9, 32, "Y")], "first", [Span(4, 22, "X")]),
        ([Span(4, 22, "X"), Span(9, 32, "Y")], "outermost", [Span(9, 32, "Y")]),
        ([Span(0, 2, "CUT"), NEW], "innermost", [NEW]),
    ],
)
def test_of_spans_on_three_levels_each_rule_keeps_what_was_worked_out_by_hand(spans, rule, kept):
    tagging = spans_to_tags(spans, NESTED_TOKENS, rule=rule)
    assert tags_to_spans(tagging.tags, NESTED_TOKENS) == sorted(kept)
    assert [item.span for item in tagging.unrepresented] == sorted(set(spans) - set(kept))


@given(documents(mixed_text), st.sampled_from(LANGUAGES), st.sampled_from(FLAT_RULES))
@settings(max_examples=300, deadline=None)
def test_what_a_rule_keeps_never_overlaps_and_is_given_back_exactly(document, language, rule):
    tokens = tokenize(document.text, language)
    tagging = spans_to_tags(document.spans, tokens, rule=rule)
    kept = tags_to_spans(tagging.tags, tokens)
    assert not any(one.overlaps(other) for i, one in enumerate(kept) for other in kept[i + 1 :])
    assert sorted(kept + [item.span for item in tagging.unrepresented]) == sorted(document.spans)
    for item in tagging.unrepresented:
        if item.reason == "overlaps another span":
            assert any(item.span.overlaps(span) for span in kept), "left out although nothing was in its way"


def test_another_rule_is_refused():
    with pytest.raises(InvalidValue, match="one of outermost, innermost, first, not 'longest'"):
        spans_to_tags([], TOKENS, rule="longest")


def test_spans_that_overlap_another_are_counted():
    assert overlapping([CLUB, CITY, YORK]) == 3
    assert overlapping([NEW, YORK, Span(9, 13, "X")]) == 0
    assert overlapping([Span(0, 3, "A"), Span(0, 3, "B"), YORK]) == 2
