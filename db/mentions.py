"""Documents that may mention a surface, with the answers they have: where a search over a whole project starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.documents import Span
from db import schema
from db.accounts import YOU, account_id
from db.batches import batches

DOCUMENTS_AT_ONCE = 500
LONGEST = 200  # characters of a labelled surface


@dataclass(frozen=True, slots=True)
class Mentioning:
    """A document whose text holds the surface somewhere, in some case."""

    id: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """How a document stands: revision 0 and no spans where nobody has answered it."""

    revision: int = 0
    status: str = schema.UNLABELLED
    spans: tuple[Span, ...] = ()


def mentioning(s: Session, project_id: int, surface: str) -> Iterator[Mentioning]:
    """The project's documents, in their order, whose casefolded text holds the casefolded surface.

    A name may hold it instead of the text, so whoever asks looks for himself.
    """
    document = schema.Document
    folded = surface.casefold()
    if s.get_bind().dialect.name == "sqlite":
        holds = func.instr(document.folded, folded) > 0  # several times as fast as LIKE
    else:
        holds = document.folded.contains(folded, autoescape=True)
    query = (
        select(document.id, document.name, document.position, document.text)
        .where(document.project_id == project_id, holds)
        .order_by(document.position)
        .execution_options(yield_per=DOCUMENTS_AT_ONCE)
    )
    for document_id, name, position, text in s.execute(query):
        yield Mentioning(document_id, name or f"#{position}", text)


def answers(s: Session, document_ids: list[int], *, annotator: str = YOU) -> dict[int, Answered]:
    """Document id → its answer; one without an answer is left out."""
    row = schema.Annotation
    found: dict[int, tuple[int, str, list[Span]]] = {}
    owners: dict[int, int] = {}
    who = account_id(s, annotator)
    for some in batches(document_ids):
        rows = s.execute(
            select(row.id, row.document_id, row.revision, row.status).where(
                row.document_id.in_(some), row.annotator_id == who
            )
        )
        for annotation_id, document_id, revision, status in rows:
            owners[annotation_id] = document_id
            found[document_id] = (revision, status, [])
    span = schema.Span
    for some in batches(list(owners)):
        stored = s.execute(
            select(span.annotation_id, span.start, span.end, schema.Label.name)
            .join(schema.Label, schema.Label.id == span.label_id)
            .where(span.annotation_id.in_(some))
            .order_by(span.start, span.end)
        )
        for annotation_id, start, end, label in stored:
            found[owners[annotation_id]][2].append(Span(start, end, label))
    return {
        document: Answered(revision, status, tuple(spans)) for document, (revision, status, spans) in found.items()
    }


def labelled(s: Session, project_id: int, *, annotator: str = YOU) -> list[tuple[str, str]]:
    """(surface, label) of each span in the project's accepted documents; spans beyond LONGEST are left out."""
    span, annotation, document = schema.Span, schema.Annotation, schema.Document
    rows = s.execute(
        select(func.substr(document.text, span.start + 1, span.end - span.start), schema.Label.name)
        .select_from(span)
        .join(annotation, annotation.id == span.annotation_id)
        .join(document, document.id == annotation.document_id)
        .join(schema.Label, schema.Label.id == span.label_id)
        .where(
            document.project_id == project_id,
            annotation.annotator_id == account_id(s, annotator),
            annotation.status == "accepted",
            span.end - span.start <= LONGEST,
        )
    )
    return [(surface, label) for surface, label in rows]


def opening_texts(s: Session, project_id: int, *, limit: int) -> list[Mentioning]:
    """The project's first documents, to try something on."""
    document = schema.Document
    rows = s.execute(
        select(document.id, document.name, document.position, document.text)
        .where(document.project_id == project_id)
        .order_by(document.position)
        .limit(limit)
    )
    return [Mentioning(number, name or f"#{position}", text) for number, name, position, text in rows]
