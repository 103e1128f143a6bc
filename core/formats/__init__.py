"""Files ↔ streams of Document, one module a format; a file is never loaded whole.

    for document in read(stream, "conll"): …          a FormatError names the line and the reason
    report = write(documents, stream, "doccano")      report.lost counts what the format could not carry
    preview(stream, "news.jsonl")                     what an import would do, without doing it

Readers set in `meta`: "line" (where the document begins), "split" ("train", "dev" or "test") when the file says so,
"tokens" ([[start, end]]) when it carries tokens, "accepted" (True) when the file says that somebody labelled the
text, even with no span; and everything else the source says of the document.
"""

from __future__ import annotations

from core.formats.detection import Detection, detect, split_of
from core.formats.loss import LossReport
from core.formats.previewing import ImportPreview, preview
from core.formats.reading import FORMATS, read, read_source
from core.formats.record import Options, Skipped
from core.formats.source import HEAD_BYTES, MAX_TEXT_CHARACTERS
from core.formats.writing import WRITABLE, write

__all__ = [
    "FORMATS", "HEAD_BYTES", "MAX_TEXT_CHARACTERS", "WRITABLE", "Detection", "ImportPreview", "LossReport", "Options",
    "Skipped", "detect", "preview", "read", "read_source", "split_of", "write",
]  # fmt: skip
