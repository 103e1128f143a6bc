"""CLUENER JSON Lines: {"text", "label": {label: {surface: [[start, end inclusive]]}}} (Xu et al. 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.documents import Document
from core.errors import FormatError
from core.formats.json_records import records, shown
from core.formats.loss import Losses
from core.formats.record import Draft, Options, identity, rest_of
from core.formats.source import Source

_TAKEN = frozenset({"id", "text", "label"})


def read(source: Source, options: Options) -> Iterator[Document]:
    """The documents of a CLUENER file; each surface is compared with the text at its offsets."""
    for line, record in records(source):
        if "text" not in record:
            raise FormatError(f'There is no "text"; the keys are {", ".join(record) or "none"}.', line)
        draft = Draft(record["text"], line, options, identity(record.get("id")), rest_of(record, _TAKEN))
        by_label = record.get("label")
        if by_label is not None:
            draft.meta["accepted"] = True
            _add_all(draft, by_label)
        if document := draft.finished():
            yield document


def _add_all(draft: Draft, by_label: Any) -> None:
    if not isinstance(by_label, dict):
        raise FormatError(f'"label" is an object of labels, not {shown(by_label)}.', draft.line)
    for label, by_surface in by_label.items():
        if not isinstance(by_surface, dict):
            raise FormatError(f"Under {label!r} stands an object of surfaces, not {shown(by_surface)}.", draft.line)
        for surface, ranges in by_surface.items():
            for item in ranges if isinstance(ranges, list) else [ranges]:
                if not isinstance(item, list) or len(item) != 2:
                    draft.refuse(f"The offsets of {surface!r} are [start, end], not {shown(item)}.")
                    continue
                start, last = item
                draft.add(start, last + 1 if type(last) is int else last, label, surface)


def record_of(document: Document, losses: Losses) -> dict[str, Any]:
    """One line of a CLUENER file; it has no place for scores and meta."""
    losses.scores(document)
    losses.meta(document)
    by_label: dict[str, dict[str, list[list[int]]]] = {}
    for span in document.spans:
        by_surface = by_label.setdefault(span.label, {})
        by_surface.setdefault(document.surface(span), []).append([span.start, span.end - 1])
    record: dict[str, Any] = {} if document.id is None else {"id": document.id}
    return record | {"text": document.text, "label": by_label}
