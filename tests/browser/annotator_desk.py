"""The Annotate screen of the real app, projects made for one case each, and a person's moves in front of it.

A test asks for `desk` (in conftest.py) and says what the project holds:

    def test_a_digit_labels_the_selection(desk):
        work = desk("Angela Merkel visited Siemens.")
        work.press("Shift+ArrowRight", "Shift+ArrowRight", "1")
        work.saved()
        assert work.stored()["spans"] == [[0, 13, "PER"]]

A document is its text, or a mapping: text, and optionally name, split, spans [[start, end, label]…], status, flagged,
suggestions [[start, end, label, score]…] (of a model).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from core.documents import Document, Span
from db import annotations, comments, documents, labels, listing, models, projects, suggestions
from db.connection import Store, open_store
from tests.browser import browsing
from tests.browser.server import RunningApp, running_app

LABELS = ("PER", "ORG", "LOC", "DATE")
KEYS = {"DATE": "d"}
SHADOW = 'document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot'
ROW = ".row:not(.row-suggested)"

Row = str | Mapping[str, Any]


@dataclass(frozen=True)
class Harness:
    """A running app with an empty data folder, and the store behind it."""

    app: RunningApp
    store: Store
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def case(
        self,
        rows: Sequence[Row],
        *,
        language: str = "en",
        overlap: bool = False,
        label_names: Sequence[str] = LABELS,
        keys: Mapping[str, str] = KEYS,
        guideline: str = "",
    ) -> Case:
        """A project of its own that holds `rows`; the labels take their keys from 1 up, or from `keys`."""
        mappings: list[Mapping[str, Any]] = [{"text": row} if isinstance(row, str) else row for row in rows]
        with self.store.writing() as session:
            project = projects.create(
                session,
                name=f"case-{next(self.numbers)}",
                title="Case",
                language=language,
                labels=list(label_names),
                guideline=guideline,
                overlap=overlap,
                actor="you",
            )
            for label in labels.list_labels(session, project.id):
                if label.name in keys:
                    labels.update(session, label.id, key=keys[label.name], actor="you")
            made = [
                Document(row["text"], (), row.get("name"), {"split": row["split"]} if row.get("split") else {})
                for row in mappings
            ]
            report = documents.add_documents(session, project.id, made, actor="you")
            assert report.duplicates == 0, "The documents of a case differ in their text."
            found, _ = listing.list_documents(session, project.id, limit=len(made))
            ids = [row.id for row in found]
            for document_id, row in zip(ids, mappings, strict=True):
                if row.keys() & {"spans", "status", "flagged"}:
                    annotations.save(
                        session,
                        document_id,
                        spans=[Span(*span) for span in row.get("spans", [])],
                        base_revision=0,
                        status=row.get("status", "draft"),
                        flagged=row.get("flagged", False),
                        actor="you",
                    )
            placeholders: set[int] = set()
            if any(row.get("suggestions") for row in mappings):
                placeholders = _suggest(session, project.id, ids, mappings, label_names[0])
        return Case(self, project.id, tuple(ids), frozenset(placeholders))


def _suggest(
    session: Any, project_id: int, ids: Sequence[int], rows: Sequence[Mapping[str, Any]], any_label: str
) -> set[int]:
    """Suggestions of a model that has read every document of the case; returns the ids of those to be left out.

    Only the model's row is made. Where it suggests nothing, a decided suggestion says that it has read the text.
    """
    model = models.publish(
        session, project_id=project_id, name="suggesting", base="made", kind="character", language="en",
        labels=(any_label,), folder=f"models/made-{project_id}", metrics={}, actor="you",
    )  # fmt: skip
    placeholders: set[int] = set()
    for document_id, row in zip(ids, rows, strict=True):
        spans = [Span(*suggestion) for suggestion in row.get("suggestions", [])]
        suggestions.replace(session, document_id, f"model {model.id}", spans or [Span(0, 1, any_label, 0.0)])
        if not spans:
            placeholders |= {suggestion.id for suggestion in suggestions.load(session, document_id)}
    suggestions.decide(session, sorted(placeholders), "rejected", actor="you")
    return placeholders


@dataclass(frozen=True)
class Case:
    """A project made for one test, its documents in order."""

    harness: Harness
    project: int
    ids: tuple[int, ...]
    placeholders: frozenset[int] = frozenset()

    def stored(self, number: int = 0) -> dict[str, Any]:
        """What the database holds now of the case's document `number`, counted from 0."""
        document_id = self.ids[number]
        with self.harness.store.reading() as session:
            annotation = annotations.load(session, document_id)
            proposed = suggestions.load(session, document_id)
            said = comments.of(session, document_id)
        return {
            "spans": [[span.start, span.end, span.label] for span in annotation.spans],
            "status": annotation.status,
            "flagged": annotation.flagged,
            "revision": annotation.revision,
            "seconds": annotation.seconds,
            "decisions": {
                (s.start, s.end, s.label): s.decision
                for s in proposed
                if s.decision is not None and s.id not in self.placeholders
            },
            "comments": [{"body": c.body, "start": c.start, "end": c.end, "resolved": c.resolved} for c in said],
        }

    def change(self, number: int = 0, **values: Any) -> None:
        """Somebody else saves document `number`: spans [[start, end, label]…], status, flagged."""
        document_id = self.ids[number]
        with self.harness.store.writing() as session:
            before = annotations.load(session, document_id)
            spans = values.get("spans")
            annotations.save(
                session,
                document_id,
                spans=before.spans if spans is None else [Span(*span) for span in spans],
                base_revision=before.revision,
                status=values.get("status", "draft" if before.status == "unlabelled" else before.status),
                flagged=values.get("flagged", before.flagged),
                actor="you",
            )


