"""What becomes of a submission: saved, refused, and which document comes next."""

from __future__ import annotations

import pytest

from core.documents import Document, Span
from core.errors import StaleRevision
from db import annotations, documents, listing, projects, suggestions
from db.connection import open_store
from ui import desk, render
from ui.session import Page
from ui.span_annotator import Submission


@pytest.fixture
def page(own_home):
    store = open_store()
    with store.writing() as session:
        project = projects.create(session, name="p", title="P", language="en", labels=["PER", "LOC"], actor="you")
        texts = ["Ada went to Rome.", "Bob stayed.", "Nobody came."]
        documents.add_documents(session, project.id, [Document(text) for text in texts], actor="you")
    yield Page(store, project)
    store.close()


def ids(page: Page) -> list[int]:
    with page.store.reading() as session:
        return [row.id for row in listing.list_documents(session, page.project.id)[0]]


def submission(document_id: int, action: str, *spans: Span, revision: int = 0, decisions=None) -> Submission:
    return Submission(document_id, revision, spans, action, False, decisions or {}, 1.0)


def test_accept_saves_and_opens_the_next_unlabelled_document(page):
    first, second, _ = ids(page)
    unlabelled = desk.QUEUES["unlabelled"]
    assert desk.store_submission(page, submission(first, "accept", Span(0, 3, "PER")), unlabelled) == second
    with page.store.reading() as session:
        saved = annotations.load(session, first)
    assert (saved.status, saved.revision, saved.spans) == ("accepted", 1, (Span(0, 3, "PER"),))


def test_the_queue_comes_round_to_what_was_passed_over_and_ends_empty(page):
    first, second, third = ids(page)
    unlabelled = desk.QUEUES["unlabelled"]
    assert desk.store_submission(page, submission(third, "accept"), unlabelled) == first
    assert desk.store_submission(page, submission(first, "skip"), unlabelled) == second
    assert desk.store_submission(page, submission(second, "accept"), unlabelled) is None


def test_moving_on_keeps_work_as_a_draft_and_leaves_untouched_documents_alone(page):
    first, second, _ = ids(page)
    everything = desk.QUEUES["all"]
    assert desk.store_submission(page, submission(first, "next", Span(0, 3, "PER")), everything) == second
    assert desk.store_submission(page, submission(second, "previous"), everything) == first
    with page.store.reading() as session:
        assert annotations.load(session, first).status == "draft"
        assert annotations.load(session, second).revision == 0


def test_a_stale_submission_is_refused_and_decides_nothing(page):
    first, *_ = ids(page)
    with page.store.writing() as session:
        suggestions.replace(session, first, "model 1", [Span(12, 16, "LOC", 0.9)])
    with page.store.reading() as session:
        proposed = suggestions.load(session, first)[0]
    everything = desk.QUEUES["all"]
    desk.store_submission(page, submission(first, "accept", Span(0, 3, "PER")), everything)
    with pytest.raises(StaleRevision) as refused:
        desk.store_submission(page, submission(first, "accept", decisions={proposed.id: "accepted"}), everything)
    assert refused.value.current.spans == (Span(0, 3, "PER"),)
    with page.store.reading() as session:
        assert annotations.load(session, first).spans == (Span(0, 3, "PER"),)
        assert suggestions.load(session, first)[0].decision is None


def test_a_document_outside_the_queue_has_no_place_in_it(page):
    first, second, _ = ids(page)
    unlabelled = desk.QUEUES["unlabelled"]
    desk.store_submission(page, submission(first, "accept"), unlabelled)
    outside = desk.sheet(page, first, unlabelled, None)
    assert (outside.place, outside.total) == (0, 2)
    inside = desk.sheet(page, second, unlabelled, None)
    assert (inside.place, inside.total) == (1, 2)
    everywhere = desk.sheet(page, first, desk.QUEUES["all"], None)
    assert (everywhere.place, everywhere.total) == (1, 3)
    assert "not among these 2" in render.desk_place(outside.place, outside.total, "a", "accepted")
