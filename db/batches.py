"""Cutting long sequences into statements that a database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

BATCH = 500


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """`items` in lists of at most `size`, in order; reads no further ahead than one list."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