@contextmanager
def served(home: Path) -> Iterator[Harness]:
    """The app on an empty data folder."""
    with running_app(home, samples=False) as app:
        store = open_store(app.database, migrate=False)
        try:
            yield Harness(app, store)
        finally:
            store.close()


class Desk:
    """A page with the Annotate screen open on a case, and the moves of a person in front of it."""

    def __init__(self, page: Page, case: Case, *, document: int | None = None, **query: str) -> None:
        self.page = page
        self.case = case
        self.query = query
        self.open(document)

    @property
    def root(self) -> Locator:
        """The component."""
        return self.page.locator(".annotator")

    @property
    def text(self) -> Locator:
        """The text, which takes the keys."""
        return browsing.annotator_text(self.page)

    def open(self, document: int | None = None, **query: str) -> None:
        """Load the screen anew, with the case's document of this number or with the queue's first."""
        asked = {"project": str(self.case.project), **self.query, **query}
        if document is not None:
            asked["document"] = str(self.case.ids[document])
        parts = "&".join(f"{name}={value}" for name, value in asked.items())
        self.page.goto(f"{self.case.harness.app.address}/annotate?{parts}")
        self.ready()

    def reload(self) -> None:
        """Load the address that the browser shows again."""
        self.page.reload()
        self.ready()

    def ready(self) -> None:
        """Wait until a document is open and takes keys."""
        expect(self.page.locator(".block").first).to_be_visible(timeout=30_000)
        browsing.settled(self.page)
        expect(self.text).to_be_focused()

    def stored(self, number: int = 0) -> dict[str, Any]:
        """What the database holds now of document `number`."""
        return self.case.stored(number)

    def saved(self) -> None:
        """Wait until the screen says that everything reached the server."""
        browsing.saved(self.page)

    def press(self, *keys: str) -> None:
        """Real keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def spans(self) -> list[str]:
        """'LABEL surface' of each span in the side list."""
        rows = self.page.locator(ROW)
        return [
            f"{row.locator('.row-label').inner_text()} {row.locator('.row-text').inner_text()}" for row in rows.all()
        ]

    def point(self, surface: str, share: float = 0.5, occurrence: int = 0) -> tuple[float, float]:
        """Where on the screen a piece of text lies, `share` of its width from the left."""
        return browsing.point(self.page, surface, share, occurrence)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse, move, let go."""
        browsing.drag(self.page, start, end)

    def select(self, first: str, last: str | None = None) -> None:
        """Drag over a piece of text, or from one piece to another."""
        self.drag(self.point(first, 0.2), self.point(last or first, 0.8))

    def queue(self, name: str) -> None:
        """Choose another queue above the text."""
        self.page.locator("[data-testid=stPopover] button").first.click()
        self.page.locator("[data-testid=stRadio] label").filter(has_text=name).first.click()

    def state(self) -> Locator:
        """What the bar says about saving."""
        return self.page.locator(".state-text")

    def toast(self) -> Locator:
        """The message that passes by."""
        return self.page.locator(".toast.shown")

    def notice(self) -> Locator:
        """The message that stays until it is answered."""
        return self.page.locator(".notice")

    def shows(self, text: str) -> None:
        """Wait until the open document contains `text`."""
        expect(self.page.locator(".blocks")).to_contain_text(text)
