"""The web process keeps a supervisor running for as long as it lives."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time

import psutil
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.lifespan import lifespan
from db.connection import home
from jobs import heartbeat
from jobs.folders import Folders
from ui import process


@pytest.fixture
def app(own_home, monkeypatch):
    """An app with our lifespan on a data folder of its own; its supervisor is gone at the end."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    process.store.cache_clear()
    folder = home()
    with TestClient(Starlette(lifespan=lifespan)):
        yield folder
    process.store().close()
    process.store.cache_clear()
    for found in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            ours = (found.info["cmdline"] or [])[-1:] == ["jobs.supervisor"]
            if ours and found.environ().get("TAGLOOP_HOME") == str(folder):
                found.kill()


def supervisor(folder, *, other_than=None) -> int:
    """The process of the supervisor that works on `folder`, waited for."""
    for _ in range(600):
        state = heartbeat.read(Folders(folder))
        if state.running and state.beat is not None and state.beat.pid != other_than:
            return state.beat.pid
        time.sleep(0.1)
    raise AssertionError("No supervisor within a minute.")


def test_a_supervisor_that_was_killed_is_followed_by_another(app):
    first = supervisor(app)
    os.kill(first, signal.SIGKILL)
    assert supervisor(app, other_than=first) != first


def test_a_data_folder_that_was_removed_stays_removed(app, monkeypatch):
    monkeypatch.setattr("api.lifespan.WATCH_SECONDS", 0.05)
    os.kill(supervisor(app), signal.SIGTERM)
    shutil.rmtree(app)
    time.sleep(3)
    assert not app.exists()
