"""Inspect: stored predictions beside the gold, filters that combine, the way to Annotate and back."""

from __future__ import annotations

import json

import pytest

from core.documents import Document, Span
from db import annotations, documents, jobs, models, predictions, projects
from jobs import queue
from tests import published
from tests.pages.conftest import checked, html_of
from ui import predicted, score_table


@pytest.fixture(autouse=True)
def no_supervisor(monkeypatch):
    """Jobs stay queued: workers have tests of their own."""
    monkeypatch.setattr(queue, "ensure_running", lambda: None)


@pytest.fixture
def desk(store):
    """A project whose dev split holds four of the sentences that the small model knows."""
    with store.writing() as session:
        made = projects.create(
            session, name="desk", title="Desk", language="en", labels=list(published.LABELS), actor="you"
        )
        chosen = [Document(d.text, d.spans, f"d{n}", {"split": "dev"}) for n, d in enumerate(published.DOCUMENTS[:4])]
        documents.add_documents(session, made.id, chosen, actor="you")
    return made


@pytest.fixture
def good(store, desk):
    """The small model: right about everything."""
    return published.publish(store, desk.id, "good")


@pytest.fixture
def poor(store, desk, good):
    """A model whose stored predictions miss the place of every document and cut the first name."""
    with store.writing() as session:
        model = models.publish(
            session, project_id=desk.id, name="poor", base="x", kind="character", language="en",
            labels=published.LABELS, folder="models/poor", metrics={}, actor="you",
        )  # fmt: skip
        gold = annotations.gold(session, desk.id, split="dev")
        found = {key: [d.spans[0]] for key, d in gold}
        found[gold[0][0]] = [Span(4, 9, "PER")]
        predictions.put(session, model.id, found)
    return model


def ids(store, desk):
    with store.reading() as session:
        return [key for key, _ in annotations.gold(session, desk.id, split="dev")]


def listed(app):
    """The document names in the list, in order."""
    return [f"d{n}" for n in range(4) if f'<span class="tl-strong">d{n}</span>' in html_of(app)]


def test_without_a_model_the_page_says_what_it_will_show_and_leads_to_train(visit, desk):
    app = visit("inspect")
    assert "Nothing to compare yet" in html_of(app)
    assert [button.label for button in app.main.button] == ["Train a model"]


def test_few_missing_predictions_are_made_at_once_and_stored_for_the_next_time(visit, desk, good, store, monkeypatch):
    app = visit("inspect")
    with store.reading() as session:
        assert predictions.missing(session, good.id, split="dev") == []
    assert "<b>A</b> all right" in html_of(app)

    def never(*arguments: object) -> None:
        raise AssertionError("what is stored is not predicted again")

    monkeypatch.setattr(predicted, "predict_here", never)
    assert listed(visit("inspect")) == ["d0", "d1", "d2", "d3"]


def test_many_missing_predictions_are_left_to_one_job_with_its_progress(visit, desk, good, store, monkeypatch):
    monkeypatch.setattr(predicted, "SMALL", 3)
    visit("inspect")
    app = visit("inspect")
    assert "waits for a worker" in html_of(app)
    with store.writing() as session:
        (job,) = jobs.list_jobs(session, kind="predict")
        attempt = jobs.claim(session, slots=("cpu",))
        progress = {"step": 2, "steps": 4, "documents_per_second": 50.0, "seconds_left": 3.0}
        jobs.report(session, job.id, attempt.number, progress)
    page = html_of(visit("inspect"))
    assert "<span>2 of 4 documents</span>" in page
    assert "<span>3 s left</span>" in page
    with store.writing() as session:
        jobs.fail(session, job.id, attempt.number, "the disk is full")
    app = visit("inspect")
    assert app.error[0].value == "good: the disk is full"
    checked(app.button(key=f"predict-{good.id}").click().run())
    with store.reading() as session:
        assert len(jobs.list_jobs(session, kind="predict")) == 2


