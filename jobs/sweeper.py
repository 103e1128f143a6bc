"""Removes what dead workers and deleted projects leave on the disk, an hour after it was last touched."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from db import jobs, models, projects, runs
from db.connection import Store
from jobs.folders import Folders
from jobs.publishing import TEMPORARY_PREFIX, discard

OLD_SECONDS = 3600.0
DONE_WITH = ("done", "cancelled")

log = logging.getLogger("tagloop.supervisor")


def sweep(store: Store, folders: Folders, *, older_than: float = OLD_SECONDS) -> list[str]:
    """Remove and name, relative to the data folder: temporary folders, published-looking ones without a row, working
    folders of runs that were deleted, and checkpoints of runs that need them no more.

    A folder of a run that this store never had is left alone: an older copy of the store may have been put back,
    and then its rows, not the folders, are what is missing.
    """
    # Folders first: one that is published after this look is not in the list.
    found = [path for path in (*_below(folders.models), *_below(folders.runs)) if _age(path) >= older_than]
    states, published = _known(store)
    newest = max(states, default=0)
    removed: list[str] = []
    for path in found:
        run_id = _run_id(path)
        if path.parent == folders.models:
            rubbish = path.name.startswith(TEMPORARY_PREFIX) or (
                run_id is not None and run_id <= newest and folders.relative(path) not in published
            )
        else:
            rubbish = run_id is not None and run_id <= newest and run_id not in states
            if run_id is not None and states.get(run_id) in DONE_WITH:
                discard(path)
        if rubbish:
            shutil.rmtree(path, ignore_errors=True)
            removed.append(folders.relative(path))
    if removed:
        log.info("swept: %s", ", ".join(removed))
    return removed


def _known(store: Store) -> tuple[dict[int, str], set[str]]:
    """State of the job of each run, and the folders of all models."""
    with store.reading() as session:
        states = {
            run.id: jobs.get(session, run.job_id).state
            for project in projects.list_projects(session)
            for run in runs.list_runs(session, project.id)
        }
        return states, {model.folder for model in models.list_models(session, retired=True)}


def _below(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _run_id(path: Path) -> int | None:
    first = path.name.partition("-")[0]
    return int(first) if first.isdigit() else None
