"""A change of one annotation as a delta: its spans as rows that go and come, its status, flag and time.

Who may change what, and against which revision, is `db.annotations`' to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.documents import Span
from core.errors import InvalidSpan, InvalidValue
from db import events, schema
from db.accounts import account_id
from db.spans import Key, insert_rows, keys, named, present, refuse_taken, remove_rows

UNLABELLED = schema.UNLABELLED


@dataclass(frozen=True, slots=True)
class Delta:
    """What one change did to an annotation; pairs are (before, after), None where nothing changed.

    Spans are (start, end, label id), so that a later change of a label's name is no obstacle to taking it back.
    """

    document_id: int
    revision: int
    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    status: tuple[str, str] | None
    flagged: tuple[bool, bool] | None


@dataclass(frozen=True, slots=True)
class Head:
    """An annotation without its spans."""

    id: int | None = None
    revision: int = 0
    status: str = UNLABELLED
    flagged: bool = False


def head(s: Session, document_id: int, actor: str) -> Head:
    """The actor's annotation of a document without its spans."""
    table = schema.Annotation
    row = s.execute(
        select(table.id, table.revision, table.status, table.flagged).where(
            table.document_id == document_id, table.annotator_id == account_id(s, actor)
        )
    ).first()
    return Head() if row is None else Head(*row)


def next_head(before: Head, status: str | None, flagged: bool | None, *, touched: bool) -> Head:
    """`before` with what is asked for; a document whose spans are `touched` is a draft unless said otherwise."""
    allowed = (UNLABELLED, *schema.STATUSES)
    if status is not None and status not in allowed:
        raise InvalidValue(f"An annotation's status is one of {', '.join(allowed)}, not {status!r}.")
    if status is None:
        status = "draft" if touched and before.status in (UNLABELLED, "skipped") else before.status
    return replace(before, status=status, flagged=before.flagged if flagged is None else flagged)


def write_head(
    s: Session, document_id: int, before: Head, after: Head, *, differs: bool, seconds: float, actor: str
) -> int | None:
    """Write status, flag, revision and time; returns the row's id, None when there is nothing to write it for."""
    table = schema.Annotation
    values: dict[str, Any] = {}
    if differs or (before.id is None and seconds):
        values = {
            "status": after.status,
            "flagged": after.flagged,
            "revision": before.revision + 1,
            "updated": schema.now(),
        }
    if before.id is None:
        if values:
            owner = account_id(s, actor)
            made = insert(table).values(document_id=document_id, annotator_id=owner, seconds=seconds, **values)
            return s.scalar(made.returning(table.id))
        return None
    if seconds:
        values["seconds"] = table.seconds + seconds
    if values:
        written = update(table).where(table.id == before.id).values(values)
        s.execute(written.execution_options(synchronize_session=False))
    return before.id


def write_spans(
    s: Session,
    annotation_id: int | None,
    new: Sequence[Span],
    gone: Sequence[Span],
    label_ids: Mapping[str, int],
    *,
    overlap: bool,
    fresh: bool = False,
) -> None:
    """Take the spans `gone` out and put the checked spans `new` in; raises InvalidSpan for what cannot be."""
    if annotation_id is None:
        return
    there = present(s, annotation_id, keys(gone, label_ids))
    for span, key in zip(gone, keys(gone, label_ids), strict=True):
        if key not in there:
            raise InvalidSpan(
                f"The span {named(span)} is not there, so it cannot be removed; load the document again."
            )
    remove_rows(s, there.values())
    if not fresh:
        refuse_taken(s, annotation_id, new, label_ids, overlap=overlap)
    insert_rows(s, annotation_id, new, label_ids)


def refuse_spans_left(s: Session, annotation_id: int, document: Any) -> None:
    """Raise InvalidValue when an annotation that becomes unlabelled has a span."""
    left = s.scalar(select(schema.Span.id).where(schema.Span.annotation_id == annotation_id).limit(1))
    if left is not None:
        title = document.name or f"Document #{document.position}"
        raise InvalidValue(f"{title} still has spans, so it cannot be unlabelled; remove them, or make it a draft.")


def record(s: Session, project_id: int, delta: Delta, new: Sequence[Span], gone: Sequence[Span], actor: str) -> None:
    """Append the event of a change; it holds the delta only."""
    before: dict[str, Any] = {"revision": delta.revision - 1}
    after: dict[str, Any] = {"revision": delta.revision}
    for name, pair in (("status", delta.status), ("flagged", delta.flagged)):
        if pair is not None:
            before[name], after[name] = pair
    if gone:
        before["removed"] = [[span.start, span.end, span.label] for span in gone]
    if new:
        after["added"] = [[span.start, span.end, span.label] for span in new]
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action="annotation.changed",
        subject=f"document {delta.document_id}",
        before=before,
        after=after,
    )
