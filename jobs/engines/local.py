"""Workers as processes of this machine, each in its own session, each holding its alive lock for its whole life.

Whether a worker lives is asked of the kernel, through its lock: no guess from a process number, nothing to wait for,
and the answer is the same for a supervisor that was started after the worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

from jobs import locks
from jobs.engines import Ending, Living, Order
from jobs.folders import Folders

ROOT = Path(__file__).resolve().parents[2]
# The worker finds the number of the inherited descriptor of its alive lock here.
LOCK_VARIABLE = "TAGLOOP_ALIVE_LOCK"
REAP_SECONDS = 2.0
KEPT_CODES = 100


class LocalEngine:
    """The engine of one data folder."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._codes: OrderedDict[int, int] = OrderedDict()

    def start(self, order: Order) -> None:
        """Start `python -m jobs.worker <attempt id>`; its alive lock is taken before it exists: no gap."""
        lock = locks.take(alive_path(self.folders, order.attempt_id))
        if lock is None:
            raise OSError(f"Attempt {order.attempt_id} already has a living worker; it is not started twice.")
        try:
            _describe(lock, slot=order.slot.name, pid=None)
            order.log.parent.mkdir(parents=True, exist_ok=True)
            with order.log.open("ab") as log:
                child = subprocess.Popen(
                    [sys.executable, "-m", "jobs.worker", str(order.attempt_id)],
                    cwd=ROOT,
                    env=self._environment(order, lock),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(lock.descriptor,),
                )
            self._children[order.attempt_id] = child
            _describe(lock, slot=order.slot.name, pid=child.pid)
        finally:
            lock.release()

    def living(self) -> dict[int, Living]:
        """The attempts whose lock is held; lock files of the dead are removed."""
        found: dict[int, Living] = {}
        for path in sorted(self.folders.alive.glob("*.lock")):
            if not path.stem.isdigit():
                continue
            if locks.is_held(path):
                slot = _description(path).get("slot")
                found[int(path.stem)] = Living(int(path.stem), slot if isinstance(slot, str) else None)
            else:
                path.unlink(missing_ok=True)
        self._reap()
        return found

    def ending(self, attempt_id: int) -> Ending:
        """The exit code or signal of a worker that this process started; unknown for an adopted one."""
        child = self._children.get(attempt_id)
        if child is not None:
            # The lock goes a moment before the exit status can be read.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=REAP_SECONDS)
        self._reap()
        return Ending(self._codes.get(attempt_id))

    def stop(self, attempt_id: int, *, force: bool = False) -> None:
        """SIGTERM to the worker alone, which leaves in good order; with `force`, SIGKILL to its whole session."""
        path = alive_path(self.folders, attempt_id)
        pid = _description(path).get("pid")
        # The lock is asked last: while it is held, the number cannot belong to anybody else.
        if not isinstance(pid, int) or not locks.is_held(path):
            return
        try:
            if force:
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            return

    def _reap(self) -> None:
        for attempt_id, child in list(self._children.items()):
            code = child.poll()
            if code is not None:
                del self._children[attempt_id]
                self._codes[attempt_id] = code
        while len(self._codes) > KEPT_CODES:
            self._codes.popitem(last=False)

    def _environment(self, order: Order, lock: locks.Lock) -> dict[str, str]:
        cores = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
        return {
            "OMP_NUM_THREADS": cores,
            # Threads that spin while they wait take the cores that the screens need.
            "OMP_WAIT_POLICY": "PASSIVE",
            **os.environ,
            "TAGLOOP_HOME": str(self.folders.home),
            "CUDA_VISIBLE_DEVICES": order.slot.visible,
            "PYTHONUNBUFFERED": "1",
            LOCK_VARIABLE: str(lock.descriptor),
        }


def alive_path(folders: Folders, attempt_id: int) -> Path:
    """The lock file of one attempt."""
    return folders.alive / f"{attempt_id}.lock"


def hold_alive_lock(folders: Folders, attempt_id: int) -> locks.Lock | None:
    """Called by a worker: its alive lock, inherited from the engine or taken now; None when another worker has it."""
    path = alive_path(folders, attempt_id)
    inherited = os.environ.pop(LOCK_VARIABLE, "")
    if inherited.isdigit():
        descriptor = int(inherited)
        # A child of the worker must not go on holding the lock after the worker's death.
        os.set_inheritable(descriptor, False)
        lock: locks.Lock | None = locks.Lock(path, descriptor)
    else:
        lock = locks.take(path)
    if lock is not None:
        # The engine writes the number too, but may be killed before it can.
        slot = _description(path).get("slot") if inherited else None
        _describe(lock, slot=slot if isinstance(slot, str) else None, pid=os.getpid())
    return lock


def _describe(lock: locks.Lock, *, slot: str | None, pid: int | None) -> None:
    text = json.dumps({"slot": slot, "pid": pid}).encode()
    os.pwrite(lock.descriptor, text.ljust(200), 0)


def _description(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes() or b"{}")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
