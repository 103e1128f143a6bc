"""The ledger of jobs: the only place that says which job is in which state.

    queued ──claim──▶ running ──finish──▶ done
      ▲  │               │ ├───fail────▶ failed ──retry──▶ queued
      │  │               │ └───stop────▶ paused or cancelled, as was desired
      │  └─pause/cancel  └───requeue──▶ queued: the attempt died, or gave the job back
      └──resume── paused

Every claim makes an attempt with the next number. What a worker writes carries that number and is refused with
JobError when it is not the current one, so that a worker given up for dead can change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidValue, JobError, NotFound
from db import attempts, events, schema
from db.attempts import Attempt

WORKER = "worker"

STATES = schema.JOB_STATES
TRANSITIONS: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"running", "paused", "cancelled"}),
    "running": frozenset({"done", "failed", "cancelled", "paused", "queued"}),
    "paused": frozenset({"queued", "cancelled"}),
    "failed": frozenset({"queued"}),
    "done": frozenset(),
    "cancelled": frozenset(),
}
OVER = ("done", "failed", "cancelled")

# What a wish does to a job by its state: the state it goes to at once, or None to wait for the worker to obey.
_WISHES: Mapping[tuple[str, str], str | None] = {
    ("queued", "run"): None,
    ("queued", "pause"): "paused",
    ("queued", "cancel"): "cancelled",
    ("running", "run"): None,
    ("running", "pause"): None,
    ("running", "cancel"): None,
    ("paused", "run"): "queued",
    ("paused", "pause"): None,
    ("paused", "cancel"): "cancelled",
}


@dataclass(frozen=True, slots=True)
class Job:
    """One request to the workers. `version` grows with every change: nothing to redraw while it stays the same.

    `attempts` is the number of the current or last attempt, `deaths` how many died since a person queued it.
    """

    id: int
    kind: str
    project_id: int
    payload: Mapping[str, Any]
    state: str
    desired: str
    attempts: int
    max_attempts: int
    progress: Mapping[str, Any]
    version: int
    error: str | None
    traceback: str | None
    created: datetime
    started: datetime | None
    finished: datetime | None
    deaths: int = 0


def submit(
    s: Session, *, kind: str, project_id: int, payload: Mapping[str, Any], max_attempts: int = 3, actor: str
) -> Job:
    """Queue a job; `max_attempts` is how many workers may die on it. Raises InvalidValue for a kind unknown."""
    if kind not in schema.JOB_KINDS:
        raise InvalidValue(f"A job's kind is one of {', '.join(schema.JOB_KINDS)}, not {kind!r}.")
    if max_attempts < 1:
        raise InvalidValue(f"A job has at least one attempt, not {max_attempts}.")
    row = schema.Job(kind=kind, project_id=project_id, payload=dict(payload), max_attempts=max_attempts)
    s.add(row)
    s.flush()
    _record(s, row, "job.queued", actor, None)
    return _job(row)


def get(s: Session, job_id: int) -> Job:
    """The job with this id; raises NotFound."""
    return _job(_row(s, job_id))


def list_jobs(
    s: Session,
    *,
    project_id: int | None = None,
    kind: str | None = None,
    states: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[Job]:
    """Jobs, newest first; each argument that is not None narrows the choice."""
    query = select(schema.Job).order_by(schema.Job.id.desc()).limit(limit)
    if project_id is not None:
        query = query.where(schema.Job.project_id == project_id)
    if kind is not None:
        query = query.where(schema.Job.kind == kind)
    if states is not None:
        query = query.where(schema.Job.state.in_(states))
    return [_job(row) for row in s.scalars(query)]


def queue_place(s: Session, job_id: int) -> int | None:
    """1 for the queued job that is claimed next, 2 for the one after it; None when the job is not queued."""
    waiting = list(s.scalars(_queued().with_only_columns(schema.Job.id)))
    return waiting.index(job_id) + 1 if job_id in waiting else None


def claim(s: Session, *, slots: Sequence[str]) -> Attempt | None:
    """Start the next attempt of the oldest queued job in the first free one of `slots`.

    Returns the attempt, its job running from now on, or None: nothing is queued, or as many attempts run as
    there are slots. The job's `desired` is "run" again.
    """
    slot = attempts.free_slot(s, slots)
    if slot is None:
        return None
    row = s.scalar(_queued().limit(1).with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if row is None:
        return None
    _move(
        s,
        row,
        "running",
        actor=WORKER,
        attempts=row.attempts + 1,
        desired="run",
        started=row.started or schema.now(),
        finished=None,
        error=None,
        traceback=None,
    )
    return attempts.begin(s, row.id, row.attempts, slot)


def check_current(s: Session, job_id: int, attempt_number: int) -> None:
    """Raise JobError unless the job runs and this is its current attempt; the fence before a worker's writes."""
    _fenced(s, job_id, attempt_number)


