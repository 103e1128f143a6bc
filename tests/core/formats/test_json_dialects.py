"""doccano, Prodigy, Label Studio and CLUENER: what is read, refused, skipped and written back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import Document, Span
from core.errors import InvalidValue
from core.formats import WRITABLE, detect
from tests.core.formats.reading import documents_of, lines, marked, read_with_skipped, refusal, written
from tests.core.mixed_text import clean_text, documents

TEXT = "😀 Anna met Bo in 北京."
ANNA, CITY = [2, 6, "PER"], [17, 19, "地名"]
EXPECTED = [("Anna", "PER"), ("北京", "地名")]


def task(result, **more):
    return {"id": 5, "data": {"text": TEXT}, "annotations": [{"completed_by": 1, "result": result}], **more}


def region(start, end, label, **more):
    return {"type": "labels", "value": {"start": start, "end": end, "labels": [label], **more}}


@pytest.mark.parametrize(
    ("format", "record"),
    [
        ("doccano", {"text": TEXT, "label": [ANNA, CITY]}),
        ("doccano", {"id": 1, "text": TEXT, "labels": [ANNA, CITY]}),
        ("doccano", {"data": TEXT, "label": [ANNA, CITY]}),
        (
            "doccano",
            {"text": TEXT, "relations": [], "entities": [
                {"label": label, "start_offset": start, "end_offset": end} for start, end, label in (ANNA, CITY)
            ]},
        ),
        (
            "prodigy",
            {"text": TEXT, "answer": "accept", "spans": [
                {"start": 2, "end": 6, "label": "PER", "text": "Anna"}, {"start": 17, "end": 19, "label": "地名"}
            ]},
        ),
        ("cluener", {"text": TEXT, "label": {"PER": {"Anna": [[2, 5]]}, "地名": {"北京": [[17, 18]]}}}),
        ("labelstudio", task([region(2, 6, "PER", text="Anna"), region(17, 19, "地名", text="北京")])),
        ("labelstudio", {"id": 1, "text": TEXT, "annotator": 1, "label": [
            {"start": 2, "end": 6, "text": "Anna", "labels": ["PER"]}, {"start": 17, "end": 19, "labels": ["地名"]}
        ]}),
    ],
)  # fmt: skip
def test_each_shape_is_recognised_and_read_as_lines_and_as_an_array(format, record):
    for data in (lines(record, record), json.dumps([record, record], indent=1), json.dumps([record])):
        assert detect(data, "export.json").format == format
        for document in documents_of(data, format):
            assert document.text == TEXT
            assert marked(document) == EXPECTED


@pytest.mark.parametrize(
    ("start", "end", "label", "reason"),
    [
        (-1, 3, "X", "begins before the text"),
        (3, 3, "X", "ends where it begins or before"),
        (5, 2, "X", "ends where it begins or before"),
        (0, 99, "X", "ends beyond the text, which has 20 characters"),
        (1, 2, "X", "nothing but white space"),
        (True, 3, "X", "whole numbers, not True"),
        (0.0, 3, "X", "whole numbers, not 0.0"),
        ("0", 3, "X", "whole numbers"),
        (None, 3, "X", "whole numbers"),
        (2, 6, "", "printable name"),
        (2, 6, " X", "printable name"),
        (2, 6, None, "A label is a string"),
        (2, 6, "x" * 61, "at most 60"),
    ],
)
def test_a_span_that_cannot_be_is_refused_with_line_and_reason_or_left_out_and_said(start, end, label, reason):
    data = lines({"text": "fine"}, {"text": TEXT, "label": [ANNA, [start, end, label]]})
    error = refusal(data, "doccano")
    assert error.line == 2
    assert reason in error.reason
    found, skipped = read_with_skipped(data, "doccano", lenient=True)
    assert marked(found[1]) == [("Anna", "PER")]
    assert [item.line for item in skipped] == [2]
    assert reason in skipped[0].reason


def test_lenient_reading_narrows_a_span_to_its_words_and_says_so():
    data = lines({"text": " Anna ", "label": [[0, 6, "PER"]]})
    assert documents_of(data, "doccano")[0].spans == (Span(0, 6, "PER"),)
    found, skipped = read_with_skipped(data, "doccano", lenient=True)
    assert found[0].spans == (Span(1, 5, "PER"),)
    assert "narrowed to 1-5" in skipped[0].reason


def test_the_same_span_twice_is_kept_once_and_said():
    found, skipped = read_with_skipped(lines({"text": TEXT, "label": [ANNA, ANNA]}), "doccano")
    assert marked(found[0]) == [("Anna", "PER")]
    assert "twice" in skipped[0].reason


@pytest.mark.parametrize(
    ("format", "record"),
    [
        ("prodigy", {"text": TEXT, "spans": [{"start": 2, "end": 6, "label": "X", "text": "Bo"}]}),
        ("cluener", {"text": TEXT, "label": {"X": {"Bo": [[2, 5]]}}}),
        ("labelstudio", task([region(2, 6, "X", text="Bo")])),
    ],
)
def test_a_surface_that_disagrees_with_the_offsets_is_an_error(format, record):
    assert "covers 'Anna', and the file says 'Bo'" in refusal(lines(record), format).reason


def test_rejected_and_ignored_answers_are_skipped_and_said():
    data = lines(*({"text": answer, "answer": answer} for answer in ("accept", "reject", "ignore")))
    found, skipped = read_with_skipped(data, "prodigy")
    assert [document.text for document in found] == ["accept"]
    assert [(item.line, item.reason) for item in skipped] == [
        (2, "The answer is 'reject'."),
        (3, "The answer is 'ignore'."),
    ]
    assert "accept, reject or ignore" in refusal(lines({"text": "x", "answer": ["?"]}), "prodigy").reason


def test_prodigy_tokens_keep_their_borders_and_must_agree_with_spans_and_text():
    tokens = [{"text": "Jean-Luc", "start": 0, "end": 8, "id": 0}, {"text": "ran", "start": 9, "end": 12, "id": 1}]
    span = {"start": 0, "end": 8, "label": "PER", "token_start": 0, "token_end": 0}
    record = {"text": "Jean-Luc ran", "tokens": tokens, "spans": [span], "_input_hash": 3, "meta": {"source": "a"}}
    (document,) = documents_of(lines(record), "prodigy")
    assert document.meta["tokens"] == [[0, 8], [9, 12]]
    assert document.meta["source"] == "a"
    assert "_input_hash" not in document.meta
    wrong = {**record, "spans": [{**span, "token_end": 1}]}
    assert "token_end 1" in refusal(lines(wrong), "prodigy").reason
    torn = {**record, "tokens": [{**tokens[0], "text": "Jean"}, tokens[1]]}
    assert "Token 0 covers" in refusal(lines(torn), "prodigy").reason
    assert "out of order" in refusal(lines({**record, "tokens": tokens[::-1]}), "prodigy").reason


def test_label_studio_offsets_in_utf16_units_are_recognised_by_their_texts():
    old = task([region(3, 7, "PER", text="Anna"), region(18, 20, "地名", text="北京")])
    assert marked(documents_of(json.dumps([old]), "labelstudio")[0]) == EXPECTED


def test_cancelled_annotations_other_results_and_second_opinions_are_left_out_and_said():
    right = {"result": [region(2, 6, "PER"), {"type": "choices", "value": {"choices": ["a"]}}], "ground_truth": True}
    record = {
        "data": {"text": TEXT, "source": "web"},
        "annotations": [{"was_cancelled": True, "result": [region(0, 1, "X")]}, {"result": []}, right],
    }
    found, skipped = read_with_skipped(json.dumps([record]), "labelstudio")
    assert marked(found[0]) == [("Anna", "PER")]
    assert found[0].meta["source"] == "web"
    reasons = " ".join(item.reason for item in skipped)
    assert "cancelled" in reasons
    assert "2 annotations; the ground truth is taken" in reasons
    assert "'choices'" in reasons


def test_a_task_nobody_labelled_is_a_document_without_the_mark_of_labelled_text():
    (document,) = documents_of(json.dumps([{"data": {"review": TEXT}, "annotations": []}]), "labelstudio")
    assert document.text == TEXT
    assert "accepted" not in document.meta
    (answered,) = documents_of(json.dumps([task([])]), "labelstudio")
    assert answered.meta["accepted"] is True
    two = {"data": {"title": "a", "body": "b"}}
    assert "Which key is the text" in refusal(json.dumps([two]), "labelstudio").reason


def test_ids_splits_and_the_rest_of_the_source_are_kept():
    data = lines(
        {"id": 3, "text": "a", "label": [], "split": "validation", "topic": {"a": 1}},
        {"text": "b", "meta": {"split": "fold-1", "page": 2}},
        {"text": "c"},
    )
    first, second, third = documents_of(data, "doccano", split="test")
    assert (first.id, dict(first.meta)) == ("3", {"split": "dev", "topic": {"a": 1}, "line": 1})
    assert dict(second.meta) == {"source_split": "fold-1", "page": 2, "line": 2}
    assert dict(third.meta) == {"split": "test", "line": 3}


@pytest.mark.parametrize("format", [name for name in WRITABLE if name != "conll"])
@given(content=st.lists(documents(clean_text.filter(str.strip)), max_size=4))
@settings(max_examples=100, deadline=None)
def test_documents_survive_writing_and_reading_exactly(format, content):
    data, report = written(content, format)
    assert (report.documents, report.spans, report.lost) == (len(content), sum(len(d.spans) for d in content), {})
    assert documents_of(data, format) == content


@pytest.mark.parametrize("format", ["doccano", "prodigy", "labelstudio"])
def test_ids_and_meta_survive_writing_and_reading(format):
    document = Document("Anna ran", (Span(0, 4, "PER"),), "a-1", {"split": "dev", "topic": [1], "tokens": [[0, 4]]})
    data, report = written([document], format)
    (again,) = documents_of(data, format)
    assert report.complete
    assert again.id == "a-1"
    assert {key: again.meta[key] for key in ("split", "topic", "tokens")} == dict(document.meta)


def test_the_loss_report_counts_scores_and_meta_that_a_format_has_no_place_for():
    document = Document("Anna ran", (Span(0, 4, "PER", 0.5),), meta={"topic": 1, "odd": {1, 2}})
    assert written([document], "cluener")[1].lost == {"score of a span": 1, "meta of a document": 1}
    assert written([document], "doccano")[1].lost == {"score of a span": 1, "meta value that JSON cannot hold": 1}
    for format in ("prodigy", "labelstudio"):
        data, report = written([document], format)
        assert report.lost == {"meta value that JSON cannot hold": 1}
        assert documents_of(data, format)[0].spans[0].score == 0.5


def test_what_cannot_be_written_is_refused():
    with pytest.raises(InvalidValue, match="'lines' cannot be written"):
        written([], "lines")
    with pytest.raises(InvalidValue, match="half of a surrogate pair"):
        written([Document("a\ud800")], "doccano")
    assert written([], "labelstudio")[0] == b"[\n]\n"
    assert documents_of(b"[\n]\n", "labelstudio") == []
