"""A dictionary finds its terms on whole tokens, the longest first, and agrees with a search that tries everything."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents import Span
from core.errors import InvalidValue
from core.suggest.borders import Borders, cuts_a_word
from core.suggest.filling import Filling, fillings
from core.suggest.terms import Dictionary, Term, longest
from core.tokens import tokenize
from tests.core.mixed_text import mixed_text


def found(text: str, *terms: Term, language: str = "en") -> list[tuple[str, str]]:
    spans = Dictionary(terms).find(text, Borders.of(text, language))
    return [(text[span.start : span.end], span.label) for span in spans]


def test_a_term_is_found_as_a_whole_word_only():
    assert found("US troops left the USA; us too.", Term("US", "LOC")) == [("US", "LOC")]
    assert found("Merkel's plan, Merkels Plan", Term("Merkel", "PER")) == [("Merkel", "PER")]


def test_in_chinese_a_term_may_stand_anywhere():
    text = "中国人民银行在北京。"
    assert found(text, Term("中国", "LOC"), Term("北京", "LOC"), language="zh") == [("中国", "LOC"), ("北京", "LOC")]


def test_the_longest_of_overlapping_terms_wins():
    terms = [Term("New York", "LOC"), Term("New York Times", "ORG"), Term("York Times Square", "LOC")]
    assert found("The New York Times wrote.", *terms) == [("New York Times", "ORG")]
    assert found("New York Times Square", *terms) == [("York Times Square", "LOC")]


def test_case_counts_unless_a_term_says_otherwise():
    assert found("APPLE apple Apple", Term("Apple", "ORG")) == [("Apple", "ORG")]
    assert len(found("APPLE apple Apple", Term("Apple", "ORG", ignore_case=True))) == 3
    both = [Term("apple", "FRUIT", ignore_case=True), Term("Apple", "ORG")]
    assert [label for _, label in found("Apple apple", *both)] == ["ORG", "FRUIT"]


def test_folding_that_lengthens_a_text_keeps_offsets_right():
    assert found("Die STRASSE, die Straße.", Term("straße", "LOC", True)) == [("STRASSE", "LOC"), ("Straße", "LOC")]
    assert found("İİ İstanbul ﬁx ﬁnland", Term("İstanbul", "LOC", True)) == [("İstanbul", "LOC")]
    assert found("ﬁnland", Term("FINLAND", "LOC", True)) == [("ﬁnland", "LOC")]


def test_composed_and_decomposed_letters_stay_different():
    assert found("Cafe\u0301", Term("Caf\u00e9", "ORG", True)) == []


def test_of_two_labels_for_one_surface_the_first_counts():
    assert found("Paris", Term("Paris", "LOC"), Term("Paris", "PER")) == [("Paris", "LOC")]


def test_a_term_needs_characters_and_a_label():
    with pytest.raises(InvalidValue, match="not white space"):
        Term("  ", "PER")
    with pytest.raises(InvalidValue, match="needs a label"):
        Term("Ada", "")


def tried_everywhere(text: str, terms: list[Term], language: str) -> list[Span]:
    """Every range on token borders, compared with every term."""
    tokens = tokenize(text, language)
    exact = {term.surface.strip(): term.label for term in reversed(terms) if not term.ignore_case}
    folded = {term.surface.strip().casefold(): term.label for term in reversed(terms) if term.ignore_case}
    spans = []
    for first in range(len(tokens)):
        for last in range(first, len(tokens)):
            start, end = tokens[first].start, tokens[last].end
            surface = text[start:end]
            label = exact.get(surface) or folded.get(surface.casefold())
            if label:
                spans.append(Span(start, end, label))
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if not any(span.overlaps(other) for other in chosen):
            chosen.append(span)
    return sorted(chosen)


@st.composite
def texts_with_terms(draw: st.DrawFn) -> tuple[str, str, list[Term]]:
    """A text, its language, and terms of which most stand in it in some case."""
    text, language = draw(mixed_text), draw(st.sampled_from(("en", "zh")))
    tokens = tokenize(text, language)
    terms = []
    for _ in range(draw(st.integers(0, 8)) if tokens else 0):
        first = draw(st.integers(0, len(tokens) - 1))
        last = min(len(tokens) - 1, first + draw(st.integers(0, 2)))
        surface = text[tokens[first].start : tokens[last].end]
        surface = draw(st.sampled_from((surface, surface.upper(), surface[: max(1, len(surface) - 1)])))
        if surface.strip():
            terms.append(Term(surface, draw(st.sampled_from("AB")), draw(st.booleans())))
    return text, language, terms


@given(texts_with_terms())
def test_a_dictionary_agrees_with_trying_everything(drawn):
    text, language, terms = drawn
    assert Dictionary(terms).find(text, Borders.of(text, language)) == tried_everywhere(text, terms, language)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_called_the_inside_of_a_word_is_never_a_border(seed):
    chance = random.Random(seed)
    letters = "aabnNstT'’ \t-.é北\u0301\u200d" + "x" * 8
    text = "".join(chance.choice(letters) for _ in range(400)) + "y" * 150 + "don't isn’t https://nn.example/nnn"
    borders = {at for token in tokenize(text, "en") for at in (token.start, token.end)}
    assert not [at for at in range(len(text) + 1) if cuts_a_word(text, at) and at in borders]


def test_spans_that_cross_leave_the_longest():
    spans = [Span(0, 4, "A"), Span(3, 9, "B"), Span(8, 10, "C"), Span(10, 11, "D")]
    assert longest(spans) == [Span(3, 9, "B"), Span(10, 11, "D")]


def test_fillings_are_frequent_and_labelled_in_one_way():
    labelled = [("Siemens", "ORG")] * 3 + [("Paris", "LOC")] * 4 + [("Paris", "PER")] + [("a\nb", "PER")] * 5
    assert fillings(labelled + [("Ada", "PER")] * 2, least=2) == [
        Filling("Siemens", "ORG", 3),
        Filling("Ada", "PER", 2),
    ]
