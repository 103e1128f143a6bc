"""What people ask of the workers: train, predict, cancel, pause, resume, retry. Every call returns at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import JobError
from core.training import TrainingConfig
from db import jobs, models, projects, runs, snapshots
from db.accounts import YOU
from db.connection import Store, home
from db.jobs import Job
from db.runs import Run
from db.schema import SPLITS
from jobs.folders import Folders
from jobs.publishing import discard
from jobs.supervisor import ensure_running


def submit_training(
    store: Store,
    project_id: int,
    config: Mapping[str, Any] | TrainingConfig,
    *,
    name: str | None = None,
    actor: str = YOU,
    start: bool = True,
) -> Run:
    """Freeze the gold as it is now, and queue a training on it: all of it, or nothing.

    `config` is a TrainingConfig or what its to_json gives; `name` None counts the project's runs. `start` False
    leaves it to somebody else to run a supervisor. Raises InvalidConfig, NotFound, JobError for settings of another
    language, and Conflict when no accepted document is in train.
    """
    checked = config if isinstance(config, TrainingConfig) else TrainingConfig.from_json(config)
    with store.writing() as session:
        project = projects.get(session, project_id)
        if checked.language != project.language:
            raise JobError(
                f"The settings are for language {checked.language!r}, the project {project.title!r} is in "
                f"{project.language!r}; choose settings for {project.language!r}."
            )
        snapshot = snapshots.freeze(session, project_id, actor=actor)
        job = jobs.submit(
            session, kind="train", project_id=project_id, payload={"snapshot_id": snapshot.id}, actor=actor
        )
        run = runs.create(
            session,
            project_id=project_id,
            snapshot_id=snapshot.id,
            job_id=job.id,
            config=checked.to_json(),
            name=name,
            actor=actor,
        )
    if start:
        ensure_running()
    return run


def submit_prediction(
    store: Store,
    model_id: int,
    *,
    split: str | None = None,
    document_ids: Sequence[int] | None = None,
    as_suggestions: bool = False,
    actor: str = YOU,
    start: bool = True,
) -> Job:
    """Queue the reading of documents by a model: of a split, of `document_ids`, or of the whole project.

    What the model has read already is not read again. With `as_suggestions`, what it finds in documents that nobody
    has answered is proposed there. Raises NotFound, and JobError for a retired model or a choice that cannot be.
    """
    if split is not None and document_ids is not None:
        raise JobError("Documents are chosen by split or by id, not by both; leave one of them out.")
    if split is not None and split not in SPLITS:
        raise JobError(f"A split is one of {', '.join(SPLITS)}, not {split!r}.")
    with store.writing() as session:
        model = models.get(session, model_id)
        if model.retired is not None:
            raise JobError(f"The model {model.name!r} is retired; choose another one.")
        job = jobs.submit(
            session,
            kind="predict",
            project_id=model.project_id,
            payload={
                "model_id": model_id,
                "split": split,
                "document_ids": None if document_ids is None else list(document_ids),
                "as_suggestions": as_suggestions,
            },
            actor=actor,
        )
    if start:
        ensure_running()
    return job


def cancel(store: Store, job_id: int, *, actor: str = YOU) -> Job:
    """Stop a job for good; a running one stops within moments. Its checkpoints are removed, its log stays.

    Cancelling again is no error. Raises JobError for a job that is done or failed.
    """
    with store.writing() as session:
        job = jobs.get(session, job_id)
        if job.state != "cancelled":
            job = jobs.set_desired(session, job_id, "cancel", actor=actor)
        run = runs.of_job(session, job_id)
    if job.state == "cancelled" and run is not None:
        discard(Folders(home()).run(run.id))
    return job


def pause(store: Store, job_id: int, *, actor: str = YOU) -> Job:
    """Write a checkpoint and free the slot; `resume` goes on from there. Raises JobError for a job that is over."""
    return _changed(store, lambda session: jobs.set_desired(session, job_id, "pause", actor=actor))


def resume(store: Store, job_id: int, *, actor: str = YOU, start: bool = True) -> Job:
    """Queue a paused job again, or take back the wish to pause one that runs; JobError for one that is over."""
    job = _changed(store, lambda session: jobs.set_desired(session, job_id, "run", actor=actor))
    if start:
        ensure_running()
    return job


def retry(store: Store, job_id: int, *, actor: str = YOU, start: bool = True) -> Job:
    """Queue a failed job again, from its last checkpoint. Raises JobError for any other state."""
    job = _changed(store, lambda session: jobs.retry(session, job_id, actor=actor))
    if start:
        ensure_running()
    return job


def _changed(store: Store, change: Callable[[Session], Job]) -> Job:
    with store.writing() as session:
        return change(session)
