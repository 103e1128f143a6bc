"""Recent events in words: who did what, and how long ago."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.errors import NotFound
from db import documents
from db.events import Event
from ui.words import count

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Values = Mapping[str, Any]


def sentences(session: Session, events: Sequence[Event], *, now: datetime | None = None) -> list[tuple[str, str]]:
    """(what happened, when) of each event, newest first; runs of like events become one line."""
    lines: list[tuple[str, str]] = []
    for group in _groups([event for event in events if event.action not in SILENT]):
        event = group[0]
        say = WORDS.get(event.action, _plain)
        what = MANY[event.action](len(group)) if len(group) > 1 else say(event, _name(session, event))
        who = event.actor[:1].upper() + event.actor[1:]
        lines.append((f"{who} {what}", ago(event.at, now or datetime.now(UTC))))
    return lines


def ago(at: datetime, now: datetime) -> str:
    """A moment as people say it; a date once it is a week away."""
    seconds = max(0, int((now - at).total_seconds()))
    for limit, size, unit in ((60, 1, ""), (3600, 60, "min"), (86400, 3600, "h"), (7 * 86400, 86400, "d")):
        if seconds < limit:
            return f"{seconds // size} {unit} ago" if unit else "just now"
    return f"{at:%d %b %Y}"


def _groups(events: Sequence[Event]) -> list[list[Event]]:
    groups: list[list[Event]] = []
    for event in events:
        last = groups[-1][0] if groups else None
        if last and event.action in MANY and (event.action, event.actor) == (last.action, last.actor):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _name(session: Session, event: Event) -> str:
    """What the subject is called: a document's name where it still exists, else the subject as recorded."""
    kind, _, key = event.subject.partition(" ")
    if kind == "document" and key.isdecimal():
        try:
            found = documents.get(session, int(key))
        except NotFound:
            return f"a document that is gone ({key})"
        return found.name or f"document {found.position}"
    return str((event.after or event.before or {}).get("name") or event.subject)


def _annotated(event: Event, name: str) -> str:
    after: Values = event.after or {}
    verb = {"accepted": "accepted", "skipped": "skipped", "draft": "saved a draft of"}.get(
        after.get("status", ""), "saved"
    )
    spans = len(after.get("spans") or ())
    return f"{verb} {name}" + ("" if verb == "skipped" else f" · {count(spans, 'span')}")


def _changed(event: Event, name: str) -> str:
    before, after = event.before or {}, event.after or {}
    added, removed = len(after.get("added") or ()), len(before.get("removed") or ())
    verb = {"accepted": "accepted", "skipped": "skipped", "draft": "began", "unlabelled": "took back"}.get(
        after.get("status", ""), "changed"
    )
    figures = [f"+{added:,}"] * bool(added) + [f"−{removed:,}"] * bool(removed)
    return f"{verb} {name}" + (f" · spans {' '.join(figures)}" if figures else "")


def _added(event: Event, name: str) -> str:
    after: Values = event.after or {}
    if not after.get("added") and after.get("duplicates"):
        return f"added nothing: {count(after['duplicates'], 'document')} already there"
    twice = f", {after['duplicates']:,} were there already" if after.get("duplicates") else ""
    return f"added {count(after.get('added', 0), 'document')} with {count(after.get('spans', 0), 'span')}{twice}"


def _split(event: Event, name: str) -> str:
    counts: Values = (event.after or {}).get("documents") or {}
    return "assigned splits · " + " · ".join(f"{split} {number:,}" for split, number in counts.items())


def _label_changed(event: Event, name: str) -> str:
    before = (event.before or {}).get("name")
    return f"renamed the label {before} to {name}" if before and before != name else f"changed the label {name}"


def _merged(event: Event, name: str) -> str:
    before, after = event.before or {}, event.after or {}
    into = after.get("into") or after.get("name") or "another"
    return f"merged the label {before.get('name', name)} into {into}"


def _project_changed(event: Event, name: str) -> str:
    fields = {
        "title": "the project's title",
        "guideline": "the guideline",
        "overlap": "whether spans may overlap",
        "keys": "the desk's keys",
    }
    changed = [fields.get(key, key) for key in event.after or {}]
    return f"changed {' and '.join(changed) or 'the project'}"


def _plain(event: Event, name: str) -> str:
    kind, _, verb = event.action.partition(".")
    return f"{verb.replace('_', ' ')} {name if name.startswith(kind) else f'{kind} {name}'}".strip()


WORDS: dict[str, Callable[[Event, str], str]] = {
    "annotation.saved": _annotated,
    "annotation.changed": _changed,
    "documents.added": _added,
    "documents.deleted": lambda event, name: f"deleted {count(len((event.before or {}).get('ids', ())), 'document')}",
    "splits.assigned": _split,
    "splits.set": lambda event, name: f"moved {event.subject} to {(event.after or {}).get('split') or 'no split'}",
    "label.added": lambda event, name: f"added the label {name}",
    "label.updated": _label_changed,
    "label.removed": lambda event, name: f"deleted the label {name}",
    "label.merged": _merged,
    "project.created": lambda event, name: "made the project",
    "project.updated": _project_changed,
    "comment.added": lambda event, name: f"commented on {name}",
    "comment.resolved": lambda event, name: f"resolved a comment on {name}",
    "comment.reopened": lambda event, name: f"reopened a comment on {name}",
    "comment.removed": lambda event, name: f"deleted a comment on {name}",
    "rules.added": lambda event, name: f"added {count((event.after or {}).get('added', 0), 'rule')}",
    "rules.removed": lambda event, name: f"deleted {count(len((event.before or {}).get('ids', ())), 'rule')}",
    "suggestions.decided": lambda event, name: f"decided on suggestions in {name}",
    "run.created": lambda event, name: f"started the training {name}",
    "model.published": lambda event, name: f"published the model {name}",
    "model.renamed": lambda event, name: f"renamed the model {(event.before or {}).get('name')} to {name}",
    "model.retired": lambda event, name: f"retired the model {name}",
    "job.failed": lambda event, name: f"gave up {event.subject}",
    "job.cancelled": lambda event, name: f"cancelled {event.subject}",
}
# Steps on the way that say nothing new: a training is told by run.created and model.published.
SILENT = ("snapshot.frozen", "job.queued", "job.running", "job.done", "job.run.asked", "job.cancel.asked")
MANY: dict[str, Callable[[int], str]] = {
    "annotation.changed": lambda times: f"annotated · {times} changes",
    "label.added": lambda times: f"added {times} labels",
    "label.updated": lambda times: f"changed labels · {times} times",
}
