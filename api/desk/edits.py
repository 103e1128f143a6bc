"""edits and history: what a browser's outbox sends, applied once and in order, and what can be undone.

Each edit is a transaction of its own. The first that is refused ends the list: what comes after may rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.desk import checking
from core.documents import Span
from core.errors import Conflict, InvalidSpan, InvalidValue, NotFound, StaleRevision, TagloopError
from db import annotations, documents, edits, labels, schema
from db.accounts import YOU
from db.annotations import UNLABELLED, Annotation
from db.edits import Change
from db.projects import Project
from ui.process import store

MAX_EDITS = 200
MAX_DOCUMENTS = 2_000
MAX_SPANS = 100_000
MAX_DECISIONS = 100_000
MAX_WORDS = 200
MAX_SECONDS = 3_600.0  # worked since the edit before; whoever left the desk did not work
HISTORY = 50
CHANGE_FIELDS = ("document", "base", "added", "removed", "flagged", "status", "decisions")


@dataclass(frozen=True, slots=True)
class Edit:
    """A checked edit: changes with the words for them, or the undoing or redoing of another."""

    key: str
    kind: str
    of: str | None
    words: str
    seconds: float
    changes: tuple[Change, ...]

    @classmethod
    def parse(cls, value: Mapping[str, Any], names: Mapping[int, str]) -> Edit:
        """Check one edit; `names` are the project's labels by id. Raises InvalidValue."""
        kind = checking.choice(value.get("kind"), "kind", ("edit", "undo", "redo"))
        key = checking.key(value.get("id"), "id")
        if kind != "edit":
            asked = checking.known(value, "edit", ("id", "kind", "of"))
            return cls(key, kind, checking.key(asked.get("of"), "of"), "", 0.0, ())
        asked = checking.known(value, "edit", ("id", "kind", "words", "seconds", "changes"))
        sent = checking.items(asked.get("changes"), "changes", most=MAX_DOCUMENTS)
        if not sent:
            raise InvalidValue("An edit changes at least one document.")
        changes = tuple(_change(item, names) for item in sent)
        if len({change.document_id for change in changes}) != len(changes):
            raise InvalidValue("An edit names each document once; put the changes of a document together.")
        return cls(
            key,
            kind,
            None,
            checking.text(asked.get("words"), "words", most=MAX_WORDS),
            checking.seconds(asked.get("seconds", 0), "seconds", most=MAX_SECONDS),
            changes,
        )


