from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.documents import Document
from core.errors import StoreError
from db import documents, projects
from db.connection import Store, home, open_store

sqlite_only = pytest.mark.usefixtures("sqlite_only")


def make(s, name: str = "p"):
    return projects.create(s, name=name, title=name, language="en", labels=["PER"], actor="you")


@sqlite_only
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("busy_timeout", 30_000),
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("synchronous", 1),
        ("secure_delete", 1),
    ],
)
def test_every_connection_is_set_up_for_several_processes_and_wipes_what_it_deletes(store: Store, pragma, value):
    with store.reading() as one, store.reading() as other:
        for session in (one, other):
            assert session.execute(text(f"PRAGMA {pragma}")).scalar() == value


@sqlite_only
def test_a_deleted_text_is_no_longer_in_the_file(store: Store, tmp_path: Path):
    secret = "a very secret sentence about nobody"
    with store.writing() as s:
        project = make(s)
        documents.add_documents(s, project.id, [Document(secret)], actor="you")
    with store.writing() as s:
        documents.delete(s, [documents.first(s, project.id)], actor="you")
    store.close()  # the last connection folds the write-ahead log back into the file
    for file in tmp_path.glob("tagloop.db*"):
        assert secret.encode() not in file.read_bytes()


def test_an_error_in_the_block_undoes_everything_written_in_it(store: Store):
    def make_and_break() -> None:
        with store.writing() as s:
            make(s)
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        make_and_break()
    with store.reading() as s:
        assert projects.list_projects(s) == []


def test_a_reading_session_refuses_to_write(store: Store):
    with pytest.raises(DBAPIError, match=r"read-?only"), store.reading() as s:
        make(s)
    with store.writing() as s:
        make(s)


def test_a_reader_sees_one_moment_and_does_not_hold_up_a_writer(store: Store):
    with store.reading() as reader:
        assert projects.list_projects(reader) == []
        with store.writing() as writer:
            make(writer)
        assert projects.list_projects(reader) == []
    with store.reading() as reader:
        assert len(projects.list_projects(reader)) == 1


@sqlite_only
def test_a_write_that_waits_too_long_says_who_is_in_the_way(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("db.connection.BUSY_MILLISECONDS", 50)
    impatient = open_store(str(store.engine.url))
    try:
        with (
            store.writing() as s,
            pytest.raises(StoreError, match="Another process has been writing"),
            impatient.writing(),
        ):
            make(s)
    finally:
        impatient.close()


def test_the_data_folder_is_named_by_the_environment_and_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TAGLOOP_HOME", str(tmp_path / "deep" / "folder"))
    monkeypatch.delenv("TAGLOOP_DATABASE_URL", raising=False)
    assert home() == tmp_path / "deep" / "folder"
    opened = open_store()
    opened.close()
    assert (tmp_path / "deep" / "folder" / "tagloop.db").is_file()


def test_the_data_folder_is_data_when_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TAGLOOP_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert home() == tmp_path / "data"
    assert home().is_dir()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://localhost/tagloop", "not in mysql"),
        ("postgresql://localhost", "names no database"),
        ("what://ever/this", "cannot be read"),
        ("postgresql://host:port/tagloop", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_the_way_out(url: str, says: str):
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url)
    assert "sqlite:///" in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "letter.db"
    path.write_text("Dear all, this is not a database. " * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear all")


@sqlite_only
def test_the_sqlite_library_is_newer_than_the_reset_fault(store: Store):
    pytest.importorskip("sqlcipher3")
    assert tuple(int(part) for part in store.sqlite_version().split(".")) >= (3, 51, 3)
