"""Attempts: one row for each worker that was given a job. `db.jobs` alone changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from db import schema


@dataclass(frozen=True, slots=True)
class Attempt:
    """The `number`-th worker of a job, in a slot such as "cpu"; `heartbeat` is its last sign of life."""

    id: int
    job_id: int
    number: int
    slot: str
    state: str
    pid: int | None
    started: datetime
    heartbeat: datetime
    finished: datetime | None
    error: str | None


def get(s: Session, attempt_id: int) -> Attempt:
    """The attempt with this id; raises NotFound."""
    row = s.get(schema.Attempt, attempt_id, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no attempt with id {attempt_id}.")
    return _attempt(row)


def of_job(s: Session, job_id: int) -> list[Attempt]:
    """The attempts of a job, in order."""
    return _listed(s, schema.Attempt.job_id == job_id)


def running(s: Session) -> list[Attempt]:
    """The attempts that the ledger takes to be running."""
    return _listed(s, schema.Attempt.state == "running")


def free_slot(s: Session, slots: Sequence[str]) -> str | None:
    """The first of `slots` in which nothing runs; None when there are as many running attempts as slots."""
    busy = set(s.scalars(select(schema.Attempt.slot).where(schema.Attempt.state == "running")))
    if len(busy) >= len(slots):
        return None
    return next((slot for slot in slots if slot not in busy), None)


def begin(s: Session, job_id: int, number: int, slot: str) -> Attempt:
    """Write down a new running attempt."""
    row = schema.Attempt(job_id=job_id, number=number, slot=slot)
    s.add(row)
    s.flush()
    return _attempt(row)


def beat(s: Session, job_id: int, number: int, *, pid: int | None = None) -> None:
    """Note a sign of life, and the process id where given."""
    _set(s, job_id, number, {"heartbeat": schema.now()} | ({} if pid is None else {"pid": pid}))


def end(s: Session, job_id: int, number: int, state: str, error: str | None = None) -> None:
    """Close an attempt; its slot is free from now on."""
    _set(s, job_id, number, {"state": state, "error": error, "finished": schema.now()})


def _set(s: Session, job_id: int, number: int, values: dict[str, Any]) -> None:
    s.execute(
        update(schema.Attempt)
        .where(schema.Attempt.job_id == job_id, schema.Attempt.number == number)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _listed(s: Session, condition: Any) -> list[Attempt]:
    query = select(schema.Attempt).where(condition).order_by(schema.Attempt.id)
    return [_attempt(row) for row in s.scalars(query.execution_options(populate_existing=True))]


def _attempt(row: schema.Attempt) -> Attempt:
    return Attempt(
        row.id,
        row.job_id,
        row.number,
        row.slot,
        row.state,
        row.pid,
        row.started,
        row.heartbeat,
        row.finished,
        row.error,
    )
