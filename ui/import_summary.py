"""What a screen keeps of a preview between reruns: small, immutable, and free of the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from core.documents import Document, Span
from core.formats import ImportPreview

SHOWN_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: `size` in bytes; `key` is equal only for the same bytes given in the same way."""

    name: str
    size: int
    key: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True)
class Example:
    """The beginning of a document, and the spans that lie in it."""

    text: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, document: Document) -> Example:
        """Cut the document after SHOWN_CHARACTERS, never inside a span."""
        end = SHOWN_CHARACTERS
        for span in document.spans:
            if span.start < end < span.end:
                end = span.start
        if len(document.text) <= end:
            return cls(document.text, document.spans)
        return cls(document.text[:end] + "…", tuple(span for span in document.spans if span.end <= end))


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """The counts of a preview; `error` is the reason why nothing can be imported, or empty."""

    format: str
    scheme: str
    documents: int
    spans_per_label: Mapping[str, int]
    splits: Mapping[str, int]
    skipped: tuple[tuple[int, str], ...]
    skipped_total: int
    sample: tuple[Example, ...]
    error: str

    @classmethod
    def of(cls, found: ImportPreview) -> ImportSummary:
        """The part of a preview that a screen shows."""
        return cls(
            format=found.format or "",
            scheme=found.scheme or "",
            documents=found.documents,
            spans_per_label=dict(found.spans_per_label),
            splits=dict(found.splits),
            skipped=tuple((item.line, item.reason) for item in found.skipped),
            skipped_total=found.skipped_total,
            sample=tuple(Example.of(document) for document in found.sample),
            error=str(found.error) if found.error else "",
        )
