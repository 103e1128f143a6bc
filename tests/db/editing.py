"""Edits as the tests make, take back and look at them."""

from __future__ import annotations

import uuid
from pathlib import Path

from core.documents import Span
from db import annotations, edits
from db.connection import Store
from db.edits import Change

ROOT = Path(__file__).resolve().parents[2]
NAMED = Span(0, 7, "ORG")


def key() -> str:
    return str(uuid.uuid4())


def do(store: Store, project, *changes: Change, words: str = "work", own: str | None = None, seconds: float = 0.0):
    with store.writing() as s:
        return edits.apply(
            s, project.id, key=own or key(), words=words, changes=changes, seconds=seconds, actor="you"
        )


def undo(store: Store, project, of: str, own: str | None = None):
    with store.writing() as s:
        return edits.undo(s, project.id, key=own or key(), of=of, actor="you")


def redo(store: Store, project, of: str, own: str | None = None):
    with store.writing() as s:
        return edits.redo(s, project.id, key=own or key(), of=of, actor="you")


def stands(store: Store, document_id: int):
    with store.reading() as s:
        return annotations.load(s, document_id)


def history(store: Store, project):
    with store.reading() as s:
        return edits.recent(s, project.id, actor="you")
