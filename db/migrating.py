"""From whatever version a database has to this one, under a lock, after a backup.

The common case, a database that is up to date, costs one query: Alembic is imported only where there is
something to do. The triggers live here rather than in a migration because SQLite rebuilds a table to change
it and drops its triggers with it; they are taken out before every upgrade and put back after it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from core.errors import StoreError
from db import connection
from db.columns import now
from db.schema import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"

_SPAN_END = """CREATE TRIGGER {name} BEFORE {event} ON span
    WHEN NEW."end" > (SELECT characters FROM document JOIN annotation ON annotation.document_id = document.id
                      WHERE annotation.id = NEW.annotation_id)
    BEGIN SELECT RAISE(ABORT, 'a span ends beyond its text'); END"""
_REFUSED = "CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{reason}'); END"

TRIGGERS = {
    "span_end_insert": _SPAN_END.format(name="span_end_insert", event="INSERT"),
    "span_end_update": _SPAN_END.format(name="span_end_update", event='UPDATE OF "end", annotation_id'),
    "document_text": _REFUSED.format(
        name="document_text",
        event="UPDATE OF text, characters, text_hash",
        table="document",
        reason="a text never changes after import",
    ),
    "snapshot_item_frozen": _REFUSED.format(
        name="snapshot_item_frozen", event="UPDATE", table="snapshot_item", reason="a snapshot never changes"
    ),
    "event_update": _REFUSED.format(
        name="event_update", event="UPDATE", table="event", reason="events are only appended"
    ),
    "event_delete": _REFUSED.format(
        name="event_delete", event="DELETE", table="event", reason="events are only appended"
    ),
}


def bring_up_to_date(store: connection.Store, *, migrate: bool) -> None:
    """Leave `store` at REVISION, or raise StoreError saying why it cannot be.

    Several processes may call this at once: one migrates, the others wait for it. Without `migrate`, an
    older or empty database is refused.
    """
    if current_revision(store) == REVISION:
        return
    if not migrate:
        raise StoreError(
            f"The database is at version {current_revision(store) or 'none'}, this program at {REVISION}. "
            "Start the app once: it brings the database up to date."
        )
    with _lock(_folder(store) / "migrate.lock"):
        found = current_revision(store)
        if found == REVISION:
            return
        _check_known(store, found)
        if found is not None and store.engine.dialect.name == "sqlite":
            from db.backup import backup

            stamp = now().strftime("%Y%m%d-%H%M%S")
            backup(store, _folder(store) / "backups" / f"before-{REVISION}-from-{found}-{stamp}.db")
        _upgrade(store)


def current_revision(store: connection.Store) -> str | None:
    """The migration that the database was last brought to; None for an empty one.

    Raises StoreError for a database that holds tables of something else.
    """
    with store.reading() as session:
        tables = inspect(session.connection()).get_table_names()
        if "alembic_version" in tables:
            revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if revision is not None:
                return str(revision)
        elif tables:
            raise StoreError(
                f"The database holds tables that are not Tagloop's ({', '.join(sorted(tables)[:3])}). "
                "Name another file or database in TAGLOOP_DATABASE_URL."
            )
    return None


def configuration() -> Config:
    """Alembic's configuration: where the migrations are."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _check_known(store: connection.Store, found: str | None) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"The database is at version {found}, which this program (version {REVISION}) does not know: a newer "
            "Tagloop wrote it. Update Tagloop, or set TAGLOOP_HOME to another data folder."
        )


def _upgrade(store: connection.Store) -> None:
    from alembic import command

    engine = connection.make_engine(store.engine.url, foreign_keys=False)
    try:
        with engine.begin() as link:
            config = configuration()
            config.attributes["connection"] = link
            _remove_triggers(link)
            command.upgrade(config, "head")
            _install_triggers(link)
            _check_references(link)
    finally:
        engine.dispose()


def _remove_triggers(link: Connection) -> None:
    """A trigger that reads another table than its own keeps SQLite from rebuilding that one."""
    if link.dialect.name == "sqlite":
        for name in TRIGGERS:
            link.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def _install_triggers(link: Connection) -> None:
    if link.dialect.name != "sqlite":
        return
    for name, statement in TRIGGERS.items():
        link.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        link.exec_driver_sql(statement)


def _check_references(link: Connection) -> None:
    """Foreign keys were off while tables were rebuilt; make sure that none points nowhere now."""
    if link.dialect.name != "sqlite":
        return
    broken = link.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise StoreError(
            f"The migration to {REVISION} would leave {len(broken)} rows of {broken[0][0]} without the row they "
            "refer to; nothing was changed."
        )


def _folder(store: connection.Store) -> Path:
    """The folder of the database file; the data folder when the database is on a server."""
    if store.engine.dialect.name == "sqlite":
        return Path(str(store.engine.url.database)).absolute().parent
    return connection.home()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold `path` exclusively; the kernel lets go of it however this process ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
