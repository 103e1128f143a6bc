"""open: the document asked for, or the queue's next, with all that the desk draws of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from api.desk import checking, suggesting
from api.desk.suggesting import Sources
from api.desk.tokens import flat_tokens
from core.errors import InvalidValue, NotFound
from db import annotations, comments, documents, labels, listing, pace, schema, suggestions
from db.accounts import YOU
from db.annotations import Annotation
from db.comments import Comment
from db.listing import Filter
from db.projects import Project
from ui.process import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FIELDS = ("document", "step", "filter", "sources")
MAX_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked request: this document, its neighbour, or the filter's first."""

    document: int | None
    step: int | None
    filter: Filter
    sources: Sources

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Wish:
        """Check the body of a request; raises InvalidValue."""
        asked = checking.known(body, "body", FIELDS)
        step = asked.get("step")
        if step not in (None, 1, -1) or isinstance(step, bool | float):
            raise InvalidValue(f"'step' is 1, -1 or null, not {step!r:.60}.")
        document = checking.whole_or_none(asked.get("document"), "document")
        if step is not None and document is None:
            raise InvalidValue("A step leads from a document; name the one that is open.")
        return cls(document, step, parse_filter(asked.get("filter")), Sources.parse(asked.get("sources")))


def parse_filter(value: object) -> Filter:
    """A queue's filter as a browser sends it; raises InvalidValue."""
    if value is None:
        return Filter()
    asked = checking.known(value, "filter", ("status", "split", "label", "flagged", "search"))
    statuses = ("to do", annotations.UNLABELLED, "draft", "accepted", "skipped")
    flagged = asked.get("flagged")
    return Filter(
        status=checking.choice_or_none(asked.get("status"), "status", statuses),
        split=checking.choice_or_none(asked.get("split"), "split", (*schema.SPLITS, listing.NO_SPLIT)),
        label_id=checking.whole_or_none(asked.get("label"), "label"),
        flagged=None if flagged is None else checking.truth(flagged, "flagged"),
        search=checking.text_or_none(asked.get("search"), "search", most=MAX_SEARCH) or None,
    )


def open_document(project: Project, body: Mapping[str, Any]) -> dict[str, Any]:
    """The sheet of the document asked for, its place in the queue, and the person's pace."""
    wish = Wish.parse(body)
    with store().reading() as session:
        label_ids = labels.ids(session, project.id)
        if wish.filter.label_id is not None and wish.filter.label_id not in label_ids.values():
            raise InvalidValue(f"{project.title} has no label with id {wish.filter.label_id}; choose another filter.")
        speed = pace.pace(session, project.id, actor=YOU)
        answer: dict[str, Any] = {
            "pace": {
                "documents": speed.documents_today,
                "spans_per_minute": speed.spans_per_minute,
                "median_seconds": speed.median_seconds,
            }
        }
        document_id = _found(session, project, wish)
        if document_id is None:
            total = listing.list_documents(session, project.id, wish.filter, limit=0)[1]
            return answer | {"sheet": None, "place": 0, "total": total}
        document = documents.get(session, document_id)
        annotation = annotations.load(session, document_id)
        proposed = suggestions.load(session, document_id)
        remarks = comments.of(session, document_id)
        place, total = listing.standing(session, project.id, document_id, wish.filter)
    made, note = suggesting.missing(project, document, annotation, proposed, wish.sources, label_ids)
    if made:
        with store().writing() as session:
            for source, spans in made.items():
                suggestions.replace(session, document_id, source, spans)
        with store().reading() as session:
            proposed = suggestions.load(session, document_id)
    sheet = {
        "id": document.id,
        "name": document.title,
        "text": document.text,
        "tokens": flat_tokens(document.text, project.language),
        "spans": [[span.start, span.end, label_ids[span.label]] for span in annotation.spans],
        "suggestions": _undecided(proposed, annotation, wish.sources, label_ids),
        "revision": annotation.revision,
        "status": annotation.status,
        "flagged": annotation.flagged,
        "split": document.split,
        "seconds": annotation.seconds,
        "comments": [comment_told(comment) for comment in remarks],
        "overlaps": project.overlap,
        "note": note,
    }
    return answer | {"sheet": sheet, "place": place, "total": total}


def _found(session: Session, project: Project, wish: Wish) -> int | None:
    """The id of the document to open. A step forward at the end goes round to the filter's first."""
    if wish.document is None:
        return listing.first(session, project.id, wish.filter)
    if wish.step is None:
        if documents.titles(session, project.id, [wish.document]):
            return wish.document
        raise NotFound(f"{project.title} has no document with id {wish.document}; it may have been deleted.")
    found = listing.neighbour(session, project.id, wish.document, wish.filter, step=wish.step)
    return listing.first(session, project.id, wish.filter) if found is None and wish.step == 1 else found


def _undecided(
    proposed: Sequence[suggestions.Suggestion], annotation: Annotation, sources: Sources, label_ids: Mapping[str, int]
) -> list[list[Any]]:
    """What is open of the sources asked for; what the dictionary and rules say of labelled text is left out."""
    if annotation.status not in suggesting.WITH_SUGGESTIONS:
        return []
    names = sources.names
    labelled = [(span.start, span.end) for span in annotation.spans]
    furthest = list(accumulate((end for _, end in labelled), max))

    def covered(found: suggestions.Suggestion) -> bool:
        before = bisect_left(labelled, (found.end, 0))
        return before > 0 and furthest[before - 1] > found.start

    return [
        [s.id, s.start, s.end, label_ids[s.label], s.score, s.source]
        for s in proposed
        if s.decision is None and s.source in names and not (s.score is None and covered(s))
    ]


def comment_told(comment: Comment) -> dict[str, Any]:
    """A comment as the browser gets it."""
    return {
        "id": comment.id,
        "start": comment.start,
        "end": comment.end,
        "body": comment.body,
        "who": comment.who,
        "at": comment.created.isoformat(),
        "resolved": comment.resolved,
    }
