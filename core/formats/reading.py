"""The readers by name, and `read`, which every import goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from core.documents import Document
from core.errors import FormatError, InvalidValue
from core.formats import cluener, conll, doccano, labelstudio, plain, prodigy
from core.formats.record import Options
from core.formats.source import Source

_READERS: dict[str, Callable[[Source, Options], Iterator[Document]]] = {
    "conll": conll.read,
    "doccano": doccano.read,
    "prodigy": prodigy.read,
    "labelstudio": labelstudio.read,
    "cluener": cluener.read,
    "lines": plain.read_lines,
    "text": plain.read_text,
}
FORMATS = tuple(_READERS)


def read(stream: BinaryIO, format: str, **options: Any) -> Iterator[Document]:
    """The documents of `stream`, one by one, duplicates included; `options` are the fields of Options.

    Raises FormatError(reason, line) at the first thing that cannot be read, so a caller that must import all or
    nothing keeps the documents until the end. Raises InvalidValue for an unknown format or option.
    """
    try:
        chosen = Options(**options)
    except TypeError:
        known = ", ".join(Options.__dataclass_fields__)
        raise InvalidValue(f"Unknown option among {', '.join(options)}; there are {known}.") from None
    return read_source(Source(stream, chosen.on_progress), format, chosen)


def read_source(source: Source, format: str, options: Options) -> Iterator[Document]:
    """`read` for a Source whose head may have been looked at already."""
    if format not in _READERS:
        raise InvalidValue(f"Unknown format {format!r}; the formats are {', '.join(FORMATS)}.")
    return _numbered(source, _READERS[format](source, options))


def _numbered(source: Source, documents: Iterator[Document]) -> Iterator[Document]:
    """`documents`, with the number of the record in an error: a JSON array is often one single line."""
    try:
        yield from documents
    except FormatError as error:
        if not source.records:
            raise
        raise FormatError(f"Record {source.records:,}: {error.reason}", error.line) from None
