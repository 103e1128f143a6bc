"""The annotation desk: which document is open, what the editor is given, and what becomes of a submission.

Everything lives in the store and in the address (`?document=`); only the queue's filter is remembered for the visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import TagloopError
from core.inference.loaded import predictor
from core.tokens import tokenize
from db import annotations, documents, labels, listing, models, suggestions
from db.annotations import Annotation
from db.connection import Store
from db.documents import StoredDocument
from db.labels import Label
from db.listing import Filter
from db.models import Model
from db.projects import ProjectSummary
from ui.process import model_folder
from ui.session import Page
from ui.span_annotator import AnnotatorDocument, AnnotatorLabel, Submission, Suggested

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

QUEUES = {
    "unlabelled": Filter(status="unlabelled"),
    "all": Filter(),
    "drafts": Filter(status="draft"),
    "accepted": Filter(status="accepted"),
    "skipped": Filter(status="skipped"),
    "flagged": Filter(flagged=True),
}
MAX_SUGGESTED_CHARACTERS = 50_000  # a longer document is left to a prediction job, so that opening stays fast


@dataclass(frozen=True, slots=True)
class Sheet:
    """The open document, its place in the queue (0: it is not in it), and the editor's view of it."""

    document: StoredDocument
    place: int
    total: int
    shown: AnnotatorDocument


def annotator_labels(found: Sequence[Label]) -> list[AnnotatorLabel]:
    """The project's labels as the editor wants them."""
    return [AnnotatorLabel(label.id, label.name, label.hue, label.key, label.description) for label in found]


def first_queue(summary: ProjectSummary) -> str:
    """Where a visit begins: with what is unlabelled, and with all documents when nothing is."""
    labelled = summary.accepted + summary.drafts + summary.skipped
    return "unlabelled" if labelled < summary.documents else "all"


def open_document(page: Page, filter: Filter) -> int | None:
    """The id of the document to show: the one in the address when it is of this project, else the queue's first."""
    asked = st.query_params.get("document", "")
    with page.store.reading() as session:
        if asked.isdecimal() and len(asked) < 16:
            try:
                if documents.get(session, int(asked)).project_id == page.project.id:
                    return int(asked)
            except TagloopError:
                pass  # deleted, or never there: go on with the queue
        return listing.first(session, page.project.id, filter)


def sheet(page: Page, document_id: int, filter: Filter, model: Model | None) -> Sheet:
    """Read all that the editor needs, in one short session; missing suggestions are made first."""
    if model is not None:
        suggest(page.store, document_id, model)
    with page.store.reading() as session:
        document = documents.get(session, document_id)
        annotation = annotations.load(session, document_id)
        place, total = listing.rank(session, page.project.id, document_id, filter)
        if not _in_queue(annotation, filter):
            place = 0  # opened by its address, or saved a moment ago
        proposed = _open_suggestions(session, document_id, model)
    shown = AnnotatorDocument(
        id=document.id,
        text=document.text,
        tokens=[(token.start, token.end) for token in tokenize(document.text, page.project.language)],
        spans=annotation.spans,
        suggestions=proposed if annotation.status in ("unlabelled", "draft", "skipped") else [],
        revision=annotation.revision,
        status=annotation.status,
        flagged=annotation.flagged,
        language=page.project.language,
    )
    return Sheet(document, place, total, shown)


def _in_queue(annotation: Annotation, filter: Filter) -> bool:
    """Whether one of QUEUES holds a document with this answer."""
    return filter.status in (None, annotation.status) and filter.flagged in (None, annotation.flagged)


def _open_suggestions(session: Session, document_id: int, model: Model | None) -> list[Suggested]:
    if model is None:
        return []
    found = suggestions.load(session, document_id, source=source_of(model))
    return [Suggested(s.id, s.start, s.end, s.label, s.score or 0.0) for s in found if s.decision is None]


def source_of(model: Model) -> str:
    """The name under which a model's suggestions are stored."""
    return f"model {model.id}"


def suggest(store: Store, document_id: int, model: Model) -> None:
    """Store the model's suggestions for an unlabelled document, unless that was done before."""
    with store.reading() as session:
        document = documents.get(session, document_id)
        annotation = annotations.load(session, document_id)
        known = suggestions.load(session, document_id, source=source_of(model))
        names = {label.name for label in labels.list_labels(session, document.project_id)}
    if known or annotation.status not in ("unlabelled", "draft") or len(document.text) > MAX_SUGGESTED_CHARACTERS:
        return
    found = predictor(model_folder(model.folder)).predict([document.text])[0]
    taken = [span for span in found if span.label in names and not any(span.overlaps(s) for s in annotation.spans)]
    if taken:
        with store.writing() as session:
            suggestions.replace(session, document_id, source_of(model), taken)


def usable_models(page: Page) -> list[Model]:
    """The project's published models, newest first."""
    with page.store.reading() as session:
        return sorted(models.list_models(session, page.project.id), key=lambda model: -model.id)


def status_after(action: str, before: str, *, changed: bool) -> str:
    """The annotation's status once a submission is stored: moving on without accepting keeps work as a draft."""
    if action == "accept":
        return "accepted"
    if action == "skip":
        return "skipped"
    return "draft" if changed and before in ("unlabelled", "skipped") else before


def store_submission(page: Page, submission: Submission, filter: Filter) -> int | None:
    """Save what the editor sent and return the id of the document to open next (None: the queue is empty).

    Raises StaleRevision when somebody saved in between, and InvalidSpan for spans the project refuses; nothing is
    stored then. Annotation, decisions and events are written in one transaction.
    """
    here = submission.document_id
    with page.store.writing() as session:
        before = annotations.load(session, here)
        changed = (
            tuple(sorted(submission.spans)) != tuple(sorted(before.spans)) or submission.flagged != before.flagged
        )
        status = status_after(submission.action, before.status, changed=changed)
        stale = submission.base_revision != before.revision
        if stale or changed or (status != before.status and status != "unlabelled"):
            annotations.save(
                session,
                here,
                spans=submission.spans,
                base_revision=submission.base_revision,
                status=status,
                flagged=submission.flagged,
                actor=page.actor,
            )
        for decision in ("accepted", "rejected"):
            decided = [number for number, verdict in submission.decisions.items() if verdict == decision]
            if decided:
                suggestions.decide(session, decided, decision, actor=page.actor)
        return _next(session, page.project.id, here, submission.action, filter)


def _next(session: Session, project_id: int, here: int, action: str, filter: Filter) -> int | None:
    if action == "save":
        return here
    step = -1 if action == "previous" else 1
    found = listing.neighbour(session, project_id, here, filter, step=step)
    if found is not None:
        return found
    if action in ("previous", "next"):
        return here  # at either end of the queue one stays
    return listing.first(session, project_id, filter)  # once round: what was left behind comes up again
