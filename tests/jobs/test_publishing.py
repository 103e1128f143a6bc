from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.documents import Document, Span
from db import documents, jobs, models, projects
from jobs import publishing, queue
from jobs.folders import file_name
from jobs.sweeper import sweep
from tests.jobs.house import settings


def make(folder: Path, *, hours: float = 0.0) -> Path:
    folder.mkdir(parents=True)
    (folder / "tagger.json").write_text("{}")
    moment = time.time() - 3600 * hours
    os.utime(folder, (moment, moment))
    return folder


def test_a_published_folder_is_moved_whole_and_is_young_again(tmp_path):
    source = make(tmp_path / "runs" / "1" / "result", hours=9)
    publishing.publish_folder(source, tmp_path / "models" / "1-1-m")
    assert not source.exists()
    assert (tmp_path / "models" / "1-1-m" / "tagger.json").read_text() == "{}"
    assert time.time() - (tmp_path / "models" / "1-1-m").stat().st_mtime < 3600


def test_publishing_onto_another_disk_copies_first_and_renames_last(tmp_path):
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("There is no second file system to publish to.")
    source = make(tmp_path / "result")
    target = other / f"tagloop-test-{os.getpid()}" / "1-1-m"
    try:
        publishing.publish_folder(source, target)
        assert [path.name for path in target.parent.iterdir()] == ["1-1-m"]
        assert not source.exists()
    finally:
        publishing.shutil.rmtree(target.parent)


def test_a_refused_publication_leaves_the_result_where_it_was(tmp_path):
    source = make(tmp_path / "result")
    target = make(tmp_path / "models" / "1-1-m")
    with pytest.raises(OSError, match="not empty"):
        publishing.publish_folder(source, target)
    assert (source / "tagger.json").is_file()


def test_the_sweeper_removes_what_no_row_names_and_nothing_else(house):
    folders = house.folders
    done, waiting = house.train(), house.train()
    with house.store.writing() as session:
        attempt = jobs.claim(session, slots=["cpu"])
        models.publish(
            session,
            project_id=house.project_id,
            name="m",
            base="b",
            kind="character",
            language="en",
            labels=("PER",),
            folder=f"models/{done.id}-1-m",
            metrics={},
            run_id=done.id,
            attempt_number=attempt.number,
            actor="worker",
        )
    make(folders.models / f"{done.id}-1-m", hours=9)
    orphan = make(folders.models / f"{waiting.id}-1-m", hours=2)
    young = make(folders.models / f"{waiting.id}-2-m")
    unknown = make(folders.models / "77-1-of-a-newer-copy-of-the-store", hours=9)
    foreign = make(folders.models / "put-here-by-hand", hours=9)
    temporary = make(folders.models / ".tmp-123", hours=2)
    spent = make(folders.run(done.id) / "checkpoints").parent
    needed = make(folders.run(waiting.id) / "checkpoints").parent
    for path in (spent, needed):
        os.utime(path, (0, 0))
    assert sorted(sweep(house.store, folders)) == sorted(map(folders.relative, (orphan, temporary)))
    assert not (spent / "checkpoints").exists()
    assert (needed / "checkpoints").exists()
    assert all(path.exists() for path in (young, unknown, foreign, folders.models / f"{done.id}-1-m"))


def test_the_files_of_a_deleted_project_are_swept(house):
    run = house.train()
    queue.cancel(house.store, run.job_id)
    with house.store.writing() as session:
        other = projects.create(session, name="o", title="O", language="en", labels=("PER",), actor="you")
        document = Document("Anna", (Span(0, 4, "PER"),), meta={"split": "train"})
        documents.add_documents(session, other.id, [document], actor="you")
        projects.delete(session, house.project_id, actor="you")
    queue.submit_training(house.store, other.id, settings(), start=False)
    gone = [make(house.folders.run(run.id), hours=2), make(house.folders.models / f"{run.id}-1-m", hours=2)]
    assert sorted(sweep(house.store, house.folders)) == sorted(map(house.folders.relative, gone))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("MiniLM quick 3", "minilm-quick-3"),
        ("../../etc/passwd", "etc-passwd"),
        ("新闻 模型", "新闻-模型"),
        ("...", "model"),
        ("a" * 90, "a" * 40),
    ],
)
def test_any_title_gives_a_safe_file_name(title, name):
    assert file_name(title) == name
