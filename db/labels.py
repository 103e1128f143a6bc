"""The labels of a project. Spans refer to them by id: a rename is one row, a merge one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, select
from sqlalchemy import update as sql_update
from sqlalchemy.orm import Session, aliased

from core.documents import check_label
from core.errors import Conflict, InvalidValue, NotFound
from db import events, schema

KEYS = (*"1234567890", *(f"shift+{digit}" for digit in "1234567890"))  # given to new labels in this order
MAX_GUIDELINE = 20_000


@dataclass(frozen=True, slots=True)
class Label:
    """`hue` is one of 12 colours, 0 to 11; `guideline` is Markdown that says when the label applies.

    `key` chooses the label: one character, "shift+1" to "shift+0", or None.
    """

    id: int
    project_id: int
    name: str
    hue: int
    key: str | None
    description: str
    position: int
    guideline: str = ""


def list_labels(s: Session, project_id: int) -> list[Label]:
    """The project's labels in their order."""
    return [_label(row) for row in _rows(s, project_id)]


def get(s: Session, label_id: int) -> Label:
    """The label with this id; raises NotFound."""
    return _label(_row(s, label_id))


def ids(s: Session, project_id: int) -> dict[str, int]:
    """Label name → id of the project, in the labels' order."""
    return {row.name: row.id for row in _rows(s, project_id)}


def add(
    s: Session,
    project_id: int,
    name: str,
    *,
    hue: int | None = None,
    key: str | None = None,
    description: str = "",
    guideline: str = "",
    actor: str,
) -> Label:
    """Add a label at the end. Without `hue` it takes the colour used least, without `key` the next free digit,
    then the next free shift and digit, then none.

    Raises InvalidSpan for a name that cannot be a label, InvalidValue, and Conflict for a name or key taken.
    """
    check_label(name)
    present = _rows(s, project_id)
    _check_free(present, None, name=name, key=key)
    row = schema.Label(
        project_id=project_id,
        name=name,
        hue=_next_hue(present) if hue is None else _checked_hue(hue),
        key=_next_key(present) if key is None else _checked_key(key),
        description=description,
        guideline=_checked_guideline(guideline),
        position=max((label.position for label in present), default=-1) + 1,
    )
    s.add(row)
    s.flush()
    _record(s, row, "label.added", actor, after=_shown(row))
    return _label(row)


def update(
    s: Session,
    label_id: int,
    *,
    name: str | None = None,
    hue: int | None = None,
    key: str | None = None,
    description: str | None = None,
    guideline: str | None = None,
    actor: str,
) -> Label:
    """Change what is not None; a `key` of "" takes the key away. Raises as `add` does, and NotFound."""
    row = _row(s, label_id)
    if name is not None:
        check_label(name)
    _check_free(_rows(s, row.project_id), label_id, name=name, key=key)
    before = _shown(row)
    if name is not None:
        row.name = name
    if hue is not None:
        row.hue = _checked_hue(hue)
    if key is not None:
        row.key = _checked_key(key)
    if description is not None:
        row.description = description
    if guideline is not None:
        row.guideline = _checked_guideline(guideline)
    s.flush()
    if _shown(row) != before:
        _record(s, row, "label.updated", actor, before=before, after=_shown(row))
    return _label(row)


def usage(s: Session, project_id: int) -> dict[int, int]:
    """Label id → how many spans, of any annotator and status, have it; what a merge or removal would touch."""
    counted = s.execute(
        select(schema.Label.id, func.count(schema.Span.id))
        .outerjoin(schema.Span, schema.Span.label_id == schema.Label.id)
        .where(schema.Label.project_id == project_id)
        .group_by(schema.Label.id)
    )
    return {label_id: count for label_id, count in counted}


def merge(s: Session, label_id: int, *, into: int, actor: str) -> int:
    """Give every span of the label to `into` and remove the label; returns how many spans moved.

    Where both labels mark the same range, one span stays. The annotations touched get a new revision, so that
    an editor opened before cannot save over the merge. Raises InvalidValue for labels of two projects.
    """
    gone, kept = _row(s, label_id), _row(s, into)
    if gone.id == kept.id or gone.project_id != kept.project_id:
        raise InvalidValue(f"Two different labels of one project can be merged; {label_id} and {into} are not.")
    touched = select(schema.Span.annotation_id).where(schema.Span.label_id == label_id)
    s.execute(
        sql_update(schema.Annotation)
        .where(schema.Annotation.id.in_(touched))
        .values(revision=schema.Annotation.revision + 1, updated=schema.now())
        .execution_options(synchronize_session=False)
    )
    _drop_doubles(s, schema.Span, ("annotation_id", "start", "end"), label_id, into)
    _drop_doubles(s, schema.Suggestion, ("document_id", "source", "start", "end"), label_id, into)
    _drop_doubles(s, schema.Rule, ("kind", "text"), label_id, into)
    moved = 0
    for table in (schema.Rule, schema.Suggestion, schema.Span):
        result = s.execute(
            sql_update(table)
            .where(table.label_id == label_id)
            .values(label_id=into)
            .execution_options(synchronize_session=False)
        )
        moved = int(result.rowcount)  # type: ignore[attr-defined]
    after = {"into": kept.name, "spans": moved}
    _record(s, gone, "label.merged", actor, before=_shown(gone), after=after)
    s.delete(gone)
    s.flush()
    s.expire_all()
    return moved


