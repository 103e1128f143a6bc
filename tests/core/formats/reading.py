"""Short ways to read and write bytes in tests."""

from __future__ import annotations

import io
import json

import pytest

from core.documents import Document
from core.errors import FormatError
from core.formats import LossReport, Skipped, read, write


def documents_of(data: str | bytes, format: str, **options) -> list[Document]:
    return list(read(io.BytesIO(data.encode() if isinstance(data, str) else data), format, **options))


def read_with_skipped(data: str | bytes, format: str, **options) -> tuple[list[Document], list[Skipped]]:
    skipped: list[Skipped] = []
    return documents_of(data, format, on_skip=skipped.append, **options), skipped


def refusal(data: str | bytes, format: str, **options) -> FormatError:
    with pytest.raises(FormatError) as caught:
        documents_of(data, format, **options)
    return caught.value


def written(documents: list[Document], format: str, **options) -> tuple[bytes, LossReport]:
    stream = io.BytesIO()
    report = write(documents, stream, format, **options)
    return stream.getvalue(), report


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def marked(document: Document) -> list[tuple[str, str]]:
    return [(document.surface(span), span.label) for span in document.spans]
