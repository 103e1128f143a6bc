"""A project's rules: terms of its dictionary and regular expressions, each with the label it proposes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from core.errors import InvalidValue, NotFound
from db import events, labels, schema
from db.batches import batches

MAX_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule to be added; raises InvalidValue for a kind, a length or a pattern that cannot be."""

    label: str
    kind: str
    text: str
    ignore_case: bool = False

    def __post_init__(self) -> None:
        if self.kind not in schema.RULE_KINDS:
            raise InvalidValue(f"A rule is one of {', '.join(schema.RULE_KINDS)}, not {self.kind!r}.")
        if not self.text.strip() or len(self.text) > MAX_CHARACTERS:
            raise InvalidValue(
                f"A {self.kind} has 1 to {MAX_CHARACTERS} characters that are not all white space; "
                f"{self.text[:20]!r} has {len(self.text):,}."
            )
        if self.kind == "pattern":
            _check_pattern(self.text)


@dataclass(frozen=True, slots=True)
class Rule:
    """A stored rule; `kind` is "term" or "pattern"."""

    id: int
    project_id: int
    label: str
    kind: str
    text: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class AddReport:
    """How many rules are new, and how many were there already."""

    added: int
    known: int


def list_rules(s: Session, project_id: int, *, kind: str | None = None) -> list[Rule]:
    """The project's rules in the order in which they were added; `kind` narrows the choice."""
    table = schema.Rule
    query = (
        select(table.id, table.project_id, schema.Label.name, table.kind, table.text, table.ignore_case)
        .join(schema.Label, schema.Label.id == table.label_id)
        .where(table.project_id == project_id)
        .order_by(table.id)
    )
    if kind is not None:
        query = query.where(table.kind == kind)
    return [Rule(*row) for row in s.execute(query)]


def version(s: Session, project_id: int) -> tuple[int, int]:
    """Two numbers that change whenever a rule is added or removed: rules are never altered, and no id comes again."""
    table = schema.Rule
    count, last = s.execute(select(func.count(), func.max(table.id)).where(table.project_id == project_id)).one()
    return count, last or 0


def add(s: Session, project_id: int, rows: Iterable[NewRule], *, actor: str) -> AddReport:
    """Add rules, all or none; one with the label, kind and text of another is known and left as it is.

    Raises InvalidValue for a label that the project lacks.
    """
    label_ids = labels.ids(s, project_id)
    table = schema.Rule
    present = s.execute(select(table.label_id, table.kind, table.text).where(table.project_id == project_id))
    known = {tuple(row) for row in present}
    fresh, read = [], 0
    for read, rule in enumerate(rows, 1):
        if rule.label not in label_ids:
            raise InvalidValue(
                f"Rule {read:,} ({rule.text[:40]!r}) has the label {rule.label!r}, which the project lacks; it has: "
                f"{', '.join(label_ids) or 'none'}. Add the label first."
            )
        key = (label_ids[rule.label], rule.kind, rule.text)
        if key not in known:
            known.add(key)
            fresh.append(
                {
                    "project_id": project_id,
                    "label_id": key[0],
                    "kind": rule.kind,
                    "text": rule.text,
                    "ignore_case": rule.ignore_case,
                }
            )
    for some in batches(fresh):
        s.execute(insert(table), some)
    report = AddReport(len(fresh), read - len(fresh))
    if fresh:
        after = {"added": report.added, "known": report.known}
        _record(s, project_id, "rules.added", actor, after=after)
    return report


def remove(s: Session, ids: Sequence[int], *, actor: str) -> int:
    """Delete rules; returns how many there were. What they proposed stays until it is proposed anew."""
    found: dict[int, list[int]] = {}
    for some in batches(ids):
        rows = s.execute(select(schema.Rule.id, schema.Rule.project_id).where(schema.Rule.id.in_(some)))
        for rule_id, project_id in rows:
            found.setdefault(project_id, []).append(rule_id)
        s.execute(delete(schema.Rule).where(schema.Rule.id.in_(some)).execution_options(synchronize_session=False))
    for project_id, gone in found.items():
        _record(s, project_id, "rules.removed", actor, before={"ids": gone})
    return sum(len(gone) for gone in found.values())


def get(s: Session, rule_id: int) -> Rule:
    """The rule with this id; raises NotFound."""
    row = s.get(schema.Rule, rule_id)
    if row is None:
        raise NotFound(f"There is no rule with id {rule_id}; it may have been removed.")
    return Rule(row.id, row.project_id, labels.get(s, row.label_id).name, row.kind, row.text, row.ignore_case)


def _check_pattern(pattern: str) -> None:
    try:
        compiled = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise InvalidValue(f"The pattern {pattern[:60]!r} is not a regular expression: {error}.") from error
    if compiled.match(""):
        raise InvalidValue(
            f"The pattern {pattern[:60]!r} matches nothing at all everywhere; make it need a character."
        )


def _record(
    s: Session,
    project_id: int,
    action: str,
    actor: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action=action,
        subject=f"project {project_id}",
        before=before,
        after=after,
    )
