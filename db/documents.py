"""Documents: added in a stream, read, deleted. Lists are in `db.listing`, splits in `db.splits`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.documents import Document
from core.errors import Conflict, InvalidSpan, InvalidValue, NotFound
from db import edits, events, schema
from db.accounts import account_id
from db.batches import batches
from db.labels import ensure
from db.labels import ids as label_ids
from db.listing import DocumentRow, Filter, first, list_documents, neighbour, rank
from db.spans import check_spans, span_rows
from db.splits import assign_splits, set_split

__all__ = [
    "AddReport",
    "DocumentRow",
    "Filter",
    "StoredDocument",
    "add_documents",
    "assign_splits",
    "delete",
    "first",
    "get",
    "list_documents",
    "neighbour",
    "rank",
    "set_split",
    "texts",
    "titles",
]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of a project; `split` is train, dev, test or None."""

    id: int
    project_id: int
    position: int
    name: str
    text: str
    split: str | None
    meta: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What people call it: its name, or its place in the project when the file gave none."""
        return self.name or f"#{self.position}"


@dataclass(frozen=True, slots=True)
class AddReport:
    """What came of an import: documents added, exact duplicates skipped, spans stored."""

    added: int
    duplicates: int
    spans: int


def add_documents(
    s: Session,
    project_id: int,
    documents: Iterable[Document],
    *,
    actor: str,
    accept: bool = True,
    labelled: bool = False,
) -> AddReport:
    """Append `documents` to the project, 500 at a time, in the transaction of `s`: all of them or none.

    Spans become the actor's annotation, revision 1, accepted or, with `accept=False`, a draft. A document
    without spans stays unlabelled unless its meta says {"accepted": true} or `labelled` says that the source
    carries labels. meta's "split" becomes the split. Labels that the project lacks are added. A text that the
    project has already is skipped and counted. Raises NotFound for the project, InvalidSpan and InvalidValue
    (with the number of the document in the stream, and its line where meta has it) for what cannot be stored.
    """
    project = s.scalar(select(schema.Project).where(schema.Project.id == project_id).with_for_update())
    if project is None:
        raise NotFound(f"There is no project with id {project_id}.")
    intake = _Intake(s, project, actor, accept=accept, labelled=labelled)
    for batch in batches(documents):
        intake.take(batch)
    report = AddReport(intake.added, intake.read - intake.added, intake.spans)
    after = {"added": report.added, "duplicates": report.duplicates, "spans": report.spans}
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action="documents.added",
        subject=f"project {project_id}",
        after=after,
    )
    return report


def get(s: Session, document_id: int) -> StoredDocument:
    """The document with this id; raises NotFound."""
    row = s.get(schema.Document, document_id)
    if row is None:
        raise NotFound(f"There is no document with id {document_id}.")
    return StoredDocument(row.id, row.project_id, row.position, row.name, row.text, row.split, row.meta)


def texts(s: Session, project_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Document id → text of those of `ids` that the project has."""
    found: dict[int, str] = {}
    for some in batches(ids):
        rows = s.execute(
            select(schema.Document.id, schema.Document.text).where(
                schema.Document.project_id == project_id, schema.Document.id.in_(some)
            )
        )
        found.update((document_id, text) for document_id, text in rows)
    return found


