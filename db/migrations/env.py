"""What Alembic runs for every command: the migrations, on the connection that `db.migrating` opened.

On SQLite a table is changed by rebuilding it (batch mode). Constraint names come from the naming convention
of `db.schema`, so that one history serves SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from db import schema
from db.columns import UtcDateTime


def plain(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """How a new migration writes our own column type: as what the database sees, so that it stands alone."""
    return "sa.DateTime()" if kind == "type" and isinstance(value, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.Base.metadata,
    render_as_batch=True,
    render_item=plain,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
