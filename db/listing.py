"""Which documents, in which order: filters, pages of a list, the next one.

Documents are listed by position. Everything here looks at one annotator's annotations, "you" unless named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from core.errors import InvalidValue, NotFound
from db import schema
from db.accounts import YOU, account_id
from db.annotations import UNLABELLED

NO_SPLIT = "none"
TO_DO = "to do"
PREVIEW_CHARACTERS = 160


def _check_choice(what: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise InvalidValue(f"A document's {what} is one of {', '.join(allowed)}, not {value!r}.")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a document must be to be listed; None asks for nothing.

    `status` is "unlabelled", "draft", "accepted", "skipped", or "to do": neither accepted nor skipped. A document
    is unlabelled without an annotation and with one that was taken back. `split` is a split or "none" for documents
    without one; `label_id` a label that one of its spans has; `search` a part of its text or name, in any
    case; `commented` whether a comment on it is open.
    """

    status: str | None = None
    split: str | None = None
    label_id: int | None = None
    flagged: bool | None = None
    search: str | None = None
    commented: bool | None = None
    annotator: str = YOU

    def __post_init__(self) -> None:
        _check_choice("status", self.status, (TO_DO, UNLABELLED, *schema.STATUSES))
        _check_choice("split", self.split, (NO_SPLIT, *schema.SPLITS))


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A line of a list of documents; `preview` is the beginning of the text on one line."""

    id: int
    position: int
    name: str
    preview: str
    characters: int
    split: str | None
    status: str
    flagged: bool
    spans: int


EVERYTHING = Filter()


def list_documents(
    s: Session, project_id: int, filter: Filter = EVERYTHING, *, offset: int = 0, limit: int = 50
) -> tuple[list[DocumentRow], int]:
    """The rows `offset` to `offset + limit` of what `filter` lets through, and how many it lets through."""
    document, annotation = schema.Document, schema.Annotation
    chosen = _matching(s, project_id, filter)
    total = s.scalar(chosen.with_only_columns(func.count())) or 0
    if offset >= total:
        return [], total
    counted = (
        select(func.count()).where(schema.Span.annotation_id == annotation.id).correlate(annotation).scalar_subquery()
    )
    page = (
        chosen.with_only_columns(
            document.id,
            document.position,
            document.name,
            func.substr(document.text, 1, PREVIEW_CHARACTERS),
            document.characters,
            document.split,
            annotation.status,
            annotation.flagged,
            counted,
        )
        .order_by(document.position)
        .offset(offset)
        .limit(limit)
    )
    return [_document_row(row) for row in s.execute(page)], total


def first(s: Session, project_id: int, filter: Filter = EVERYTHING) -> int | None:
    """The id of the first document that `filter` lets through, or None."""
    return s.scalar(_matching(s, project_id, filter).order_by(schema.Document.position).limit(1))


def neighbour(
    s: Session, project_id: int, document_id: int, filter: Filter = EVERYTHING, *, step: int = 1
) -> int | None:
    """The id of the nearest document after (`step` 1) or before (-1) that `filter` lets through, or None.

    The document itself need not pass the filter: after "accept", the next unlabelled one is still found.
    """
    if step not in (1, -1):
        raise InvalidValue(f"A neighbour is one step away, 1 or -1, not {step!r}.")
    here = _position(s, project_id, document_id)
    position = schema.Document.position
    chosen = _matching(s, project_id, filter)
    if step == 1:
        return s.scalar(chosen.where(position > here).order_by(position).limit(1))
    return s.scalar(chosen.where(position < here).order_by(position.desc()).limit(1))


def rank(s: Session, project_id: int, document_id: int, filter: Filter = EVERYTHING) -> tuple[int, int]:
    """(n, total): the document is the n-th of the `total` that `filter` lets through, counted from 1.

    For a document that the filter does not let through, n counts those before it.
    """
    here = _position(s, project_id, document_id)
    chosen = _matching(s, project_id, filter)
    before = chosen.with_only_columns(func.count()).where(schema.Document.position <= here)
    return s.scalar(before) or 0, s.scalar(chosen.with_only_columns(func.count())) or 0


def standing(s: Session, project_id: int, document_id: int, filter: Filter = EVERYTHING) -> tuple[int, int]:
    """(n, total) as `rank` gives it, but n is 0 for a document that `filter` does not let through; one statement."""
    here = _position(s, project_id, document_id)
    position = schema.Document.position
    counted = _matching(s, project_id, filter).with_only_columns(
        func.count(),
        func.count(case((position <= here, 1))),
        func.count(case((schema.Document.id == document_id, 1))),
    )
    total, place, present = s.execute(counted).one()
    return (place if present else 0), total


def tally(s: Session, project_id: int, filter: Filter = EVERYTHING) -> dict[str, int]:
    """How many documents `filter` lets through: "all", by status, and "flagged", whatever their status."""
    annotation = schema.Annotation
    status = func.coalesce(annotation.status, UNLABELLED)
    counted = _matching(s, project_id, filter).with_only_columns(
        status, func.count(), func.count(case((annotation.flagged.is_(True), 1)))
    )
    found = {name: 0 for name in (UNLABELLED, *schema.STATUSES)} | {"all": 0, "flagged": 0}
    for name, documents, flagged in s.execute(counted.group_by(status)):
        found[name] += documents
        found["all"] += documents
        found["flagged"] += flagged
    return found


def _matching(s: Session, project_id: int, filter: Filter) -> Select[int]:
    """A query for the ids that `filter` lets through, the annotation of its annotator joined, not ordered."""
    document, annotation = schema.Document, schema.Annotation
    mine = and_(
        annotation.document_id == document.id,
        annotation.annotator_id == account_id(s, filter.annotator),
    )
    conditions: list[ColumnElement[bool]] = [document.project_id == project_id]
    if filter.status == UNLABELLED:
        conditions.append(or_(annotation.id.is_(None), annotation.status == UNLABELLED))
    elif filter.status == TO_DO:
        conditions.append(or_(annotation.id.is_(None), annotation.status.in_((UNLABELLED, "draft"))))
    elif filter.status is not None:
        conditions.append(annotation.status == filter.status)
    if filter.split is not None:
        conditions.append(document.split.is_(None) if filter.split == NO_SPLIT else document.split == filter.split)
    if filter.flagged is not None:
        conditions.append(func.coalesce(annotation.flagged, False).is_(filter.flagged))
    if filter.label_id is not None:
        having = select(schema.Span.annotation_id).where(schema.Span.label_id == filter.label_id)
        conditions.append(annotation.id.in_(having))
    if filter.commented is not None:
        remarks = select(schema.Comment.document_id).where(schema.Comment.resolved.is_(None))
        conditions.append(document.id.in_(remarks) if filter.commented else document.id.not_in(remarks))
    if filter.search:
        # `folded` is casefolded when stored; autoescape makes % and _ mean themselves.
        conditions.append(document.folded.contains(filter.search.casefold(), autoescape=True))
    return select(document.id).outerjoin(annotation, mine).where(*conditions)


def _position(s: Session, project_id: int, document_id: int) -> int:
    here = s.scalar(
        select(schema.Document.position).where(
            schema.Document.id == document_id, schema.Document.project_id == project_id
        )
    )
    if here is None:
        raise NotFound(f"Project {project_id} has no document with id {document_id}.")
    return here


def _document_row(row: Any) -> DocumentRow:
    document_id, position, name, beginning, characters, split, status, flagged, spans = row
    preview = " ".join(beginning.split()) + ("…" if characters > PREVIEW_CHARACTERS else "")
    return DocumentRow(
        document_id, position, name, preview, characters, split, status or UNLABELLED, bool(flagged), spans
    )
