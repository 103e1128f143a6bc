"""What every test shares: no deadline on property tests (machines are shared) and no data folder but its own."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("tagloop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tagloop")

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch):
    """Each test gets a data folder of its own; nothing a test does can reach a person's data."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TAGLOOP_HOME", str(folder))
    monkeypatch.delenv("TAGLOOP_DATABASE_URL", raising=False)
    return folder
