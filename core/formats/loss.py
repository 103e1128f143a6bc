"""What writing a format could not carry: counted while writing, reported at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.documents import Document


@dataclass(frozen=True, slots=True)
class LossReport:
    """Documents and spans written, and how many things of which kind the format could not carry."""

    documents: int
    spans: int
    lost: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lost", MappingProxyType(dict(self.lost)))

    @property
    def complete(self) -> bool:
        """True when everything was carried."""
        return not self.lost


@dataclass(slots=True)
class Losses:
    """The counts of one writing, by reason."""

    documents: int = 0
    spans: int = 0
    lost: dict[str, int] = field(default_factory=dict)

    def count(self, reason: str, times: int = 1) -> None:
        if times:
            self.lost[reason] = self.lost.get(reason, 0) + times

    def scores(self, document: Document) -> None:
        self.count("score of a span", sum(span.score is not None for span in document.spans))

    def meta(self, document: Document, carried: frozenset[str] = frozenset({"line", "accepted"})) -> None:
        """Count a document whose meta holds more than `carried`."""
        self.count("meta of a document", bool(document.meta.keys() - carried))

    def report(self) -> LossReport:
        return LossReport(self.documents, self.spans, self.lost)


def kept_meta(document: Document, losses: Losses) -> dict[str, Any]:
    """The meta that JSON can hold, without the line of the file that the document was read from."""
    kept: dict[str, Any] = {}
    for key, value in document.meta.items():
        if key == "line":
            continue
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError):
            losses.count("meta value that JSON cannot hold")
        else:
            kept[key] = value
    return kept


def with_meta(record: dict[str, Any], identity: str | None, meta: dict[str, Any]) -> dict[str, Any]:
    """`record` with an id before it and meta after it, where there are any."""
    head: dict[str, Any] = {} if identity is None else {"id": identity}
    return head | record | ({"meta": meta} if meta else {})


def token_borders(document: Document) -> list[tuple[int, int]]:
    """The token borders that meta carries; none unless they are in order and inside the text."""
    borders = document.meta.get("tokens")
    if not isinstance(borders, list | tuple):
        return []
    found: list[tuple[int, int]] = []
    before = 0
    for item in borders:
        if not isinstance(item, list | tuple) or len(item) != 2:
            return []
        start, end = item
        if type(start) is not int or type(end) is not int or not before <= start < end <= len(document.text):
            return []
        found.append((start, end))
        before = end
    return found
