"""Projects: made, changed, counted, deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from sqlalchemy import and_, func, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from core.documents import LabelSet
from core.errors import Conflict, InvalidValue, NotFound
from db import events, schema
from db.accounts import YOU, account_id
from db.labels import ensure as ensure_labels
from db.labels import list_labels

MAX_COMMANDS = 200
_NAME = re.compile(r"\w[\w.-]{0,59}")


@dataclass(frozen=True, slots=True)
class Project:
    """`name` is what addresses and commands use, `title` what people read; `overlap` allows spans to overlap.

    `keys` holds the desk's commands whose keys differ from the defaults: command → its keys.
    """

    id: int
    name: str
    title: str
    language: str
    guideline: str
    created: datetime
    overlap: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """Counts of a project. Spans are those of accepted annotations; splits count documents.

    `by_split` holds train, dev and test; documents without a split are `unassigned`.
    """

    documents: int
    accepted: int
    drafts: int
    skipped: int
    flagged: int
    spans: int
    spans_per_label: Mapping[str, int]
    by_split: Mapping[str, int]
    accepted_by_split: Mapping[str, int]

    @property
    def unlabelled(self) -> int:
        """Documents that nobody has answered yet."""
        return self.documents - self.accepted - self.drafts - self.skipped

    @property
    def unassigned(self) -> int:
        """Documents in no split."""
        return self.documents - sum(self.by_split.values())

    @property
    def accepted_unassigned(self) -> int:
        """Accepted documents in no split: a snapshot leaves them out."""
        return self.accepted - sum(self.accepted_by_split.values())


def create(
    s: Session,
    *,
    name: str,
    title: str,
    language: str,
    labels: Sequence[str],
    guideline: str = "",
    overlap: bool = False,
    actor: str,
) -> Project:
    """Make a project with its labels in the given order; raises InvalidValue, and Conflict for a name taken."""
    _check_name(name)
    if language not in schema.LANGUAGES:
        raise InvalidValue(f"A project's language is one of {', '.join(schema.LANGUAGES)}, not {language!r}.")
    names = LabelSet(tuple(labels)).names
    if by_name(s, name) is not None:
        raise Conflict(f"There is already a project named {name!r}; choose another name.")
    row = schema.Project(
        name=name, title=title.strip() or name, language=language, guideline=guideline, overlap=overlap
    )
    s.add(row)
    s.flush()
    after = {"name": name, "title": row.title, "language": language, "labels": list(names)}
    events.record(
        s, project_id=row.id, actor=actor, action="project.created", subject=f"project {row.id}", after=after
    )
    ensure_labels(s, row.id, names, actor=actor)
    return _project(row)


def list_projects(s: Session) -> list[Project]:
    """Every project, in the order in which they were made."""
    return [_project(row) for row in s.scalars(select(schema.Project).order_by(schema.Project.id))]


def get(s: Session, project_id: int) -> Project:
    """The project with this id; raises NotFound."""
    return _project(_row(s, project_id))


def by_name(s: Session, name: str) -> Project | None:
    """The project with this name, or None."""
    row = s.scalar(select(schema.Project).where(schema.Project.name == name))
    return None if row is None else _project(row)


def update(
    s: Session,
    project_id: int,
    *,
    title: str | None = None,
    guideline: str | None = None,
    overlap: bool | None = None,
    keys: Mapping[str, Sequence[str]] | None = None,
    actor: str,
) -> Project:
    """Change what is not None; `keys` replaces all keys. Raises InvalidValue for keys that are no lists of words.

    Raises Conflict when overlaps are to be forbidden while there are some.
    """
    row = _row(s, project_id)
    if overlap is False and row.overlap:
        _refuse_existing_overlaps(s, project_id)
    asked = {
        "title": title,
        "guideline": guideline,
        "overlap": overlap,
        "keys": None if keys is None else _checked_keys(keys),
    }
    changes = {key: value for key, value in asked.items() if value is not None and value != getattr(row, key)}
    before = {key: getattr(row, key) for key in changes}
    for key, value in changes.items():
        setattr(row, key, value)
    if changes:
        s.flush()
        events.record(
            s,
            project_id=project_id,
            actor=actor,
            action="project.updated",
            subject=f"project {project_id}",
            before=before,
            after=changes,
        )
    return _project(row)


def delete(s: Session, project_id: int, *, actor: str) -> None:
    """Delete the project with its documents, annotations, runs and model rows; its events stay.

    Files of runs and models are the caller's. Raises Conflict while one of its jobs is not over.
    """
    row = _row(s, project_id)
    open_jobs = s.scalar(
        select(func.count()).where(
            schema.Job.project_id == project_id, schema.Job.state.in_(("queued", "running", "paused"))
        )
    )
    if open_jobs:
        raise Conflict(f"{open_jobs} jobs of the project {row.name!r} are not over; cancel them first.")
    before = {"name": row.name, "title": row.title, "documents": summary(s, project_id).documents}
    s.execute(sql_delete(schema.Document).where(schema.Document.project_id == project_id))
    s.execute(sql_delete(schema.Project).where(schema.Project.id == project_id))
    s.expire_all()
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action="project.deleted",
        subject=f"project {project_id}",
        before=before,
    )


def summary(s: Session, project_id: int, *, annotator: str = YOU) -> ProjectSummary:
    """Count documents by status and split, and accepted spans by label; raises NotFound."""
    _row(s, project_id)
    document, annotation = schema.Document, schema.Annotation
    mine = and_(annotation.document_id == document.id, annotation.annotator_id == account_id(s, annotator))
    groups = s.execute(
        select(document.split, annotation.status, annotation.flagged, func.count())
        .outerjoin(annotation, mine)
        .where(document.project_id == project_id)
        .group_by(document.split, annotation.status, annotation.flagged)
    ).all()
    per_label: dict[str, int] = {label.name: 0 for label in list_labels(s, project_id)}
    per_label |= {
        name: count
        for name, count in s.execute(
            select(schema.Label.name, func.count())
            .join(schema.Span, schema.Span.label_id == schema.Label.id)
            .join(annotation, annotation.id == schema.Span.annotation_id)
            .join(document, mine)
            .where(document.project_id == project_id, annotation.status == "accepted")
            .group_by(schema.Label.name)
        )
    }

    def count(status: str | None = None, split: str | None = None, flagged: bool | None = None) -> int:
        wanted = (split, status, flagged)
        return sum(
            number
            for *found, number in groups
            if all(want is None or want == have for want, have in zip(wanted, found, strict=True))
        )

    return ProjectSummary(
        documents=count(),
        accepted=count("accepted"),
        drafts=count("draft"),
        skipped=count("skipped"),
        flagged=count(flagged=True),
        spans=sum(per_label.values()),
        spans_per_label=MappingProxyType(per_label),
        by_split=MappingProxyType({split: count(split=split) for split in schema.SPLITS}),
        accepted_by_split=MappingProxyType({split: count("accepted", split) for split in schema.SPLITS}),
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidValue(
            f"A project's name has 1 to 60 letters, digits, '-', '_' or '.', and begins with a letter or digit; "
            f"{name!r} does not."
        )


def _checked_keys(keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """As they are stored; which commands and keys there are is the desk's to know."""
    for command, pressed in keys.items():
        words = [command, *([pressed] if isinstance(pressed, str) else pressed)]
        if isinstance(pressed, str) or not all(isinstance(word, str) and 0 < len(word) <= 40 for word in words):
            raise InvalidValue(
                f"Keys are a list of names of at most 40 characters each; {command!r:.60} has another."
            )
    if len(keys) > MAX_COMMANDS:
        raise InvalidValue(f"A project changes the keys of at most {MAX_COMMANDS} commands; {len(keys):,} are given.")
    return {command: list(pressed) for command, pressed in keys.items()}


