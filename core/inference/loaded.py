"""The predictors that a process holds: loaded once, shared by its threads, the longest unused given up first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path

from core.errors import InvalidValue, ModelUnusable
from core.inference.predictor import Predictor
from core.models.manifest import MANIFEST

MAX_LOADED = 3  # a small encoder takes about 120 MB


class LoadedPredictors:
    """At most `max_entries` predictors by folder; callers that ask at the same time share one load."""

    def __init__(self, max_entries: int = MAX_LOADED, *, threads: int | None = None) -> None:
        if max_entries < 1:
            raise InvalidValue(f"At least one predictor must fit; max_entries is {max_entries}.")
        self._max_entries = max_entries
        self._threads = threads
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[Path, int], Future[Predictor]] = OrderedDict()

    def get(self, folder: Path) -> Predictor:
        """The predictor of a model folder, loaded when need be; raises ModelUnusable, and tries anew next time."""
        key = _identity(folder)
        with self._lock:
            future = self._entries.get(key)
            mine = future is None
            if future is None:
                future = self._entries[key] = Future()
                while len(self._entries) > self._max_entries:
                    self._entries.popitem(last=False)
            self._entries.move_to_end(key)
        if mine:
            try:
                future.set_result(Predictor.load(folder, threads=self._threads))
            except BaseException as reason:
                with self._lock:
                    self._entries.pop(key, None)
                future.set_exception(reason)
        return future.result()

    def forget(self, folder: Path) -> None:
        """Give up a folder's predictor; those who hold it may go on using it."""
        with self._lock:
            for key in [key for key in self._entries if key[0] == folder.resolve()]:
                del self._entries[key]

    def __len__(self) -> int:
        return len(self._entries)


def _identity(folder: Path) -> tuple[Path, int]:
    """A folder and the time its manifest was written: a folder that was replaced is another model."""
    try:
        return folder.resolve(), (folder / MANIFEST).stat().st_mtime_ns
    except OSError as reason:
        raise ModelUnusable(f"{folder} is not a model folder: {reason}") from reason


_shared = LoadedPredictors()


def predictor(folder: Path) -> Predictor:
    """The process's predictor of a model folder; raises ModelUnusable."""
    return _shared.get(folder)
