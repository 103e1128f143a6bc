"""occurrences: the other mentions of a span's text, in its document or the project, before they are labelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.desk import checking
from api.desk.tokens import flat_tokens
from core.documents import Span
from core.errors import InvalidSpan, InvalidValue, NotFound
from core.suggest.borders import Borders
from core.suggest.occurrences import occurrences
from db import documents, labels, mentions
from db.mentions import Answered, Mentioning
from db.projects import Project
from ui.process import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FIELDS = ("document", "start", "end", "label", "scope", "ignore_case")
SCOPES = ("document", "project")
MAX_HITS = 1_000
MAX_SURFACE = 500  # characters
CONTEXT = 40  # characters on either side
SHOWN = 60  # characters of a mention

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked request."""

    document: int
    start: int
    end: int
    label: int
    scope: str
    ignore_case: bool

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Wish:
        """Check the body of a request; raises InvalidValue."""
        asked = checking.known(body, "body", FIELDS)
        wish = cls(
            checking.whole(asked.get("document"), "document"),
            checking.whole(asked.get("start"), "start"),
            checking.whole(asked.get("end"), "end"),
            checking.whole(asked.get("label"), "label"),
            checking.choice(asked.get("scope", "document"), "scope", SCOPES),
            checking.truth(asked.get("ignore_case", False), "ignore_case"),
        )
        if not 0 < wish.end - wish.start <= MAX_SURFACE:
            raise InvalidValue(
                f"Other mentions are looked for of 1 to {MAX_SURFACE} characters, not of {wish.end - wish.start:,}."
            )
        return wish


def find_occurrences(project: Project, body: Mapping[str, Any]) -> dict[str, Any]:
    """The documents that mention the span's text, with their answers' revisions; at most MAX_HITS mentions."""
    wish = Wish.parse(body)
    with store().reading() as session:
        label_names = {number: name for name, number in labels.ids(session, project.id).items()}
        if wish.label not in label_names:
            raise NotFound(f"{project.title} has no label with id {wish.label}; it may have been removed.")
        if not documents.titles(session, project.id, [wish.document]):
            raise NotFound(f"{project.title} has no document with id {wish.document}; it may have been deleted.")
        asked = documents.get(session, wish.document)
        if wish.end > len(asked.text):
            raise InvalidSpan(f"The text has {len(asked.text):,} characters; the span ends at {wish.end:,}.")
        surface = asked.text[wish.start : wish.end]
        here = Mentioning(asked.id, asked.title, asked.text)
        places, cut = _first(_found(session, project, wish, here, surface), wish)
        answers = mentions.answers(session, [document.id for document, _ in places])
    rule = _Rule(label_names[wish.label], overlap=project.overlap)
    told = [_told(document, ranges, answers.get(document.id, Answered()), rule) for document, ranges in places]
    return {"documents": told, "hits": sum(len(ranges) for _, ranges in places), "cut": cut}


def _found(
    session: Session, project: Project, wish: Wish, here: Mentioning, surface: str
) -> Iterator[tuple[Mentioning, list[Range]]]:
    """Documents with all their mentions but the one asked about, the open document first."""

    def borders(text: str) -> Borders:
        return Borders.flat(flat_tokens(text, project.language))

    def ranges(text: str) -> list[Range]:
        return occurrences(text, surface, language=project.language, borders=borders, ignore_case=wish.ignore_case)

    yield here, [found for found in ranges(here.text) if found != (wish.start, wish.end)]
    if wish.scope == "project":
        for document in mentions.mentioning(session, project.id, surface):
            if document.id != here.id:
                yield document, ranges(document.text)


def _first(
    found: Iterator[tuple[Mentioning, list[Range]]], wish: Wish
) -> tuple[list[tuple[Mentioning, list[Range]]], bool]:
    """The first MAX_HITS mentions, and whether there are more."""
    places: list[tuple[Mentioning, list[Range]]] = []
    left = MAX_HITS
    for document, ranges in found:
        if not ranges:
            continue
        if left < len(ranges):
            return ([*places, (document, ranges[:left])] if left else places), True
        places.append((document, ranges))
        left -= len(ranges)
    return places, False


@dataclass(frozen=True, slots=True)
class _Rule:
    """What may stand beside what: the label to be set, and whether spans may overlap."""

    label: str
    overlap: bool

    def taken(self, start: int, end: int, spans: Sequence[Span], text: str) -> str | None:
        """Why `[start, end)` cannot be labelled, in words; None when it can."""
        for span in spans:
            same = (span.start, span.end) == (start, end)
            if same and (span.label == self.label or not self.overlap):
                return f"already {span.label}"
            if not self.overlap and span.start < end and start < span.end:
                return f"overlaps {span.label} “{_line(text[span.start : span.end])[:SHOWN]}”"
        return None


def _told(document: Mentioning, ranges: Sequence[Range], answer: Answered, rule: _Rule) -> dict[str, Any]:
    text = document.text
    hits = [
        [
            start,
            end,
            ("…" if start > CONTEXT else "") + _line(text[max(0, start - CONTEXT) : start]).lstrip(),
            _line(text[start:end])[:SHOWN],
            _line(text[end : end + CONTEXT]).rstrip() + ("…" if end + CONTEXT < len(text) else ""),
            rule.taken(start, end, answer.spans, text),
        ]
        for start, end in ranges
    ]
    return {
        "id": document.id,
        "name": document.title,
        "revision": answer.revision,
        "status": answer.status,
        "hits": hits,
    }


def _line(text: str) -> str:
    """`text` on one line, each run of white space as one space."""
    edges = (" " if text[:1].isspace() else "", " " if text[-1:].isspace() else "")
    return edges[0] + " ".join(text.split()) + edges[1] if text.strip() else " "[: len(text)]
