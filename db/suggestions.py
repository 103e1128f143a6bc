"""Suggestions: spans that a model or a rule proposes for a document, and what a person made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from core.documents import Span
from core.errors import InvalidValue, NotFound
from db import events, labels, schema
from db.batches import batches
from db.spans import check_spans


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed span; `source` says who proposes it, `decision` is one of DECISIONS or None."""

    id: int
    start: int
    end: int
    label: str
    score: float | None
    source: str
    decision: str | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What people made of what a source proposed with a label; `open` is what nobody has decided."""

    source: str
    label: str
    accepted: int
    corrected: int
    rejected: int
    open: int


def source_of(model_id: int) -> str:
    """The source of a model's suggestions; models are renamed, their ids stay."""
    return f"model {model_id}"


def replace(s: Session, document_id: int, source: str, spans: Iterable[Span]) -> int:
    """Put `spans` in place of the undecided suggestions of `source`; returns how many are new.

    What a person decided stays decided: a rejected span is not proposed again by the same source. Raises
    NotFound, and InvalidSpan for a span beyond the text or a label that the project lacks.
    """
    found = s.execute(
        select(schema.Document.project_id, schema.Document.characters).where(schema.Document.id == document_id)
    ).first()
    if found is None:
        raise NotFound(f"There is no document with id {document_id}.")
    label_ids = labels.ids(s, found.project_id)
    proposed = sorted(set(spans))
    check_spans(proposed, found.characters, label_ids, overlap=True)
    table = schema.Suggestion
    own = (table.document_id == document_id, table.source == source)
    s.execute(delete(table).where(*own, table.decision.is_(None)).execution_options(synchronize_session=False))
    decided = {tuple(row) for row in s.execute(select(table.start, table.end, table.label_id).where(*own))}
    rows = [
        {
            "document_id": document_id,
            "label_id": label_ids[span.label],
            "start": span.start,
            "end": span.end,
            "score": span.score,
            "source": source,
        }
        for span in proposed
        if (span.start, span.end, label_ids[span.label]) not in decided
    ]
    if rows:
        s.execute(insert(table), rows)
    return len(rows)


def load(s: Session, document_id: int, *, minimum: float = 0.0, source: str | None = None) -> list[Suggestion]:
    """The document's suggestions in order, decided ones too; scored ones only from `minimum` up."""
    table = schema.Suggestion
    query = (
        select(table.id, table.start, table.end, schema.Label.name, table.score, table.source, table.decision)
        .join(schema.Label, schema.Label.id == table.label_id)
        .where(table.document_id == document_id, or_(table.score.is_(None), table.score >= minimum))
        .order_by(table.start, table.end, table.id)
    )
    if source is not None:
        query = query.where(table.source == source)
    return [Suggestion(*row) for row in s.execute(query)]


def decide(s: Session, suggestion_ids: Sequence[int], decision: str | None, *, actor: str) -> int:
    """Note what a person decided, or with None that nothing is decided any more; returns how many changed.

    "corrected" is a suggestion that was taken with another range or label.

    The annotation is not touched: an accepted span is saved with `db.annotations.save`.
    """
    if decision is not None and decision not in schema.DECISIONS:
        raise InvalidValue(f"A decision is one of {', '.join(schema.DECISIONS)}, or None, not {decision!r}.")
    table = schema.Suggestion
    changed: dict[tuple[int, int], dict[str, str | None]] = {}
    for some in batches(suggestion_ids):
        rows = s.execute(
            select(table.id, table.document_id, schema.Document.project_id, table.decision)
            .join(schema.Document, schema.Document.id == table.document_id)
            .where(table.id.in_(some), table.decision.is_distinct_from(decision))
        ).all()
        for suggestion_id, document_id, project_id, decided in rows:
            changed.setdefault((project_id, document_id), {})[str(suggestion_id)] = decided
        s.execute(
            update(table)
            .where(table.id.in_(some))
            .values(decision=decision)
            .execution_options(synchronize_session=False)
        )
    for (project_id, document_id), before in changed.items():
        events.record(
            s,
            project_id=project_id,
            actor=actor,
            action="suggestions.decided",
            subject=f"document {document_id}",
            before=before,
            after={"decision": decision},
        )
    return sum(len(before) for before in changed.values())


def acceptance(s: Session, project_id: int) -> list[Acceptance]:
    """For each source and label of the project, how many of its suggestions were accepted, corrected, rejected."""
    table = schema.Suggestion
    rows = s.execute(
        select(table.source, schema.Label.name, table.decision, func.count())
        .join(schema.Label, schema.Label.id == table.label_id)
        .where(schema.Label.project_id == project_id)
        .group_by(table.source, schema.Label.name, table.decision)
    )
    found: dict[tuple[str, str], dict[str | None, int]] = {}
    for source, label, decision, count in rows:
        found.setdefault((source, label), {})[decision] = count
    return [
        Acceptance(
            source, label, *(made.get(decision, 0) for decision in ("accepted", "corrected", "rejected", None))
        )
        for (source, label), made in sorted(found.items())
    ]
