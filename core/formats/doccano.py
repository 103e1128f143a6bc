"""doccano JSON Lines: {"text", "label": [[start, end, label]]}, or "labels", or "entities" with start_offset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.documents import Document
from core.errors import FormatError
from core.formats.json_records import records, shown
from core.formats.loss import Losses, kept_meta, with_meta
from core.formats.record import Draft, Options, identity, list_of, rest_of
from core.formats.source import Source

# Early versions of doccano write the text under "data".
_TAKEN = frozenset({"id", "text", "data", "label", "labels", "entities"})


def read(source: Source, options: Options) -> Iterator[Document]:
    """The documents of a doccano export; relations and comments stay in meta."""
    for line, record in records(source):
        key = "text" if "text" in record or "data" not in record else "data"
        if key not in record:
            raise FormatError(f'There is no "text"; the keys are {", ".join(record) or "none"}.', line)
        draft = Draft(record[key], line, options, identity(record.get("id")), rest_of(record, _TAKEN))
        for name in ("label", "labels", "entities"):
            for item in list_of(record, name, line):
                _add(draft, item)
        if document := draft.finished():
            yield document


def _add(draft: Draft, item: Any) -> None:
    if isinstance(item, list) and len(item) == 3:
        draft.add(*item)
    elif isinstance(item, dict):
        start, end = item.get("start_offset", item.get("start")), item.get("end_offset", item.get("end"))
        draft.add(start, end, item.get("label"), item.get("text"))
    else:
        draft.refuse(
            f"A span is [start, end, label] or an object with start_offset and end_offset, not {shown(item)}."
        )


def record_of(document: Document, losses: Losses) -> dict[str, Any]:
    """One line of a doccano import file."""
    losses.scores(document)
    record: dict[str, Any] = {"text": document.text, "label": [[s.start, s.end, s.label] for s in document.spans]}
    return with_meta(record, document.id, kept_meta(document, losses))
