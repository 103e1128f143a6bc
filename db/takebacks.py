"""A stored change of one document, turned round and carried out where the document still is as it was left.

A stored change is {"document", "added", "removed", "decisions"} and, where they changed, "status" and "flagged";
spans are [start, end, label id], the others pairs [before, after].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import Span
from core.errors import Conflict, InvalidValue
from db import deltas, schema, suggestions
from db.annotations import alter
from db.batches import batches
from db.deltas import Delta

Stored = dict[str, Any]


def stored(delta: Delta, decided: Mapping[int, tuple[str | None, str | None]]) -> Stored:
    """What is kept of a change that was made."""
    kept: Stored = {
        "document": delta.document_id,
        "added": [list(key) for key in delta.added],
        "removed": [list(key) for key in delta.removed],
        "decisions": {str(number): list(pair) for number, pair in decided.items()},
    }
    for name, pair in (("status", delta.status), ("flagged", delta.flagged)):
        if pair is not None:
            kept[name] = list(pair)
    return kept


def inverse(item: Stored) -> Stored:
    """The change that takes `item` back."""
    turned: Stored = {
        "document": item["document"],
        "added": item["removed"],
        "removed": item["added"],
        "decisions": {number: pair[::-1] for number, pair in item["decisions"].items()},
    }
    return turned | {name: item[name][::-1] for name in ("status", "flagged") if name in item}


def decide(
    s: Session, document_id: int, decisions: Mapping[int, str | None], *, actor: str
) -> dict[int, tuple[str | None, str | None]]:
    """Note decisions on suggestions of a document; returns those that changed, (before, after).

    A suggestion that is gone was replaced by a newer one since: there is nothing left to decide.
    """
    table = schema.Suggestion
    changed: dict[int, tuple[str | None, str | None]] = {}
    for some in batches(decisions):
        rows = s.execute(select(table.id, table.decision).where(table.document_id == document_id, table.id.in_(some)))
        changed.update((number, (old, decisions[number])) for number, old in rows if old != decisions[number])
    for decision in {after: None for _, after in changed.values()}:
        chosen = [number for number, pair in changed.items() if pair[1] == decision]
        suggestions.decide(s, chosen, decision, actor=actor)
    return changed


def take(s: Session, project_id: int, item: Stored, label_ids: Mapping[str, int], *, about: str, actor: str) -> int:
    """Carry out a stored change; returns the document's revision.

    Raises Conflict, its message beginning with `about` and naming the document, when something that it starts from
    is not there any more.
    """
    document_id = item["document"]
    table = schema.Document
    found = s.execute(
        select(table.name, table.position).where(table.id == document_id, table.project_id == project_id)
    ).first()
    if found is None:
        raise Conflict(f"{about}document {document_id} was deleted.")
    title = found.name or f"Document #{found.position}"
    names = {label_id: name for name, label_id in label_ids.items()}
    if any(key[2] not in names for key in [*item["added"], *item["removed"]]):
        raise Conflict(f"{about}in {title}, a label of it was merged or removed since.")
    now = deltas.head(s, document_id, actor)
    for name, stands in (("status", now.status), ("flagged", now.flagged)):
        if name in item and item[name][0] != stands:
            raise Conflict(f"{about}{title} was changed since, its {_told(name, stands)}.")
    _check_decisions(s, item, f"{about}a suggestion in {title} was decided otherwise since.")
    try:
        delta = alter(
            s,
            document_id,
            base_revision=None,
            added=[Span(start, end, names[label_id]) for start, end, label_id in item["added"]],
            removed=[Span(start, end, names[label_id]) for start, end, label_id in item["removed"]],
            status=item["status"][1] if "status" in item else now.status,
            flagged=item["flagged"][1] if "flagged" in item else None,
            actor=actor,
            label_ids=label_ids,
        )
    except InvalidValue as error:
        raise Conflict(f"{about}{title} was changed since. {error}") from error
    decide(s, document_id, {int(number): pair[1] for number, pair in item["decisions"].items()}, actor=actor)
    return delta.revision


def _check_decisions(s: Session, item: Stored, message: str) -> None:
    table = schema.Suggestion
    expected = {int(number): pair[0] for number, pair in item["decisions"].items()}
    for some in batches(expected):
        rows = s.execute(
            select(table.id, table.decision).where(table.document_id == item["document"], table.id.in_(some))
        )
        if any(decision != expected[number] for number, decision in rows):
            raise Conflict(message)


def _told(name: str, value: object) -> str:
    return f"{name} is {value}" if name == "status" else f"flag is {'set' if value else 'not set'}"
