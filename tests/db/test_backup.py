from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from core.documents import Document
from core.errors import StoreError
from db import backup as backups
from db import documents, projects
from db.backup import backup
from db.connection import open_store

pytestmark = pytest.mark.usefixtures("sqlite_only")


def test_a_backup_taken_while_others_write_is_whole_and_opens(store, project, tmp_path: Path):
    stop = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with store.writing() as s:
                documents.add_documents(s, project.id, [Document(f"text {number}")], actor="you")

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        targets = [backup(store, tmp_path / "copies" / f"{number}.db") for number in range(5)]
    finally:
        stop.set()
        writer.join()
    for target in targets:
        copy = open_store(f"sqlite:///{target}")
        with copy.reading() as s:
            assert s.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert projects.summary(s, project.id).spans == 5
        copy.close()
    assert not list((tmp_path / "copies").glob("*.partial"))


def test_a_backup_after_a_reading_session_works_too(store, project, tmp_path: Path):
    with store.reading() as s:
        projects.list_projects(s)
    assert backup(store, tmp_path / "copy.db").is_file()


def test_a_backup_that_fails_its_check_leaves_the_earlier_one(store, tmp_path: Path, monkeypatch):
    target = backup(store, tmp_path / "copy.db")
    before = target.read_bytes()

    def spoil(_store, partial: Path) -> None:
        partial.write_bytes(before[: len(before) // 2 // 4096 * 4096])

    monkeypatch.setattr(backups, "_copy", spoil)
    with pytest.raises(StoreError, match="was not written"):
        backup(store, target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.glob("*copy*")] == ["copy.db"]


def test_a_backup_that_the_disk_refuses_is_said_and_leaves_nothing(store, tmp_path: Path, monkeypatch):
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_flush", full)
    with pytest.raises(StoreError, match="No space left on device"):
        backup(store, tmp_path / "copies" / "copy.db")
    assert list((tmp_path / "copies").iterdir()) == []
