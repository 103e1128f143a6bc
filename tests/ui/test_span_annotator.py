"""The Python side of the annotator: what goes in, and a hostile browser coming back."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents import Span
from core.errors import InvalidSpan, InvalidValue, StaleRevision
from ui import span_annotator as annotator
from ui.span_annotator import AnnotatorDocument, AnnotatorLabel, Suggested, parse_submission
from ui.span_annotator.values import label_keys

TEXT = "Zoë met 👨‍👩‍👧 in Paris."
LABELS = (AnnotatorLabel(7, "PER", 0), AnnotatorLabel(8, "LOC", 2, key="p", description="Places"))
DOCUMENT = AnnotatorDocument(
    id=5,
    text=TEXT,
    tokens=[(0, 3), (4, 7), (8, 13), (14, 16), (17, 22), (22, 23)],
    spans=[Span(0, 3, "PER")],
    suggestions=[Suggested(40, 17, 22, "LOC", 0.9)],
    revision=2,
    status="draft",
    flagged=False,
    language="en",
)
GOOD = {
    "document_id": 5,
    "base_revision": 2,
    "spans": [[17, 22, 8], [0, 3, 7]],
    "action": "accept",
    "flagged": True,
    "decisions": {"40": "accepted"},
    "seconds": 12.5,
}


def test_a_good_submission_becomes_spans_sorted_by_start():
    submission = parse_submission(GOOD, DOCUMENT, LABELS)
    assert submission.spans == (Span(0, 3, "PER"), Span(17, 22, "LOC"))
    assert [TEXT[span.start : span.end] for span in submission.spans] == ["Zoë", "Paris"]
    assert submission.decisions == {40: "accepted"}
    assert (submission.action, submission.flagged, submission.seconds) == ("accept", True, 12.5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"document_id": 6}, "document 5 is open"),
        ({"document_id": True}, "whole number"),
        ({"document_id": "5"}, "whole number"),
        ({"base_revision": -1}, "0 or more"),
        ({"base_revision": 2.0}, "whole number"),
        ({"action": "delete"}, "one of accept"),
        ({"action": ["accept"]}, "one of accept"),
        ({"flagged": 1}, "true or false"),
        ({"spans": None}, "is a list"),
        ({"spans": {"0": 1}}, "is a list"),
        ({"spans": [[0, 3]]}, "three whole numbers"),
        ({"spans": [[0, 3, True]]}, "three whole numbers"),
        ({"spans": [[0, 3.0, 7]]}, "three whole numbers"),
        ({"spans": ["abc"]}, "three whole numbers"),
        ({"spans": [[3, 3, 7]]}, "start < end"),
        ({"spans": [[-1, 3, 7]]}, "start < end"),
        ({"spans": [[0, len(TEXT) + 1, 7]]}, "start < end"),
        ({"spans": [[0, 3, 99]]}, "no label with id 99"),
        ({"spans": [[3, 4, 7]]}, "white space"),
        ({"spans": [[0, 3, 7], [0, 3, 7]]}, "sent twice"),
        ({"spans": [[0, 1, 7]] * 100_001}, "at most 100,000"),
        ({"decisions": []}, "is a mapping"),
        ({"decisions": {"41": "accepted"}}, "no suggestion 41"),
        ({"decisions": {"40": "maybe"}}, "one of accepted"),
        ({"decisions": {"40": ["accepted"]}}, "one of accepted"),
        ({"decisions": {"x": "accepted"}}, "by number"),
        ({"decisions": {"٤٠": "accepted"}}, "by number"),
        ({"decisions": {"9" * 5000: "accepted"}}, "by number"),
        ({"seconds": "12"}, "is a number"),
        ({"seconds": False}, "is a number"),
        ({"seconds": float("nan")}, "0 or more"),
        ({"seconds": -0.1}, "0 or more"),
    ],
)
def test_a_submission_that_cannot_be_is_refused_with_the_reason(change, reason):
    with pytest.raises(InvalidValue, match=re.escape(reason)):
        parse_submission({**GOOD, **change}, DOCUMENT, LABELS)


@pytest.mark.parametrize("missing", GOOD)
def test_no_part_of_a_submission_may_be_missing(missing):
    with pytest.raises(InvalidValue):
        parse_submission({name: value for name, value in GOOD.items() if name != missing}, DOCUMENT, LABELS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@given(name=st.sampled_from(sorted(GOOD)), value=JSON)
def test_whatever_a_browser_sends_is_either_checked_or_refused(name, value):
    try:
        submission = parse_submission({**GOOD, name: value}, DOCUMENT, LABELS)
    except InvalidValue:
        return
    assert all(span.end <= len(TEXT) for span in submission.spans)


@given(JSON)
def test_anything_but_a_mapping_is_refused(value):
    if not isinstance(value, dict):
        with pytest.raises(InvalidValue, match="mapping"):
            parse_submission(value, DOCUMENT, LABELS)


def test_the_payload_is_plain_json_with_flat_tokens_and_label_ids():
    sent = json.loads(json.dumps(annotator.payload(DOCUMENT, LABELS, threshold=0.4)))
    assert sent["tokens"][:4] == [0, 3, 4, 7]
    assert sent["spans"] == [[0, 3, 7]]
    assert sent["suggestions"] == [[40, 17, 22, 8, 0.9]]
    assert sent["labels"] == [[7, "PER", 0, "1", ""], [8, "LOC", 2, "p", "Places"]]
    assert (sent["threshold"], sent["answered"], sent["error"]) == (0.4, None, None)


def test_a_span_whose_label_is_not_offered_is_not_shown_as_something_else():
    with pytest.raises(InvalidValue, match="'PER'"):
        annotator.payload(DOCUMENT, LABELS[1:])


def test_a_stale_save_is_told_with_what_now_stands_in_the_store():
    current = SimpleNamespace(revision=3, spans=(Span(17, 22, "LOC"),))
    told = annotator.refusal(StaleRevision("Saved in between.", current=current, submitted=()), LABELS)
    assert told == {"message": "Saved in between.", "revision": 3, "spans": [[17, 22, 8]]}
    assert annotator.refusal(InvalidValue("No."), LABELS) == {"message": "No.", "revision": None, "spans": None}


def test_labels_keep_their_keys_and_the_rest_take_free_digits():
    labels = [
        AnnotatorLabel(1, "A", 0),
        AnnotatorLabel(2, "B", 1, key="1"),
        AnnotatorLabel(3, "C", 2, key="r"),  # Streamlit's
        AnnotatorLabel(4, "D", 3, key="P"),
        AnnotatorLabel(5, "E", 4, key="p"),  # taken
        AnnotatorLabel(6, "F", 5, key="§"),
    ]
    assert label_keys(labels) == {2: "1", 4: "p", 1: "2", 3: "3", 5: "4", 6: "5"}
    many = [AnnotatorLabel(n, f"L{n}", 0) for n in range(12)]
    assert "".join(label_keys(many).values()) == "1234567890"


def test_a_document_with_offsets_beyond_its_text_cannot_be_made():
    values = {"id": 1, "text": "ab", "revision": 0, "status": "draft", "flagged": False, "language": "en"}
    empty = {"tokens": [], "spans": [], "suggestions": []}
    with pytest.raises(InvalidSpan, match="ends beyond"):
        AnnotatorDocument(**{**values, **empty, "spans": [Span(0, 3, "PER")]})
    with pytest.raises(InvalidSpan, match="outside"):
        AnnotatorDocument(**{**values, **empty, "tokens": [(1, 3)]})
    with pytest.raises(InvalidValue, match="hue"):
        AnnotatorLabel(1, "PER", 12)


def test_the_script_is_one_module_and_never_parses_markup():
    script = annotator.joined_modules()
    assert script.count("export default") == 1
    assert not re.search(r"^(import|export (?!default))", script, re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script)
    assert {path.name for path in annotator.FOLDER.glob("*.js")} == set(annotator.MODULES)
