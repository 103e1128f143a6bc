"""Locks that the kernel releases when their holder dies, however it dies.

flock belongs to the open file, not to the process: a child that inherits the descriptor goes on holding the lock
when its parent closes it. The supervisor uses that to hand a worker a lock that was never free in between.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

# Somebody who only looks whether a lock is held has to take it for an instant; a real holder waits that long.
PATIENCE_SECONDS = 0.5


class Lock:
    """A lock that is held until `release` or the death of every process that has its descriptor."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor

    def release(self) -> None:
        """Let go in this process; a child that inherited the descriptor keeps holding."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def in_place(self) -> bool:
        """False once the locked file was removed or replaced: then the lock guards nothing any more."""
        return _same_file(self.path, self.descriptor)


def take(path: Path, *, patience: float = PATIENCE_SECONDS) -> Lock | None:
    """Lock `path`, creating it and its folder; None when somebody else still holds it after `patience` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            if time.monotonic() >= deadline:
                return None
            time.sleep(0.02)
            continue
        # A sweeper may have removed the file between open and lock; a lock on a removed file guards nothing.
        if _same_file(path, descriptor):
            return Lock(path, descriptor)
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """True while a living process holds the lock of `path`; False when there is no such file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False
