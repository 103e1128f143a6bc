"""Regular expressions: which part is the span, what is refused when it is made, what is stopped when it runs."""

from __future__ import annotations

import time

import pytest

from core.errors import InvalidValue
from core.suggest.patterns import Pattern, find


def found(text: str, *patterns: Pattern) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.label) for span in find(patterns, text).spans]


def test_the_whole_match_the_first_group_or_the_group_named_span_is_taken():
    text = "Dr Ada Lovelace, born 1815"
    assert found(text, Pattern(r"Dr \w+ \w+", "PER")) == [("Dr Ada Lovelace", "PER")]
    assert found(text, Pattern(r"Dr (\w+ \w+)", "PER")) == [("Ada Lovelace", "PER")]
    assert found(text, Pattern(r"(Dr) (?P<span>\w+)", "PER")) == [("Ada", "PER")]


def test_a_group_that_took_no_part_gives_nothing():
    assert found("b ab", Pattern(r"(a)?b", "X")) == [("a", "X")]


def test_scripts_lines_and_case_are_understood():
    assert found("北京 and Paris", Pattern(r"\p{Han}+", "LOC")) == [("北京", "LOC")]
    assert found("one\ntwo", Pattern(r"^two$", "X")) == [("two", "X")]
    assert found("ACME Inc", Pattern(r"acme inc", "ORG", ignore_case=True)) == [("ACME Inc", "ORG")]


def test_white_space_at_the_ends_is_left_out_and_matches_of_it_alone_are_none():
    assert found("a  b ", Pattern(r"\s*b\s*", "X"), Pattern(r"\s+", "Y")) == [("b", "X")]


def test_the_longest_of_overlapping_matches_wins():
    assert found("12 May 2026", Pattern(r"\d+", "NUM"), Pattern(r"\d+ May \d+", "DATE")) == [("12 May 2026", "DATE")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(a", r"“\(a” is no regular expression: missing \) at character 3"),
        ("a*", "matches nothing at all"),
        ("", "1 to 500 characters, not 0"),
        ("x" * 501, "not 501"),
        ("x|", "matches nothing at all"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused_in_words(text, message):
    with pytest.raises(InvalidValue, match=message):
        Pattern(text, "X")


def test_a_pattern_that_takes_for_ever_is_stopped_and_named_and_keeps_what_others_found():
    endless = Pattern(r"(?:x|xx)+[!?]", "X")
    started = time.monotonic()
    result = find([Pattern("Ada", "PER"), endless, Pattern("b", "B")], "Ada " + "x" * 60, seconds=0.1)
    assert [span.label for span in result.spans] == ["PER"]
    assert "(?:x|xx)+[!?]" in result.stopped[0]
    assert "stopped after 0.1 s" in result.stopped[0]
    assert "1 after it was not tried" in result.stopped[0]
    assert time.monotonic() - started < 30
