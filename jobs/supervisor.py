"""The one process of a data folder that starts workers and notices their deaths: `python -m jobs.supervisor`.

It imports neither torch nor streamlit. SIGTERM ends it and leaves the workers running; the next supervisor adopts
them. It goes away by itself when its data folder does.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from db.connection import Store, home, open_store
from jobs import heartbeat, locks
from jobs.devices import Slot, find_slots
from jobs.engines.local import LocalEngine
from jobs.folders import Folders
from jobs.reconcile import Reconciler
from jobs.sweeper import sweep

POLL_SECONDS = 0.25
BEAT_SECONDS = 1.0
SWEEP_SECONDS = 600.0
LONGEST_BACKOFF_SECONDS = 10.0
ROOT = Path(__file__).resolve().parents[1]

log = logging.getLogger("tagloop.supervisor")


def ensure_running() -> None:
    """Start the supervisor of this data folder, detached, unless it runs; returns at once and may be called often.

    Two callers at the same time may both start one: the second copy finds the lock taken and leaves.
    """
    folders = Folders(home())
    if locks.is_held(folders.supervisor_lock):
        return
    with folders.supervisor_log.open("ab") as output:
        # The shell leaves at once, so that the supervisor is nobody's child: its end leaves no zombie in a web
        # process, and the end of the web process is none of its business.
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", sys.executable, "-m", "jobs.supervisor"],
            cwd=ROOT,
            env={**os.environ, "TAGLOOP_HOME": str(folders.home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=True,
        )


def is_running() -> bool:
    """True while a supervisor of this data folder lives."""
    return heartbeat.read(Folders(home())).running


class Supervisor:
    """The loop: reconcile four times a second, beat once a second, sweep every ten minutes."""

    def __init__(self, folders: Folders, lock: locks.Lock, slots: tuple[Slot, ...]) -> None:
        self.folders = folders
        self.lock = lock
        self.slots = slots
        self.engine = LocalEngine(folders)
        self.store: Store | None = None
        self.reconciler: Reconciler | None = None
        self._asked_to_leave, self._asker = os.pipe()
        self.trouble: str | None = None
        self._beaten = self._swept = -1e9
        self._pause = POLL_SECONDS

    def run(self) -> None:
        """Work until asked to leave or until the data folder is gone."""
        while self.lock.in_place():
            self._pass()
            if select.select([self._asked_to_leave], [], [], self._pause)[0]:
                log.info("asked to leave; workers go on")
                return
        log.info("the data folder is gone; leaving")

    def leave(self, number: int, frame: FrameType | None) -> None:
        """End `run` soon: a signal handler, so it only writes to a pipe (an Event could deadlock here)."""
        os.write(self._asker, b"x")

    def _pass(self) -> None:
        """One round. What fails is logged and tried again, less and less often: a store may be away."""
        try:
            self._work()
            self.trouble, self._pause = None, POLL_SECONDS
        except Exception as error:
            self._pause = min(LONGEST_BACKOFF_SECONDS, self._pause * 2)
            if str(error) != self.trouble:
                log.exception("a round failed; next try in %.1f s", self._pause)
            self.trouble = str(error) or type(error).__name__
        try:
            self._beat()
        except OSError as error:
            log.error("cannot write the heartbeat: %s", error)

    def _work(self) -> None:
        if self.reconciler is None:
            self.store = open_store()
            self.reconciler = Reconciler(self.store, self.engine, self.slots, self.folders)
        self.reconciler.round()
        if self.store is not None and time.monotonic() - self._swept >= SWEEP_SECONDS:
            self._swept = time.monotonic()
            sweep(self.store, self.folders)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        self._beaten = time.monotonic()
        busy = () if self.reconciler is None else self.reconciler.busy
        names = tuple(slot.name for slot in self.slots)
        heartbeat.write(self.folders, heartbeat.Beat(os.getpid(), time.time(), names, busy, self.trouble))


def main() -> int:
    """Be the supervisor of the data folder; 0 when there is one already."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    folders = Folders(home())
    lock = locks.take(folders.supervisor_lock)
    if lock is None:
        return 0
    supervisor = Supervisor(folders, lock, find_slots())
    signal.signal(signal.SIGTERM, supervisor.leave)
    signal.signal(signal.SIGINT, supervisor.leave)
    log.info("supervisor %d, slots: %s", os.getpid(), ", ".join(slot.name for slot in supervisor.slots))
    supervisor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
