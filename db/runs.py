"""Runs: one training each, with its config, figures and result."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from core.errors import InvalidValue, NotFound
from db import events, jobs, schema
from db.batches import batches

MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Run:
    """A config on a snapshot, done by a job. `ledger` says what was trained on, `result` what came of it."""

    id: int
    project_id: int
    snapshot_id: int
    name: str
    config: Mapping[str, Any]
    job_id: int
    created: datetime
    ledger: Mapping[str, Any] | None
    result: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure at one step; `value` is None where it was not a number."""

    step: int
    name: str
    value: float | None


def create(
    s: Session,
    *,
    project_id: int,
    snapshot_id: int,
    job_id: int,
    config: Mapping[str, Any],
    name: str | None = None,
    actor: str,
) -> Run:
    """Write down a run; without a name it is "Run n", counted in its project. Raises InvalidValue for a name.

    The name becomes that of the model, so one that cannot be is refused here and not at the end of the training.
    """
    name = checked_name(name) if name and name.strip() else None
    if name is None:
        count = select(func.count()).select_from(schema.Run).where(schema.Run.project_id == project_id)
        name = f"Run {(s.scalar(count) or 0) + 1}"
    row = schema.Run(project_id=project_id, snapshot_id=snapshot_id, job_id=job_id, name=name, config=dict(config))
    s.add(row)
    s.flush()
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action="run.created",
        subject=f"run {row.id}",
        after={"name": name, "snapshot_id": snapshot_id, "job_id": job_id, "config": dict(config)},
    )
    return _run(row)


def checked_name(name: str) -> str:
    """`name` of a run or model without white space around it; raises InvalidValue."""
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidValue(
            f"The name of a run or model has 1 to {MAX_NAME} printable characters; {name[:20]!r} has {len(name)}."
        )
    return name


def get(s: Session, run_id: int) -> Run:
    """The run with this id; raises NotFound."""
    return _run(_row(s, run_id))


def of_job(s: Session, job_id: int) -> Run | None:
    """The run that a job does, or None for a job that is no training."""
    row = s.scalar(select(schema.Run).where(schema.Run.job_id == job_id))
    return None if row is None else _run(row)


def list_runs(s: Session, project_id: int, *, limit: int | None = None) -> list[Run]:
    """The project's runs, newest first."""
    query = select(schema.Run).where(schema.Run.project_id == project_id).order_by(schema.Run.id.desc()).limit(limit)
    return [_run(row) for row in s.scalars(query)]


def set_result(
    s: Session,
    run_id: int,
    attempt_number: int,
    *,
    ledger: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
) -> Run:
    """Store what is not None, while the job runs; raises JobError when the attempt is not the current one."""
    row = _row(s, run_id)
    jobs.check_current(s, row.job_id, attempt_number)
    if ledger is not None:
        row.ledger = dict(ledger)
    if result is not None:
        row.result = dict(result)
    s.flush()
    return _run(row)


def add_metrics(s: Session, run_id: int, attempt_number: int, rows: Iterable[tuple[int, str, float | None]]) -> None:
    """Store figures (step, name, value); one that is there is replaced, as a resumed attempt repeats steps.

    Raises JobError when the attempt is not the current one.
    """
    jobs.check_current(s, _row(s, run_id).job_id, attempt_number)
    latest = {(step, name): value for step, name, value in rows}
    table = schema.RunMetric
    for some in batches(latest.items()):
        s.execute(
            delete(table)
            .where(table.run_id == run_id, tuple_(table.step, table.name).in_([key for key, _ in some]))
            .execution_options(synchronize_session=False)
        )
        s.execute(
            insert(table),
            [{"run_id": run_id, "step": step, "name": name, "value": _number(value)} for (step, name), value in some],
        )


def metrics(s: Session, run_id: int, names: Sequence[str] | None = None) -> list[Metric]:
    """The run's figures by step, then name; `names` narrows the choice."""
    table = schema.RunMetric
    query = select(table.step, table.name, table.value).where(table.run_id == run_id).order_by(table.step, table.name)
    if names is not None:
        query = query.where(table.name.in_(names))
    return [Metric(step, name, value) for step, name, value in s.execute(query)]


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _row(s: Session, run_id: int) -> schema.Run:
    row = s.get(schema.Run, run_id)
    if row is None:
        raise NotFound(f"There is no run with id {run_id}.")
    return row


def _run(row: schema.Run) -> Run:
    return Run(
        row.id,
        row.project_id,
        row.snapshot_id,
        row.name,
        row.config,
        row.job_id,
        row.created,
        row.ledger,
        row.result,
    )