def report(s: Session, job_id: int, attempt_number: int, progress: Mapping[str, Any]) -> str:
    """Store a worker's progress as a sign of life; returns what is desired of it: "run", "pause" or "cancel".

    Raises JobError when the attempt is not the current one: the worker must leave without another write.
    """
    row = _fenced(s, job_id, attempt_number)
    row.progress = dict(progress)
    row.version += 1
    s.flush()
    attempts.beat(s, job_id, attempt_number)
    return row.desired


def set_pid(s: Session, job_id: int, attempt_number: int, pid: int) -> None:
    """Note the process of an attempt; raises JobError when it is not the current one."""
    _fenced(s, job_id, attempt_number)
    attempts.beat(s, job_id, attempt_number, pid=pid)


def finish(s: Session, job_id: int, attempt_number: int, *, progress: Mapping[str, Any] | None = None) -> Job:
    """The work is done. A training is finished by `db.models.publish`, in the transaction that makes the model."""
    row = _fenced(s, job_id, attempt_number)
    attempts.end(s, job_id, attempt_number, "done")
    changes = {} if progress is None else {"progress": dict(progress)}
    return _move(s, row, "done", actor=WORKER, finished=schema.now(), **changes)


def fail(s: Session, job_id: int, attempt_number: int, error: str, traceback: str | None = None) -> Job:
    """The work raised: keep the message and the traceback. A person can `retry`."""
    row = _fenced(s, job_id, attempt_number)
    attempts.end(s, job_id, attempt_number, "failed", error)
    return _move(s, row, "failed", actor=WORKER, finished=schema.now(), error=error, traceback=traceback)


def stop(s: Session, job_id: int, attempt_number: int) -> Job:
    """The worker obeyed a wish and left: paused or cancelled, as desired. Raises JobError when none was uttered."""
    row = _fenced(s, job_id, attempt_number)
    if row.desired == "run":
        raise JobError(f"Job {job_id} is to run: its worker finishes, fails, or gives it back with requeue.")
    state = {"pause": "paused", "cancel": "cancelled"}[row.desired]
    attempts.end(s, job_id, attempt_number, state)
    return _move(s, row, state, actor=WORKER, finished=schema.now() if state == "cancelled" else None)


def requeue(
    s: Session, job_id: int, attempt_number: int, *, reason: str, died: bool = True, log: str | None = None
) -> Job:
    """Take a job from a worker that is gone. It waits for its next attempt, from the last checkpoint.

    A death counts: with the last one allowed the job fails, saying the reason and the step and keeping `log`,
    the last lines of its worker, where a traceback would be. What a person desired meanwhile is done instead:
    the job is paused or cancelled. `died=False` is for a worker that gave the job back in order, as when the
    machine shuts down.
    """
    row = _fenced(s, job_id, attempt_number)
    attempts.end(s, job_id, attempt_number, "lost" if died else "paused", reason)
    deaths = row.deaths + died
    if row.desired == "cancel":
        return _move(s, row, "cancelled", actor=WORKER, deaths=deaths, finished=schema.now())
    if row.desired == "pause":
        return _move(s, row, "paused", actor=WORKER, deaths=deaths)
    if died and deaths >= row.max_attempts:
        step = row.progress.get("step")
        at = "" if step is None else f" at step {step}"
        error = (
            f"The worker {reason}{at}; that was death {deaths} of at most {row.max_attempts}. "
            "See the log, then retry: it goes on from the last checkpoint."
        )
        return _move(s, row, "failed", actor=WORKER, deaths=deaths, finished=schema.now(), error=error, traceback=log)
    return _move(s, row, "queued", actor=WORKER, deaths=deaths)


