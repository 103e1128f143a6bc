"""Formats are told from the head of a file and from its name."""

from __future__ import annotations

import json

import pytest

from core.errors import FormatError, InvalidValue
from core.formats import FORMATS, HEAD_BYTES, detect, read, split_of
from tests.core.formats.reading import documents_of, lines, refusal


def test_prose_is_a_document_a_line_and_markdown_one_document():
    assert detect("It rained all day.\nThen it stopped.\n", "notes.txt").format == "lines"
    assert detect("two words\nmore words\n", "notes.txt").format == "lines"
    assert detect("[Anna] went home\n", "notes.txt").format == "lines"
    assert detect("# Title\n\nText.\n", "notes.md").format == "text"


def test_a_file_named_as_columns_is_one_even_with_unusual_tags():
    assert detect("Anna person\nran none\n", "a.conll").format == "conll"


def test_the_dialect_is_told_from_the_first_record_that_shows_it():
    assert detect(lines({"text": "a"}, {"text": "b", "spans": []}), "a.jsonl").format == "prodigy"
    assert detect(lines({"text": "a"}), "a.jsonl").format == "doccano"
    assert detect(lines({"id": 1, "text": "a", "label": {}}), "a.json").format == "cluener"


def test_a_first_record_longer_than_the_head_is_told_from_its_keys():
    data = lines({"label": [[0, 1, "X"]], "text": "x" * 400_000})
    assert detect(data.encode()[:HEAD_BYTES], "a.jsonl").format == "doccano"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\n", "a.txt", "empty"),
        (b"\x00\x01\x02", "a.txt", "NUL"),
        ("Anna O\n".encode("utf-16"), "a.txt", "UTF-16"),
        (b"Anna O\n", "a.json", "name says JSON"),
        (b'{"text": "a"', "a.jsonl", "not JSON"),
        (b'{"words": ["a"]}', "a.jsonl", "no known shape; its keys are 'words'"),
    ],
)
def test_a_file_of_no_known_format_is_refused_with_the_reason(data, name, reason):
    with pytest.raises(FormatError) as caught:
        detect(data, name)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.json", "train"),
        ("news.dev.conll", "dev"),
        ("wnut17train.conll", "train"),
        ("zh_validation.jsonl", "dev"),
        ("Test-2.txt", "test"),
        ("latest.jsonl", None),
        ("trainer.jsonl", None),
        ("train_and_test.jsonl", None),
        ("news.jsonl", None),
    ],
)
def test_a_split_is_told_from_a_word_of_the_name(name, split):
    assert split_of(name) == split


def test_plain_text_becomes_documents():
    data = "\ufefffirst\r\n\r\n  second \n \n"
    assert [(document.text, document.meta["line"]) for document in documents_of(data, "lines")] == [
        ("first", 1),
        ("  second ", 3),
    ]
    assert [document.text for document in documents_of("a\r\nb\n", "text")] == ["a\nb"]
    assert documents_of("", "lines") == []
    assert refusal(b"a\n\xe4\n", "lines").line == 2


def test_unknown_formats_and_options_are_refused_with_those_there_are():
    with pytest.raises(InvalidValue, match=r"'csv'.*conll.*text"):
        read(None, "csv")
    with pytest.raises(InvalidValue, match=r"sheme.*scheme"):
        read(None, "conll", sheme="IOB1")
    with pytest.raises(InvalidValue, match="'IOB3'"):
        read(None, "conll", scheme="IOB3")
    assert FORMATS == ("conll", "doccano", "prodigy", "labelstudio", "cluener", "lines", "text")


def test_a_first_record_longer_than_the_head_is_still_told_by_its_text():
    line = json.dumps({"text": "word " * 100_000, "label": [[0, 4, "PER"]]}).encode() + b"\n"
    assert detect(line[:HEAD_BYTES], "long.jsonl").format == "doccano"
