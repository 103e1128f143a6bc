"""Home: counts, the next step, events in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.documents import Document, Span
from db import annotations, documents, events, labels, models, projects
from tests.pages.conftest import html_of
from ui import activity, overview
from ui.scores import best, dev_score


def test_home_shows_the_labelled_share_spans_per_label_and_recent_events(visit, project):
    page = html_of(visit())
    assert "of 4" in page
    assert "75 %" in page
    assert 'PER</span><span class="tl-note">2</span>' in page
    assert "You added 4 documents with 4 spans" in page


def test_an_empty_project_offers_the_one_next_step(visit, store):
    with store.writing() as session:
        projects.create(session, name="new", title="New", language="en", labels=["PER"], actor="you")
    app = visit()
    assert [button.label for button in app.main.button] == ["Import documents"]


def test_without_any_project_every_screen_offers_to_make_one(visit):
    for screen in ("", "documents", "labels", "settings"):
        assert [title.value for title in visit(screen).title] == ["Start with a project"]


def test_home_of_a_chinese_project_names_its_labels(visit, chinese):
    page = html_of(visit())
    assert "人名" in page
    assert "地点" in page


@pytest.mark.parametrize(
    ("made", "models_there", "screen"),
    [
        ({}, 0, "documents"),
        ({"documents": 9}, 0, "annotate"),
        ({"documents": 50, "accepted": 30}, 0, "documents"),
        ({"documents": 50, "accepted": 30, "split": {"train": 20, "dev": 10}}, 0, "train"),
        ({"documents": 50, "accepted": 30, "split": {"train": 20, "dev": 10}}, 1, "annotate"),
        ({"documents": 30, "accepted": 30, "split": {"train": 20, "dev": 10}}, 1, "inspect"),
    ],
)
def test_the_next_step_follows_from_the_counts(made, models_there, screen):
    split = {"train": 0, "dev": 0, "test": 0} | made.get("split", {})
    counted = projects.ProjectSummary(
        documents=made.get("documents", 0),
        accepted=made.get("accepted", 0),
        drafts=0,
        skipped=0,
        flagged=0,
        spans=0,
        spans_per_label={},
        by_split=split,
        accepted_by_split=split,
    )
    assert overview.next_step(counted, models=models_there, labels=3).screen == screen


def test_the_best_model_is_the_one_with_the_highest_dev_f1_and_says_its_support():
    def model(number, metrics):
        return models.Model(
            id=number, project_id=1, run_id=None, name=f"m{number}", base="b", kind="encoder", language="en",
            labels=("PER",), folder="f", metrics=metrics, created=datetime.now(UTC), retired=None,
        )  # fmt: skip

    high = {"dev": {"micro": {"f1": 0.84, "support": 120}}, "test": {"micro": {"f1": 0.1, "support": 5}}}
    low = {"dev": {"micro": {"f1": 0.5, "support": 120}}}
    nothing = {"dev": {"micro": {"f1": None, "support": 0}}}
    chosen, score = best([model(1, high), model(2, low), model(3, nothing), model(4, {})])
    assert (chosen.name, score.f1, score.support) == ("m1", 0.84, 120)
    assert dev_score(nothing) is None
    assert best([model(4, {})]) is None


def test_events_are_told_in_words_and_like_ones_in_one_line(store, project):
    with store.writing() as session:
        annotations.save(
            session, 1, spans=[Span(0, 13, "PER")], base_revision=1, status="accepted", flagged=False, actor="you"
        )
        label = labels.add(session, project.id, "EVENT", actor="you")
        labels.update(session, label.id, name="HAPPENING", actor="you")
        labels.merge(session, label.id, into=1, actor="you")
        documents.assign_splits(session, project.id, train=0.5, dev=0.5, test=0.0, actor="you")
        documents.delete(session, [4], actor="you")
    with store.reading() as session:
        told = [what for what, _ in activity.sentences(session, events.recent(session, project.id))]
    assert told == [
        "You deleted 1 document",
        "You assigned splits · train 2 · dev 2 · test 0",
        "You merged the label HAPPENING into PER",
        "You renamed the label EVENT to HAPPENING",
        "You added the label EVENT",
        "You accepted a · 1 span",
        "You added 4 documents with 4 spans",
        "You added 3 labels",
        "You made the project",
    ]


def test_a_document_that_is_gone_is_still_told_of(store, project):
    with store.writing() as session:
        annotations.save(session, 4, spans=[], base_revision=0, status="skipped", flagged=False, actor="you")
        documents.delete(session, [4], actor="you")
    with store.reading() as session:
        told = [what for what, _ in activity.sentences(session, events.recent(session, project.id, 2))]
    assert told[1] == "You skipped a document that is gone (4)"


def test_moments_are_said_as_people_say_them():
    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    ages = (5, 120, 7200, 3 * 86400, 30 * 86400)
    said = [activity.ago(now - timedelta(seconds=age), now) for age in ages]
    assert said == ["just now", "2 min ago", "2 h ago", "3 d ago", "04 Apr 2026"]


def test_what_people_type_is_never_read_as_html(visit, store):
    with store.writing() as session:
        made = projects.create(session, name="x", title="<b>x</b>", language="en", labels=["<i>"], actor="you")
        documents.add_documents(session, made.id, [Document("<script>", (Span(0, 3, "<i>"),))], actor="you")
    page = html_of(visit())
    assert "<i>" not in page.replace('<i style="width', "")
    assert "&lt;i&gt;" in page


def test_an_import_that_brought_nothing_new_says_so(store, project):
    with store.writing() as session:
        again = [documents.get(session, 1).text]
        documents.add_documents(session, project.id, [Document(text) for text in again], actor="you")
    with store.reading() as session:
        told = [what for what, _ in activity.sentences(session, events.recent(session, project.id))]
    assert told[0] == "You added nothing: 1 document already there"
