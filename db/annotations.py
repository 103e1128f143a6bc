"""What an annotator says about a document, saved against the revision that was seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.documents import Document, Span
from core.errors import InvalidValue, NotFound, StaleRevision
from db import deltas, events, labels, schema
from db.accounts import YOU, account_id
from db.deltas import Delta
from db.spans import check_spans, insert_rows, keys, spans_of

UNLABELLED = schema.UNLABELLED


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's answer; `seconds` is the time worked on it.

    Status "unlabelled" means that there is none: never was one at revision 0, taken back at a later one.
    """

    id: int | None
    document_id: int
    annotator: str
    revision: int
    status: str
    flagged: bool
    spans: tuple[Span, ...]
    updated: datetime | None
    seconds: float = 0.0


def load(s: Session, document_id: int, *, annotator: str = YOU) -> Annotation:
    """The annotator's annotation of a document, empty when there is none; raises NotFound for the document."""
    if s.scalar(select(schema.Document.id).where(schema.Document.id == document_id)) is None:
        raise NotFound(f"There is no document with id {document_id}.")
    return _load(s, document_id, annotator)


def save(
    s: Session,
    document_id: int,
    *,
    spans: Iterable[Span],
    base_revision: int,
    status: str,
    flagged: bool = False,
    actor: str,
    annotator: str | None = None,
) -> Annotation:
    """Replace the annotation of `annotator` (the actor, unless named) by `spans`, and record the event.

    `base_revision` is the revision that the spans were made from, 0 for none. Raises StaleRevision when the
    store holds another one by now, InvalidSpan for spans that the text, the labels or the project's rule
    about overlaps do not allow, InvalidValue for a status, NotFound for the document; nothing is changed then.
    """
    if status not in schema.STATUSES:
        raise InvalidValue(f"An annotation's status is one of {', '.join(schema.STATUSES)}, not {status!r}.")
    document = _lock(s, document_id)
    submitted = tuple(sorted(spans))
    current = _load(s, document_id, annotator or actor)
    if current.revision != base_revision:
        raise _stale(document, current, base_revision, submitted)
    label_ids = labels.ids(s, document.project_id)
    check_spans(submitted, document.characters, label_ids, overlap=document.overlap)
    _write(s, current, submitted, label_ids, status=status, flagged=flagged)
    saved = _load(s, document_id, current.annotator)
    events.record(
        s,
        project_id=document.project_id,
        actor=actor,
        action="annotation.saved",
        subject=f"document {document_id}",
        before=_shown(current) if current.revision else None,
        after=_shown(saved),
    )
    return saved


def alter(
    s: Session,
    document_id: int,
    *,
    base_revision: int | None,
    added: Iterable[Span] = (),
    removed: Iterable[Span] = (),
    status: str | None = None,
    flagged: bool | None = None,
    seconds: float = 0.0,
    actor: str,
    label_ids: Mapping[str, int] | None = None,
) -> Delta:
    """Add and remove some spans of the actor's annotation and set what is not None; its event holds only that.

    Without a status, an unlabelled or skipped document whose spans change becomes a draft. What changes nothing
    makes no revision. `seconds` of work are added up; `label_ids` are the project's, where the caller has them.
    Raises StaleRevision when the store holds another revision than `base_revision` (None: any will do), InvalidSpan
    for spans that cannot be added or are not there to be removed, InvalidValue, NotFound. Part of it may be written
    by then: the caller undoes the transaction, or its savepoint.
    """
    document = _lock(s, document_id)
    before = deltas.head(s, document_id, actor)
    if base_revision is not None and before.revision != base_revision:
        raise _stale(document, _load(s, document_id, actor), base_revision, tuple(sorted(added)))
    known = labels.ids(s, document.project_id) if label_ids is None else label_ids
    new, gone = tuple(sorted(added)), tuple(sorted(removed))
    after = deltas.next_head(before, status, flagged, touched=bool(new or gone))
    check_spans(new, document.characters, known, overlap=document.overlap)
    if not 0 <= seconds < math.inf:
        raise InvalidValue(f"The time worked is a number of seconds from 0 up, not {seconds!r}.")
    differs = bool(new or gone) or (after.status, after.flagged) != (before.status, before.flagged)
    annotation_id = deltas.write_head(s, document_id, before, after, differs=differs, seconds=seconds, actor=actor)
    fresh = before.id is None  # then there is nothing yet that a span could touch
    deltas.write_spans(s, annotation_id, new, gone, known, overlap=document.overlap, fresh=fresh)
    if after.status == UNLABELLED and annotation_id is not None and differs:
        deltas.refuse_spans_left(s, annotation_id, document)
    delta = Delta(
        document_id,
        before.revision + 1 if differs or (annotation_id is not None and before.id is None) else before.revision,
        tuple(keys(new, known)),
        tuple(keys(gone, known)),
        None if after.status == before.status else (before.status, after.status),
        None if after.flagged == before.flagged else (before.flagged, after.flagged),
    )
    if differs:
        deltas.record(s, document.project_id, delta, new, gone, actor)
    return delta


