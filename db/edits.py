"""Edits: what a person did in one step to one or many documents, applied once, kept, taken back, done again.

An edit is known by a key that is made where it is made: sent twice, it is applied once. It is stored with the
values before it, so that what takes it back is exact. All changes of an edit are in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.documents import Span
from core.errors import Conflict, InvalidValue, NotFound
from db import labels, schema
from db.accounts import account_id
from db.annotations import alter
from db.batches import batches
from db.deltas import Delta
from db.takebacks import decide, inverse, stored, take

KEPT = 200  # edits of a person in a project that can be undone
REMEMBERED = 2_000  # edits whose keys are known, so that one sent again is not applied again
TRAVELS = 20  # undos and redos of an edit whose keys are known
MAX_WORDS = 200
DELETED = "an edit of a deleted document"
MAX_KEY = 36


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit does to one document, made from `base_revision` (None: from whatever there is).

    `decisions` maps suggestions of the document to "accepted", "rejected", "corrected", or None for undecided.
    """

    document_id: int
    base_revision: int | None = None
    added: tuple[Span, ...] = ()
    removed: tuple[Span, ...] = ()
    flagged: bool | None = None
    status: str | None = None
    decisions: Mapping[int, str | None] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Edit:
    """A stored edit; `state` is "done" or "undone". Spans whose label is gone are not in `changes`."""

    key: str
    project_id: int
    words: str
    at: datetime
    state: str
    changes: tuple[Change, ...]


def apply(
    s: Session,
    project_id: int,
    *,
    key: str,
    words: str,
    changes: Iterable[Change],
    seconds: float = 0.0,
    actor: str,
) -> dict[int, int]:
    """Do all `changes` or none of them; returns document id → the revision it made.

    The same key again gives the same answer and changes nothing. `seconds` of work count for the first document.
    What was undone before can no longer be redone. Raises what `db.annotations.alter` raises, NotFound for a
    document that the project does not have, InvalidValue for the edit itself.
    """
    wanted = tuple(changes)
    _check(key, words, wanted)
    owner = _enter(s, project_id, actor)
    known = s.scalar(select(schema.Edit).where(schema.Edit.key == key).execution_options(populate_existing=True))
    if known is not None:
        if (known.project_id, known.account_id) != (project_id, owner):
            raise Conflict(f"The edit {key} was made in another project or by somebody else; send it with a new id.")
        return _revisions(known.revisions)
    with s.begin_nested():
        _check_present(s, project_id, [change.document_id for change in wanted])
        done = _carry_out(s, project_id, wanted, seconds, actor)
        _drop(s, project_id, owner, schema.Edit.state == "undone")
        revisions = {delta.document_id: delta.revision for delta, _ in done}
        row = schema.Edit(
            key=key,
            project_id=project_id,
            account_id=owner,
            words=words,
            state="done",
            changes=[stored(delta, decided) for delta, decided in done],
            revisions={str(document_id): revision for document_id, revision in revisions.items()},
            travels={},
        )
        s.add(row)
        s.flush()
        _prune(s, project_id, owner)
    return revisions


def undo(s: Session, project_id: int, *, key: str, of: str, actor: str) -> dict[int, int]:
    """Take back the edit whose key is `of`; returns document id → revision. The same `key` again changes nothing.

    Raises NotFound for an edit that is not kept, and Conflict, naming the document, when it no longer fits: when
    the document, a label, its status or a span is not as the edit left it.
    """
    return _travel(s, project_id, key, of, actor, back=True)


def redo(s: Session, project_id: int, *, key: str, of: str, actor: str) -> dict[int, int]:
    """Do again what `undo` took back; answers and raises as `undo` does."""
    return _travel(s, project_id, key, of, actor, back=False)


