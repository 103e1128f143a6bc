"""What the whole web process shares: one store. Knows no Streamlit, so that the HTTP interface can use it too."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from db.connection import Store, home, open_store


@lru_cache(maxsize=1)
def store() -> Store:
    """The store of this process, opened and migrated at first use."""
    return open_store()


def model_folder(folder: str) -> Path:
    """Where a published model lies; `folder` is relative to the data folder."""
    return home() / folder
