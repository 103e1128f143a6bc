"""One round of comparing the ledger with the engine, and of giving free slots to waiting jobs.

What may be found, and what follows:

    ledger: running, worker lives, reports         nothing
    ledger: running, worker lives, is silent       SIGTERM; SIGKILL after a grace; the death follows
    ledger: running, worker is gone                the job is requeued, or fails with its last allowed death
    ledger: cancel is desired, worker goes on      as for a silent one, after a shorter wait
    ledger: over or replaced, worker lives         its slot stays occupied; after a wait it is killed
    ledger: queued, a slot is free                 claim, start
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from db import attempts, jobs, runs
from db.attempts import Attempt
from db.connection import Store
from jobs import logs
from jobs.devices import Slot
from jobs.engines import Engine, Living, Order
from jobs.folders import Folders
from jobs.publishing import discard

HUNG_SECONDS = 600.0
GRACE_SECONDS = 30.0
OBEY_SECONDS = 60.0
LINGER_SECONDS = 60.0
TAIL_LINES = 40

log = logging.getLogger("tagloop.supervisor")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: without a report until a worker counts as hung, from SIGTERM to SIGKILL, from the wish to cancel until
    it is enforced, and for a worker that has nothing to do any more to end."""

    hung: float = HUNG_SECONDS
    grace: float = GRACE_SECONDS
    obey: float = OBEY_SECONDS
    linger: float = LINGER_SECONDS


class Reconciler:
    """Used by the one supervisor of a data folder. `busy` names the occupied slots after each round."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        slots: Sequence[Slot],
        folders: Folders,
        *,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store, self.engine, self.folders = store, engine, folders
        self.patience = patience or Patience()
        self.busy: tuple[str, ...] = ()
        self._slots = {slot.name: slot for slot in slots}
        self._clock = clock
        # Measured here and on a clock that stands still while the machine sleeps: after a night with the lid closed
        # every heartbeat of the ledger is old, and no worker is hung.
        self._heard: dict[int, tuple[datetime, float]] = {}
        self._since: dict[tuple[int, str], float] = {}

    def round(self) -> None:
        """Look at everything once. An error with one job is logged and does not keep the others waiting."""
        living = self.engine.living()
        with self.store.reading() as session:
            running = attempts.running(session)
            desired = {attempt.id: jobs.get(session, attempt.job_id).desired for attempt in running}
            waiting = bool(jobs.list_jobs(session, states=["queued"], limit=1))
        for attempt in running:
            try:
                self._watch(attempt, living.get(attempt.id), desired[attempt.id])
                waiting |= attempt.id not in living
            except Exception:
                log.exception("job %d: attempt %d could not be looked after", attempt.job_id, attempt.number)
        known = {attempt.id for attempt in running}
        idle = [worker for worker in living.values() if worker.attempt_id not in known]
        for worker in idle:
            self._end_idle(worker)
        self._forget({*known, *living})
        leaving = {worker.slot for worker in idle}
        self.busy = tuple(sorted({attempt.slot for attempt in running} | {name for name in leaving if name}))
        if waiting:
            self._fill([name for name in self._slots if name not in leaving])

    def _watch(self, attempt: Attempt, worker: Living | None, desired: str) -> None:
        if worker is None:
            self._bury(attempt)
        elif self._silence(attempt) > self.patience.hung:
            self._end(attempt, f"no report for {self.patience.hung:.0f} seconds")
        elif desired == "cancel" and self._seconds(attempt.id, "cancel") > self.patience.obey:
            self._end(attempt, f"asked to cancel {self.patience.obey:.0f} seconds ago")

    def _bury(self, attempt: Attempt) -> None:
        """Take the job from a worker that is gone."""
        # A living worker is seen by its lock; one that ended in order has told the ledger before it let go of it.
        with self.store.reading() as session:
            if attempts.get(session, attempt.id).state != "running":
                return
            run = runs.of_job(session, attempt.job_id)
        ending = self.engine.ending(attempt.id)
        never_started = attempt.pid is None and ending.code is None
        reason = "was claimed by a supervisor that died before it could start it" if never_started else str(ending)
        if (attempt.id, "end") in self._since:
            reason = "did not answer and was killed"
        path = logs.log_path(self.folders, run_id=run.id if run else None, job_id=attempt.job_id)
        tail = logs.tail(path, lines=TAIL_LINES)
        with self.store.writing() as session:
            job = jobs.requeue(
                session, attempt.job_id, attempt.number, reason=reason, died=not never_started, log=tail
            )
        log.warning(
            "job %d: the worker of attempt %d %s; the job is %s now", job.id, attempt.number, reason, job.state
        )
        if job.state == "cancelled" and run is not None:
            discard(self.folders.run(run.id))

    def _silence(self, attempt: Attempt) -> float:
        """Seconds since the heartbeat of the ledger last changed, as seen from here."""
        seen = self._heard.get(attempt.id)
        if seen is None or seen[0] != attempt.heartbeat:
            self._heard[attempt.id] = (attempt.heartbeat, self._clock())
        return self._clock() - self._heard[attempt.id][1]

    def _end(self, attempt: Attempt, why: str) -> None:
        """SIGTERM at first, SIGKILL of the whole session after the grace."""
        if (attempt.id, "end") not in self._since:
            log.warning("job %d: %s; its worker is asked to leave", attempt.job_id, why)
            self.engine.stop(attempt.id)
        if self._seconds(attempt.id, "end") > self.patience.grace:
            log.warning("job %d: its worker is killed", attempt.job_id)
            self.engine.stop(attempt.id, force=True)

    def _end_idle(self, worker: Living) -> None:
        """A worker whose attempt is over has a moment to end by itself."""
        if self._seconds(worker.attempt_id, "idle") > self.patience.linger:
            log.warning("attempt %d is over, but its worker goes on; it is killed", worker.attempt_id)
            self.engine.stop(worker.attempt_id, force=True)

    def _seconds(self, attempt_id: int, what: str) -> float:
        """Seconds since this was asked for the first time."""
        return self._clock() - self._since.setdefault((attempt_id, what), self._clock())

    def _forget(self, known: set[int]) -> None:
        self._heard = {key: seen for key, seen in self._heard.items() if key in known}
        self._since = {key: since for key, since in self._since.items() if key[0] in known}

    def _fill(self, usable: Sequence[str]) -> None:
        """Claim jobs until nothing waits or no slot is free."""
        while True:
            with self.store.writing() as session:
                attempt = jobs.claim(session, slots=usable)
                run = None if attempt is None else runs.of_job(session, attempt.job_id)
            if attempt is None:
                return
            path = logs.log_path(self.folders, run_id=run.id if run else None, job_id=attempt.job_id)
            try:
                self.engine.start(Order(attempt.id, self._slots[attempt.slot], path))
            except Exception as error:
                log.exception("job %d: its worker cannot be started", attempt.job_id)
                with self.store.writing() as session:
                    reason = f"could not be started ({error})"
                    jobs.requeue(session, attempt.job_id, attempt.number, reason=reason)
                return
            self.busy = tuple(sorted({*self.busy, attempt.slot}))
            log.info("job %d: attempt %d starts on %s", attempt.job_id, attempt.number, attempt.slot)
