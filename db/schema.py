"""The tables. An offset is a half-open code-point index into `document.text`; a time is UTC.

`REVISION` names the migration that produces exactly these tables; a test holds the two together. What a
constraint cannot say (texts never change, a span ends inside its text, events are only appended) is said by
the triggers of `db.migrating` on SQLite and by the code for every database.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import NEVER_AGAIN, one_of, to
from db.columns import Base as Base
from db.columns import now as now
from db.desk_tables import RULE_KINDS as RULE_KINDS
from db.desk_tables import Edit as Edit
from db.desk_tables import Rule as Rule

REVISION = "0002"

LANGUAGES = ("en", "zh")
SPLITS = ("train", "dev", "test")
UNLABELLED = "unlabelled"  # also what a document without an annotation is
STATUSES = ("draft", "accepted", "skipped")
DECISIONS = ("accepted", "rejected", "corrected")
JOB_KINDS = ("train", "predict")
JOB_STATES = ("queued", "running", "paused", "done", "failed", "cancelled")
DESIRES = ("run", "pause", "cancel")
ATTEMPT_STATES = ("running", "done", "failed", "cancelled", "paused", "lost")
ROLES = ("owner", "annotator", "viewer")
HUES = 12


class Account(Base):
    """A person; "you" is there from the first opening."""

    __tablename__ = "account"
    __table_args__ = (NEVER_AGAIN,)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    created: Mapped[datetime] = mapped_column(default=now)


class Project(Base):
    """A language, a guideline, labels and documents that belong together."""

    __tablename__ = "project"
    __table_args__ = (one_of("language", LANGUAGES), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    guideline: Mapped[str] = mapped_column(default="")
    overlap: Mapped[bool] = mapped_column(default=False)
    keys: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    """What an account may do in a project."""

    __tablename__ = "membership"
    __table_args__ = (one_of("role", ROLES),)
    project_id: Mapped[int] = mapped_column(to("project"), primary_key=True)
    account_id: Mapped[int] = mapped_column(to("account"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))


class Label(Base):
    """What a person chooses for a span; referred to by id, so that renaming is one row."""

    __tablename__ = "label"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        UniqueConstraint("project_id", "key"),
        CheckConstraint(f"hue >= 0 AND hue < {HUES}", name="hue"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(to("project"))
    name: Mapped[str] = mapped_column(String(60))
    hue: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(12))
    description: Mapped[str] = mapped_column(default="")
    guideline: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int]


class Document(Base):
    """One text. It never changes after import; `folded` is name and text casefolded, for search."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("project_id", "position"),
        UniqueConstraint("project_id", "text_hash"),
        CheckConstraint("characters = length(text)", name="characters"),
        CheckConstraint("split IS NULL OR split IN ('train', 'dev', 'test')", name="split"),
        Index(None, "project_id", "split", "position"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(to("project"))
    position: Mapped[int]
    characters: Mapped[int]
    split: Mapped[str | None] = mapped_column(String(5))
    text_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    meta: Mapped[dict[str, Any]]
    text: Mapped[str]
    folded: Mapped[str]


class Annotation(Base):
    """One annotator's answer to one document; `seconds` is the time worked on it.

    "unlabelled" is an answer that was taken back.
    """

    __tablename__ = "annotation"
    __table_args__ = (
        UniqueConstraint("document_id", "annotator_id"),
        one_of("status", (UNLABELLED, *STATUSES)),
        CheckConstraint("revision >= 1", name="revision"),
        Index(None, "annotator_id", "status"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(to("document"))
    annotator_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    revision: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    flagged: Mapped[bool] = mapped_column(default=False)
    seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    updated: Mapped[datetime] = mapped_column(default=now)


class Span(Base):
    """A labelled range of an annotation."""

    __tablename__ = "span"
    __table_args__ = (
        UniqueConstraint("annotation_id", "start", "end", "label_id"),
        CheckConstraint('start >= 0 AND start < "end"', name="offsets"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(to("annotation"))
    label_id: Mapped[int] = mapped_column(ForeignKey("label.id", ondelete="RESTRICT"), index=True)
    start: Mapped[int]
    end: Mapped[int]


class Suggestion(Base):
    """A range that a model or a rule proposes; `decision` is what a person made of it."""

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("document_id", "source", "start", "end", "label_id"),
        CheckConstraint('start >= 0 AND start < "end"', name="offsets"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score"),
        CheckConstraint("decision IS NULL OR decision IN ('accepted', 'rejected', 'corrected')", name="decision"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(to("document"))
    label_id: Mapped[int] = mapped_column(to("label"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    score: Mapped[float | None]
    source: Mapped[str] = mapped_column(String(120))
    decision: Mapped[str | None] = mapped_column(String(10))
    created: Mapped[datetime] = mapped_column(default=now)


class Comment(Base):
    """A remark about a document, or about a range of it."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint('(start IS NULL AND "end" IS NULL) OR (start >= 0 AND start < "end")', name="offsets"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(to("document"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    start: Mapped[int | None]
    end: Mapped[int | None]
    body: Mapped[str]
    created: Mapped[datetime] = mapped_column(default=now)
    resolved: Mapped[datetime | None]


class Lease(Base):
    """Who holds which document until when."""

    __tablename__ = "lease"
    document_id: Mapped[int] = mapped_column(to("document"), primary_key=True)
    account_id: Mapped[int] = mapped_column(to("account"), index=True)
    until: Mapped[datetime]


class Snapshot(Base):
    """The frozen gold of a project at one moment."""

    __tablename__ = "snapshot"
    __table_args__ = (NEVER_AGAIN,)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(to("project"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    documents: Mapped[dict[str, Any]]
    spans: Mapped[int]
    unassigned: Mapped[int]
    labels: Mapped[list[Any]]


class SnapshotItem(Base):
    """One document of a snapshot with its spans as they were: [[start, end, label], …].

    `document_id` is no reference: a document may be deleted, its line in the snapshot stays.
    """

    __tablename__ = "snapshot_item"
    __table_args__ = (
        one_of("split", SPLITS),
        Index(None, "document_id"),
    )
    snapshot_id: Mapped[int] = mapped_column(to("snapshot"), primary_key=True)
    document_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    split: Mapped[str] = mapped_column(String(5))
    text_hash: Mapped[str] = mapped_column(String(64))
    spans: Mapped[list[Any]]


class Job(Base):
    """One request to the workers; `attempts` numbers its current attempt.

    `deaths` counts the attempts that died since a person last queued it.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("kind", JOB_KINDS),
        one_of("state", JOB_STATES),
        one_of("desired", DESIRES),
        CheckConstraint("attempts >= 0 AND deaths >= 0 AND max_attempts >= 1", name="counts"),
        Index(None, "state", "id"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    project_id: Mapped[int] = mapped_column(to("project"), index=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    desired: Mapped[str] = mapped_column(String(10), default="run")
    attempts: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=3)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    error: Mapped[str | None]
    traceback: Mapped[str | None]
    created: Mapped[datetime] = mapped_column(default=now)
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]


class Attempt(Base):
    """One worker process on one job. No two run in the same slot."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("job_id", "number"),
        one_of("state", ATTEMPT_STATES),
        CheckConstraint("number >= 1 AND slot <> ''", name="counts"),
        Index(
            "ix_attempt_running_slot",
            "slot",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(to("job"))
    number: Mapped[int]
    slot: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="running")
    pid: Mapped[int | None]
    started: Mapped[datetime] = mapped_column(default=now)
    heartbeat: Mapped[datetime] = mapped_column(default=now)
    finished: Mapped[datetime | None]
    error: Mapped[str | None]


class Run(Base):
    """One training: a config on a snapshot, done by a job."""

    __tablename__ = "run"
    __table_args__ = (NEVER_AGAIN,)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(to("project"), index=True)
    snapshot_id: Mapped[int] = mapped_column(to("snapshot"), index=True)
    job_id: Mapped[int] = mapped_column(to("job"), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    config: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)
    ledger: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class RunMetric(Base):
    """One figure of a run at one step; None where the figure is not a number."""

    __tablename__ = "run_metric"
    run_id: Mapped[int] = mapped_column(to("run"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[float | None]


class Model(Base):
    """A published checkpoint; it exists when this row does. `folder` is relative to the data folder."""

    __tablename__ = "model"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        one_of("language", LANGUAGES),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(to("project"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    base: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    labels: Mapped[list[Any]]
    folder: Mapped[str]
    metrics: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)
    retired: Mapped[datetime | None]


class Prediction(Base):
    """What a model finds in a document: [[start, end, label, score], …]."""

    __tablename__ = "prediction"
    model_id: Mapped[int] = mapped_column(to("model"), primary_key=True)
    document_id: Mapped[int] = mapped_column(to("document"), primary_key=True, index=True)
    spans: Mapped[list[Any]]
    created: Mapped[datetime] = mapped_column(default=now)


class Evaluation(Base):
    """A stored report of a model on a split."""

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("model_id", "split", "kind"),
        one_of("split", SPLITS),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(to("model"))
    split: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(40))
    report: Mapped[dict[str, Any]]
    created: Mapped[datetime] = mapped_column(default=now)


class Event(Base):
    """Who did what to what and when, with the values before and after; only ever appended.

    `project_id` is no reference: the events of a deleted project stay. Texts are never copied here.
    """

    __tablename__ = "event"
    __table_args__ = (Index(None, "project_id", "id"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
