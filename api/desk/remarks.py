"""comments: written on a document or on a range of it, resolved, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.desk import checking
from api.desk.opening import comment_told
from core.errors import InvalidValue, NotFound
from db import comments, documents
from db.accounts import YOU
from db.projects import Project
from ui.process import store

ACTS = ("add", "resolve", "remove")


def change_comments(project: Project, body: Mapping[str, Any]) -> dict[str, Any]:
    """Do one thing to the comments of a document and answer with all of them."""
    asked = checking.known(body, "body", ("document", "resolved", *ACTS))
    document_id = checking.whole(asked.get("document"), "document")
    acts = [act for act in ACTS if act in asked]
    if len(acts) != 1:
        raise InvalidValue(f"Say one of {', '.join(ACTS)}; {len(acts)} were said.")
    with store().writing() as session:
        if not documents.titles(session, project.id, [document_id]):
            raise NotFound(f"{project.title} has no document with id {document_id}; it may have been deleted.")
        if acts == ["add"]:
            said, start, end = _parsed(asked["add"])
            comments.add(session, document_id, body=said, start=start, end=end, actor=YOU)
        else:
            number = checking.whole(asked[acts[0]], acts[0])
            if number not in {comment.id for comment in comments.of(session, document_id)}:
                raise NotFound(f"The document has no comment with id {number}; it may have been removed.")
            if acts == ["resolve"]:
                comments.resolve(
                    session, number, resolved=checking.truth(asked.get("resolved"), "resolved"), actor=YOU
                )
            else:
                comments.remove(session, number, actor=YOU)
        return {"comments": [comment_told(comment) for comment in comments.of(session, document_id)]}


def _parsed(value: object) -> tuple[str, int | None, int | None]:
    """Body, start and end of a new comment; whether the document has that range is for the store to say."""
    asked = checking.known(value, "add", ("body", "start", "end"))
    return (
        checking.text(asked.get("body"), "body", most=comments.MAX_CHARACTERS),
        checking.whole_or_none(asked.get("start"), "start"),
        checking.whole_or_none(asked.get("end"), "end"),
    )
