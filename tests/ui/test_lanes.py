"""Lanes: aligned on the same text, every mistake said in words, nothing of a document taken for HTML."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from core.documents import Span
from core.evaluation import ErrorKind, outcomes
from ui.lanes import cut, gold_lane, lanes_html, model_lane

TEXT = "Ada Byron met Siemens in Munich"
GOLD = [Span(0, 9, "PER"), Span(14, 21, "ORG"), Span(25, 31, "LOC")]
FOUND = [Span(4, 9, "PER", 0.91), Span(14, 21, "LOC"), Span(10, 13, "ORG")]
HUES = {"PER": 1, "ORG": 2, "LOC": 3}


def drawn(text=TEXT, gold=(), found=(), language="en"):
    lanes = [gold_lane(gold), model_lane("A", outcomes(gold, found))]
    return lanes_html(text, lanes, HUES, language=language)


def lane_texts(page, name):
    """The text of a lane, without labels and words behind spans."""
    lanes = re.findall(
        rf'<span class="tl-lane tl-lane-{name}">(.*?)</span>(?=<span class="tl-lane-name">|</div>)', page, re.DOTALL
    )
    bare = re.sub(r'<span class="tl-slot">.*?</span></span>', "", "".join(lanes))
    return html.unescape(re.sub(r"<[^>]*>", "", bare))


def test_every_kind_of_mistake_is_said_in_words():
    page = drawn(gold=GOLD, found=FOUND)
    for kind in (ErrorKind.BOUNDARY, ErrorKind.TYPE, ErrorKind.MISSED, ErrorKind.INVENTED):
        assert f">{kind}</i>" in page
    assert 'title="PER 0.91 · boundary"' in page
    assert "tl-ghost" in page


def test_every_lane_keeps_the_whole_text_and_the_same_room_behind_spans():
    page = drawn(gold=GOLD, found=FOUND)
    assert lane_texts(page, "gold") == lane_texts(page, "A") == TEXT
    gold, model = (part.count('class="tl-slot"') for part in page.split('<span class="tl-lane-name">')[1:])
    assert gold == model == 4


def test_the_text_and_the_label_of_a_hostile_document_stay_text():
    text = '<script>alert(1)</script> & "x"'
    spans = [Span(0, 8, '<b onclick="x">')]
    page = drawn(text, gold=spans, found=spans)
    assert "<script" not in page
    assert "<b onclick" not in page
    assert "&lt;script&gt;" in page


@given(
    st.text(alphabet="ab 王芳，。\n😀é", min_size=1, max_size=300),
    st.lists(st.tuples(st.integers(0, 299), st.integers(1, 40)), max_size=6),
    st.integers(5, 60),
)
def test_the_lines_cover_the_text_once_and_never_part_a_span(text, ranges, width):
    spans = [Span(s % len(text), min(s % len(text) + n, len(text)), "PER") for s, n in ranges]
    found = cut(text, spans, {span.end: 5.0 for span in spans}, width=width)
    assert "".join(text[start:end] for start, end in found) == text
    for start, _ in found:
        assert not any(span.start < start < span.end for span in spans)


@given(
    st.text(alphabet="ab 王芳，😀é\n", min_size=1, max_size=200),
    st.lists(st.tuples(st.integers(0, 199), st.integers(1, 20)), max_size=5),
)
def test_no_character_is_lost_in_any_lane(text, ranges):
    spans = [Span(s % len(text), min(s % len(text) + n, len(text)), "PER") for s, n in ranges]
    page = drawn(text, gold=spans, found=spans[1:], language="zh")
    for lane in ("gold", "A"):
        assert lane_texts(page, lane).replace("\n", "") == text.replace("\n", "")


def test_a_long_text_is_cut_into_lines_of_about_equal_length():
    words = " ".join(["word"] * 60)
    lengths = [end - start for start, end in cut(words, [], {}, width=110)]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) <= 6
