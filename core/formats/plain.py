"""Plain text without labels: a document a line, or the whole file as one."""

from __future__ import annotations

from collections.abc import Iterator

from core.documents import Document
from core.formats.record import Draft, Options
from core.formats.source import Source


def read_lines(source: Source, options: Options) -> Iterator[Document]:
    """Each line that is not blank, as it stands, is a document."""
    for line, text in source.lines():
        if document := Draft(text, line, options).finished():
            yield document


def read_text(source: Source, options: Options) -> Iterator[Document]:
    """The file is one document; its line ends become "\\n" and the last one falls away."""
    if document := Draft(source.text(), 1, options).finished():
        yield document
