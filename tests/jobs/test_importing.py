from __future__ import annotations

import io
import json

import pytest

from core.errors import FormatError, InvalidSpan, TagloopError
from db import annotations, documents, labels, projects
from db.connection import open_store
from db.documents import Filter
from jobs.importing import import_file
from jobs.samples import load_samples

CONLL = b"""Anna\tB-PER
visits\tO
Paris\tB-LOC

Nothing\tO
here\tO

"""


@pytest.fixture
def store(own_home):
    store = open_store()
    yield store
    store.close()


@pytest.fixture
def project(store):
    with store.writing() as session:
        return projects.create(session, name="p", title="P", language="en", labels=("PER",), actor="you")


def test_a_file_brings_documents_spans_and_the_labels_that_were_missing(store, project):
    read = []
    report = import_file(store, project.id, io.BytesIO(CONLL), "eng.dev", on_progress=read.append)
    assert (report.added, report.duplicates, report.spans) == (2, 0, 2)
    assert read[-1] == len(CONLL)
    with store.reading() as session:
        assert [label.name for label in labels.list_labels(session, project.id)] == ["PER", "LOC"]
        assert len({label.hue for label in labels.list_labels(session, project.id)}) == 2
        rows, total = documents.list_documents(session, project.id, Filter(), offset=0, limit=10)
        gold = annotations.gold(session, project.id)
    assert total == 2
    assert {row.status for row in rows} == {"accepted"}
    assert {row.split for row in rows} == {"dev"}
    assert [document.surface(document.spans[0]) for _, document in gold[:1]] == ["Anna"]


def test_the_same_file_again_adds_nothing(store, project):
    import_file(store, project.id, io.BytesIO(CONLL), "a.conll")
    report = import_file(store, project.id, io.BytesIO(CONLL), "a.conll")
    assert (report.added, report.duplicates, report.spans) == (0, 2, 0)


def test_a_chosen_split_counts_for_documents_that_name_none(store, project):
    import_file(store, project.id, io.BytesIO(b"One.\nTwo.\n"), "notes.txt", "lines", split="test")
    with store.reading() as session:
        assert documents.list_documents(session, project.id, Filter(split="test"), offset=0, limit=9)[1] == 2


def test_an_error_far_into_the_file_leaves_nothing_of_it(store, project):
    lines = [json.dumps({"text": f"Anna saw {n}.", "label": [[0, 4, "WHO"]]}) for n in range(1500)]
    lines[1400] = json.dumps({"text": "Short.", "label": [[0, 99, "WHO"]]})
    with pytest.raises(FormatError, match="1,401"):
        import_file(store, project.id, io.BytesIO("\n".join(lines).encode()), "all.jsonl", "doccano")
    with store.reading() as session:
        assert projects.summary(session, project.id).documents == 0
        assert [label.name for label in labels.list_labels(session, project.id)] == ["PER"]


def test_spans_that_the_project_does_not_allow_are_refused_with_their_line(store, project):
    overlapping = {"text": "Ada B", "spans": [{"start": 0, "end": end, "label": "PER"} for end in (3, 5)]}
    content = "\n\n".join(json.dumps(record) for record in ({"text": "one", "spans": []}, overlapping))
    with pytest.raises(InvalidSpan, match=r"Document 2 \(line 3\): The spans PER 0-3 and PER 0-5 overlap"):
        import_file(store, project.id, io.BytesIO(content.encode()), "a.jsonl")


def test_an_interruption_by_the_progress_bar_leaves_nothing(store, project):
    def stop(read: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(store, project.id, io.BytesIO(CONLL), "a.conll", on_progress=stop)
    with store.reading() as session:
        assert projects.summary(session, project.id).documents == 0


def test_a_missing_project_is_said(store):
    with pytest.raises(TagloopError, match="no project"):
        import_file(store, 99, io.BytesIO(CONLL), "a.conll")


def test_the_sample_projects_are_loaded_once_with_splits_labels_and_guideline(store):
    assert load_samples(store) == ["news-en", "service-zh"]
    with store.reading() as session:
        before = {}
        for name, language, names in (
            ("news-en", "en", ["PER", "ORG", "LOC", "DATE", "WORK"]),
            ("service-zh", "zh", ["人名", "机构", "地点", "产品", "日期", "金额"]),
        ):
            project = projects.by_name(session, name)
            summary = before[name] = projects.summary(session, project.id)
            assert project.language == language
            assert project.guideline.startswith("# ")
            assert [label.name for label in labels.list_labels(session, project.id)] == names
            assert summary.documents >= 400
            assert summary.spans >= 1200
            assert summary.accepted == summary.documents
            assert set(summary.by_split) == {"train", "dev", "test"}
    assert load_samples(store) == []
    with store.reading() as session:
        after = {name: projects.summary(session, projects.by_name(session, name).id) for name in before}
    assert after == before


def test_a_sample_that_cannot_be_read_to_its_end_leaves_no_project_and_is_made_the_next_time(store, tmp_path):
    for name in ("news-en", "service-zh"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "guideline.md").write_text("# Rules\n")
        for split in ("train", "dev", "test"):
            (folder / f"{split}.jsonl").write_text(json.dumps({"text": f"{name} {split}", "spans": []}) + "\n")
    (tmp_path / "news-en" / "test.jsonl").write_text('{"text": \n')
    with pytest.raises(FormatError):
        load_samples(store, folder=tmp_path)
    with store.reading() as session:
        assert projects.list_projects(session) == []
    (tmp_path / "news-en" / "test.jsonl").write_text(json.dumps({"text": "whole again", "spans": []}))
    assert load_samples(store, folder=tmp_path) == ["news-en", "service-zh"]