def take_edits(project: Project, body: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the edits in order, up to the first that cannot be; one result for each that was tried."""
    asked = checking.known(body, "body", ("edits",))
    sent = checking.items(asked.get("edits"), "edits", most=MAX_EDITS)
    if not sent:
        raise InvalidValue("'edits' holds at least one edit.")
    # An id is needed to say which edit is meant, so one without an id refuses the whole list before anything is done.
    keys = [checking.key(checking.known(item, "edit", item).get("id"), "id") for item in sent]  # type: ignore[arg-type]
    with store().reading() as session:
        names = {label_id: name for name, label_id in labels.ids(session, project.id).items()}
    results: list[dict[str, Any]] = []
    for key, item in zip(keys, sent, strict=True):
        results.append(_taken(project, key, item, names))
        if not results[-1]["ok"]:
            break
    return {"results": results}


def history(project: Project, body: Mapping[str, Any]) -> dict[str, Any]:
    """The person's last edits, newest last, with their state."""
    checking.known(body, "body", ())
    with store().reading() as session:
        found = edits.recent(session, project.id, actor=YOU, limit=HISTORY)
        ids = {change.document_id for edit in found for change in edit.changes}
        titles = documents.titles(session, project.id, sorted(ids))
    return {
        "edits": [
            {
                "id": edit.key,
                "words": edit.words,
                "at": edit.at.isoformat(),
                "state": edit.state,
                "documents": [
                    {"id": change.document_id, "name": titles[change.document_id]}
                    for change in edit.changes
                    if change.document_id in titles
                ],
            }
            for edit in found
        ]
    }


def check(project: Project, body: Mapping[str, Any]) -> dict[str, Any]:
    """Does the browser still see what is stored? Only the revision when it does, else all that it must know."""
    asked = checking.known(body, "body", ("document", "revision"))
    document_id = checking.whole(asked.get("document"), "document")
    revision = checking.whole(asked.get("revision"), "revision")
    told = current(project, [document_id])
    if not told:
        raise NotFound(f"{project.title} has no document with id {document_id}; it may have been deleted.")
    standing: dict[str, Any] = told[str(document_id)]
    return standing if standing["revision"] != revision else {"revision": revision}


def current(project: Project, document_ids: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Document id, written → what stands now, for those that are still there."""
    with store().reading() as session:
        label_ids = labels.ids(session, project.id)
        there = documents.titles(session, project.id, document_ids)
        return {str(key): _standing(annotations.load(session, key), label_ids) for key in there}


def _standing(annotation: Annotation, label_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "revision": annotation.revision,
        "spans": [[span.start, span.end, label_ids[span.label]] for span in annotation.spans],
        "status": annotation.status,
        "flagged": annotation.flagged,
    }


def _taken(project: Project, key: str, item: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """The result of one edit; nothing of it is stored when it is refused."""
    about: Sequence[int] = ()
    try:
        edit = Edit.parse(item, names)
        about = [change.document_id for change in edit.changes]
        with store().writing() as session:
            if edit.kind == "edit":
                _check_texts(
                    documents.texts(session, project.id, [c.document_id for c in edit.changes if c.added]), edit
                )
                revisions = edits.apply(
                    session,
                    project.id,
                    key=key,
                    words=edit.words,
                    changes=edit.changes,
                    seconds=edit.seconds,
                    actor=YOU,
                )
            else:
                travel = edits.undo if edit.kind == "undo" else edits.redo
                revisions = travel(session, project.id, key=key, of=str(edit.of), actor=YOU)
    except (InvalidValue, NotFound, Conflict, StaleRevision) as error:
        if isinstance(error, StaleRevision) and not about:
            about = [error.current.document_id]
        return {
            "id": key,
            "ok": False,
            "kind": _kind(error),
            "message": str(error),
            "current": current(project, about),
        }
    return {"id": key, "ok": True, "revisions": {str(document): revision for document, revision in revisions.items()}}


def _kind(error: TagloopError) -> str:
    if isinstance(error, StaleRevision):
        return "stale"
    return "gone" if isinstance(error, NotFound) else "refused"


def _check_texts(texts: Mapping[int, str], edit: Edit) -> None:
    """Raise InvalidSpan for a new span of white space; offsets and overlaps are the store's to check."""
    for change in edit.changes:
        text = texts.get(change.document_id, "")
        for span in change.added:
            if text[span.start : span.end].isspace():
                raise InvalidSpan(f"The span {span.start}-{span.end} covers only white space; select a word.")


def _change(value: object, names: Mapping[int, str]) -> Change:
    asked = checking.known(value, "change", CHANGE_FIELDS)
    flagged, status = asked.get("flagged"), asked.get("status")
    return Change(
        document_id=checking.whole(asked.get("document"), "document"),
        base_revision=checking.whole(asked.get("base"), "base"),
        added=_spans(asked.get("added", []), "added", names),
        removed=_spans(asked.get("removed", []), "removed", names),
        flagged=None if flagged is None else checking.truth(flagged, "flagged"),
        status=checking.choice_or_none(status, "status", (UNLABELLED, *schema.STATUSES)),
        decisions=_decisions(asked.get("decisions") or {}),
    )


def _spans(value: object, name: str, names: Mapping[int, str]) -> tuple[Span, ...]:
    found: set[Span] = set()
    for item in checking.items(value, name, most=MAX_SPANS):
        if not isinstance(item, list) or len(item) != 3 or any(type(part) is not int for part in item):
            raise InvalidValue(f"'{name}' holds spans of three whole numbers: start, end, label id.")
        start, end, label_id = item
        if label_id not in names:
            unknown = checking.shown(label_id)
            raise InvalidValue(f"This project has no label with id {unknown}; it may be merged. Load the page again.")
        if not 0 <= start < end < checking.LARGEST:
            raise InvalidSpan(
                f"A span needs 0 <= start < end; got {checking.shown(start)} and {checking.shown(end)}."
            )
        span = Span(start, end, names[label_id])
        if span in found:
            raise InvalidSpan(f"The span {span.label} {start}-{end} was sent twice in '{name}'.")
        found.add(span)
    return tuple(sorted(found))


def _decisions(value: object) -> dict[int, str | None]:
    if not isinstance(value, dict):
        raise InvalidValue("'decisions' is an object: suggestion id to decision.")
    if len(value) > MAX_DECISIONS:
        raise InvalidValue(f"'decisions' takes at most {MAX_DECISIONS:,}; {len(value):,} were sent.")
    return {
        checking.number_written(name, "decisions"): checking.choice_or_none(decision, "decision", schema.DECISIONS)
        for name, decision in value.items()
    }
