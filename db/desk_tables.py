"""The tables behind the annotation desk: edits that can be undone, and rules that propose spans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import NEVER_AGAIN, Base, now, one_of, to

EDIT_STATES = ("done", "undone", "dropped")
RULE_KINDS = ("term", "pattern")


class Edit(Base):
    """One step of a person's work, with the values before it; `key` is made where the edit is made.

    `changes` holds, for each document, what changed as [before, after]; its spans name labels by id, so a renamed
    label is no obstacle. Documents and labels are no references: what is gone is said in words when an edit is to
    be undone. `travels` maps the key of each undo and redo to the revisions it made. An edit that is "dropped" can
    no longer be undone or redone; its row stays for a while so that its key is known.
    """

    __tablename__ = "edit"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("state", EDIT_STATES),
        Index(None, "project_id", "account_id", "state", "id"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36))
    project_id: Mapped[int] = mapped_column(to("project"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    words: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    changes: Mapped[list[Any]]
    revisions: Mapped[dict[str, Any]]
    travels: Mapped[dict[str, Any]]


class Rule(Base):
    """A term or a regular expression whose matches are proposed with a label."""

    __tablename__ = "rule"
    __table_args__ = (
        UniqueConstraint("label_id", "kind", "text"),
        one_of("kind", RULE_KINDS),
        Index(None, "project_id", "id"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(to("project"))
    label_id: Mapped[int] = mapped_column(to("label"))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str]
    ignore_case: Mapped[bool]
