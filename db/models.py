"""Models: published checkpoints. A model exists when its row does; a folder without a row is rubbish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidValue, NotFound
from db import events, jobs, runs, schema
from db.runs import MAX_NAME, checked_name


@dataclass(frozen=True, slots=True)
class Model:
    """`folder` is relative to the data folder; `labels` are in the order of the model's tags."""

    id: int
    project_id: int
    run_id: int | None
    name: str
    base: str
    kind: str
    language: str
    labels: tuple[str, ...]
    folder: str
    metrics: Mapping[str, Any]
    created: datetime
    retired: datetime | None = None


def publish(
    s: Session,
    *,
    project_id: int,
    name: str,
    base: str,
    kind: str,
    language: str,
    labels: Sequence[str],
    folder: str,
    metrics: Mapping[str, Any],
    run_id: int | None = None,
    attempt_number: int | None = None,
    actor: str,
) -> Model:
    """Make the model's row and, for the model of a run, its job done: both or neither.

    The folder must be in place already. A name that is taken gets a number. Raises JobError when
    `attempt_number`, which a run's model needs, is not the current attempt: then another one publishes.
    """
    if run_id is not None:
        if attempt_number is None:
            raise InvalidValue(f"The model of run {run_id} is published by an attempt; give its number.")
        jobs.finish(s, runs.get(s, run_id).job_id, attempt_number)
    row = schema.Model(
        project_id=project_id,
        run_id=run_id,
        name=_free_name(s, project_id, name),
        base=base,
        kind=kind,
        language=language,
        labels=list(labels),
        folder=folder,
        metrics=dict(metrics),
    )
    s.add(row)
    s.flush()
    _record(s, row, "model.published", actor, after={"name": row.name, "run_id": run_id, "folder": folder})
    return _model(row)


def list_models(s: Session, project_id: int | None = None, *, retired: bool = False) -> list[Model]:
    """The models of a project, or of all, newest first; retired ones only with `retired`."""
    query = select(schema.Model).order_by(schema.Model.id.desc())
    if project_id is not None:
        query = query.where(schema.Model.project_id == project_id)
    if not retired:
        query = query.where(schema.Model.retired.is_(None))
    return [_model(row) for row in s.scalars(query)]


def get(s: Session, model_id: int) -> Model:
    """The model with this id, retired or not; raises NotFound."""
    return _model(_row(s, model_id))


def of_run(s: Session, run_id: int) -> Model | None:
    """The model that a run published, or None."""
    query = select(schema.Model).where(schema.Model.run_id == run_id).order_by(schema.Model.id.desc())
    row = s.scalar(query.limit(1))
    return None if row is None else _model(row)


def rename(s: Session, model_id: int, name: str, *, actor: str) -> Model:
    """Give a model another name; raises Conflict when it is taken. The folder stays where it is."""
    row = _row(s, model_id)
    name = checked_name(name)
    if name != row.name:
        if name in _names(s, row.project_id):
            raise Conflict(f"The project already has a model named {name!r}; choose another name.")
        _record(s, row, "model.renamed", actor, before={"name": row.name}, after={"name": name})
        row.name = name
        s.flush()
    return _model(row)


def retire(s: Session, model_id: int, *, actor: str) -> Model:
    """Take a model out of every list. Its row, predictions and folder stay, so that its runs stay explained."""
    row = _row(s, model_id)
    if row.retired is None:
        row.retired = schema.now()
        s.flush()
        _record(s, row, "model.retired", actor, before={"name": row.name})
    return _model(row)


def _free_name(s: Session, project_id: int, name: str) -> str:
    """`name`, or with the first free number: the end of a long training is no time to fail over a name."""
    name, taken = checked_name(name), _names(s, project_id)
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - 6]} {number}"
    return free


def _names(s: Session, project_id: int) -> set[str]:
    return set(s.scalars(select(schema.Model.name).where(schema.Model.project_id == project_id)))


def _row(s: Session, model_id: int) -> schema.Model:
    row = s.get(schema.Model, model_id)
    if row is None:
        raise NotFound(f"There is no model with id {model_id}.")
    return row


def _record(
    s: Session,
    row: schema.Model,
    action: str,
    actor: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    events.record(
        s,
        project_id=row.project_id,
        actor=actor,
        action=action,
        subject=f"model {row.id}",
        before=before,
        after=after,
    )


def _model(row: schema.Model) -> Model:
    return Model(
        row.id,
        row.project_id,
        row.run_id,
        row.name,
        row.base,
        row.kind,
        row.language,
        tuple(row.labels),
        row.folder,
        row.metrics,
        row.created,
        row.retired,
    )
