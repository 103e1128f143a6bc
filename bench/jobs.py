"""Jobs: how soon the death of a worker is noticed, and how soon its job goes on in the next one.

A real supervisor and real workers on a data folder of their own; each round kills a worker while it trains.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, arguments, at_most, quantile, show
from db.connection import open_store
from jobs import queue
from tests.jobs.house import ENDLESS, House

NOTICE_GOAL_SECONDS = 2.0


def kill_one(house: House) -> tuple[float, float]:
    """Seconds from SIGKILL until the ledger knows, and until the next worker of the same job has registered."""
    run = house.train(**ENDLESS)
    pid = house.worker_pid(run.job_id)
    house.wait_checkpoint(run)
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    house.wait("the death to be noticed", lambda: house.attempts(run.job_id)[0].state == "lost")
    noticed = time.monotonic() - began
    house.worker_pid(run.job_id, attempt=2)
    going_on = time.monotonic() - began
    queue.cancel(house.store, run.job_id)
    house.wait_state(run.job_id, "cancelled")
    return noticed, going_on


def main() -> None:
    """Kill workers, one after another."""
    options = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TAGLOOP_HOME"] = folder
        house = House(Path(folder), open_store())
        try:
            house.supervise()
            rounds = [kill_one(house) for _ in range(3 if options.quick else 10)]
        finally:
            house.close()
    noticed, going_on = zip(*rounds, strict=True)
    at_most("killed worker: noticed, slowest", max(noticed), NOTICE_GOAL_SECONDS, "s", n=len(rounds))
    show(Figure("killed worker: the next one has begun, median", quantile(going_on, 0.5), "s", n=len(rounds)))


if __name__ == "__main__":
    main()
