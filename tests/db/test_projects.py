from __future__ import annotations

import pytest

from core.documents import Document, Span
from core.errors import Conflict, InvalidSpan, InvalidValue, NotFound
from db import annotations, documents, events, jobs, labels, projects
from db.connection import Store


def create(s, **changes):
    values = {"name": "news", "title": "News", "language": "en", "labels": ["PER"], "actor": "you"} | changes
    return projects.create(s, **values)


def test_a_project_is_found_by_id_and_name_with_its_labels_in_order(store: Store):
    with store.writing() as s:
        made = create(s, labels=["PER", "地点", "ORG"], guideline="# Rules")
    with store.reading() as s:
        assert projects.get(s, made.id) == projects.by_name(s, "news") == made
        assert projects.list_projects(s) == [made]
        assert [label.name for label in labels.list_labels(s, made.id)] == ["PER", "地点", "ORG"]
        assert projects.by_name(s, "other") is None
        assert made.created.tzinfo is not None


def test_a_name_is_taken_once(store: Store):
    with store.writing() as s:
        create(s)
        with pytest.raises(Conflict, match="already a project named 'news'"):
            create(s)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, InvalidValue),
        ({"name": "a b"}, InvalidValue),
        ({"name": "../up"}, InvalidValue),
        ({"name": "n" * 61}, InvalidValue),
        ({"language": "de"}, InvalidValue),
        ({"labels": ["PER", "PER"]}, InvalidValue),
        ({"labels": [" PER"]}, InvalidSpan),
    ],
)
def test_a_project_that_cannot_be_is_refused(store: Store, changes, error):
    with store.writing() as s:
        with pytest.raises(error):
            create(s, **changes)
        assert projects.list_projects(s) == []


def test_an_update_changes_what_is_given_and_records_before_and_after(store: Store):
    with store.writing() as s:
        made = create(s, guideline="old")
        changed = projects.update(s, made.id, guideline="new", actor="you")
        assert (changed.guideline, changed.title) == ("new", "News")
        (event, *_) = events.recent(s, made.id, 1)
        assert (event.action, event.before, event.after) == (
            "project.updated",
            {"guideline": "old"},
            {"guideline": "new"},
        )
        projects.update(s, made.id, guideline="new", actor="you")
        assert events.recent(s, made.id, 1) == [event]


def test_the_summary_counts_documents_by_status_and_split_and_accepted_spans_by_label(store, project, ids):
    with store.writing() as s:
        annotations.save(s, ids[2], spans=[], base_revision=0, status="draft", flagged=True, actor="you")
        annotations.save(s, ids[3], spans=[Span(0, 6, "ORG")], base_revision=1, status="skipped", actor="you")
        found = projects.summary(s, project.id)
    assert (found.documents, found.accepted, found.drafts, found.skipped) == (4, 2, 1, 1)
    assert (found.flagged, found.unlabelled) == (1, 0)
    assert found.spans == 4
    assert dict(found.spans_per_label) == {"PER": 2, "ORG": 0, "LOC": 2}
    assert dict(found.by_split) == {"train": 1, "dev": 1, "test": 0}
    assert found.unassigned == 2
    assert dict(found.accepted_by_split) == {"train": 0, "dev": 1, "test": 0}
    assert found.accepted_unassigned == 1


def test_the_summary_of_an_empty_project_is_all_zero(store: Store):
    with store.writing() as s:
        found = projects.summary(s, create(s).id)
    assert (found.documents, found.unlabelled, found.spans, dict(found.spans_per_label)) == (0, 0, 0, {"PER": 0})


def test_deleting_a_project_takes_its_rows_along_and_leaves_its_events(store, project, ids):
    with store.writing() as s:
        other = create(s, name="other")
        documents.add_documents(s, other.id, [Document("kept", (Span(0, 4, "PER"),))], actor="you")
        projects.delete(s, project.id, actor="you")
    with store.reading() as s:
        assert [p.name for p in projects.list_projects(s)] == ["other"]
        assert projects.summary(s, other.id).spans == 1
        assert labels.list_labels(s, project.id) == []
        assert [event.action for event in events.recent(s, project.id, 1)] == ["project.deleted"]
        with pytest.raises(NotFound):
            projects.get(s, project.id)
        with pytest.raises(NotFound):
            documents.get(s, ids[0])


def test_a_project_with_a_job_that_is_not_over_is_not_deleted(store, project):
    with store.writing() as s:
        job = jobs.submit(s, kind="predict", project_id=project.id, payload={}, actor="you")
        with pytest.raises(Conflict, match="cancel them first"):
            projects.delete(s, project.id, actor="you")
        jobs.set_desired(s, job.id, "cancel", actor="you")
        projects.delete(s, project.id, actor="you")


def test_overlaps_are_forbidden_again_only_when_there_are_none(store, project, ids):
    with store.writing() as s:
        projects.update(s, project.id, overlap=True, actor="you")
        annotations.save(
            s,
            ids[2],
            spans=[Span(0, 7, "PER"), Span(3, 10, "ORG")],
            base_revision=0,
            status="accepted",
            actor="you",
        )
        with pytest.raises(Conflict, match="overlap in document 3"):
            projects.update(s, project.id, overlap=False, actor="you")
        annotations.save(s, ids[2], spans=[], base_revision=1, status="accepted", actor="you")
        assert projects.update(s, project.id, overlap=False, actor="you").overlap is False


def test_overlaps_that_exist_are_counted_when_they_are_to_be_forbidden(store, project, ids):
    with store.writing() as s:
        projects.update(s, project.id, overlap=True, actor="you")
        nested = [Span(0, 20, "PER"), Span(1, 3, "ORG"), Span(5, 7, "ORG"), Span(20, 22, "LOC")]
        annotations.save(s, ids[2], spans=nested, base_revision=0, status="draft", actor="you")
        annotations.save(
            s, ids[0], spans=[Span(0, 3, "PER"), Span(0, 3, "ORG")], base_revision=1, status="draft", actor="you"
        )
        with pytest.raises(Conflict, match="5 spans overlap in 2 documents, first in document 1"):
            projects.update(s, project.id, overlap=False, actor="you")


def test_a_project_keeps_the_keys_that_differ_and_refuses_what_are_no_keys(store, project):
    with store.writing() as s:
        assert projects.get(s, project.id).keys == {}
        projects.update(s, project.id, keys={"accept": ["Enter", "a"], "skip": []}, actor="you")
        assert projects.get(s, project.id).keys == {"accept": ("Enter", "a"), "skip": ()}
        assert projects.update(s, project.id, keys={}, actor="you").keys == {}
        for wrong in ({"accept": "Enter"}, {"accept": [3]}, {"": ["a"]}, {"accept": ["x" * 41]}):
            with pytest.raises(InvalidValue):
                projects.update(s, project.id, keys=wrong, actor="you")
