"""One job, one process: `python -m jobs.worker <attempt id>`.

It holds its alive lock for its whole life, and whatever happens, it leaves the ledger in order: done, failed with the
reason, paused, cancelled, or back in the queue. Torch is loaded here and nowhere else.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.errors import JobError, NotFound, StoreError, TagloopError
from db import attempts, jobs, runs
from db.connection import Store, home, open_store
from db.jobs import Job
from jobs import logs
from jobs.engines.local import hold_alive_lock
from jobs.folders import Folders
from jobs.publishing import discard
from jobs.reporting import Reporter, Stop

NICENESS = 5
INSIST_SECONDS = 120.0
TRACEBACK_LOG_LINES = 40
# SQLite and safetensors wrap the system's error in one of their own, so its text is all there is to go by.
FULL = (*(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)), "disk is full")

log = logging.getLogger("tagloop.worker")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What this worker was started for."""

    job: Job
    number: int
    run_id: int | None


def main(arguments: list[str]) -> int:
    """Do the job of one attempt. The exit code is 0 whenever the ledger knows how it ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    if len(arguments) != 1 or not arguments[0].isdigit():
        print("Usage: python -m jobs.worker <attempt id>", file=sys.stderr)
        return 2
    folders, attempt_id = Folders(home()), int(arguments[0])
    lock = hold_alive_lock(folders, attempt_id)
    if lock is None:
        print(f"Attempt {attempt_id} already has a living worker.", file=sys.stderr)
        return 3
    os.nice(NICENESS)
    store = open_store(migrate=False)
    try:
        assignment = _register(store, attempt_id)
    except (JobError, NotFound) as refusal:
        log.warning("%s", refusal)
        return 0
    reporter = Reporter(
        store,
        job_id=assignment.job.id,
        number=assignment.number,
        run_id=assignment.run_id,
        progress=assignment.job.progress,
    )
    reporter.leave_on_sigterm()
    log.info("job %d (%s), attempt %d, process %d", assignment.job.id, assignment.job.kind, assignment.number,
             os.getpid())  # fmt: skip
    return _work(store, folders, reporter, assignment)


def _register(store: Store, attempt_id: int) -> Assignment:
    """Note this process with its attempt; raises JobError when the attempt is not, or no longer, the current one."""
    with store.writing() as session:
        attempt = attempts.get(session, attempt_id)
        jobs.set_pid(session, attempt.job_id, attempt.number, os.getpid())
        run = runs.of_job(session, attempt.job_id)
        job = jobs.get(session, attempt.job_id)
    return Assignment(job, attempt.number, None if run is None else run.id)


def _work(store: Store, folders: Folders, reporter: Reporter, assignment: Assignment) -> int:
    job, number = assignment.job, assignment.number
    try:
        if _perform(store, folders, reporter, assignment):
            log.info("done")
            return 0
    except (JobError, NotFound) as refusal:
        if _is_replaced(store, assignment):
            log.warning("this attempt was replaced: %s", refusal)
            return 0
        return _fail(store, folders, assignment, refusal)
    except Exception as error:
        if type(error) is StoreError:  # not those that say what is wrong with the job, such as Conflict
            return _give_back(store, assignment, error)
        return _fail(store, folders, assignment, error)
    reporter.flush()
    log.info("leaving: %s", reporter.reason)
    if reporter.reason is Stop.SUPERSEDED:
        return 0
    code = _insist(store, lambda s: _leave(s, job.id, number))
    if assignment.run_id is not None:
        with store.reading() as session:
            cancelled = jobs.get(session, job.id).state == "cancelled"
        if cancelled:
            discard(folders.run(assignment.run_id))
    return code


def _leave(session: Session, job_id: int, number: int) -> None:
    """Paused or cancelled as is desired by now; back in the queue when that is neither."""
    if jobs.get(session, job_id).desired == "run":
        jobs.requeue(session, job_id, number, reason="was asked to leave", died=False)
    else:
        jobs.stop(session, job_id, number)


def _perform(store: Store, folders: Folders, reporter: Reporter, assignment: Assignment) -> bool:
    """True when the job is done and the ledger says so, False when the worker was asked to stop."""
    job, number = assignment.job, assignment.number
    if job.kind == "train":
        from jobs.training import do_training

        if assignment.run_id is None:
            raise JobError(f"Job {job.id} is to train, but no run belongs to it; submit the training again.")
        return do_training(store, folders, reporter, assignment.run_id, number)
    from jobs.predicting import do_prediction

    return do_prediction(store, folders, reporter, job.payload, job.id, number)


def _is_replaced(store: Store, assignment: Assignment) -> bool:
    try:
        with store.reading() as session:
            job = jobs.get(session, assignment.job.id)
    except NotFound:
        return True
    return job.state != "running" or job.attempts != assignment.number


def _give_back(store: Store, assignment: Assignment, error: StoreError) -> int:
    """The store was busy for too long, with an import, say: the next attempt goes on from what is on the disk.

    It counts as a death, so a store that stays away does not keep the job going round for ever.
    """
    trace = "".join(traceback.format_exception(error))
    log.error("%s", trace)
    reason = f"could not reach the store ({error})"
    return _insist(
        store, lambda s: jobs.requeue(s, assignment.job.id, assignment.number, reason=reason, died=True, log=trace)
    )


def _fail(store: Store, folders: Folders, assignment: Assignment, error: Exception) -> int:
    """Write the reason into the job: the message, the traceback, and the last lines of the log."""
    trace = "".join(traceback.format_exception(error))
    log.error("%s", trace)
    path = logs.log_path(folders, run_id=assignment.run_id, job_id=assignment.job.id)
    text = f"{trace}\nThe end of the log:\n{logs.tail(path, lines=TRACEBACK_LOG_LINES)}"
    message = explain(error, folders)
    return _insist(store, lambda s: jobs.fail(s, assignment.job.id, assignment.number, message, text))


def explain(error: BaseException, folders: Folders) -> str:
    """What a person should read: our own errors as they are, a full disk in plain words, others with their type."""
    if isinstance(error, TagloopError):
        return str(error)
    cause: BaseException | None = error
    while cause is not None:
        if any(sign in str(cause) for sign in FULL):
            free = shutil.disk_usage(folders.home).free / 1e9
            return (
                f"The disk took no more ({cause}); {free:.1f} GB are free at {folders.home}. "
                "Make room, then retry: the job goes on from its last checkpoint."
            )
        cause = cause.__cause__ or cause.__context__
    return f"{type(error).__name__}: {error}"


def _insist(store: Store, write: Callable[[Session], object]) -> int:
    """Write to the ledger, trying again while it is away; 1 when it stayed away: the supervisor takes over then."""
    deadline, pause = time.monotonic() + INSIST_SECONDS, 0.5
    while True:
        try:
            with store.writing() as session:
                write(session)
            return 0
        except (JobError, NotFound) as refusal:
            log.warning("the ledger refuses: %s", refusal)
            return 0
        except (StoreError, SQLAlchemyError, OSError) as error:
            log.error("the ledger cannot be written: %s", error)
            if time.monotonic() >= deadline:
                return 1
        time.sleep(pause)
        pause = min(10.0, pause * 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
