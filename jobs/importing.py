"""A file becomes documents of a project: read as a stream, in one transaction, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from core.formats import Options, detect, read_source, split_of
from core.formats.source import Source
from db.accounts import YOU
from db.connection import Store
from db.documents import AddReport, add_documents


def import_file(
    store: Store,
    project_id: int,
    stream: BinaryIO,
    filename: str,
    format: str | None = None,
    *,
    actor: str = YOU,
    on_progress: Callable[[int], None] | None = None,
    **options: Any,
) -> AddReport:
    """Add the documents of `stream` to the project, as `core.formats.preview` with the same arguments says it.

    `format` None is found from the head. `options` are those of `core.formats.Options`; documents for which the file
    names no split get `split`, else the one that the file's name says, else none. Labels that the project lacks are
    added. `on_progress` gets the bytes read so far. Raises FormatError (with the line), InvalidSpan, InvalidValue and
    NotFound, and then nothing was imported.
    """
    with store.writing() as session:
        return import_into(
            session, project_id, stream, filename, format, actor=actor, on_progress=on_progress, **options
        )


def import_into(
    session: Session,
    project_id: int,
    stream: BinaryIO,
    filename: str,
    format: str | None = None,
    *,
    actor: str = YOU,
    on_progress: Callable[[int], None] | None = None,
    **options: Any,
) -> AddReport:
    """`import_file` within a transaction that does more than that."""
    chosen = Options(**{"split": split_of(filename), **options}, on_progress=on_progress)
    source = Source(stream, on_progress)
    found = format or detect(source.head(), filename, options=chosen).format
    return add_documents(session, project_id, read_source(source, found, chosen), actor=actor)
