"""The supervisor's sign of life: a small file, rewritten once a second, that anybody may read."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass

from jobs import locks
from jobs.folders import Folders


@dataclass(frozen=True, slots=True)
class Beat:
    """What the supervisor last wrote: its process, when (Unix seconds), its slots, and its trouble if it has any."""

    pid: int
    time: float
    slots: tuple[str, ...]
    busy: tuple[str, ...]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class SupervisorState:
    """`running`: its lock is held. `age`: seconds since its last beat, None when there never was one."""

    running: bool
    age: float | None
    beat: Beat | None


def write(folders: Folders, beat: Beat) -> None:
    """Replace the file in one step, so that no reader sees half of it."""
    fresh = folders.supervisor_beat.with_suffix(".tmp")
    fresh.write_text(json.dumps(asdict(beat)), encoding="utf-8")
    os.replace(fresh, folders.supervisor_beat)


def read(folders: Folders) -> SupervisorState:
    """The state of the supervisor of this data folder; never raises for a missing or damaged file."""
    try:
        found = json.loads(folders.supervisor_beat.read_text(encoding="utf-8"))
        beat = Beat(
            pid=int(found["pid"]),
            time=float(found["time"]),
            slots=tuple(found["slots"]),
            busy=tuple(found["busy"]),
            trouble=found.get("trouble"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        beat = None
    age = None if beat is None else max(0.0, time.time() - beat.time)
    return SupervisorState(running=locks.is_held(folders.supervisor_lock), age=age, beat=beat)
