"""Opening documents: which one, with what, and what a hostile browser is told."""

from __future__ import annotations

import pytest

from api.desk import suggesting
from core.documents import Span
from core.tokens import tokenize
from db import comments, documents, models, splits
from tests import published
from tests.api.conftest import NEWS, TEXTS, make

TO_DO = {"status": "to do"}


def accept(asking, number):
    asking.send(asking.edit(asking.change(number, base=asking.stored(number).revision, status="accepted")))


def test_the_first_document_comes_with_all_that_the_desk_draws(asking):
    answer = asking.open()
    sheet = answer["sheet"]
    assert (answer["place"], answer["total"]) == (1, 4)
    assert answer["pace"] == {"documents": 0, "spans_per_minute": None, "median_seconds": None}
    expected = {
        "id": asking.ids[0], "name": "#1", "text": NEWS, "spans": [], "suggestions": [], "revision": 0,
        "status": "unlabelled", "flagged": False, "split": None, "seconds": 0.0, "comments": [], "overlaps": False,
        "note": None,
    }  # fmt: skip
    assert {name: sheet[name] for name in expected} == expected
    assert sheet["tokens"] == [offset for token in tokenize(NEWS, "en") for offset in (token.start, token.end)]
    assert set(sheet) == {*expected, "tokens"}


def test_offsets_are_code_points_whatever_the_text(asking):
    start = TEXTS[1].index("😀")
    asking.send(asking.edit(asking.change(1, added=[(start, start + 1, "LOC")])))
    sheet = asking.open(document=asking.ids[1])["sheet"]
    assert sheet["spans"] == [[start, start + 1, asking.labels["LOC"]]]
    assert sheet["text"][start : start + 1] == "😀"
    assert max(sheet["tokens"]) == len(TEXTS[1])


def test_what_a_person_stored_is_what_is_opened(asking):
    edit = asking.edit(asking.change(0, added=[(0, 13, "PER")], flagged=True), seconds=7.5)
    asking.send(edit)
    with asking.store.writing() as session:
        splits.set_split(session, [asking.ids[0]], "dev", actor="you")
        comments.add(session, asking.ids[0], body="Sure?", start=0, end=13, actor="you")
    sheet = asking.open(document=asking.ids[0])["sheet"]
    assert (sheet["status"], sheet["flagged"], sheet["revision"], sheet["split"]) == ("draft", True, 1, "dev")
    assert sheet["seconds"] == 7.5
    assert [(c["body"], c["start"], c["end"], c["resolved"]) for c in sheet["comments"]] == [("Sure?", 0, 13, False)]


def test_steps_go_through_what_the_filter_lets_through_and_come_round(asking):
    first, second, third, fourth = asking.ids
    accept(asking, 1)
    assert asking.open(document=first, step=1, filter=TO_DO)["sheet"]["id"] == third
    assert asking.open(document=first, step=1)["sheet"]["id"] == second
    round_trip = asking.open(document=fourth, step=1, filter=TO_DO)
    assert (round_trip["sheet"]["id"], round_trip["place"], round_trip["total"]) == (first, 1, 3)
    assert asking.open(document=third, step=-1, filter=TO_DO)["sheet"]["id"] == first
    start = asking.open(document=first, step=-1, filter=TO_DO)
    assert (start["sheet"], start["place"], start["total"]) == (None, 0, 3)


def test_an_empty_queue_says_so(asking):
    for number in range(4):
        accept(asking, number)
    for body in ({"filter": TO_DO}, {"filter": TO_DO, "document": asking.ids[3], "step": 1}):
        answer = asking.open(**body)
        assert (answer["sheet"], answer["place"], answer["total"]) == (None, 0, 0)
        assert answer["pace"]["documents"] == 4


def test_a_document_outside_the_queue_opens_without_a_place(asking):
    accept(asking, 0)
    answer = asking.open(document=asking.ids[0], filter=TO_DO)
    assert (answer["sheet"]["id"], answer["place"], answer["total"]) == (asking.ids[0], 0, 3)


