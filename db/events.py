"""The audit: who did what to what and when. Written in the transaction of the change, never altered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db import schema


@dataclass(frozen=True, slots=True)
class Event:
    """One change; `before` and `after` hold what changed, never a document's text."""

    id: int
    project_id: int | None
    at: datetime
    actor: str
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def record(
    s: Session,
    *,
    project_id: int | None,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append an event to the transaction of `s`: it is there when the change is, and only then."""
    s.execute(
        insert(schema.Event).values(
            project_id=project_id,
            actor=actor,
            action=action,
            subject=subject,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
        )
    )


def recent(s: Session, project_id: int | None = None, limit: int = 50) -> list[Event]:
    """The last `limit` events of a project, or of all when `project_id` is None, newest first."""
    query = select(schema.Event).order_by(schema.Event.id.desc()).limit(limit)
    if project_id is not None:
        query = query.where(schema.Event.project_id == project_id)
    return [
        Event(row.id, row.project_id, row.at, row.actor, row.action, row.subject, row.before, row.after)
        for row in s.scalars(query)
    ]
