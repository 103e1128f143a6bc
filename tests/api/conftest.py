"""A real store in the test's own folder, and a browser's way to ask the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from api.guard import LoopbackOnly
from api.routes import ROUTES
from core.documents import Document, Span
from db import annotations, documents, labels, listing, projects, suggestions
from db.annotations import Annotation
from db.connection import Store, open_store
from db.projects import Project
from ui import process

HERE = "http://127.0.0.1:8501"
OWN_PAGE = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
NEWS = "Angela Merkel visited Siemens in Munich."
TEXTS = (NEWS, "Rain in Paris 👨‍👩‍👧 and 😀.", "Tim Cook spoke.", "Nobody has read this.")


@pytest.fixture
def store(own_home):
    """The store that the routes open as well."""
    process.store.cache_clear()
    opened = open_store()
    yield opened
    opened.close()
    if process.store.cache_info().currsize:
        process.store().close()
    process.store.cache_clear()


@dataclass(frozen=True)
class Asking:
    """A project with documents, and requests about it as the Annotate screen sends them."""

    store: Store
    project: Project
    client: TestClient
    ids: list[int]
    labels: dict[str, int]

    def post(self, what: str, body: Any, **headers: str) -> Response:
        """The raw answer."""
        return self.client.post(f"/api/desk/{self.project.id}/{what}", json=body, headers={**OWN_PAGE, **headers})

    def ask(self, what: str, body: Any) -> dict[str, Any]:
        """The answer, which has to be a good one."""
        answer = self.post(what, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def open(self, **body: Any) -> dict[str, Any]:
        """A document of the queue."""
        return self.ask("open", body)

    def change(self, number: int = 0, base: int = 0, **values: Any) -> dict[str, Any]:
        """A change of document `number`, spans given as (start, end, label name)."""
        for name in ("added", "removed"):
            values[name] = [[start, end, self.labels[label]] for start, end, label in values.get(name, ())]
        return {"document": self.ids[number], "base": base, **values}

    def edit(self, *changes: dict[str, Any], key: str | None = None, **values: Any) -> dict[str, Any]:
        """An edit as the outbox sends it."""
        made = {"id": key or str(uuid4()), "kind": "edit", "words": "an edit", "seconds": 1.5}
        return {**made, "changes": list(changes), **values}

    def send(self, *edits: dict[str, Any]) -> list[dict[str, Any]]:
        """The results of edits."""
        return self.ask("edits", {"edits": list(edits)})["results"]

    def stored(self, number: int = 0) -> Annotation:
        """What the database holds of document `number`."""
        with self.store.reading() as session:
            return annotations.load(session, self.ids[number])

    def spans(self, number: int = 0) -> list[tuple[int, int, str]]:
        """The spans that the database holds of document `number`."""
        return [(span.start, span.end, span.label) for span in self.stored(number).spans]

    def suggest(self, number: int, source: str, *spans: Span) -> list[int]:
        """Store suggestions and return their ids."""
        with self.store.writing() as session:
            suggestions.replace(session, self.ids[number], source, spans)
            return [found.id for found in suggestions.load(session, self.ids[number], source=source)]


def make(store: Store, *, name: str = "desk", overlap: bool = False, texts: tuple[str, ...] = TEXTS) -> Asking:
    """A project with `texts`, none of them answered yet."""
    with store.writing() as session:
        project = projects.create(
            session, name=name, title=name.title(), language="en", labels=["PER", "ORG", "LOC"], overlap=overlap,
            actor="you",
        )  # fmt: skip
        documents.add_documents(session, project.id, [Document(text) for text in texts], actor="you")
        rows, _ = listing.list_documents(session, project.id, limit=len(texts))
        known = labels.ids(session, project.id)
    app = Starlette(routes=ROUTES, middleware=[Middleware(LoopbackOnly)])
    client = TestClient(app, base_url=HERE, client=("127.0.0.1", 50000))
    return Asking(store, project, client, [row.id for row in rows], known)


@pytest.fixture
def asking(store) -> Asking:
    """A project of four documents without an answer."""
    return make(store)


@pytest.fixture
def elsewhere(store) -> Asking:
    """Another project, whose ids must not work in the first."""
    return make(store, name="elsewhere")
