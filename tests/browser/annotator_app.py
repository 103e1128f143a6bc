"""Shows the annotator on the documents of one case and writes what it submits to a file, one JSON line each.

Run by the tests: `streamlit run annotator_app.py -- FOLDER`. FOLDER/cases.json maps a case (`?case=` in the address)
to {"documents": [...], "labels": [...], "threshold": 0.0}; FOLDER/submitted.jsonl gets the submissions. A document
has text, and optionally language, spans, suggestions ([start, end, label, score]), tokens, revision, flagged. One
with "theirs" (spans) is saved by somebody else at the first submission, which is therefore refused; one with
"refuse" is refused once for that reason.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import streamlit as st

from core.documents import Span
from core.errors import InvalidValue, StaleRevision
from core.tokens import tokenize
from ui.span_annotator import AnnotatorDocument, AnnotatorLabel, Submission, Suggested, span_annotator

FOLDER = Path(sys.argv[1])
STEPS = {"accept": 1, "skip": 1, "next": 1, "previous": -1, "save": 0}


def load_case(name: str) -> dict:
    case = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))[name]
    for document in case["documents"]:
        document.setdefault("revision", 0)
        document.setdefault("flagged", False)
        document.setdefault("spans", [])
        document.setdefault("suggestions", [])
    return case


def shown(number: int, row: dict) -> AnnotatorDocument:
    language = row.get("language", "en")
    tokens = row.get("tokens") or [(token.start, token.end) for token in tokenize(row["text"], language)]
    return AnnotatorDocument(
        id=number,
        text=row["text"],
        tokens=tokens,
        spans=[Span(*span) for span in row["spans"]],
        suggestions=[Suggested(100 + i, *suggestion) for i, suggestion in enumerate(row["suggestions"])],
        revision=row["revision"],
        status="unlabelled",
        flagged=row["flagged"],
        language=language,
    )


def take(submission: Submission) -> None:
    state = st.session_state
    row = state.case["documents"][submission.document_id]
    told = {
        "case": state.name,
        "document_id": submission.document_id,
        "base_revision": submission.base_revision,
        "spans": [[span.start, span.end, span.label] for span in submission.spans],
        "action": submission.action,
        "flagged": submission.flagged,
        "decisions": {str(number): decision for number, decision in submission.decisions.items()},
        "seconds": submission.seconds,
    }
    with (FOLDER / "submitted.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")
    if theirs := row.pop("theirs", None):
        row.update(spans=theirs, revision=row["revision"] + 1)
        current = SimpleNamespace(revision=row["revision"], spans=tuple(Span(*span) for span in theirs))
        raise StaleRevision(
            f"Somebody saved revision {row['revision']} in between.", current=current, submitted=submission.spans
        )
    if reason := row.pop("refuse", None):
        raise InvalidValue(reason)
    if submission.action in ("accept", "save"):
        row.update(spans=told["spans"], revision=submission.base_revision + 1, flagged=submission.flagged)
        if submission.decisions:
            row["suggestions"] = []
    state.index = (state.index + STEPS[submission.action]) % len(state.case["documents"])


st.set_page_config(layout="wide")
if "case" not in st.session_state:
    st.session_state.name = st.query_params["case"]
    st.session_state.case = load_case(st.session_state.name)
    st.session_state.index = 0


@st.fragment
def annotate() -> None:
    case = st.session_state.case
    labels = [AnnotatorLabel(**label) for label in case["labels"]]
    st.caption(f"document {st.session_state.index + 1} of {len(case['documents'])}")
    document = shown(st.session_state.index, case["documents"][st.session_state.index])
    span_annotator(document, labels, threshold=case.get("threshold", 0.0), on_submit=take)


annotate()
if st.button("Rerun the page"):
    st.session_state.reruns = st.session_state.get("reruns", 0) + 1
st.text(f"reruns {st.session_state.get('reruns', 0)}")