def gold(
    s: Session,
    project_id: int,
    *,
    split: str | None = None,
    document_ids: Sequence[int] | None = None,
    annotator: str = YOU,
) -> list[tuple[int, Document]]:
    """The accepted documents of a project with their spans, by position: (document id, Document).

    Each Document has id=str(document id) and the stored meta. `split` and `document_ids` narrow the choice.
    """
    query = (
        select(schema.Document.id, schema.Document.text, schema.Document.meta, schema.Annotation.id)
        .join(schema.Annotation, schema.Annotation.document_id == schema.Document.id)
        .where(
            schema.Document.project_id == project_id,
            schema.Annotation.annotator_id == account_id(s, annotator),
            schema.Annotation.status == "accepted",
        )
        .order_by(schema.Document.position)
    )
    if split is not None:
        query = query.where(schema.Document.split == split)
    rows = s.execute(query).all()
    if document_ids is not None:
        wanted = set(document_ids)
        rows = [row for row in rows if row[0] in wanted]
    spans = spans_of(s, [row[3] for row in rows])
    return [
        (document_id, Document(text, tuple(spans.get(annotation_id, ())), str(document_id), meta))
        for document_id, text, meta, annotation_id in rows
    ]


def _stale(document: Any, current: Annotation, base_revision: int, submitted: tuple[Span, ...]) -> StaleRevision:
    title = document.name or f"Document #{document.position}"
    return StaleRevision(
        f"{title} was saved in between: it is at revision {current.revision}, your changes were made from "
        f"revision {base_revision}. Nothing was overwritten; choose between the two versions.",
        current=current,
        submitted=submitted,
    )


def _lock(s: Session, document_id: int) -> Any:
    """The document's facts, its row locked until the transaction ends (SQLite has locked everything already)."""
    row = s.execute(
        select(
            schema.Document.name,
            schema.Document.position,
            schema.Document.characters,
            schema.Document.project_id,
            schema.Project.overlap,
        )
        .join(schema.Project, schema.Project.id == schema.Document.project_id)
        .where(schema.Document.id == document_id)
        .with_for_update(of=schema.Document)
    ).first()
    if row is None:
        raise NotFound(f"There is no document with id {document_id}.")
    return row


def _load(s: Session, document_id: int, annotator: str) -> Annotation:
    row = s.scalar(
        select(schema.Annotation)
        .where(
            schema.Annotation.document_id == document_id,
            schema.Annotation.annotator_id == account_id(s, annotator),
        )
        .execution_options(populate_existing=True)
    )
    if row is None:
        return Annotation(None, document_id, annotator, 0, UNLABELLED, False, (), None)
    spans = tuple(spans_of(s, [row.id]).get(row.id, ()))
    return Annotation(
        row.id, document_id, annotator, row.revision, row.status, row.flagged, spans, row.updated, row.seconds
    )


def _write(
    s: Session,
    current: Annotation,
    spans: Sequence[Span],
    label_ids: dict[str, int],
    *,
    status: str,
    flagged: bool,
) -> None:
    """Put the new revision in place of `current`."""
    if current.id is None:
        row = schema.Annotation(
            document_id=current.document_id, annotator_id=account_id(s, current.annotator), revision=1
        )
        s.add(row)
    else:
        row = s.get_one(schema.Annotation, current.id)
        row.revision = current.revision + 1
        s.execute(delete(schema.Span).where(schema.Span.annotation_id == row.id))
    row.status, row.flagged, row.updated = status, flagged, schema.now()
    s.flush()
    insert_rows(s, row.id, spans, label_ids)


def _shown(annotation: Annotation) -> dict[str, Any]:
    return {
        "revision": annotation.revision,
        "status": annotation.status,
        "flagged": annotation.flagged,
        "spans": [[span.start, span.end, span.label] for span in annotation.spans],
    }
