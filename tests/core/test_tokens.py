"""Tokens: what a word is, and what holds for any text at all."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings

from core.errors import InvalidValue
from core.tokens import LANGUAGES, MAX_TOKEN_LENGTH, Token, snap, tokenize
from tests.core.mixed_text import mixed_text


def words(text: str, language: str = "en") -> list[str]:
    return [text[token.start : token.end] for token in tokenize(text, language)]


@given(mixed_text)
@settings(max_examples=400, deadline=None)
def test_tokens_are_sorted_and_disjoint_and_cover_exactly_what_is_not_white_space(text):
    for language in LANGUAGES:
        covered = []
        for token in tokenize(text, language):
            assert 0 < token.end - token.start <= MAX_TOKEN_LENGTH
            covered.extend(range(token.start, token.end))
        assert covered == [index for index, character in enumerate(text) if not character.isspace()]


@given(mixed_text)
@settings(max_examples=400, deadline=None)
def test_no_grapheme_cluster_is_torn_apart_unless_it_is_longer_than_a_token_may_be(text):
    borders = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    clusters = [match.span() for match in regex.finditer(r"\X", text)]
    # A mark after white space or a prefix before it belongs to no word; a token never takes the white space along.
    excused = {
        index
        for start, end in clusters
        if end - start > MAX_TOKEN_LENGTH or any(character.isspace() for character in text[start:end])
        for index in range(start, end + 1)
    }
    for language in LANGUAGES:
        for token in tokenize(text, language):
            assert {token.start, token.end} <= borders | excused


@given(mixed_text)
@settings(max_examples=200, deadline=None)
def test_a_chinese_project_gets_one_token_per_grapheme_cluster(text):
    for token in tokenize(text, "zh"):
        piece = text[token.start : token.end]
        assert len(regex.findall(r"\X", piece)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna's dog", ["Anna", "'s", "dog"]),
        ("Anna’s dog", ["Anna", "’s", "dog"]),
        ("the players' bus", ["the", "players", "'", "bus"]),
        ("can't, DON'T", ["ca", "n't", ",", "DO", "N'T"]),
        ("It 's I'm we'll", ["It", "'s", "I", "'m", "we", "'ll"]),
        ("'dog' O'Brien's", ["'", "dog", "'", "O'Brien", "'s"]),
        ("Jean-Luc and/or Wi-Fi", ["Jean", "-", "Luc", "and", "/", "or", "Wi", "-", "Fi"]),
        ("3.5% of $1,299.00.", ["3.5", "%", "of", "$", "1,299.00", "."]),
        ("in 2001,2002 at 10:30", ["in", "2001", ",", "2002", "at", "10:30"]),
        ("J. R. Smith left the U.S. early", ["J.", "R.", "Smith", "left", "the", "U.S.", "early"]),
        ("J.R.R. Tolkien, e.g.", ["J.R.R.", "Tolkien", ",", "e.g."]),
        ("Take vitamin C.", ["Take", "vitamin", "C", "."]),
        ("So do I. He", ["So", "do", "I", ".", "He"]),
        ("Mr. Li of Apple Inc.", ["Mr.", "Li", "of", "Apple", "Inc", "."]),
        ("AT&T R&D", ["AT&T", "R&D"]),
        ("end.Next google.com", ["end", ".", "Next", "google.com"]),
        ("@anna_b #Paris foo_bar", ["@anna_b", "#", "Paris", "foo_bar"]),
        ("(see https://a.io/x?y=1).", ["(", "see", "https://a.io/x?y=1", ")", "."]),
        ("to a.b@c.org!", ["to", "a.b@c.org", "!"]),
        ("去Paris看iPhone12。", ["去", "Paris", "看", "iPhone12", "。"]),
        ("カード", ["カ", "ー", "ド"]),
        ("LG전자는", ["LG", "전자는"]),
        ("e\u0301te\u0301 so\u00adft", ["e\u0301te\u0301", "so\u00adft"]),
        ("a👩\u200d👩\u200d👧🇨🇳🇺🇸👍🏽b", ["a", "👩\u200d👩\u200d👧", "🇨🇳", "🇺🇸", "👍🏽", "b"]),
        ("\u200fשלום\u200f", ["\u200f", "שלום", "\u200f"]),
        ("ab\u200bcd\u200b", ["ab\u200bcd", "\u200b"]),
        ("a\x00b\x07", ["a", "\x00", "b", "\x07"]),
        ("\u0600 x", ["\u0600", "x"]),
    ],
)
def test_english_words_are_what_a_reader_expects(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("mark", ["\u0301", "🏽", "\u200d", "\u0e33"], ids=["accent", "skin", "joiner", "Thai am"])
@pytest.mark.parametrize("word", ["U.S.", "Mr.", "@handle", "https://a.io/x", "a.b@c.org", "don't", "Anna", "3.5"])
def test_a_mark_stays_with_the_word_that_it_stands_on(word, mark):
    last = tokenize(f"{word}{mark} 1", "en")[-2]
    assert last.start < len(word)
    assert last.end == len(word) + 1


def test_a_run_longer_than_a_token_is_cut_between_clusters():
    assert [len(word) for word in words("x" * 150)] == [64, 64, 22]
    pairs = words("e\u0301" * 60)
    assert [len(word) for word in pairs] == [64, 56]
    assert all(word.startswith("e") for word in pairs)
    odd = words("x" + "e\u0301" * 60)
    assert [len(word) for word in odd] == [63, 58]


def test_a_cluster_longer_than_a_token_is_cut_where_the_limit_falls():
    assert [len(word) for word in words("字" + "\u0301" * 150, "zh")] == [64, 64, 23]


def test_a_hundred_thousand_flags_or_marks_are_read():
    assert len(tokenize("🇨🇳" * 100_000, "en")) == 100_000
    assert sum(token.end - token.start for token in tokenize("a" + "\u0301" * 100_000, "en")) == 100_001


def test_english_agrees_with_spacy_on_ordinary_sentences():
    spacy = pytest.importorskip("spacy")
    text = (
        "Anna Weber's brother, J. P. Weber, can't join IBM before 3.5 months have passed. They'll meet at 10:30 "
        "in the U.S. embassy; it's $1,299.00 (about 5% more). Mr. Li said: \"I don't know @anna, see https://a.io/x?y=1\"!"
    )
    theirs = {(token.idx, token.idx + len(token)) for token in spacy.blank("en")(text)}
    assert {(token.start, token.end) for token in tokenize(text, "en")} == theirs


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(InvalidValue, match=r"'fr'.*en, zh"):
        tokenize("bonjour", "fr")


def test_an_empty_token_cannot_be_made():
    with pytest.raises(InvalidValue, match="3 and 3"):
        Token(3, 3)


def test_snapping_widens_to_the_tokens_touched_and_drops_white_space():
    tokens = tokenize("  Anna  Weber sings", "en")
    assert snap(3, 9, tokens) == (2, 13)
    assert snap(0, 7, tokens) == (2, 6)
    assert snap(2, 6, tokens) == (2, 6)
    assert snap(6, 8, tokens) is None
    assert snap(0, 1, []) is None