def remove(s: Session, label_id: int, *, actor: str) -> None:
    """Remove a label that no span has; raises Conflict when one does."""
    row = _row(s, label_id)
    used = s.scalar(select(func.count()).where(schema.Span.label_id == label_id)) or 0
    if used:
        raise Conflict(f"{used:,} spans have the label {row.name}; merge it into another label instead.")
    _record(s, row, "label.removed", actor, before=_shown(row))
    s.delete(row)
    s.flush()


def ensure(s: Session, project_id: int, names: Iterable[str], *, actor: str) -> dict[str, int]:
    """Add those of `names` that the project lacks, in the order given; returns name → id of all its labels."""
    known = ids(s, project_id)
    for name in names:
        if name not in known:
            known[name] = add(s, project_id, name, actor=actor).id
    return known


def _drop_doubles(
    s: Session,
    table: type[schema.Span | schema.Suggestion | schema.Rule],
    same: tuple[str, ...],
    label_id: int,
    into: int,
) -> None:
    """Delete the rows of `label_id` for which `into` has a row alike in the columns `same`."""
    other = aliased(table)
    alike = and_(*(getattr(other, column) == getattr(table, column) for column in same))
    doubles = select(table.id).where(
        table.label_id == label_id, select(other.id).where(other.label_id == into, alike).exists()
    )
    found = s.scalars(doubles).all()
    s.execute(delete(table).where(table.id.in_(found)).execution_options(synchronize_session=False))


def _rows(s: Session, project_id: int) -> list[schema.Label]:
    query = select(schema.Label).where(schema.Label.project_id == project_id)
    return list(s.scalars(query.order_by(schema.Label.position, schema.Label.id)))


def _row(s: Session, label_id: int) -> schema.Label:
    row = s.get(schema.Label, label_id)
    if row is None:
        raise NotFound(f"There is no label with id {label_id}.")
    return row


def _check_free(present: list[schema.Label], own_id: int | None, *, name: str | None, key: str | None) -> None:
    for label in present:
        if label.id == own_id:
            continue
        if label.name == name:
            raise Conflict(f"The project already has a label {name}; choose another name, or merge the two.")
        if key and label.key == key:
            raise Conflict(f"The key {key} already chooses {label.name}; choose another key.")


def _checked_hue(hue: int) -> int:
    if not 0 <= hue < schema.HUES:
        raise InvalidValue(f"A label's hue is 0 to {schema.HUES - 1}, not {hue!r}.")
    return hue


def _checked_key(key: str) -> str | None:
    if key not in KEYS and (len(key) > 1 or not key.isprintable() or key.isspace()):
        raise InvalidValue(
            f"A label's key is one character, shift+1 to shift+0, or empty for none; {key[:20]!r} is not."
        )
    return key or None


def _checked_guideline(guideline: str) -> str:
    if len(guideline) > MAX_GUIDELINE:
        raise InvalidValue(
            f"A label's guideline has at most {MAX_GUIDELINE:,} characters; this one has {len(guideline):,}. "
            "Shorten it, or put the rest into the project's guideline."
        )
    return guideline


def _next_hue(present: list[schema.Label]) -> int:
    used = [label.hue for label in present]
    return min(range(schema.HUES), key=lambda hue: (used.count(hue), hue))


def _next_key(present: list[schema.Label]) -> str | None:
    taken = {label.key for label in present}
    return next((key for key in KEYS if key not in taken), None)


def _record(
    s: Session,
    row: schema.Label,
    action: str,
    actor: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    events.record(
        s,
        project_id=row.project_id,
        actor=actor,
        action=action,
        subject=f"label {row.id}",
        before=before,
        after=after,
    )


def _shown(row: schema.Label) -> dict[str, Any]:
    shown = {"name": row.name, "hue": row.hue, "key": row.key, "description": row.description}
    return shown | ({"guideline": row.guideline} if row.guideline else {})


def _label(row: schema.Label) -> Label:
    return Label(row.id, row.project_id, row.name, row.hue, row.key, row.description, row.position, row.guideline)
