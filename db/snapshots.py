"""Snapshots: the gold of a project as it was when a run was started, for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.documents import Document, Span
from core.errors import Conflict, NotFound
from db import events, labels, schema
from db.accounts import YOU, account_id
from db.batches import batches
from db.spans import spans_of


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`documents` counts them by split; accepted documents in no split were left out: `unassigned`."""

    id: int
    project_id: int
    created: datetime
    documents: Mapping[str, int]
    spans: int
    labels: tuple[str, ...]
    unassigned: int = 0


def freeze(s: Session, project_id: int, *, actor: str, annotator: str = YOU) -> Snapshot:
    """Write down every accepted document that has a split, with its spans and revision.

    Raises Conflict when none of them is in train: nothing could be learnt from it.
    """
    rows = _accepted(s, project_id, annotator)
    chosen = [row for row in rows if row[1] is not None]
    if not any(row[1] == "train" for row in chosen):
        raise Conflict(
            f"None of the {len(rows):,} accepted documents is in the train split. Accept documents in Annotate and "
            "make splits in Documents, then train."
        )
    spans = spans_of(s, [row[3] for row in chosen])
    head = schema.Snapshot(
        project_id=project_id,
        documents={split: sum(1 for row in chosen if row[1] == split) for split in schema.SPLITS},
        spans=sum(len(found) for found in spans.values()),
        unassigned=len(rows) - len(chosen),
        labels=list(labels.ids(s, project_id)),
    )
    s.add(head)
    s.flush()
    _write(s, head.id, chosen, spans)
    snapshot = _snapshot(head)
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action="snapshot.frozen",
        subject=f"snapshot {head.id}",
        after={"documents": dict(snapshot.documents), "spans": snapshot.spans},
    )
    return snapshot


def get(s: Session, snapshot_id: int) -> Snapshot:
    """The snapshot with this id; raises NotFound."""
    row = s.get(schema.Snapshot, snapshot_id)
    if row is None:
        raise NotFound(f"There is no snapshot with id {snapshot_id}.")
    return _snapshot(row)


def contents(s: Session, snapshot_id: int, split: str | None = None) -> list[Document]:
    """The documents of a snapshot with the spans they had, by position; id=str(document id).

    `split` narrows the choice. Raises Conflict when some of the documents were deleted since: what is left is
    not what was frozen.
    """
    get(s, snapshot_id)
    item, document = schema.SnapshotItem, schema.Document
    query = (
        select(item.document_id, document.text, document.meta, item.spans)
        .join(document, document.id == item.document_id)
        .where(item.snapshot_id == snapshot_id)
        .order_by(document.position)
    )
    count = select(func.count()).select_from(item).where(item.snapshot_id == snapshot_id)
    if split is not None:
        query, count = query.where(item.split == split), count.where(item.split == split)
    rows = s.execute(query).all()
    expected = s.scalar(count) or 0
    if len(rows) != expected:
        raise Conflict(
            f"{expected - len(rows):,} of the {expected:,} documents of snapshot {snapshot_id} were deleted since; "
            "start a new run."
        )
    return [
        Document(text, tuple(Span(*values) for values in spans), str(document_id), meta)
        for document_id, text, meta, spans in rows
    ]


def revisions(s: Session, snapshot_id: int) -> dict[int, int]:
    """Document id → the annotation revision that was frozen, to show what has changed since."""
    found = s.execute(
        select(schema.SnapshotItem.document_id, schema.SnapshotItem.revision).where(
            schema.SnapshotItem.snapshot_id == snapshot_id
        )
    )
    return {document_id: revision for document_id, revision in found}


def _accepted(s: Session, project_id: int, annotator: str) -> Sequence[Any]:
    """(document id, split, hash of the text, annotation id, revision) of the accepted documents, by position."""
    return s.execute(
        select(
            schema.Document.id,
            schema.Document.split,
            schema.Document.text_hash,
            schema.Annotation.id,
            schema.Annotation.revision,
        )
        .join(schema.Annotation, schema.Annotation.document_id == schema.Document.id)
        .where(
            schema.Document.project_id == project_id,
            schema.Annotation.annotator_id == account_id(s, annotator),
            schema.Annotation.status == "accepted",
        )
        .order_by(schema.Document.position)
    ).all()


def _write(s: Session, snapshot_id: int, chosen: Sequence[Any], spans: Mapping[int, Sequence[Span]]) -> None:
    for some in batches(chosen):
        s.execute(
            insert(schema.SnapshotItem),
            [
                {
                    "snapshot_id": snapshot_id,
                    "document_id": document_id,
                    "revision": revision,
                    "split": split,
                    "text_hash": text_hash,
                    "spans": [[span.start, span.end, span.label] for span in spans.get(annotation_id, ())],
                }
                for document_id, split, text_hash, annotation_id, revision in some
            ],
        )


def _snapshot(row: schema.Snapshot) -> Snapshot:
    return Snapshot(row.id, row.project_id, row.created, row.documents, row.spans, tuple(row.labels), row.unassigned)
