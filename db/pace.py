"""How fast a person works, from the seconds that the desk counted on the documents answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import schema
from db.accounts import account_id

ANSWERED = ("accepted", "skipped")
LAST = 20  # documents; older ones say little about how it goes now


@dataclass(frozen=True, slots=True)
class Pace:
    """`documents_today` since midnight where the server stands; the others are None until something was timed."""

    documents_today: int
    spans_per_minute: float | None
    median_seconds: float | None


def pace(s: Session, project_id: int, *, actor: str) -> Pace:
    """The pace of `actor` in a project. Documents that came answered with an import were not timed: they are out."""
    table = schema.Annotation
    timed = (
        table.annotator_id == account_id(s, actor),
        table.status.in_(ANSWERED),
        table.seconds > 0,
        schema.Document.project_id == project_id,
    )
    joined = (schema.Document, schema.Document.id == table.document_id)
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    today = s.scalar(select(func.count()).select_from(table).join(*joined).where(*timed, table.updated >= midnight))
    counted = select(func.count()).where(schema.Span.annotation_id == table.id).correlate(table).scalar_subquery()
    rows = s.execute(
        select(table.seconds, counted)
        .join(*joined)
        .where(*timed)
        .order_by(table.updated.desc(), table.id.desc())
        .limit(LAST)
    ).all()
    if not rows:
        return Pace(today or 0, None, None)
    seconds = [worked for worked, _ in rows]
    return Pace(today or 0, 60 * sum(spans for _, spans in rows) / sum(seconds), median(seconds))
