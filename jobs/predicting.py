"""A prediction job: a model reads documents, chunk by chunk, and what it finds is stored chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.documents import Span
from core.errors import NotFound
from core.inference.predictor import Predictor
from db import documents, jobs, labels, models, predictions, suggestions
from db.annotations import load as load_annotation
from db.connection import Store
from db.documents import Filter
from db.models import Model
from jobs.folders import Folders
from jobs.reporting import Reporter

CHUNK = 64
PAGE = 1000


def do_prediction(
    store: Store, folders: Folders, reporter: Reporter, payload: Mapping[str, Any], job_id: int, number: int
) -> bool:
    """Predict what the payload asks for; False when asked to stop on the way. What is stored is not done again."""
    with store.reading() as session:
        model = models.get(session, payload["model_id"])
        wanted = _wanted(session, model, payload)
    predictor = Predictor.load(folders.home / model.folder)
    begun, done = time.monotonic(), 0
    for chunk in (wanted[begin : begin + CHUNK] for begin in range(0, len(wanted), CHUNK)):
        if reporter.should_stop():
            return False
        found = _predict(store, predictor, model, chunk)
        with store.writing() as session:
            jobs.check_current(session, job_id, number)
            predictions.put(session, model.id, found)
            if payload["as_suggestions"]:
                _suggest(session, model, found)
        done += len(chunk)
        rate = done / max(time.monotonic() - begun, 1e-9)
        reporter.tell(
            {
                "phase": "predicting",
                "step": done,
                "steps": len(wanted),
                "documents_per_second": rate,
                "seconds_left": (len(wanted) - done) / rate,
            }
        )
    reporter.flush()
    with store.writing() as session:
        jobs.finish(session, job_id, number)
    return True


def _wanted(session: Session, model: Model, payload: Mapping[str, Any]) -> list[int]:
    """Ids of the documents to read: those named, or those of the split; of unlabelled ones for suggestions."""
    if payload["document_ids"] is not None:
        return list(payload["document_ids"])
    if not payload["as_suggestions"]:
        return predictions.missing(session, model.id, split=payload["split"])
    return list(_unlabelled(session, model.project_id, payload["split"]))


def _unlabelled(session: Session, project_id: int, split: str | None) -> Iterator[int]:
    chosen = Filter(status="unlabelled", split=split)
    offset = 0
    while True:
        rows, total = documents.list_documents(session, project_id, chosen, offset=offset, limit=PAGE)
        yield from (row.id for row in rows)
        offset += PAGE
        if offset >= total:
            return


def _predict(store: Store, predictor: Predictor, model: Model, ids: Sequence[int]) -> dict[int, list[Span]]:
    """{document id: spans}; documents deleted since are left out, stored answers are taken as they are."""
    with store.reading() as session:
        known = predictions.load(session, model.id, ids)
        texts = {}
        for document_id in ids:
            if document_id not in known:
                try:
                    texts[document_id] = documents.get(session, document_id).text
                except NotFound:
                    continue
    return known | dict(zip(texts, predictor.predict(list(texts.values())), strict=True))


def _suggest(session: Session, model: Model, found: Mapping[int, Sequence[Span]]) -> None:
    """Propose the spans where nobody has answered yet; a label that the project no longer has is left out."""
    known = labels.ids(session, model.project_id)
    for document_id, spans in found.items():
        try:
            if load_annotation(session, document_id).status != "unlabelled":
                continue
            proposed = [span for span in spans if span.label in known]
            suggestions.replace(session, document_id, suggestions.source_of(model.id), proposed)
        except NotFound:
            continue
