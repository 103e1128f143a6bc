"""Column files: schemes, delimiters, markers, odd tokens, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import Document, Span
from core.formats import detect
from core.formats.schemes import detect_scheme, to_iob2
from core.tags import spans_to_tags
from core.tokens import LANGUAGES, Token, tokenize
from tests.core.formats.reading import documents_of, marked, read_with_skipped, refusal, written
from tests.core.mixed_text import clean_text, documents

IOB1 = "Anna I-PER\nWeber I-PER\nmet O\nBo I-PER\nLi B-PER\n. O\n\nParis I-LOC\n"
IOB2 = "Anna\tB-PER\nWeber\tI-PER\nmet\tO\nBo\tB-PER\nLi\tB-PER\n.\tO\n\nParis\tB-LOC\n"
BIOES = "Anna B-PER\nWeber E-PER\nmet O\nBo S-PER\nLi S-PER\n. O\n\nParis S-LOC\n"
BILOU = BIOES.replace("E-", "L-").replace("S-", "U-")
EXPECTED = [[("Anna Weber", "PER"), ("Bo", "PER"), ("Li", "PER")], [("Paris", "LOC")]]


@pytest.mark.parametrize(
    ("data", "scheme", "delimiter"),
    [(IOB1, "IOB1", " "), (IOB2, "IOB2", "\t"), (BIOES, "BIOES", " "), (BILOU, "BIOES", " ")],
)
def test_a_scheme_and_delimiter_are_found_and_said_and_give_the_same_spans(data, scheme, delimiter):
    found = detect(data, "a.txt")
    assert (found.format, found.scheme, found.delimiter) == ("conll", scheme, delimiter)
    assert scheme in found.details
    assert [marked(document) for document in documents_of(data, "conll")] == EXPECTED


def test_labels_without_prefixes_are_read_as_io():
    data = "Anna PER\nWeber PER\nin O\nParis LOC\n"
    assert detect(data, "a.conll").scheme == "IO"
    assert [marked(document) for document in documents_of(data, "conll")] == [
        [("Anna Weber", "PER"), ("Paris", "LOC")]
    ]


def test_byte_order_mark_windows_line_ends_and_a_missing_last_line_end_change_nothing():
    data = b"\xef\xbb\xbf" + IOB2.rstrip("\n").replace("\n", "\r\n").encode()
    assert [marked(document) for document in documents_of(data, "conll")] == EXPECTED
    assert documents_of(data, "conll")[0].text == "Anna Weber met Bo Li ."


def test_borders_lines_and_the_mark_of_labelled_text_are_kept_in_meta():
    first, second = documents_of(IOB2, "conll")
    assert first.meta["tokens"][:2] == [[0, 4], [5, 10]]
    assert (first.meta["line"], second.meta["line"]) == (1, 8)
    assert second.meta["accepted"] is True


def test_marker_lines_are_no_tokens_and_group_sentences_when_asked():
    data = "-DOCSTART- -X- O\n\nAnna NNP B-PER\n\nBo NNP B-PER\n\n-DOCSTART- -X- O\n\nLi NNP O\n"
    assert [document.text for document in documents_of(data, "conll")] == ["Anna", "Bo", "Li"]
    grouped = documents_of(data, "conll", documents="marker")
    assert [document.text for document in grouped] == ["Anna\nBo", "Li"]
    assert marked(grouped[0]) == [("Anna", "PER"), ("Bo", "PER")]


def test_a_hash_line_is_a_comment_only_with_other_columns_than_the_file():
    data = "# sent_id = 5\n#\n#paris O\n# O\nrocks O\n\n"
    assert [document.text for document in documents_of(data, "conll")] == ["#paris # rocks"]


def test_odd_tokens_and_blank_lines_holding_a_tab_are_read():
    data = '"\tO\n👩\u200d👩\u200d👧\tB-X\n\u00a0\tO\n\u3000\tO\n=\tO\n\t\n"\tO\n\n'
    first, second = documents_of(data, "conll")
    assert marked(first) == [("👩\u200d👩\u200d👧", "X")]
    assert [first.text[start:end] for start, end in first.meta["tokens"]] == ['"', "👩\u200d👩\u200d👧", "="]
    assert second.text == '"'


def test_a_file_of_single_chinese_characters_is_joined_without_spaces():
    data = "我 O\n在 O\n北 B-地名\n京 I-地名\n2 O\n年 O\n。 O\n\nO O\nK O\n！ O\n你 O\n"
    first, second = documents_of(data, "conll")
    assert (first.text, second.text) == ("我在北京2年。", "OK！你")
    assert marked(first) == [("北京", "地名")]
    assert documents_of(data, "conll", joiner=" ")[0].text.startswith("我 在")


def test_columns_can_be_chosen():
    data = "1 Anna B-PER x\n2 slept O y\n"
    assert marked(documents_of(data, "conll", token_column=1, tag_column=2)[0]) == [("Anna", "PER")]


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        ("a O\nb O\nc\n", 3, "1 column in 'c', where the file has 2"),
        ("a O\nb O\nc d O\n", 3, "3 columns"),
        ("a B-X\nb O\nc I-X\n", 3, "'I-X' continues no span in IOB2"),
        ("a B-X\nb S-X\nc O\n", 2, "'S-X' comes before the X begun earlier has ended in BIOES"),
        ("a B-X\nb I-X\nc O\nd E-X\n", 3, "before the X begun earlier has ended"),
        ("a S-X\nb B-X\n", 2, "not followed by the end"),
        ("a B-X\nb banana\n", 2, "'banana' is no tag in IOB2"),
        ("a\nb\n", 1, "token and a tag"),
        (b"a O\n\xff O\n", 2, "0xff is not UTF-8"),
        ("a O\nb\x00 O\n", 2, "NUL"),
        ("a\tO\n\tO\n", 2, "no token"),
        (f"a O\nb B-{'x' * 61}\n", 1, "at most 60 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(data, line, reason):
    error = refusal(data, "conll")
    assert error.line == line
    assert reason in error.reason


def test_utf16_is_named():
    assert "UTF-16" in refusal("a O\n".encode("utf-16"), "conll").reason


def test_a_scheme_that_first_shows_after_the_head_is_still_found():
    filler = "word O\n\n" * 40_000
    assert detect((filler + IOB1).encode()[: 256 * 1024], "a.conll").scheme is None
    assert [marked(document) for document in documents_of(filler + IOB1, "conll")[-2:]] == EXPECTED


def test_a_break_of_the_scheme_far_into_the_file_is_refused_or_repaired_and_said():
    data = IOB2 * 9 + "\nlate\tI-PER\n"
    error = refusal(data, "conll")
    assert error.line == data.count("\n")
    found, skipped = read_with_skipped(data, "conll", lenient=True)
    assert marked(found[-1]) == [("late", "PER")]
    assert [(item.line, "beginning of a span" in item.reason) for item in skipped] == [(error.line, True)]


def test_a_scheme_chosen_by_hand_overrules_what_is_found():
    adjacent = IOB1.replace("B-", "I-")
    assert marked(documents_of(adjacent, "conll", scheme="IO")[0]) == [("Anna Weber", "PER"), ("Bo Li", "PER")]
    assert "'B-PER' is no tag in IO." in refusal(IOB1, "conll", scheme="IO").reason
    assert "'I-PER' continues no span in BIOES." in refusal(IOB1, "conll", scheme="BIOES").reason


@given(st.lists(st.lists(st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"]), max_size=8), max_size=4))
def test_any_repaired_tags_are_whole_iob2(sentences):
    scheme, _ = detect_scheme(sentences)
    for tags in sentences:
        repaired, problems = to_iob2(tags, scheme or "IOB2")
        assert len(repaired) == len(tags)
        assert to_iob2(repaired, "IOB2") == (repaired, [])
        assert problems or scheme != "IOB2" or repaired == tags


@given(st.lists(documents(clean_text), max_size=4), st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_words_and_tags_survive_writing_and_reading(originals, language):
    data, report = written(originals, "conll", language=language)
    kept = [document for document in originals if tokenize(document.text, language)]
    assert report.documents == len(kept)
    if not kept:
        assert data == b""
        return
    returned = documents_of(data, "conll", scheme="IOB2")
    assert len(returned) == len(kept)
    for before, after in zip(kept, returned, strict=True):
        tokens = tokenize(before.text, language)
        words = [before.text[token.start : token.end] for token in tokens]
        assert [after.text[start:end] for start, end in after.meta["tokens"]] == words
        tagging = spans_to_tags(before.spans, tokens)
        again = spans_to_tags(after.spans, [Token(start, end) for start, end in after.meta["tokens"]])
        assert again.tags == tagging.tags


def test_writing_counts_what_columns_cannot_carry():
    document = Document(
        "Anna  Weber", (Span(0, 4, "PER", 0.5), Span(0, 11, "PER"), Span(1, 4, "X")), "7", {"topic": "a", "line": 3}
    )
    data, report = written([document, Document(" ")], "conll")
    assert data.decode() == "Anna\tB-PER\nWeber\tI-PER\n\n"
    assert (report.documents, report.spans, report.complete) == (1, 1, False)
    assert report.lost == {
        "span that overlaps another span": 1,
        "span that cuts a token": 1,
        "score of a span": 1,
        "meta of a document": 1,
        "id of a document": 1,
        "white space between tokens": 1,
        "document without a token": 1,
    }


def test_a_documents_own_tokens_are_written():
    document = Document("e-mail me", (Span(0, 6, "X"),), meta={"tokens": [[0, 6], [7, 9]]})
    assert written([document], "conll")[0].decode() == "e-mail\tB-X\nme\tO\n\n"
