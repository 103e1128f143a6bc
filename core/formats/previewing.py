"""Reading a whole file without importing it: counts, what will be left out and why, and the first error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, BinaryIO

from core.documents import Document
from core.errors import FormatError
from core.formats.conll import layout_of
from core.formats.detection import Detection, detect, split_of
from core.formats.reading import read_source
from core.formats.record import Options, Skipped
from core.formats.source import Source

SAMPLE_DOCUMENTS = 5
SKIPPED_KEPT = 100


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What importing a file would do. With an `error` it would do nothing; the counts then go up to the error.

    `documents` leaves out exact duplicates within the file; `spans_per_label` counts the spans of those kept.
    `skipped` holds the first SKIPPED_KEPT things left out, `skipped_total` counts all.
    """

    format: str | None
    scheme: str | None
    details: str
    documents: int
    spans_per_label: Mapping[str, int]
    splits: Mapping[str, int]
    skipped: tuple[Skipped, ...]
    skipped_total: int
    sample: tuple[Document, ...]
    error: FormatError | None


@dataclass(slots=True)
class _Tally:
    """The counts of a preview while the file is read."""

    documents: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)
    skipped_total: int = 0
    sample: list[Document] = field(default_factory=list)
    _seen: dict[bytes, int] = field(default_factory=dict)

    def skip(self, item: Skipped) -> None:
        self.skipped_total += 1
        if len(self.skipped) < SKIPPED_KEPT:
            self.skipped.append(item)

    def add(self, document: Document) -> None:
        line = int(document.meta["line"])
        key = blake2b(document.text.encode(), digest_size=16).digest()
        if key in self._seen:
            self.skip(Skipped(line, f"The text is the same as that of line {self._seen[key]:,}."))
            return
        self._seen[key] = line
        self.documents += 1
        self.spans.update(span.label for span in document.spans)
        if "split" in document.meta:
            self.splits[document.meta["split"]] += 1
        if len(self.sample) < SAMPLE_DOCUMENTS:
            self.sample.append(document)


def preview(
    stream: BinaryIO,
    filename: str = "",
    format: str | None = None,
    on_progress: Callable[[int], None] | None = None,
    **options: Any,
) -> ImportPreview:
    """Read `stream` from where it stands to its end, or to its first error, and go back there if it can be sought.

    `format` None: found from the head. `options` are those of `read`; a split said by the file's name counts for the
    documents that name none themselves, unless `split` is given.
    """
    tally = _Tally()
    beginning = stream.tell() if stream.seekable() else None
    detection: Detection | None = None
    error: FormatError | None = None
    chosen = Options(**{"split": split_of(filename), **options}, on_progress=on_progress, on_skip=tally.skip)
    try:
        source = Source(stream, on_progress)
        detection = (
            detect(source.head(), filename, options=chosen) if format is None else _known(format, source, chosen)
        )
        for document in read_source(source, detection.format, chosen):
            tally.add(document)
    except FormatError as problem:
        error = problem
    finally:
        if beginning is not None:
            stream.seek(beginning)
    return ImportPreview(
        format=detection.format if detection else format,
        scheme=detection.scheme if detection else None,
        details=detection.details if detection else "",
        documents=tally.documents,
        spans_per_label=dict(sorted(tally.spans.items())),
        splits=dict(tally.splits),
        skipped=tuple(tally.skipped),
        skipped_total=tally.skipped_total,
        sample=tuple(tally.sample),
        error=error,
    )


def _known(format: str, source: Source, options: Options) -> Detection:
    """A chosen format; of column files the scheme and delimiter are still found."""
    if format != "conll":
        return Detection(format)
    layout = layout_of(source.head(), options)
    return Detection("conll", layout.scheme, layout.delimiter, layout.details)
