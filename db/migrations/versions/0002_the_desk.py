"""Edits that can be undone, rules, guidelines and keys of labels, keys of projects, the time worked.

Revision 0002, after 0001. An annotation may be unlabelled again (an answer that was taken back), a suggestion
corrected.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATUS = "status IN ({}'draft', 'accepted', 'skipped')"
_DECISION = "decision IS NULL OR decision IN ('accepted', 'rejected'{})"


def _recheck(table: str, name: str, condition: str) -> None:
    """Put `condition` in place of the check `name` of `table`."""
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _to_project(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_project_id_project")
    return sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Widen two checks, add columns and the two tables."""
    _recheck("annotation", "status", _STATUS.format("'unlabelled', "))
    _recheck("suggestion", "decision", _DECISION.format(", 'corrected'"))
    with op.batch_alter_table("annotation") as batch:
        batch.add_column(sa.Column("seconds", sa.Double(), nullable=False, server_default="0"))
    with op.batch_alter_table("label") as batch:
        batch.alter_column("key", existing_type=sa.String(length=1), type_=sa.String(length=12))
        batch.add_column(sa.Column("guideline", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("project") as batch:
        batch.add_column(sa.Column("keys", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("revisions", sa.JSON(), nullable=False),
        sa.Column("travels", sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('done', 'undone', 'dropped')", name=op.f("ck_edit_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_edit_account_id_account")),
        _to_project("edit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
        sa.UniqueConstraint("key", name=op.f("uq_edit_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_edit_project_id_account_id_state_id"), "edit", ["project_id", "account_id", "state", "id"]
    )
    op.create_table(
        "rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ignore_case", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('term', 'pattern')", name=op.f("ck_rule_kind")),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name=op.f("fk_rule_label_id_label"), ondelete="CASCADE"),
        _to_project("rule"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("label_id", "kind", "text", name=op.f("uq_rule_label_id_kind_text")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_rule_project_id_id"), "rule", ["project_id", "id"])
