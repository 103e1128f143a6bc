"""Predictions: what a model finds in a document, stored so that a screen need not wait for it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from core.documents import Span
from db import models, schema
from db.batches import batches


def put(s: Session, model_id: int, found: Mapping[int, Iterable[Span]]) -> int:
    """Store {document id: spans}, replacing what was there; returns how many documents were stored.

    A document that was deleted since is passed over. Raises NotFound for the model.
    """
    models.get(s, model_id)
    table, stored = schema.Prediction, 0
    for some in batches(found.items()):
        wanted = [document_id for document_id, _ in some]
        present = set(s.scalars(select(schema.Document.id).where(schema.Document.id.in_(wanted))))
        s.execute(
            delete(table)
            .where(table.model_id == model_id, table.document_id.in_(wanted))
            .execution_options(synchronize_session=False)
        )
        rows = [
            {
                "model_id": model_id,
                "document_id": document_id,
                "spans": [[span.start, span.end, span.label, span.score] for span in spans],
            }
            for document_id, spans in some
            if document_id in present
        ]
        if rows:
            s.execute(insert(table), rows)
        stored += len(rows)
    return stored


def load(s: Session, model_id: int, document_ids: Sequence[int]) -> dict[int, list[Span]]:
    """Document id → spans, for those of `document_ids` that the model has been asked about."""
    table = schema.Prediction
    found: dict[int, list[Span]] = {}
    for some in batches(document_ids):
        rows = s.execute(
            select(table.document_id, table.spans).where(table.model_id == model_id, table.document_id.in_(some))
        )
        found |= {document_id: [Span(*values) for values in spans] for document_id, spans in rows}
    return found


def missing(
    s: Session, model_id: int, *, split: str | None = None, document_ids: Sequence[int] | None = None
) -> list[int]:
    """Ids of the model's project, by position, that it has not been asked about; both arguments narrow the choice."""
    document, table = schema.Document, schema.Prediction
    query = (
        select(document.id)
        .outerjoin(table, and_(table.document_id == document.id, table.model_id == model_id))
        .where(document.project_id == models.get(s, model_id).project_id, table.model_id.is_(None))
        .order_by(document.position)
    )
    if split is not None:
        query = query.where(document.split == split)
    found = list(s.scalars(query))
    if document_ids is None:
        return found
    wanted = set(document_ids)
    return [document_id for document_id in found if document_id in wanted]
