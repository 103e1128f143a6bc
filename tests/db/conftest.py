"""A fresh store for each test: a real SQLite file, and PostgreSQL too where TAGLOOP_TEST_POSTGRESQL names a server.

TAGLOOP_TEST_POSTGRESQL=postgresql://user@host/postgres pytest tests/db
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from core.documents import Document, Span
from db import documents, projects
from db.connection import Store, open_store
from db.projects import Project

SERVER = os.environ.get("TAGLOOP_TEST_POSTGRESQL")

TEXTS = (
    Document("Ada Lovelace met Charles Babbage in London.", (Span(0, 12, "PER"), Span(36, 42, "LOC")), id="ada"),
    Document("李娜在北京加入了😀公司。", (Span(0, 2, "PER"), Span(3, 5, "LOC")), id="li", meta={"split": "dev"}),
    Document("Nothing is named here.", (), id="none"),
    Document("Straße 100% of ÉCLAIR_inc", (Span(15, 21, "ORG"),), id="odd", meta={"split": "train", "source": "x"}),
)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrating one for each test would take most of the time."""
    path = tmp_path_factory.mktemp("template") / "tagloop.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", *(["postgresql"] if SERVER else [])])
def store(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    monkeypatch.setenv("TAGLOOP_HOME", str(tmp_path))
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "tagloop.db")
        opened = open_store(f"sqlite:///{tmp_path / 'tagloop.db'}")
        yield opened
        opened.close()
        return
    name = f"tagloop_test_{uuid.uuid4().hex[:12]}"
    server = create_engine(make_url(str(SERVER)), isolation_level="AUTOCOMMIT")
    with server.connect() as link:
        link.execute(text(f"CREATE DATABASE {name}"))
    opened = open_store(make_url(str(SERVER)).set(database=name).render_as_string(hide_password=False))
    yield opened
    opened.close()
    with server.connect() as link:
        link.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def sqlite_only(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("a promise of the SQLite store")


@pytest.fixture
def texts() -> tuple[Document, ...]:
    return TEXTS


@pytest.fixture
def project(store: Store) -> Project:
    """A project with the labels PER, ORG and LOC and the four documents of TEXTS, three of them accepted."""
    with store.writing() as s:
        made = projects.create(s, name="news", title="News", language="en", labels=["PER", "ORG", "LOC"], actor="you")
        documents.add_documents(s, made.id, TEXTS, actor="you")
    return made


@pytest.fixture
def ids(store: Store, project: Project) -> list[int]:
    """The ids of the project's documents, by position."""
    with store.reading() as s:
        return [row.id for row in documents.list_documents(s, project.id)[0]]
