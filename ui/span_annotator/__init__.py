"""The span annotator: a Streamlit component in which people label text.

All editing happens in the browser; Python sees one submission a document. The JavaScript is written as ES modules
(one idea a file, no build step, no dependencies) and joined here into the one module that Streamlit loads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.documents import Span
from core.errors import InvalidValue, StaleRevision, TagloopError
from ui import palette
from ui.span_annotator.submission import parse_submission
from ui.span_annotator.values import (
    AnnotatorDocument,
    AnnotatorLabel,
    Submission,
    Suggested,
    label_keys,
)

__all__ = [
    "AnnotatorDocument",
    "AnnotatorLabel",
    "Submission",
    "Suggested",
    "parse_submission",
    "span_annotator",
]

FOLDER = Path(__file__).parent
# In the order of their imports: a module comes after those it uses.
MODULES = (
    "characters.js",
    "offsets.js",
    "sorted_spans.js",
    "pages.js",
    "geometry.js",
    "edits.js",
    "wire.js",
    "server.js",
    "tabs.js",
    "outbox.js",
    "history.js",
    "queue.js",
    "conflicts.js",
    "opening.js",
    "travel.js",
    "worked.js",
    "saving.js",
    "surroundings.js",
    "elements.js",
    "idle.js",
    "spoken.js",
    "text_view.js",
    "pager.js",
    "reading_settings.js",
    "overlay.js",
    "side_list.js",
    "panels.js",
    "finished.js",
    "key_sheet.js",
    "reading.js",
    "editor.js",
    "pointer.js",
    "keyboard.js",
    "span_annotator.js",
)
STYLES = ("span_annotator.css", "pages.css")


def joined_modules() -> str:
    """The ES modules as one: their imports of each other and their exports fall away, the default export stays."""
    parts = (FOLDER.joinpath(name).read_text(encoding="utf-8") for name in MODULES)
    source = "\n".join(re.sub(r"(?m)^import [^;]*;\n", "", part) for part in parts)
    return re.sub(r"(?m)^export (?!default)", "", source)


def _style() -> str:
    parts = (FOLDER.joinpath(name).read_text(encoding="utf-8") for name in STYLES)
    return "\n".join([palette.css_variables(), *parts])


_component = st.components.v2.component(
    "tagloop_span_annotator",
    html=FOLDER.joinpath("span_annotator.html").read_text(encoding="utf-8"),
    css=_style(),
    js=joined_modules(),
)


def span_annotator(
    document: AnnotatorDocument,
    labels: Sequence[AnnotatorLabel],
    *,
    threshold: float = 0.0,
    key: str = "annotator",
    on_submit: Callable[[Submission], None],
) -> None:
    """Show the editor for `document`; suggestions below `threshold` (0..1) stay hidden.

    `on_submit` is called once for each submission, checked by `parse_submission`, before the script runs again. A
    TagloopError that it raises is shown in the editor, where the work stays: with StaleRevision the person chooses
    between both versions. Use the same `key` for every document, so that the editor stays in place between them.
    """
    answers = f"{key}__answer"

    def handle() -> None:
        value = st.session_state[key].submit
        answer: dict[str, Any] = {"number": _number(value), "error": None}
        try:
            on_submit(parse_submission(value, document, labels))
        except TagloopError as error:
            answer["error"] = refusal(error, labels)
        st.session_state[answers] = answer

    _component(
        key=key,
        data=payload(document, labels, threshold=threshold, answer=st.session_state.get(answers)),
        on_submit_change=handle,
    )


def payload(
    document: AnnotatorDocument,
    labels: Sequence[AnnotatorLabel],
    *,
    threshold: float = 0.0,
    answer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON that the browser gets; raises InvalidValue for a span whose label is not among `labels`."""
    ids = {label.name: label.id for label in labels}
    keys = label_keys(labels)
    return {
        "id": document.id,
        "text": document.text,
        "tokens": [offset for token in document.tokens for offset in token],
        "spans": [[span.start, span.end, _label_id(span.label, ids)] for span in document.spans],
        "suggestions": [[s.id, s.start, s.end, _label_id(s.label, ids), s.score] for s in document.suggestions],
        "revision": document.revision,
        "status": document.status,
        "flagged": document.flagged,
        "language": document.language,
        "labels": [[label.id, label.name, label.hue, keys.get(label.id), label.description] for label in labels],
        "threshold": threshold,
        "answered": answer["number"] if answer else None,
        "error": answer["error"] if answer else None,
    }


def refusal(error: TagloopError, labels: Sequence[AnnotatorLabel]) -> dict[str, Any]:
    """What the browser is told about a submission that was not taken; with StaleRevision also what now stands."""
    told: dict[str, Any] = {"message": str(error), "revision": None, "spans": None}
    if isinstance(error, StaleRevision):
        ids = {label.name: label.id for label in labels}
        spans: Sequence[Span] = error.current.spans
        told["revision"] = error.current.revision
        told["spans"] = [[span.start, span.end, ids[span.label]] for span in spans if span.label in ids]
    return told


def _label_id(name: str, ids: Mapping[str, int]) -> int:
    if name not in ids:
        raise InvalidValue(f"The label {name!r} is used in this document but is not among the project's labels.")
    return ids[name]


def _number(value: object) -> int | None:
    """The running number by which the browser recognises the answer to its own submission."""
    number = value.get("number") if isinstance(value, Mapping) else None
    return number if type(number) is int and 0 <= number < 2**53 else None