def recent(s: Session, project_id: int, *, actor: str, limit: int = 50) -> list[Edit]:
    """The last `limit` edits of `actor` that are done or undone, the newest last."""
    table = schema.Edit
    rows = s.scalars(
        select(table)
        .where(
            table.project_id == project_id,
            table.account_id == account_id(s, actor),
            table.state.in_(("done", "undone")),
        )
        .order_by(table.id.desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    names = {label_id: name for name, label_id in labels.ids(s, project_id).items()}
    return [
        Edit(
            row.key, row.project_id, row.words, row.at, row.state, tuple(_change(item, names) for item in row.changes)
        )
        for row in reversed(rows)
    ]


def _carry_out(
    s: Session, project_id: int, changes: Sequence[Change], seconds: float, actor: str
) -> list[tuple[Delta, dict[int, tuple[str | None, str | None]]]]:
    """Each change as it was made, with the decisions that changed."""
    label_ids = labels.ids(s, project_id)
    first = changes[0].document_id
    done = []
    for change in sorted(changes, key=lambda change: change.document_id):  # one order: no two wait for each other
        delta = alter(
            s,
            change.document_id,
            base_revision=change.base_revision,
            added=change.added,
            removed=change.removed,
            status=change.status,
            flagged=change.flagged,
            seconds=seconds if change.document_id == first else 0.0,
            actor=actor,
            label_ids=label_ids,
        )
        done.append((delta, decide(s, change.document_id, change.decisions, actor=actor)))
    return done


def _travel(s: Session, project_id: int, key: str, of: str, actor: str, *, back: bool) -> dict[int, int]:
    _check_key(key)
    owner = _enter(s, project_id, actor)
    row = s.scalar(
        select(schema.Edit)
        .where(schema.Edit.key == of, schema.Edit.project_id == project_id, schema.Edit.account_id == owner)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(f"There is no edit {of[:MAX_KEY]} to come back to; the last {KEPT} are kept.")
    if key in row.travels:
        return _revisions(row.travels[key])
    doing = "undone" if back else "redone"
    if row.state != ("done" if back else "undone"):
        why = {"done": "it is done", "undone": "it is undone already", "dropped": f"only the last {KEPT} are kept"}
        if row.state == "dropped" and not back:
            why["dropped"] = "something else was done since"
        raise Conflict(f"“{row.words}” cannot be {doing}: {why[row.state]}.")
    _refuse_out_of_order(s, row, doing, back=back)
    with s.begin_nested():
        label_ids = labels.ids(s, project_id)
        revisions = {}
        for item in row.changes:
            wanted = inverse(item) if back else item
            about = f"“{row.words}” cannot be {doing}: "
            revisions[item["document"]] = take(s, project_id, wanted, label_ids, about=about, actor=actor)
        told = {str(document_id): revision for document_id, revision in revisions.items()}
        row.travels = dict([*row.travels.items(), (key, told)][-TRAVELS:])
        row.state = "undone" if back else "done"
        s.flush()
    return revisions


def forget_words(s: Session, project_id: int, document_ids: Collection[int]) -> None:
    """Of edits that touched documents which are being deleted, keep no words: they quote the text."""
    table = schema.Edit
    gone = {str(document_id) for document_id in document_ids}
    rows = s.execute(select(table.id, table.revisions).where(table.project_id == project_id, table.words != ""))
    touched = [edit_id for edit_id, revisions in rows if gone & revisions.keys()]
    for some in batches(touched):
        s.execute(
            update(table).where(table.id.in_(some)).values(words=DELETED).execution_options(synchronize_session=False)
        )


def _refuse_out_of_order(s: Session, row: schema.Edit, doing: str, *, back: bool) -> None:
    """Raise Conflict while an edit that came later (redo: earlier) to one of the same documents stands in between."""
    table = schema.Edit
    between = s.execute(
        select(table.words, table.changes)
        .where(
            table.project_id == row.project_id,
            table.account_id == row.account_id,
            table.state == row.state,
            table.id > row.id if back else table.id < row.id,
        )
        .order_by(table.id.desc() if back else table.id)
    )
    own = {item["document"] for item in row.changes}
    for words, changes in between:
        if own & {item["document"] for item in changes}:
            first = "later" if back else "earlier"
            raise Conflict(
                f"“{row.words}” cannot be {doing} before the {first} “{words}”, which is on the same document."
            )


def _enter(s: Session, project_id: int, actor: str) -> int:
    """The actor's account id; edits of a project take turns from here on (on SQLite all writing does)."""
    found = s.scalar(select(schema.Project.id).where(schema.Project.id == project_id).with_for_update())
    if found is None:
        raise NotFound(f"There is no project with id {project_id}; it may have been deleted.")
    return account_id(s, actor)


def _check(key: str, words: str, changes: Sequence[Change]) -> None:
    _check_key(key)
    if len(words) > MAX_WORDS:
        raise InvalidValue(f"The words for an edit are at most {MAX_WORDS} characters; these are {len(words):,}.")
    if not changes:
        raise InvalidValue("An edit changes at least one document.")
    if len({change.document_id for change in changes}) != len(changes):
        raise InvalidValue("An edit names each document once; put the changes of a document together.")


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY:
        raise InvalidValue(f"An edit's id has 1 to {MAX_KEY} characters; {key[:MAX_KEY]!r} has {len(key):,}.")


def _check_present(s: Session, project_id: int, document_ids: Sequence[int]) -> None:
    table = schema.Document
    for some in batches(document_ids):
        there = set(s.scalars(select(table.id).where(table.project_id == project_id, table.id.in_(some))))
        gone = [document_id for document_id in some if document_id not in there]
        if gone:
            raise NotFound(f"The project has no document with id {gone[0]}; it may have been deleted.")


def _drop(s: Session, project_id: int, owner: int, condition: Any) -> None:
    """Leave of the edits that meet `condition` only their keys and answers."""
    table = schema.Edit
    s.execute(
        update(table)
        .where(table.project_id == project_id, table.account_id == owner, condition)
        .values(state="dropped", changes=[], words="")
        .execution_options(synchronize_session=False)
    )


def _prune(s: Session, project_id: int, owner: int) -> None:
    """Drop what is older than the last KEPT edits, and forget what is older than the last REMEMBERED."""
    table = schema.Edit
    own = (table.project_id == project_id, table.account_id == owner)
    newest_first = select(table.id).where(*own).order_by(table.id.desc()).limit(1)
    last_kept = s.scalar(newest_first.where(table.state != "dropped").offset(KEPT - 1))
    if last_kept is not None:
        _drop(s, project_id, owner, (table.id < last_kept) & (table.state != "dropped"))
    last_known = s.scalar(newest_first.offset(REMEMBERED - 1))
    if last_known is not None:
        s.execute(delete(table).where(*own, table.id < last_known).execution_options(synchronize_session=False))


def _revisions(told: Mapping[str, int]) -> dict[int, int]:
    return {int(document_id): revision for document_id, revision in told.items()}


def _change(item: Mapping[str, Any], names: Mapping[int, str]) -> Change:
    def spans(rows: Iterable[Sequence[int]]) -> tuple[Span, ...]:
        return tuple(Span(start, end, names[label_id]) for start, end, label_id in rows if label_id in names)

    flagged, status = item.get("flagged"), item.get("status")
    return Change(
        document_id=item["document"],
        added=spans(item["added"]),
        removed=spans(item["removed"]),
        flagged=None if flagged is None else flagged[1],
        status=None if status is None else status[1],
        decisions={int(number): pair[1] for number, pair in item["decisions"].items()},
    )
