from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connection import open_store
from tests.jobs.house import House


@pytest.fixture
def house(own_home: Path) -> Iterator[House]:
    """A data folder with a small project; what runs on it is ended after the test."""
    house = House(own_home, open_store())
    yield house
    house.close()
