"""Where the database is, how it is opened, and the two kinds of session.

Every process opens its own Store, once, after it was forked. A session is one short transaction: never kept
over a wait, because an open one keeps SQLite's write-ahead log from being folded back into the file.
"""

from __future__ import annotations

import importlib
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from core.errors import StoreError

BUSY_MILLISECONDS = 30_000
# What makes a PostgreSQL transaction what one of SQLite's is by itself, or through the begin hook below.
READING: dict[str, dict[str, Any]] = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
}


def home() -> Path:
    """The data folder: TAGLOOP_HOME, else ./data. It is created when it is not there."""
    folder = Path(os.environ.get("TAGLOOP_HOME") or "data").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Store:
    """An open database. `reading()` and `writing()` give a Session for one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        options = READING.get(engine.dialect.name, {})
        self._reader = engine.execution_options(readonly=True, **options)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A view of the whole database at one moment; the database refuses every change made in it."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back when an error leaves the block.

        The write lock is taken at once, not at the first change: a transaction that reads first and writes
        later would fail, whatever the timeout, when somebody else wrote in between. Raises StoreError when
        another process kept the lock for longer than 30 seconds.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                session.connection()
            except OperationalError as error:
                raise StoreError(_busy_or(error)) from error
            yield session
            session.commit()

    def sqlite_version(self) -> str | None:
        """Version of the SQLite library in use; None on PostgreSQL."""
        if self.engine.dialect.name != "sqlite":
            return None
        return str(self.driver.sqlite_version)

    @property
    def driver(self) -> Any:
        """The database driver's module (DB-API)."""
        return self.engine.dialect.dbapi

    def close(self) -> None:
        """Close every connection of this process."""
        self.engine.dispose()


def open_store(url: str | None = None, *, migrate: bool = True) -> Store:
    """Open the database at `url`, else TAGLOOP_DATABASE_URL, else `tagloop.db` in the data folder.

    With `migrate`, an older database is brought to this version first (after a backup) and a missing one is
    made. Raises StoreError for an address that cannot be, a file that is no database of ours, and a
    database written by a newer version.
    """
    address = parse_url(url or os.environ.get("TAGLOOP_DATABASE_URL") or f"sqlite:///{home() / 'tagloop.db'}")
    if address.get_backend_name() == "sqlite":
        Path(str(address.database)).absolute().parent.mkdir(parents=True, exist_ok=True)
    store = Store(make_engine(address))
    try:
        from db import migrating  # here, because migrating builds a second engine with this module

        migrating.bring_up_to_date(store, migrate=migrate)
    except DBAPIError as error:
        store.close()
        shown = address.render_as_string(hide_password=True)
        raise StoreError(f"The database {shown} cannot be opened: {error.orig}.") from error
    except BaseException:
        store.close()
        raise
    return store


def parse_url(url: str) -> URL:
    """`url` as SQLAlchemy's URL; raises StoreError unless it is sqlite:///file or postgresql://…/name."""
    way_out = "Use sqlite:///folder/file.db or postgresql://user:password@host/name (TAGLOOP_DATABASE_URL)."
    try:
        address = make_url(url)
        backend = address.get_backend_name()
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"The database address cannot be read: {error}. {way_out}") from error
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(f"Tagloop keeps its data in SQLite or PostgreSQL, not in {backend}. {way_out}")
    if not address.database or address.database == ":memory:":
        raise StoreError(f"The database address names no {'file' if backend == 'sqlite' else 'database'}. {way_out}")
    return address


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """An engine with the hooks that each of its connections needs; opens nothing yet.

    `foreign_keys=False` is for migrations: rebuilding a table would otherwise delete the rows that refer to it.
    """
    options: dict[str, Any] = {"json_serializer": _to_json}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, module=_sqlite_module(), **options)
        _hook_sqlite(engine, foreign_keys=foreign_keys)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, **options)
    except ModuleNotFoundError as error:
        raise StoreError(f"PostgreSQL needs a driver that is not installed: pip install {error.name}.") from error


def _sqlite_module() -> ModuleType:
    """sqlcipher3 where it installs: its SQLite has the write-ahead log's reset fault fixed (3.51.3 and later)."""
    try:
        return importlib.import_module("sqlcipher3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def _hook_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the begin hook below begins, not the driver
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")  # first: the next lines may have to wait
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        readonly = bool(connection.get_execution_options().get("readonly"))
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if readonly else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def _busy_or(error: OperationalError) -> str:
    if "locked" in str(error.orig):
        return (
            f"Another process has been writing for more than {BUSY_MILLISECONDS // 1000} seconds, so nothing was "
            "changed. Try again; if it stays so, end the process that imports or migrates."
        )
    return f"The database cannot be written: {error.orig}."


def _to_json(value: Any) -> str:
    """JSON with letters as they are; a figure that is not a number becomes null, which every database takes."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
