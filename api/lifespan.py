"""What happens once when the web process starts: the store is opened and the supervisor is running."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread

from jobs.supervisor import ensure_running
from ui.process import store


# glibc keeps freed blocks below a threshold that grows to 32 MB by itself; then a model that was read and freed stays.
MALLOC_MMAP_THRESHOLD = -3  # the number of the setting in malloc.h
LARGE_BLOCK_BYTES = 256 * 1024


def give_back_large_blocks() -> None:
    """Let freed blocks of 256 KB and more go back to the system at once; does nothing where malloc has no settings."""
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
    yield {}
