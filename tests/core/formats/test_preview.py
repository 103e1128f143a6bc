"""A preview goes through the whole file and says what an import would do."""

from __future__ import annotations

import io

from core.formats import preview, read
from tests.core.formats.reading import lines


def test_counts_splits_sample_and_everything_left_out_are_said_with_their_lines():
    data = lines(
        {"text": "Anna", "label": [[0, 4, "PER"]], "split": "train"},
        {"text": "Bo", "label": [[0, 2, "PER"]], "split": "dev"},
        {"text": "  ", "label": []},
        {"text": "Anna", "label": []},
        {"text": "Rome", "label": [[0, 4, "LOC"]]},
    ).encode()
    stream = io.BytesIO(data)
    seen: list[int] = []
    found = preview(stream, "a.jsonl", on_progress=seen.append)
    assert (found.format, found.scheme, found.error) == ("doccano", None, None)
    assert (found.documents, found.spans_per_label, found.splits) == (3, {"LOC": 1, "PER": 2}, {"train": 1, "dev": 1})
    assert [(item.line, item.reason) for item in found.skipped] == [
        (3, "The text is blank."),
        (4, "The text is the same as that of line 1."),
    ]
    assert found.skipped_total == 2
    assert [document.text for document in found.sample] == ["Anna", "Bo", "Rome"]
    assert seen[-1] == len(data)
    assert stream.tell() == 0


def test_a_file_broken_on_its_last_line_is_an_error_with_that_line():
    data = lines(*({"text": f"n {n}"} for n in range(20_000)), {"text": "x", "label": [[0, 9, "X"]]})
    found = preview(io.BytesIO(data.encode()), "a.jsonl")
    assert found.error is not None
    assert found.error.line == 20_001
    assert "Line 20,001: The span 'X' 0-9 ends beyond the text" in str(found.error)


def test_only_the_first_hundred_left_out_are_kept_and_all_are_counted():
    found = preview(io.BytesIO(("same text here\n" * 251).encode()), "a.txt")
    assert (found.documents, len(found.skipped), found.skipped_total) == (1, 100, 250)
    assert len(found.sample) == 1


def test_the_scheme_of_a_chosen_format_is_found_and_the_name_gives_the_split():
    found = preview(io.BytesIO(b"Anna I-PER\nran O\n"), "dev.txt", "conll")
    assert (found.scheme, found.splits) == ("IOB1", {"dev": 1})
    assert preview(io.BytesIO(b"Anna I-PER\n"), "dev.txt", "conll", split="test").splits == {"test": 1}


def test_an_empty_file_and_an_unknown_shape_are_errors_not_exceptions():
    assert "empty" in str(preview(io.BytesIO(b""), "a.txt").error)
    found = preview(io.BytesIO(b'{"a": 1}'), "a.jsonl")
    assert (found.format, found.documents) == (None, 0)
    assert "no known shape" in str(found.error)


def test_reading_keeps_duplicates_that_a_preview_leaves_out():
    data = b"a line\na line\n"
    assert len(list(read(io.BytesIO(data), "lines"))) == 2
    assert preview(io.BytesIO(data), "a.txt").documents == 1


def test_duplicates_and_errors_within_one_line_of_an_array_are_found_too():
    record = '{"text": "a", "label": [[0, %d, "X"]]}'
    assert preview(io.BytesIO(f"[{record % 1},{record % 1}]".encode()), "a.json").documents == 1
    error = preview(io.BytesIO(f"[{record % 1},{record % 1},{record % 2}]".encode()), "a.json").error
    assert str(error).startswith("Line 1: Record 3: The span 'X' 0-2 ends beyond the text")
