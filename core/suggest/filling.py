"""Terms for a dictionary from what people have labelled: surfaces that got one label, many times over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Filling:
    """A surface that was labelled `count` times, always as `label`."""

    surface: str
    label: str
    count: int


def fillings(labelled: Iterable[tuple[str, str]], *, least: int) -> list[Filling]:
    """Surfaces among (surface, label) that occur at least `least` times under one label and under no other.

    The most frequent first, then by surface. Surfaces beyond one line or 200 characters are no terms.
    """
    counts = Counter(labelled)
    labels: dict[str, set[str]] = {}
    for surface, label in counts:
        labels.setdefault(surface, set()).add(label)
    found = [
        Filling(surface, label, count)
        for (surface, label), count in counts.items()
        if count >= least
        and len(labels[surface]) == 1
        and surface.strip()
        and len(surface) <= MAX_CHARACTERS
        and len(surface.splitlines()) == 1
    ]
    return sorted(found, key=lambda filling: (-filling.count, filling.surface))
