"""The first tables, and the account "you".

Revision 0001, the beginning. The tables are written out, not taken from `db.schema`: a migration does for
ever what it did when it was new.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

METADATA = sa.MetaData()


def _refers(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


sa.Table(
    "account",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=60), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_account"),
    sa.UniqueConstraint("name", name="uq_account_name"),
    sqlite_autoincrement=True,
)
sa.Table(
    "event",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=True),
    sa.Column("at", sa.DateTime(), nullable=False),
    sa.Column("actor", sa.String(length=60), nullable=False),
    sa.Column("action", sa.String(length=60), nullable=False),
    sa.Column("subject", sa.String(length=120), nullable=False),
    sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
    sa.PrimaryKeyConstraint("id", name="pk_event"),
    sa.Index("ix_event_project_id_id", "project_id", "id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "project",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=60), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("language", sa.String(length=2), nullable=False),
    sa.Column("guideline", sa.Text(), nullable=False),
    sa.Column("overlap", sa.Boolean(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.CheckConstraint("language IN ('en', 'zh')", name="ck_project_language"),
    sa.PrimaryKeyConstraint("id", name="pk_project"),
    sa.UniqueConstraint("name", name="uq_project_name"),
    sqlite_autoincrement=True,
)
sa.Table(
    "document",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("characters", sa.Integer(), nullable=False),
    sa.Column("split", sa.String(length=5), nullable=True),
    sa.Column("text_hash", sa.String(length=64), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("meta", sa.JSON(), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("folded", sa.Text(), nullable=False),
    sa.CheckConstraint("split IS NULL OR split IN ('train', 'dev', 'test')", name="ck_document_split"),
    sa.CheckConstraint("characters = length(text)", name="ck_document_characters"),
    _refers("document", "project_id", "project", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_document"),
    sa.Index("ix_document_project_id_split_position", "project_id", "split", "position"),
    sa.UniqueConstraint("project_id", "position", name="uq_document_project_id_position"),
    sa.UniqueConstraint("project_id", "text_hash", name="uq_document_project_id_text_hash"),
    sqlite_autoincrement=True,
)
sa.Table(
    "job",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("kind", sa.String(length=10), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("payload", sa.JSON(), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("desired", sa.String(length=10), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("deaths", sa.Integer(), nullable=False),
    sa.Column("max_attempts", sa.Integer(), nullable=False),
    sa.Column("progress", sa.JSON(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("error", sa.Text(), nullable=True),
    sa.Column("traceback", sa.Text(), nullable=True),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.Column("started", sa.DateTime(), nullable=True),
    sa.Column("finished", sa.DateTime(), nullable=True),
    sa.CheckConstraint("desired IN ('run', 'pause', 'cancel')", name="ck_job_desired"),
    sa.CheckConstraint("kind IN ('train', 'predict')", name="ck_job_kind"),
    sa.CheckConstraint(
        "state IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')", name="ck_job_state"
    ),
    sa.CheckConstraint("attempts >= 0 AND deaths >= 0 AND max_attempts >= 1", name="ck_job_counts"),
    _refers("job", "project_id", "project", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_job"),
    sa.Index("ix_job_project_id", "project_id"),
    sa.Index("ix_job_state_id", "state", "id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "label",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=60), nullable=False),
    sa.Column("hue", sa.Integer(), nullable=False),
    sa.Column("key", sa.String(length=1), nullable=True),
    sa.Column("description", sa.Text(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.CheckConstraint("hue >= 0 AND hue < 12", name="ck_label_hue"),
    _refers("label", "project_id", "project", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_label"),
    sa.UniqueConstraint("project_id", "key", name="uq_label_project_id_key"),
    sa.UniqueConstraint("project_id", "name", name="uq_label_project_id_name"),
    sqlite_autoincrement=True,
)
sa.Table(
    "membership",
    METADATA,
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("account_id", sa.Integer(), nullable=False),
    sa.Column("role", sa.String(length=20), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'annotator', 'viewer')", name="ck_membership_role"),
    _refers("membership", "account_id", "account", ondelete="CASCADE"),
    _refers("membership", "project_id", "project", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("project_id", "account_id", name="pk_membership"),
    sa.Index("ix_membership_account_id", "account_id"),
)
sa.Table(
    "snapshot",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.Column("documents", sa.JSON(), nullable=False),
    sa.Column("spans", sa.Integer(), nullable=False),
    sa.Column("unassigned", sa.Integer(), nullable=False),
    sa.Column("labels", sa.JSON(), nullable=False),
    _refers("snapshot", "project_id", "project", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
    sa.Index("ix_snapshot_project_id", "project_id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "annotation",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("document_id", sa.Integer(), nullable=False),
    sa.Column("annotator_id", sa.Integer(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("status", sa.String(length=10), nullable=False),
    sa.Column("flagged", sa.Boolean(), nullable=False),
    sa.Column("updated", sa.DateTime(), nullable=False),
    sa.CheckConstraint("status IN ('draft', 'accepted', 'skipped')", name="ck_annotation_status"),
    sa.CheckConstraint("revision >= 1", name="ck_annotation_revision"),
    _refers("annotation", "annotator_id", "account"),
    _refers("annotation", "document_id", "document", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_annotation"),
    sa.Index("ix_annotation_annotator_id_status", "annotator_id", "status"),
    sa.UniqueConstraint("document_id", "annotator_id", name="uq_annotation_document_id_annotator_id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "attempt",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("job_id", sa.Integer(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("slot", sa.String(length=80), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("pid", sa.Integer(), nullable=True),
    sa.Column("started", sa.DateTime(), nullable=False),
    sa.Column("heartbeat", sa.DateTime(), nullable=False),
    sa.Column("finished", sa.DateTime(), nullable=True),
    sa.Column("error", sa.Text(), nullable=True),
    sa.CheckConstraint("number >= 1 AND slot <> ''", name="ck_attempt_counts"),
    sa.CheckConstraint(
        "state IN ('running', 'done', 'failed', 'cancelled', 'paused', 'lost')", name="ck_attempt_state"
    ),
    _refers("attempt", "job_id", "job", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    sa.Index(
        "ix_attempt_running_slot",
        "slot",
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    ),
    sa.UniqueConstraint("job_id", "number", name="uq_attempt_job_id_number"),
    sqlite_autoincrement=True,
)
sa.Table(
    "comment",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("document_id", sa.Integer(), nullable=False),
    sa.Column("account_id", sa.Integer(), nullable=False),
    sa.Column("start", sa.Integer(), nullable=True),
    sa.Column("end", sa.Integer(), nullable=True),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.Column("resolved", sa.DateTime(), nullable=True),
    sa.CheckConstraint(
        '(start IS NULL AND "end" IS NULL) OR (start >= 0 AND start < "end")', name="ck_comment_offsets"
    ),
    _refers("comment", "account_id", "account"),
    _refers("comment", "document_id", "document", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_comment"),
    sa.Index("ix_comment_document_id", "document_id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "lease",
    METADATA,
    sa.Column("document_id", sa.Integer(), nullable=False),
    sa.Column("account_id", sa.Integer(), nullable=False),
    sa.Column("until", sa.DateTime(), nullable=False),
    _refers("lease", "account_id", "account", ondelete="CASCADE"),
    _refers("lease", "document_id", "document", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("document_id", name="pk_lease"),
    sa.Index("ix_lease_account_id", "account_id"),
)
sa.Table(
    "run",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("snapshot_id", sa.Integer(), nullable=False),
    sa.Column("job_id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.Column("ledger", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
    _refers("run", "job_id", "job", ondelete="CASCADE"),
    _refers("run", "project_id", "project", ondelete="CASCADE"),
    _refers("run", "snapshot_id", "snapshot", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_run"),
    sa.Index("ix_run_project_id", "project_id"),
    sa.Index("ix_run_snapshot_id", "snapshot_id"),
    sa.UniqueConstraint("job_id", name="uq_run_job_id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "snapshot_item",
    METADATA,
    sa.Column("snapshot_id", sa.Integer(), nullable=False),
    sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("split", sa.String(length=5), nullable=False),
    sa.Column("text_hash", sa.String(length=64), nullable=False),
    sa.Column("spans", sa.JSON(), nullable=False),
    sa.CheckConstraint("split IN ('train', 'dev', 'test')", name="ck_snapshot_item_split"),
    _refers("snapshot_item", "snapshot_id", "snapshot", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("snapshot_id", "document_id", name="pk_snapshot_item"),
    sa.Index("ix_snapshot_item_document_id", "document_id"),
)
sa.Table(
    "suggestion",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("document_id", sa.Integer(), nullable=False),
    sa.Column("label_id", sa.Integer(), nullable=False),
    sa.Column("start", sa.Integer(), nullable=False),
    sa.Column("end", sa.Integer(), nullable=False),
    sa.Column("score", sa.Double(), nullable=True),
    sa.Column("source", sa.String(length=120), nullable=False),
    sa.Column("decision", sa.String(length=10), nullable=True),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.CheckConstraint("decision IS NULL OR decision IN ('accepted', 'rejected')", name="ck_suggestion_decision"),
    sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="ck_suggestion_score"),
    sa.CheckConstraint('start >= 0 AND start < "end"', name="ck_suggestion_offsets"),
    _refers("suggestion", "document_id", "document", ondelete="CASCADE"),
    _refers("suggestion", "label_id", "label", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
    sa.Index("ix_suggestion_label_id", "label_id"),
    sa.UniqueConstraint(
        "document_id",
        "source",
        "start",
        "end",
        "label_id",
        name="uq_suggestion_document_id_source_start_end_label_id",
    ),
    sqlite_autoincrement=True,
)
sa.Table(
    "model",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("project_id", sa.Integer(), nullable=False),
    sa.Column("run_id", sa.Integer(), nullable=True),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("base", sa.Text(), nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("language", sa.String(length=2), nullable=False),
    sa.Column("labels", sa.JSON(), nullable=False),
    sa.Column("folder", sa.Text(), nullable=False),
    sa.Column("metrics", sa.JSON(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.Column("retired", sa.DateTime(), nullable=True),
    sa.CheckConstraint("language IN ('en', 'zh')", name="ck_model_language"),
    _refers("model", "project_id", "project", ondelete="CASCADE"),
    _refers("model", "run_id", "run", ondelete="SET NULL"),
    sa.PrimaryKeyConstraint("id", name="pk_model"),
    sa.Index("ix_model_run_id", "run_id"),
    sa.UniqueConstraint("project_id", "name", name="uq_model_project_id_name"),
    sqlite_autoincrement=True,
)
sa.Table(
    "run_metric",
    METADATA,
    sa.Column("run_id", sa.Integer(), nullable=False),
    sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("value", sa.Double(), nullable=True),
    _refers("run_metric", "run_id", "run", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("run_id", "step", "name", name="pk_run_metric"),
)
sa.Table(
    "span",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("annotation_id", sa.Integer(), nullable=False),
    sa.Column("label_id", sa.Integer(), nullable=False),
    sa.Column("start", sa.Integer(), nullable=False),
    sa.Column("end", sa.Integer(), nullable=False),
    sa.CheckConstraint('start >= 0 AND start < "end"', name="ck_span_offsets"),
    _refers("span", "annotation_id", "annotation", ondelete="CASCADE"),
    _refers("span", "label_id", "label", ondelete="RESTRICT"),
    sa.PrimaryKeyConstraint("id", name="pk_span"),
    sa.Index("ix_span_label_id", "label_id"),
    sa.UniqueConstraint("annotation_id", "start", "end", "label_id", name="uq_span_annotation_id_start_end_label_id"),
    sqlite_autoincrement=True,
)
sa.Table(
    "evaluation",
    METADATA,
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("model_id", sa.Integer(), nullable=False),
    sa.Column("split", sa.String(length=5), nullable=False),
    sa.Column("kind", sa.String(length=40), nullable=False),
    sa.Column("report", sa.JSON(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    sa.CheckConstraint("split IN ('train', 'dev', 'test')", name="ck_evaluation_split"),
    _refers("evaluation", "model_id", "model", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
    sa.UniqueConstraint("model_id", "split", "kind", name="uq_evaluation_model_id_split_kind"),
    sqlite_autoincrement=True,
)
sa.Table(
    "prediction",
    METADATA,
    sa.Column("model_id", sa.Integer(), nullable=False),
    sa.Column("document_id", sa.Integer(), nullable=False),
    sa.Column("spans", sa.JSON(), nullable=False),
    sa.Column("created", sa.DateTime(), nullable=False),
    _refers("prediction", "document_id", "document", ondelete="CASCADE"),
    _refers("prediction", "model_id", "model", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("model_id", "document_id", name="pk_prediction"),
    sa.Index("ix_prediction_document_id", "document_id"),
)


def upgrade() -> None:
    """Make every table; "you" is the account of whoever opens the store first."""
    METADATA.create_all(op.get_bind())
    moment = datetime.now(UTC).replace(tzinfo=None)
    op.get_bind().execute(sa.insert(METADATA.tables["account"]).values(name="you", created=moment))


def downgrade() -> None:
    """Drop every table."""
    METADATA.drop_all(op.get_bind())
