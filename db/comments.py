"""Remarks of people about a document, or about a range of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import InvalidSpan, InvalidValue, NotFound
from db import events, schema
from db.accounts import account_id
from db.batches import batches

MAX_CHARACTERS = 5_000


@dataclass(frozen=True, slots=True)
class Comment:
    """`start` and `end` are half-open offsets of the range it is about, None for the whole document."""

    id: int
    document_id: int
    start: int | None
    end: int | None
    body: str
    who: str
    created: datetime
    resolved: bool


def of(s: Session, document_id: int) -> list[Comment]:
    """The comments of a document, the oldest first, resolved ones too."""
    table = schema.Comment
    rows = s.execute(
        select(table, schema.Account.name)
        .join(schema.Account, schema.Account.id == table.account_id)
        .where(table.document_id == document_id)
        .order_by(table.id)
    )
    return [_comment(row, who) for row, who in rows]


def counts(s: Session, document_ids: Sequence[int]) -> dict[int, int]:
    """Document id → how many of its comments are open; a document without any is not in it."""
    table = schema.Comment
    found: dict[int, int] = {}
    for some in batches(document_ids):
        rows = s.execute(
            select(table.document_id, func.count())
            .where(table.document_id.in_(some), table.resolved.is_(None))
            .group_by(table.document_id)
        )
        found.update((document_id, count) for document_id, count in rows)
    return found


def add(
    s: Session, document_id: int, *, body: str, start: int | None = None, end: int | None = None, actor: str
) -> Comment:
    """Put a comment to a document, or to its range `[start, end)`.

    Raises NotFound for the document, InvalidValue for an empty or too long text, InvalidSpan for a range that the
    document does not have.
    """
    found = s.execute(
        select(schema.Document.project_id, schema.Document.characters).where(schema.Document.id == document_id)
    ).first()
    if found is None:
        raise NotFound(f"There is no document with id {document_id}; it may have been deleted.")
    said = body.strip()
    if not 1 <= len(said) <= MAX_CHARACTERS:
        raise InvalidValue(f"A comment has 1 to {MAX_CHARACTERS:,} characters; this one has {len(said):,}.")
    if (start is None) != (end is None):
        raise InvalidSpan("A comment has a start and an end, or neither.")
    if start is not None and end is not None and not 0 <= start < end <= found.characters:
        raise InvalidSpan(f"A comment needs 0 <= start < end <= {found.characters:,}; got {start:,} and {end:,}.")
    row = schema.Comment(document_id=document_id, account_id=account_id(s, actor), start=start, end=end, body=said)
    s.add(row)
    s.flush()
    _record(s, row, "comment.added", actor)
    return _comment(row, actor)


def resolve(s: Session, comment_id: int, *, resolved: bool = True, actor: str) -> Comment:
    """Mark a comment as dealt with, or as open again; raises NotFound."""
    row = _row(s, comment_id)
    if resolved != (row.resolved is not None):
        row.resolved = schema.now() if resolved else None
        s.flush()
        _record(s, row, "comment.resolved" if resolved else "comment.reopened", actor)
    who = s.scalar(select(schema.Account.name).where(schema.Account.id == row.account_id)) or ""
    return _comment(row, who)


def remove(s: Session, comment_id: int, *, actor: str) -> None:
    """Delete a comment for good; raises NotFound."""
    row = _row(s, comment_id)
    _record(s, row, "comment.removed", actor)
    s.execute(delete(schema.Comment).where(schema.Comment.id == comment_id))
    s.expunge(row)


def _row(s: Session, comment_id: int) -> schema.Comment:
    row = s.get(schema.Comment, comment_id)
    if row is None:
        raise NotFound(f"There is no comment with id {comment_id}; it may have been removed.")
    return row


def _record(s: Session, row: schema.Comment, action: str, actor: str) -> None:
    project_id = s.scalar(select(schema.Document.project_id).where(schema.Document.id == row.document_id))
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action=action,
        subject=f"document {row.document_id}",
        after={"comment": row.id, "start": row.start, "end": row.end},
    )


def _comment(row: schema.Comment, who: str) -> Comment:
    return Comment(row.id, row.document_id, row.start, row.end, row.body, who, row.created, row.resolved is not None)
