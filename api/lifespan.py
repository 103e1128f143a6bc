"""What happens once when the web process starts: the store is opened and the supervisor is running."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread

from jobs.supervisor import ensure_running
from ui.process import store


def prepare() -> None:
    """Open (and if needed migrate) the store, start the supervisor, and spare the collector what never dies."""
    store()
    ensure_running()
    gc.freeze()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Starlette's lifespan of the app."""
    await anyio.to_thread.run_sync(prepare)
    yield {}