def _refuse_existing_overlaps(s: Session, project_id: int) -> None:
    rows = s.execute(
        select(
            schema.Span.annotation_id,
            schema.Document.position,
            schema.Span.start,
            schema.Span.end,
        )
        .join(schema.Annotation, schema.Annotation.id == schema.Span.annotation_id)
        .join(schema.Document, schema.Document.id == schema.Annotation.document_id)
        .where(schema.Document.project_id == project_id)
        .order_by(schema.Document.position, schema.Span.annotation_id, schema.Span.start, schema.Span.end)
    )
    spans, where = 0, []
    for position, found in groupby(rows, key=lambda row: row.position):
        count = 0
        for _, own in groupby(found, key=lambda row: row.annotation_id):
            count += _overlapping([(row.start, row.end) for row in own])
        if count:
            spans += count
            where.append(position)
    if spans:
        documents = (
            f"document {where[0]}" if len(where) == 1 else f"{len(where):,} documents, first in document {where[0]}"
        )
        raise Conflict(
            f"{spans:,} spans overlap in {documents}, so overlaps stay allowed; correct them and try again."
        )


def _overlapping(ranges: Sequence[tuple[int, int]]) -> int:
    """How many of the sorted ranges share a character with another."""
    touched, reach, last = set(), 0, 0
    for index, (start, end) in enumerate(ranges):
        if start < reach:
            touched |= {index, last}
        if end > reach:
            reach, last = end, index
    return len(touched)


def _row(s: Session, project_id: int) -> schema.Project:
    row = s.get(schema.Project, project_id)
    if row is None:
        raise NotFound(f"There is no project with id {project_id}.")
    return row


def _project(row: schema.Project) -> Project:
    keys = MappingProxyType({command: tuple(pressed) for command, pressed in row.keys.items()})
    return Project(row.id, row.name, row.title, row.language, row.guideline, row.created, row.overlap, keys)
