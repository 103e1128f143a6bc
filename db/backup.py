"""A consistent copy of a database in use."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StoreError

if TYPE_CHECKING:
    from db.connection import Store


def backup(store: Store, target: Path) -> Path:
    """Write a compacted copy of the whole database to `target`, while others read and write; returns `target`.

    The copy is written under a temporary name in the same folder, checked, flushed to the disk and only then
    renamed: a file named `target` is a whole, sound backup or the one that was there before. Raises
    StoreError when the disk refuses it or the copy fails its check, and on PostgreSQL, whose own tool does this.
    """
    if store.engine.dialect.name != "sqlite":
        raise StoreError("A PostgreSQL database is backed up with pg_dump, not from here.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        _copy(store, partial)
        _check(store, partial)
        _flush(partial)
        os.replace(partial, target)
        _flush(target.parent)
    except (store.driver.Error, OSError) as error:
        raise StoreError(
            f"The backup {target} was not written: {error}. The one before it, if any, stays."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _copy(store: Store, partial: Path) -> None:
    link = store.engine.raw_connection()
    try:
        cursor = link.cursor()
        cursor.execute("PRAGMA query_only = OFF")  # a reader may have left it on; VACUUM counts as a change
        cursor.execute("VACUUM INTO ?", (str(partial),))
        cursor.close()
    finally:
        link.close()


def _check(store: Store, partial: Path) -> None:
    copy = store.driver.connect(str(partial))
    try:
        answer = [str(row[0]) for row in copy.cursor().execute("PRAGMA integrity_check")]
    finally:
        copy.close()
    if answer != ["ok"]:
        raise OSError(f"the copy is not sound ({'; '.join(answer[:3])})")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
