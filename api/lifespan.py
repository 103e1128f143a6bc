"""What happens when the web process starts: the store is opened, and from then on a supervisor is kept running."""

from __future__ import annotations

import ctypes
import gc
import logging
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from db.connection import home
from jobs.supervisor import ensure_running
from ui.process import store

# glibc keeps freed blocks below a threshold that grows to 32 MB by itself; a model that was read and freed then stays
# in memory.
MALLOC_MMAP_THRESHOLD = -3  # the number of the setting in malloc.h
LARGE_BLOCK_BYTES = 256 * 1024
WATCH_SECONDS = 2.0

log = logging.getLogger("tagloop.web")


def give_back_large_blocks() -> None:
    """Let freed blocks from 256 KB go back to the system at once; does nothing where malloc has no settings."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MALLOC_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)


def prepare() -> None:
    """Open (and if needed migrate) the store, start the supervisor, and spare the collector what never dies."""
    give_back_large_blocks()
    store()
    ensure_running()
    gc.freeze()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Starlette's lifespan of the app."""
    await anyio.to_thread.run_sync(prepare)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(keep_supervised, home())
        yield {}
        tasks.cancel_scope.cancel()


async def keep_supervised(folder: Path) -> None:
    """Start another supervisor when the last one was killed, so that no page waits for a process that is gone.

    Leaves a data folder that was removed alone: looking must not bring it back.
    """
    trouble = None
    while True:
        await anyio.sleep(WATCH_SECONDS)
        try:
            if folder.exists():
                await anyio.to_thread.run_sync(ensure_running)
            trouble = None
        except (OSError, subprocess.SubprocessError) as error:
            if str(error) != trouble:
                log.error("The supervisor cannot be started: %s", error)
            trouble = str(error)