def test_two_models_stand_side_by_side_and_the_address_names_them(visit, desk, good, poor):
    app = visit("inspect", a=good.id, b=poor.id, split="dev")
    table = app.dataframe[0].value
    assert list(table["label"][:2]) == ["LOC · few", "PER · few"]
    row = table.set_index("label").loc["PER · few"]
    assert (row["A F1"], row["B F1"], row["difference"]) == (1.0, 0.75, -0.25)
    assert table.set_index("label").loc[score_table.MICRO, "support"] == 8
    assert app.query_params["b"] in (str(poor.id), [str(poor.id)])
    page = html_of(app)
    assert "Over all, B is" in page
    assert page.count('class="tl-lane tl-lane-gold"') == page.count('class="tl-lane tl-lane-B"') > 0
    assert "boundary</i>" in page
    assert "missed</i>" in page


def test_event_kind_label_and_search_narrow_the_list_together(visit, desk, good, poor):
    app = visit("inspect", a=good.id, b=poor.id)
    assert listed(app) == ["d0", "d1", "d2", "d3"]
    kinds = next(group for group in app.get("button_group") if group.label == "Kind of mistake")
    assert kinds.proto.options[0].content == "boundary · 1"
    app = checked(kinds.set_value(["boundary"]).run())
    assert listed(app) == ["d0"]
    labels = next(group for group in app.get("button_group") if group.label == "Label")
    app = checked(labels.set_value("LOC").run())
    assert "No document shows this" in html_of(app)
    kinds = next(group for group in app.get("button_group") if group.label == "Kind of mistake")
    app = checked(kinds.set_value([]).run())
    assert listed(app) == ["d0", "d1", "d2", "d3"]
    search = next(field for field in app.text_input if field.label == "Search")
    assert listed(checked(search.set_value("munich").run())) == ["d1"]


def test_a_corrected_gold_is_scored_at_once_and_nothing_is_predicted_again(
    visit, desk, good, poor, store, monkeypatch
):
    def micro(app):
        return app.dataframe[0].value.set_index("label").loc[score_table.MICRO, "A recall"]

    monkeypatch.setattr(predicted, "predict_here", None)
    assert micro(visit("inspect", a=poor.id)) == 3 / 8
    first = ids(store, desk)[0]
    with store.writing() as session:
        annotations.save(session, first, spans=[Span(4, 9, "PER")], base_revision=1, status="accepted", actor="you")
    assert micro(visit("inspect", a=poor.id)) == 4 / 7


def test_fix_gold_opens_the_document_in_annotate_with_the_way_back(visit, desk, good, poor, store):
    app = visit("inspect", a=poor.id)
    first = ids(store, desk)[0]
    app = app.button(key=f"fix-{first}").click().run()
    assert {name: app.query_params[name] for name in ("document", "back")} in (
        {"document": str(first), "back": "inspect"},
        {"document": [str(first)], "back": ["inspect"]},
    )


def test_a_model_whose_files_are_gone_says_so_instead_of_a_table(visit, desk, good, store):
    with store.writing() as session:
        models.publish(
            session, project_id=desk.id, name="gone", base="x", kind="character", language="en",
            labels=published.LABELS, folder="models/gone", metrics={}, actor="you",
        )  # fmt: skip
    app = visit("inspect")
    assert app.error[0].value.startswith("gone: ")
    assert not app.dataframe


@pytest.mark.parametrize("asked", ["999", "x", "", "-3", json.dumps([1])])
def test_an_address_with_a_model_that_is_not_there_falls_back_to_the_newest(visit, desk, good, asked):
    app = visit("inspect", a=asked, split="nowhere", b=asked)
    boxes = {box.label: box.value for box in app.main.selectbox}
    assert boxes == {"Split": "dev", "Model A": good.id, "Model B": 0}


def test_documents_are_listed_ten_at_a_time(visit, desk, good, store):
    with store.writing() as session:
        more = [
            Document(f"Plain text number {n}.", (), f"m{n}", {"split": "dev", "accepted": True}) for n in range(9)
        ]
        documents.add_documents(session, desk.id, more, actor="you")
    app = visit("inspect")
    assert "1–10 of 13 documents" in html_of(app)
    app = checked(next(button for button in app.main.button if button.label == "Next").click().run())
    assert "11–13 of 13 documents" in html_of(app)
