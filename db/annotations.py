"""What an annotator says about a document, saved against the revision that was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.documents import Document, Span
from core.errors import InvalidSpan, InvalidValue, NotFound, StaleRevision
from db import events, labels, schema
from db.accounts import YOU, account_id
from db.batches import batches

UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's answer. `revision` 0 and status "unlabelled" mean that there is none yet."""

    id: int | None
    document_id: int
    annotator: str
    revision: int
    status: str
    flagged: bool
    spans: tuple[Span, ...]
    updated: datetime | None


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
        named = document.name or f"Document #{document.position}"
        raise StaleRevision(
            f"{named} was saved in between: it is at revision {current.revision}, your changes were made from "
            f"revision {base_revision}. Nothing was overwritten; choose between the two versions.",
            current=current,
            submitted=submitted,
        )
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


def spans_of(s: Session, annotation_ids: Sequence[int]) -> dict[int, list[Span]]:
    """Annotation id → its spans in order; an annotation without spans is not in it."""
    found: dict[int, list[Span]] = {}
    for some in batches(annotation_ids):
        rows = s.execute(
            select(schema.Span.annotation_id, schema.Span.start, schema.Span.end, schema.Label.name)
            .join(schema.Label, schema.Label.id == schema.Span.label_id)
            .where(schema.Span.annotation_id.in_(some))
            .order_by(schema.Span.annotation_id, schema.Span.start, schema.Span.end, schema.Label.name)
        )
        for annotation_id, start, end, label in rows:
            found.setdefault(annotation_id, []).append(Span(start, end, label))
    return found


def check_spans(spans: Sequence[Span], characters: int, known: Iterable[str], *, overlap: bool) -> None:
    """Raise InvalidSpan unless the sorted `spans` fit a text of `characters`, with labels among `known`.

    Two spans may share a character only with `overlap`; the same span twice is refused always.
    """
    names = set(known)
    reach: Span | None = None  # the span that reaches furthest among those before
    last: Span | None = None
    for span in spans:
        if span.end > characters:
            raise InvalidSpan(f"The span {_named(span)} ends beyond the text, which has {characters} characters.")
        if span.label not in names:
            listed = ", ".join(sorted(names)) or "none"
            raise InvalidSpan(
                f"The project has no label {span.label!r} for the span {_named(span)}; it has: {listed}. "
                "Add the label first."
            )
        if span == last:
            raise InvalidSpan(f"The span {_named(span)} is there twice; leave one out.")
        if reach is not None and span.start < reach.end and not overlap:
            raise InvalidSpan(
                f"The spans {_named(reach)} and {_named(span)} overlap. Shorten or remove one, or allow overlapping "
                "spans in the project's settings."
            )
        if reach is None or span.end > reach.end:
            reach = span
        last = span


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
    return Annotation(row.id, document_id, annotator, row.revision, row.status, row.flagged, spans, row.updated)


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
    if spans:
        s.execute(insert(schema.Span), span_rows(row.id, spans, label_ids))


def span_rows(annotation_id: int, spans: Iterable[Span], label_ids: dict[str, int]) -> list[dict[str, Any]]:
    """Rows of the span table for `spans`."""
    return [
        {
            "annotation_id": annotation_id,
            "label_id": label_ids[span.label],
            "start": span.start,
            "end": span.end,
        }
        for span in spans
    ]


def _shown(annotation: Annotation) -> dict[str, Any]:
    return {
        "revision": annotation.revision,
        "status": annotation.status,
        "flagged": annotation.flagged,
        "spans": [[span.start, span.end, span.label] for span in annotation.spans],
    }


def _named(span: Span) -> str:
    return f"{span.label} {span.start}-{span.end}"