def test_every_part_of_the_filter_narrows_the_queue(asking):
    asking.send(asking.edit(asking.change(0, added=[(0, 13, "PER")], flagged=True)))
    asking.send(asking.edit(asking.change(2, status="skipped")))
    with asking.store.writing() as session:
        splits.set_split(session, [asking.ids[1]], "test", actor="you")
    for narrowed, expected in (
        ({"status": "unlabelled"}, [1, 3]),
        ({"status": "draft"}, [0]),
        ({"status": "skipped"}, [2]),
        ({"status": "accepted"}, []),
        ({"status": "to do"}, [0, 1, 3]),
        ({"flagged": True}, [0]),
        ({"flagged": False}, [1, 2, 3]),
        ({"label": asking.labels["PER"]}, [0]),
        ({"label": asking.labels["LOC"]}, []),
        ({"split": "test"}, [1]),
        ({"split": "none"}, [0, 2, 3]),
        ({"search": "PARIS"}, [1]),
        ({"search": "%"}, []),
        ({"search": ""}, [0, 1, 2, 3]),
        ({"status": None, "split": None, "label": None, "flagged": None, "search": None}, [0, 1, 2, 3]),
        ({"status": "to do", "search": "read"}, [3]),
    ):
        answer = asking.open(filter=narrowed)
        assert answer["total"] == len(expected), narrowed
        assert (answer["sheet"] or {}).get("id") == (asking.ids[expected[0]] if expected else None), narrowed


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"document": "1"}, "'document'"),
        ({"document": 1.0}, "'document'"),
        ({"document": True}, "'document'"),
        ({"document": -1}, "'document'"),
        ({"document": 10**30}, "'document'"),
        ({"document": [1]}, "'document'"),
        ({"step": 1}, "leads from a document"),
        ({"document": 1, "step": 2}, "'step'"),
        ({"document": 1, "step": 0}, "'step'"),
        ({"document": 1, "step": True}, "'step'"),
        ({"document": 1, "step": 1.0}, "'step'"),
        ({"document": 1, "step": "1"}, "'step'"),
        ({"document": 1, "step": {}}, "'step'"),
        ({"filter": []}, "'filter'"),
        ({"filter": "all"}, "'filter'"),
        ({"filter": {"statuses": "draft"}}, "no field 'statuses'"),
        ({"filter": {"status": "done"}}, "'status'"),
        ({"filter": {"status": ["draft"]}}, "'status'"),
        ({"filter": {"split": "valid"}}, "'split'"),
        ({"filter": {"label": "PER"}}, "'label'"),
        ({"filter": {"label": 999}}, "no label with id 999"),
        ({"filter": {"flagged": 1}}, "'flagged'"),
        ({"filter": {"search": 5}}, "'search'"),
        ({"filter": {"search": "a" * 201}}, "at most 200"),
        ({"filter": {"search": "a\0b"}}, "'search'"),
        ({"sources": []}, "'sources'"),
        ({"sources": {"model": "1"}}, "'model'"),
        ({"sources": {"model": -1}}, "'model'"),
        ({"sources": {"dictionary": 1}}, "'dictionary'"),
        ({"sources": {"rules": None}}, "'rules'"),
        ({"sources": {"spacy": True}}, "no field 'spacy'"),
        ({"more": 1}, "no field 'more'"),
    ],
)
def test_a_wish_that_makes_no_sense_is_422_with_the_reason(asking, body, reason):
    answer = asking.post("open", body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


def test_half_a_surrogate_pair_is_no_search(asking):
    answer = asking.client.post(
        f"/api/desk/{asking.project.id}/open",
        content=b'{"filter": {"search": "\\ud83d"}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


def test_nothing_of_another_project_is_opened(asking, elsewhere):
    foreign = elsewhere.ids[0]
    for body in ({"document": foreign}, {"document": foreign, "step": 1}, {"document": foreign, "step": -1}):
        answer = asking.post("open", body)
        assert answer.status_code == 404
        assert f"{foreign}" in answer.json()["error"]
    assert asking.post("open", {"filter": {"label": elsewhere.labels["PER"]}}).status_code == 422


def test_a_document_that_was_deleted_is_404(asking):
    with asking.store.writing() as session:
        documents.delete(session, [asking.ids[0]], actor="you")
    answer = asking.post("open", {"document": asking.ids[0]})
    assert answer.status_code == 404
    assert "deleted" in answer.json()["error"]


def test_only_undecided_suggestions_of_the_sources_asked_for_are_shown(asking):
    model = model_row(asking)
    first, second = asking.suggest(0, f"model {model}", Span(0, 13, "PER", 0.9), Span(22, 29, "ORG", 0.4))
    (third,) = asking.suggest(0, "model 99", Span(33, 39, "LOC", 0.8))
    decided = asking.edit(asking.change(0, decisions={str(second): "rejected"}))
    assert asking.send(decided)[0]["ok"]
    shown = asking.open(document=asking.ids[0], sources={"model": model})["sheet"]["suggestions"]
    assert shown == [[first, 0, 13, asking.labels["PER"], 0.9, f"model {model}"]]
    assert third not in [row[0] for row in shown]
    assert asking.open(document=asking.ids[0])["sheet"]["suggestions"] == []


def test_an_accepted_document_gets_no_suggestion(asking):
    model = model_row(asking)
    asking.suggest(0, f"model {model}", Span(0, 13, "PER", 0.9))
    accept(asking, 0)
    assert asking.open(document=asking.ids[0], sources={"model": model})["sheet"]["suggestions"] == []


def model_row(asking, name: str = "row") -> int:
    """A published model of which only the row is there."""
    with asking.store.writing() as session:
        return models.publish(
            session, project_id=asking.project.id, name=name, base="b", kind="character", language="en",
            labels=("PER",), folder=f"models/{name}", metrics={}, actor="you",
        ).id  # fmt: skip


def test_a_models_suggestions_are_made_once_when_a_document_is_opened(store, monkeypatch):
    asking = make(store, texts=("Ada Byron went to Munich.", "Kurt Gödel went to Lisbon.", "x y z"))
    model = published.publish(asking.store, asking.project.id)
    sources = {"model": model.id}
    sheet = asking.open(sources=sources)["sheet"]
    found = [(row[1], row[2], row[5]) for row in sheet["suggestions"]]
    assert found == [(0, 9, f"model {model.id}"), (18, 24, f"model {model.id}")]
    monkeypatch.setattr(suggesting, "predictor", lambda folder: pytest.fail("predicted again"))
    assert asking.open(sources=sources)["sheet"]["suggestions"] == sheet["suggestions"]


def test_a_suggestion_over_a_span_that_is_there_is_not_made(store):
    asking = make(store, texts=("Ada Byron went to Munich.",))
    model = published.publish(asking.store, asking.project.id)
    asking.send(asking.edit(asking.change(0, added=[(0, 3, "ORG")])))
    sheet = asking.open(sources={"model": model.id})["sheet"]
    assert [row[1:3] for row in sheet["suggestions"]] == [[18, 24]]


def test_an_accepted_document_is_never_predicted(asking, monkeypatch):
    model = model_row(asking)
    accept(asking, 0)
    monkeypatch.setattr(suggesting, "predictor", lambda folder: pytest.fail("predicted"))
    assert asking.open(document=asking.ids[0], sources={"model": model})["sheet"]["note"] is None


def test_a_model_that_cannot_suggest_is_a_note_and_the_document_opens(asking, elsewhere, monkeypatch):
    damaged, foreign = model_row(asking, "damaged"), model_row(elsewhere, "foreign")
    assert "No suggestions of the model" in asking.open(sources={"model": damaged})["sheet"]["note"]
    assert f"no model with id {foreign}" in asking.open(sources={"model": foreign})["sheet"]["note"]
    monkeypatch.setattr(suggesting, "MAX_PREDICTED_CHARACTERS", 10)
    note = asking.open(sources={"model": damaged})["sheet"]["note"]
    assert f"{len(NEWS)} characters" in note
