"""Broken and hostile JSON is refused with its line; large files are read in small pieces."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest

from core.formats import read
from core.formats.source import MAX_RECORD_BYTES, MAX_TEXT_CHARACTERS
from tests.core.formats.reading import documents_of, lines, refusal

GOOD = '{"text": "fine"}'


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"text": "a"', "not JSON"),
        ('{"text": "a"} x', "not JSON"),
        ("{'text': 1}", "not JSON"),
        ('"text"', "JSON object in braces"),
        ("17", "JSON object in braces"),
        ('{"text": 5}', "A text is a string, not 5"),
        ('{"txt": "a"}', "no \"text\"; the keys are txt"),
        ('{"text": "a", "score": NaN}', "NaN is not JSON"),
        ('{"text": "a", "score": -Infinity}', "Infinity is not JSON"),
        ('{"text": "a", "score": 1e999}', "too large"),
        ('{"text": "a", "n": ' + "9" * 5000 + "}", "5,000 digits; the limit is 18"),
        ('{"text": "a", "n": ' + "[" * 70 + "]" * 70 + "}", "deeper than 64"),
        ('{"text": "a", "n": ' + "[" * 100_000 + "]" * 100_000 + "}", "deeper than 64"),
        ('{"text": "a", "text": "b"}', "'text' occurs twice"),
        ('{"text": "a\\ud83d"}', "\\ud83d is half of a surrogate pair"),
        ('{"text": "a", "m": {"\\udc00": 1}}', "\\udc00 is half"),
        ('{"text": "a\\u0000b"}', "NUL"),
        ('{"text": "a\x00b"}', "NUL"),
        ('{"text": "a", "label": 5}', "'label' holds a list, not 5"),
        ('{"text": "a", "label": [5]}', "A span is [start, end, label]"),
        ('{"text": "' + "a" * 1_000_001 + '"}', "1,000,001 characters; the limit is 1,000,000"),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_with_its_line(bad, reason):
    error = refusal(f"{GOOD}\n\n{bad}\n{GOOD}\n", "doccano")
    assert error.line == 3
    assert reason in error.reason


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (f"[{GOOD},\n{GOOD}", 2, "has no end"),
        (f"[{GOOD},\n", 2, "middle of its JSON array"),
        ("[", 1, "middle of its JSON array"),
        (f"[{GOOD}\n{GOOD}]", 2, "'{' stands where"),
        (f"[{GOOD},\n5]", 2, "JSON object in braces; this one begins with '5'"),
        (f"[{GOOD}]\n\nx", 3, "after the end"),
        (f"[\n{GOOD},\n{{\n\n\"text\": oops, \"filler\": \"{'x' * 100}\"}}]", 5, "not JSON"),
        (f"[\n{GOOD},\n" + '{"text": NaN}]', 3, "NaN"),
        (f"[{GOOD},\n" + '{"text": "a", "n": ' + "[" * 100_000, 2, "deeper than 64"),
        (f"[{GOOD},\n".encode() + b'{"text": "\xff"}]', 2, "0xff is not UTF-8"),
    ],
)  # fmt: skip
def test_a_broken_array_is_refused_with_its_line(data, line, reason):
    error = refusal(data, "doccano")
    assert error.line == line
    assert reason in error.reason


def test_an_array_of_any_layout_gives_its_records_with_their_lines():
    data = (
        "\n[\n" + ",\n\n".join(json.dumps({"text": f"n {n} 北京😀"}, ensure_ascii=False) for n in range(3)) + "\n]\n"
    )
    found = documents_of(b"\xef\xbb\xbf" + data.encode(), "doccano")
    assert [(document.text, document.meta["line"]) for document in found] == [
        ("n 0 北京😀", 3),
        ("n 1 北京😀", 5),
        ("n 2 北京😀", 7),
    ]


class Pieces(io.BytesIO):
    """A stream that gives a few bytes at a time, as sockets and decompressors do."""

    def read(self, size=-1):
        return super().read(min(size, 7) if size > 0 else size)


def test_pieces_that_cut_characters_and_records_change_nothing():
    records = [{"text": f"{n} 北京😀 " + "长" * (n * 40_000)} for n in range(4)]
    for data in (lines(*records), json.dumps(records, ensure_ascii=False)):
        assert [document.text for document in read(io.BytesIO(data.encode()), "doccano")] == [
            record["text"] for record in records
        ]
    short = json.dumps(records[:1], ensure_ascii=False).encode()
    assert [document.text for document in read(Pieces(short), "doccano")] == [records[0]["text"]]


@pytest.mark.parametrize("is_array", [True, False])
def test_twenty_megabytes_are_read_without_holding_them_and_progress_counts_bytes(is_array):
    record = json.dumps({"text": "北京 " * 100, "label": [[0, 2, "地名"]]}).encode()
    count = 20_000_000 // len(record)
    data = b"[" + b",".join([record] * count) + b"]" if is_array else (record + b"\n") * count
    seen: list[int] = []
    stream = io.BytesIO(data)
    tracemalloc.start()
    try:
        number = sum(1 for _ in read(stream, "doccano", on_progress=seen.append))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert number == count
    assert peak < 6_000_000
    assert seen == sorted(seen)
    assert seen[-1] == len(data)
    assert len(seen) > 20


def test_a_record_without_end_is_refused_before_all_of_it_is_held():
    endless = b'{"text": "a", "x": "' + b"x" * (2 * MAX_RECORD_BYTES)
    assert f"{MAX_RECORD_BYTES:,} bytes" in refusal(endless, "doccano").reason
    assert f"{MAX_RECORD_BYTES:,} bytes" in refusal(b"[" + endless, "doccano").reason


def test_a_plain_file_longer_than_a_document_is_refused_with_the_way_out():
    error = refusal("word " * 30 + "\n" + "x" * MAX_TEXT_CHARACTERS, "text")
    assert error.line == 2
    assert "1,000,000" in error.reason
    assert "one document a line" in error.reason
