"""A real store in the test's own folder, and the app's script driven as a visitor drives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.documents import Document, Span
from db import documents, projects
from db.connection import open_store
from ui import process

SCRIPT = Path(__file__).resolve().parents[2] / "ui" / "main.py"


@pytest.fixture
def store(own_home):
    """The store that the app opens as well."""
    process.store.cache_clear()
    opened = open_store()
    yield opened
    opened.close()
    if process.store.cache_info().currsize:
        process.store().close()
    process.store.cache_clear()


@pytest.fixture
def project(store):
    """Three documents with spans and one without an answer."""
    with store.writing() as session:
        made = projects.create(
            session, name="desk", title="News desk", language="en", labels=["PER", "ORG", "LOC"], actor="you"
        )
        documents.add_documents(
            session,
            made.id,
            [
                Document("Angela Merkel visited Siemens.", (Span(0, 13, "PER"), Span(22, 29, "ORG")), "a"),
                Document("Rain in Munich.", (Span(8, 14, "LOC"),), "b"),
                Document("Tim Cook spoke.", (Span(0, 8, "PER"),), "c"),
                Document("Nobody has read this.", (), "d"),
            ],
            actor="you",
        )
    return made


@pytest.fixture
def chinese(store):
    """A Chinese project with one document."""
    with store.writing() as session:
        made = projects.create(
            session, name="客服", title="客服与财经", language="zh", labels=["人名", "地点"], actor="you"
        )
        documents.add_documents(
            session,
            made.id,
            [Document("王芳从上海飞往北京。", (Span(0, 2, "人名"), Span(3, 5, "地点")))],
            actor="you",
        )
    return made


@pytest.fixture
def visit(store):
    """Open a screen: visit("documents", section="import"); fails the test when the screen does."""

    def opened(screen: str = "", **query: object) -> AppTest:
        app = AppTest.from_file(str(SCRIPT), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = str(value)
        if screen:
            app.switch_page(f"../pages/{screen}.py")
        return checked(app.run())

    return opened


def checked(app: AppTest) -> AppTest:
    """The app, which must not have failed."""
    assert not app.exception, [f"{error.message}\n{error.stack_trace}" for error in app.exception]
    return app


def html_of(app: AppTest) -> str:
    """All HTML of the page."""
    return "\n".join(str(part.proto.body) for part in app.get("html"))
