"""Demo: a text and what a model finds in it, in words, as a table, as JSON, for people who see it the first time."""

from __future__ import annotations

import json

import pytest

from core.documents import Document, Span
from db import documents, projects
from db.connection import home
from tests import published
from tests.pages.conftest import checked, html_of
from ui import demo


@pytest.fixture
def desk(store):
    """A project with test documents."""
    with store.writing() as session:
        made = projects.create(
            session, name="desk", title="Desk", language="en", labels=list(published.LABELS), actor="you"
        )
        chosen = [
            Document(
                f"{d.text} It rained there all day long, and nobody knew why that was so.",
                d.spans,
                None,
                {"split": "test"},
            )
            for d in published.DOCUMENTS[:4]
        ]
        documents.add_documents(session, made.id, chosen, actor="you")
    return made


@pytest.fixture
def model(store, desk):
    return published.publish(store, desk.id)


def typed(app, text):
    return checked(app.text_area[0].set_value(text).run())


def view(app, name):
    group = next(group for group in app.get("button_group") if group.label == "View")
    return checked(group.set_value(name).run())


def test_without_a_model_the_page_says_what_it_is_for_and_leads_to_train(visit, desk):
    app = visit("demo")
    assert "No model yet" in html_of(app)
    assert [button.label for button in app.main.button] == ["Train a model"]


def test_a_typed_text_is_shown_with_its_names_and_their_scores(visit, model):
    page = html_of(typed(visit("demo"), "Kurt Gödel went to Munich."))
    assert 'title="PER ' in page
    assert "Kurt Gödel<span" in page
    assert "Munich<span" in page
    assert "2 names found in" in page
    assert " ms<" in page


def test_the_same_is_there_as_a_table_and_as_the_json_of_the_http_interface(visit, model):
    app = typed(visit("demo"), "Kurt Gödel went to Munich.")
    page = html_of(view(app, "Table"))
    assert "<td>Kurt Gödel</td>" in page
    app = view(app, "JSON")
    found = json.loads(next(code.value for code in app.code if code.language == "json"))
    assert [(span["text"], span["label"], span["start"], span["end"]) for span in found["spans"]] == [
        ("Kurt Gödel", "PER", 0, 10),
        ("Munich", "LOC", 19, 25),
    ]


def test_a_higher_threshold_hides_names_and_says_how_many(visit, model):
    app = typed(visit("demo"), "Kurt Gödel went to Munich.")
    page = html_of(checked(app.slider[0].set_value(1.0).run()))
    assert "No name found" in page
    assert "2 below the threshold" in page


def test_examples_fill_the_text_one_written_for_the_page_and_two_of_the_test_split(visit, model):
    app = visit("demo")
    names = [button.label for button in app.main.button if button.label != "Find names"]
    assert names == ["A news sentence", "Test document 1", "Test document 2"]
    app = checked(app.button(key="example-Test document 1").click().run())
    assert app.text_area[0].value.startswith("Ada Byron went to Paris. It rained")
    app = checked(app.button(key="example-A news sentence").click().run())
    assert app.text_area[0].value == demo.WRITTEN["en"][1]


def test_two_models_read_the_same_text_side_by_side(visit, model, store, desk):
    other = published.publish(store, desk.id, "other")
    app = typed(visit("demo", model=model.id, beside=other.id), "Kurt Gödel went to Munich.")
    page = html_of(app)
    assert page.count("2 names found") == 2
    assert "<b>tiny</b>" in page
    assert "<b>other</b>" in page


def test_the_card_says_who_the_model_is_in_words_and_in_numbers(visit, model):
    page = html_of(visit("demo"))
    assert "100 of 100 are right" in page
    assert "<dt>started from</dt><dd>Character tagger (built in)</dd>" in page
    assert "<dt>F1 on dev</dt><dd>1.00 (24 gold spans, few)</dd>" in page


def test_an_empty_text_and_a_text_without_names_have_their_own_words(visit, model):
    assert "Nothing to read" in html_of(typed(visit("demo"), "   "))
    assert "No name found in" in html_of(typed(visit("demo"), "."))


def test_markup_in_a_text_stays_text(visit, model):
    page = html_of(typed(visit("demo"), "<img src=x onerror=alert(1)> Kurt Gödel went to Munich."))
    assert "<img" not in page
    assert "&lt;img" in page


def test_the_line_for_a_terminal_can_be_pasted_whatever_the_text_holds(model):
    line = demo.command("http://127.0.0.1:8501", model, 'It\'s "fine"\n$HOME')
    assert "http://127.0.0.1:8501/api/v1/predict" in line
    body = line.split("-d '", 1)[1].removesuffix("'").replace("'\\''", "'")
    assert json.loads(body) == {"text": 'It\'s "fine"\n$HOME', "model": "tiny"}


def test_a_damaged_model_is_said_where_its_reading_would_stand(visit, model):
    (home() / model.folder / "tagger.json").unlink()
    app = visit("demo")
    assert "tagger.json" in app.error[0].value


def test_scores_below_a_threshold_are_left_out_and_spans_without_a_score_stay():
    reading = demo.Reading(None, (Span(0, 1, "A", 0.4), Span(1, 2, "A", 0.6), Span(2, 3, "A")), 3.0)
    assert [span.start for span in reading.above(0.5)] == [1, 2]
