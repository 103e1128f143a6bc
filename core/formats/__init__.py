"""Files ↔ streams of Document, one module a format; a file is never loaded whole.

    for document in read(stream, "conll"): …          a FormatError names the line and the reason
    report = write(documents, stream, "doccano")      report.lost counts what the format could not carry
    preview(stream, "news.jsonl")                     what an import would do, without doing it

Readers set in `meta`: "line" (where the document begins), "split" ("train", "dev" or "test") when the file says so,
"tokens" ([[start, end]]) when it carries tokens, "accepted" (True) when the file says that somebody labelled the
text, even with no span; and everything else the source says of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from core.documents import Document
from core.errors import InvalidValue
from core.formats import cluener, conll, doccano, labelstudio, plain, prodigy
from core.formats.detection import Detection, detect, split_of
from core.formats.loss import LossReport
from core.formats.previewing import ImportPreview, preview
from core.formats.record import Options, Skipped
from core.formats.source import HEAD_BYTES, MAX_TEXT_CHARACTERS, Source
from core.formats.writing import WRITABLE, write

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

__all__ = [
    "FORMATS", "HEAD_BYTES", "MAX_TEXT_CHARACTERS", "WRITABLE", "Detection", "ImportPreview", "LossReport", "Options",
    "Skipped", "detect", "preview", "read", "read_source", "split_of", "write",
]  # fmt: skip


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
    return _READERS[format](source, options)
