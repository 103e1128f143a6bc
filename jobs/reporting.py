"""What a worker tells the ledger while it works, and what the ledger tells it: at most once a second, both ways.

A report that cannot be written is kept and tried again; it never stops the work. A report that the ledger refuses,
because another attempt has taken over, stops it at once.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import FrameType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.errors import JobError, NotFound, StoreError
from db import jobs as ledger
from db import runs
from db.connection import Store

WRITE_SECONDS = 1.0
ASK_SECONDS = 0.5
# Without news a report is still sent that often: its age is what tells a hung worker from a slow one.
SIGN_OF_LIFE_SECONDS = 5.0
MOST_METRICS = 20_000
MOST_NOTES = 20

log = logging.getLogger("tagloop.worker")
Metric = tuple[int, str, float | None]


class Stop(StrEnum):
    """Why a worker has to stop."""

    PAUSE = "pause"
    CANCEL = "cancel"
    LEAVE = "leave"
    SUPERSEDED = "superseded"


class Reporter:
    """The line between one attempt and the ledger; used by one thread."""

    def __init__(
        self,
        store: Store,
        *,
        job_id: int,
        number: int,
        run_id: int | None = None,
        progress: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store, self.job_id, self.number, self.run_id = store, job_id, number, run_id
        self.reason: Stop | None = None
        self._clock = clock
        self._progress: dict[str, Any] = dict(progress or {})
        self._metrics: dict[tuple[int, str], float | None] = {}
        self._news = False
        self._written = self._asked = float("-inf")

    def tell(self, progress: Mapping[str, Any], metrics: list[Metric] | None = None) -> None:
        """Remember where the work is and send it when a second has passed since the last time."""
        note = progress.get("note")
        notes = [*self._progress.get("notes", []), note][-MOST_NOTES:] if note else self._progress.get("notes", [])
        known = {key: value for key, value in progress.items() if value is not None and key != "note"}
        self._progress = {**self._progress, **known, "notes": notes}
        for step, name, value in metrics or ():
            self._metrics[step, name] = value
        self._news = True
        self._write_when_due()

    def flush(self) -> None:
        """Send what is kept, now."""
        self._written = float("-inf")
        self._write_when_due()

    def should_stop(self) -> bool:
        """True once somebody asked for a pause or a cancellation, or this process was told to leave.

        The ledger is asked at most every half second. Raises JobError once another attempt has taken over: a stop
        writes a checkpoint, and that would go where the other one keeps its own.
        """
        self._write_when_due()
        if self.reason is None and self._clock() - self._asked >= ASK_SECONDS:
            self._asked = self._clock()
            self._attempt(self._ask)
        if self.reason is Stop.SUPERSEDED:
            raise JobError(f"Attempt {self.number} of job {self.job_id} was replaced by another one; it leaves.")
        return self.reason is not None

    def leave_on_sigterm(self) -> None:
        """From now on SIGTERM means: write a checkpoint and leave."""

        def leave(number: int, frame: FrameType | None) -> None:
            self.reason = self.reason or Stop.LEAVE

        signal.signal(signal.SIGTERM, leave)

    def _write_when_due(self) -> None:
        wait = WRITE_SECONDS if self._news else SIGN_OF_LIFE_SECONDS
        if self._clock() - self._written >= wait and self.reason is not Stop.SUPERSEDED:
            self._written = self._clock()
            self._attempt(self._write)

    def _write(self, session: Session) -> None:
        desired = ledger.report(session, self.job_id, self.number, self._progress)
        rows = [(step, name, value) for (step, name), value in self._metrics.items()]
        if self.run_id is not None and rows:
            runs.add_metrics(session, self.run_id, self.number, rows)
        self._obey(desired)

    def _ask(self, session: Session) -> None:
        job = ledger.get(session, self.job_id)
        if job.attempts != self.number or job.state != "running":
            raise JobError(f"Job {self.job_id} is {job.state} and at attempt {job.attempts}, not {self.number}.")
        self._obey(job.desired)

    def _obey(self, desired: str) -> None:
        self._asked = self._clock()
        if desired != "run" and self.reason is None:
            self.reason = Stop(desired)

    def _attempt(self, what: Callable[[Session], None]) -> None:
        writes = what == self._write
        try:
            with self.store.writing() if writes else self.store.reading() as session:
                what(session)
        except (JobError, NotFound) as refusal:
            log.warning("this attempt was replaced: %s", refusal)
            self.reason = Stop.SUPERSEDED
        except (StoreError, SQLAlchemyError, OSError) as error:
            log.warning("the ledger cannot be reached, the report is kept: %s", error)
            for key in list(self._metrics)[:-MOST_METRICS]:
                del self._metrics[key]
        else:
            if writes:
                self._metrics.clear()
                self._news = False