def set_desired(s: Session, job_id: int, desired: str, *, actor: str) -> Job:
    """Ask a job to "run" (resume), "pause" or "cancel".

    A job without a worker changes at once; a running one when its worker next reports. Raises JobError for a
    job that is over.
    """
    if desired not in schema.DESIRES:
        raise InvalidValue(f"A job can be asked to {', '.join(schema.DESIRES)}, not {desired!r}.")
    row = _row(s, job_id, lock=True)
    if (row.state, desired) not in _WISHES:
        way_out = "Use retry to run it again." if row.state == "failed" else "Submit a new job instead."
        raise JobError(f"Job {job_id} is {row.state}, so it cannot be asked to {desired}. {way_out}")
    state = _WISHES[row.state, desired]
    if state is None:
        if row.desired != desired:
            _record(s, row, f"job.{desired}.asked", actor, {"desired": row.desired})
            row.desired, row.version = desired, row.version + 1
            s.flush()
        return _job(row)
    finished = schema.now() if state == "cancelled" else None
    return _move(s, row, state, actor=actor, desired=desired, deaths=0, finished=finished)


def retry(s: Session, job_id: int, *, actor: str) -> Job:
    """Queue a failed job again: attempts are counted on, deaths from 0. Raises JobError for any other state."""
    row = _row(s, job_id, lock=True)
    if row.state != "failed":
        raise JobError(f"Job {job_id} is {row.state}; only a failed job can be retried.")
    return _move(s, row, "queued", actor=actor, desired="run", deaths=0, finished=None)


def _move(s: Session, row: schema.Job, state: str, *, actor: str, **changes: Any) -> Job:
    """Change the state, and nothing without its event; the only place that does."""
    if state not in TRANSITIONS[row.state]:
        allowed = ", ".join(sorted(TRANSITIONS[row.state])) or "nothing: it is over"
        raise JobError(f"Job {row.id} is {row.state} and cannot become {state}; it can become {allowed}.")
    before = {"state": row.state}
    row.state = state
    row.version += 1
    for key, value in changes.items():
        setattr(row, key, value)
    s.flush()
    _record(s, row, f"job.{state}", actor, before)
    return _job(row)


def _queued() -> Any:
    return select(schema.Job).where(schema.Job.state == "queued").order_by(schema.Job.id)


def _row(s: Session, job_id: int, *, lock: bool = False) -> schema.Job:
    """The job as it is now."""
    row = s.get(schema.Job, job_id, populate_existing=True, with_for_update=lock or None)
    if row is None:
        raise NotFound(f"There is no job with id {job_id}.")
    return row


def _fenced(s: Session, job_id: int, attempt_number: int) -> schema.Job:
    """The job, kept from changing until this transaction ends; raises JobError for any but the current attempt."""
    row = _row(s, job_id, lock=True)
    if row.state != "running" or row.attempts != attempt_number:
        raise JobError(
            f"Attempt {attempt_number} of job {job_id} may not write: the job is {row.state} at attempt "
            f"{row.attempts}. Its worker was given up; end it."
        )
    return row


def _record(s: Session, row: schema.Job, action: str, actor: str, before: dict[str, Any] | None) -> None:
    events.record(
        s,
        project_id=row.project_id,
        actor=actor,
        action=action,
        subject=f"job {row.id}",
        before=before,
        after={"state": row.state, "attempts": row.attempts, "deaths": row.deaths, "error": row.error},
    )


def _job(row: schema.Job) -> Job:
    return Job(
        row.id,
        row.kind,
        row.project_id,
        row.payload,
        row.state,
        row.desired,
        row.attempts,
        row.max_attempts,
        row.progress,
        row.version,
        row.error,
        row.traceback,
        row.created,
        row.started,
        row.finished,
        row.deaths,
    )