def titles(s: Session, project_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Document id → what people call it, of those of `ids` that the project has."""
    table = schema.Document
    found: dict[int, str] = {}
    for some in batches(ids):
        rows = s.execute(
            select(table.id, table.name, table.position).where(table.project_id == project_id, table.id.in_(some))
        )
        found.update((document_id, name or f"#{position}") for document_id, name, position in rows)
    return found


def delete(s: Session, ids: Sequence[int], *, actor: str) -> int:
    """Delete documents with their annotations, suggestions and predictions; returns how many there were.

    Snapshots keep their lines (spans, revision, hash of the text) without the text. Raises Conflict when a job
    that is not over trains on one of them.
    """
    found: dict[int, list[int]] = {}
    for some in batches(ids):
        _refuse_in_use(s, some)
        for document_id, project_id in s.execute(
            select(schema.Document.id, schema.Document.project_id).where(schema.Document.id.in_(some))
        ):
            found.setdefault(project_id, []).append(document_id)
    for project_id, gone in found.items():
        edits.forget_words(s, project_id, gone)
        for some in batches(gone):
            s.execute(sql_delete(schema.Document).where(schema.Document.id.in_(some)))
        events.record(
            s,
            project_id=project_id,
            actor=actor,
            action="documents.deleted",
            subject=f"{len(gone)} documents",
            before={"ids": gone},
        )
    return sum(len(gone) for gone in found.values())


class _Intake:
    """Writes batches of documents to one project and counts; knows its labels and the next position."""

    def __init__(self, s: Session, project: schema.Project, actor: str, *, accept: bool, labelled: bool) -> None:
        self.s = s
        self.project = project
        self.actor = actor
        self.status = "accepted" if accept else "draft"
        self.labelled = labelled
        self.annotator_id = account_id(s, actor)
        self.labels = label_ids(s, project.id)
        last = s.scalar(select(func.max(schema.Document.position)).where(schema.Document.project_id == project.id))
        self.position = 0 if last is None else last
        self.read = self.added = self.spans = 0

    def take(self, batch: Sequence[Document]) -> None:
        """Store the documents of `batch` whose text is new."""
        hashed = [(self._checked(document, n), document) for n, document in enumerate(batch, self.read + 1)]
        self.read += len(batch)
        fresh: dict[str, Document] = {}
        for text_hash, document in hashed:
            fresh.setdefault(text_hash, document)
        known = _known_hashes(self.s, self.project.id, list(fresh))
        new = {text_hash: document for text_hash, document in fresh.items() if text_hash not in known}
        if new:
            self._insert(new)

    def _checked(self, document: Document, number: int) -> str:
        """The hash of the document's text, its labels known by then; errors name the document's number."""
        line = document.meta.get("line")
        known_as = [document.id or "", f"line {line:,}" if isinstance(line, int) else ""]
        named = ", ".join(part for part in known_as if part)
        at = f"Document {number}{f' ({named})' if named else ''}: "
        missing = {span.label for span in document.spans} - self.labels.keys()
        if missing:
            in_order = dict.fromkeys(span.label for span in document.spans if span.label in missing)
            self.labels = ensure(self.s, self.project.id, in_order, actor=self.actor)
        try:
            check_spans(document.spans, len(document.text), self.labels, overlap=self.project.overlap)
        except InvalidSpan as error:
            raise InvalidSpan(f"{at}{error}") from error
        split = document.meta.get("split")
        if split is not None and split not in schema.SPLITS:
            raise InvalidValue(f"{at}a split is one of {', '.join(schema.SPLITS)}, not {split!r}.")
        if "\0" in document.text:
            raise InvalidValue(f"{at}the character {document.text.index(chr(0)) + 1} is NUL, which no text holds.")
        try:
            return hashlib.sha256(document.text.encode()).hexdigest()
        except UnicodeEncodeError as error:
            raise InvalidValue(
                f"{at}the character {error.start + 1} is half a surrogate pair; save the file as UTF-8."
            ) from error

    def _insert(self, new: Mapping[str, Document]) -> None:
        rows, start = [], self.position
        for text_hash, document in new.items():
            self.position += 1
            rows.append(_document_values(self.project.id, self.position, text_hash, document))
        self.s.execute(insert(schema.Document), rows)
        self.added += len(rows)
        positions = self.s.execute(
            select(schema.Document.position, schema.Document.id).where(
                schema.Document.project_id == self.project.id, schema.Document.position > start
            )
        )
        ids = {position: document_id for position, document_id in positions}
        answered = {
            ids[position]: document
            for position, document in enumerate(new.values(), start + 1)
            if self._is_answered(document)
        }
        if answered:
            self._annotate(answered)

    def _is_answered(self, document: Document) -> bool:
        # `is`: meta is the file's own, and {"accepted": "no"} says the opposite.
        return bool(document.spans) or document.meta.get("accepted", self.labelled) is True

    def _annotate(self, answered: Mapping[int, Document]) -> None:
        common = {"annotator_id": self.annotator_id, "revision": 1, "status": self.status, "flagged": False}
        self.s.execute(insert(schema.Annotation), [{"document_id": key, **common} for key in answered])
        made = self.s.execute(
            select(schema.Annotation.document_id, schema.Annotation.id).where(
                schema.Annotation.document_id.in_(list(answered))
            )
        )
        rows = [
            row
            for document_id, annotation_id in made
            for row in span_rows(annotation_id, answered[document_id].spans, self.labels)
        ]
        if rows:
            self.s.execute(insert(schema.Span), rows)
        self.spans += len(rows)


def _known_hashes(s: Session, project_id: int, hashes: Sequence[str]) -> set[str]:
    """Those of `hashes` that a text of the project has."""
    return set(
        s.scalars(
            select(schema.Document.text_hash).where(
                schema.Document.project_id == project_id, schema.Document.text_hash.in_(hashes)
            )
        )
    )


def _document_values(project_id: int, position: int, text_hash: str, document: Document) -> dict[str, Any]:
    meta = {key: value for key, value in document.meta.items() if key not in ("split", "accepted")}
    name = document.id or str(meta.get("name") or "")
    return {
        "project_id": project_id,
        "position": position,
        "characters": len(document.text),
        "split": document.meta.get("split"),
        "text_hash": text_hash,
        "name": name,
        "meta": meta,
        "text": document.text,
        "folded": f"{name}\n{document.text}".casefold(),
    }


def _refuse_in_use(s: Session, ids: Sequence[int]) -> None:
    job = s.scalar(
        select(schema.Job.id)
        .join(schema.Run, schema.Run.job_id == schema.Job.id)
        .join(schema.SnapshotItem, schema.SnapshotItem.snapshot_id == schema.Run.snapshot_id)
        .where(
            schema.Job.state.in_(("queued", "running", "paused")),
            schema.SnapshotItem.document_id.in_(ids),
        )
        .limit(1)
    )
    if job is not None:
        raise Conflict(f"Job {job} trains on one of these documents; wait for it or cancel it, then delete them.")
