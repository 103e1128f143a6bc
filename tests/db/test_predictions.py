from __future__ import annotations

import pytest

from core.documents import Span
from core.errors import InvalidSpan, InvalidValue, NotFound
from db import documents, evaluations, events, models, predictions, suggestions


@pytest.fixture
def model(store, project):
    with store.writing() as s:
        return models.publish(
            s,
            project_id=project.id,
            name="m",
            base="b",
            kind="encoder",
            language="en",
            labels=["PER"],
            folder="models/m",
            metrics={},
            actor="you",
        )


def test_predictions_come_back_with_their_scores_and_replace_each_other(store, model, ids):
    with store.writing() as s:
        assert predictions.put(s, model.id, {ids[0]: [Span(0, 3, "PER", 0.25)], ids[1]: []}) == 2
        assert predictions.put(s, model.id, {ids[0]: [Span(0, 12, "PER", 0.5)], 99: []}) == 1
        found = predictions.load(s, model.id, [*ids, 99])
    assert found == {ids[0]: [Span(0, 12, "PER")], ids[1]: []}
    assert found[ids[0]][0].score == 0.5


def test_what_is_missing_is_listed_by_position_and_split(store, model, ids):
    with store.writing() as s:
        assert predictions.missing(s, model.id) == ids
        predictions.put(s, model.id, {ids[0]: [], ids[3]: []})
        assert predictions.missing(s, model.id) == [ids[1], ids[2]]
        assert predictions.missing(s, model.id, split="dev") == [ids[1]]
        assert predictions.missing(s, model.id, split="train") == []
        assert predictions.missing(s, model.id, document_ids=[ids[3], ids[2]]) == [ids[2]]
        with pytest.raises(NotFound):
            predictions.missing(s, 99)
        with pytest.raises(NotFound):
            predictions.put(s, 99, {})


def test_predictions_go_with_their_document(store, model, ids):
    with store.writing() as s:
        predictions.put(s, model.id, {ids[0]: []})
        documents.delete(s, [ids[0]], actor="you")
        assert predictions.load(s, model.id, ids) == {}


def test_suggestions_are_replaced_by_source_and_what_was_decided_stays_decided(store, ids):
    with store.writing() as s:
        first = [Span(0, 3, "PER", 0.9), Span(4, 12, "PER", 0.2), Span(36, 42, "LOC")]
        assert suggestions.replace(s, ids[0], "model 1", first) == 3
        suggestions.replace(s, ids[0], "rule", [Span(0, 3, "PER")])
        rejected = next(found for found in suggestions.load(s, ids[0], source="model 1") if found.start == 4)
        assert suggestions.decide(s, [rejected.id], "rejected", actor="you") == 1
        assert suggestions.replace(s, ids[0], "model 1", [Span(4, 12, "PER", 0.8), Span(0, 3, "PER", 0.7)]) == 1
        found = suggestions.load(s, ids[0], source="model 1")
    assert [(x.start, x.score, x.decision) for x in found] == [(0, 0.7, None), (4, 0.2, "rejected")]


def test_suggestions_below_the_minimum_are_left_out_and_unscored_ones_are_not(store, ids):
    with store.writing() as s:
        suggestions.replace(s, ids[0], "m", [Span(0, 3, "PER", 0.9), Span(4, 12, "PER", 0.2), Span(36, 42, "LOC")])
        found = suggestions.load(s, ids[0], minimum=0.5)
    assert [(x.start, x.label) for x in found] == [(0, "PER"), (36, "LOC")]


def test_a_decision_can_be_taken_back_and_leaves_events(store, project, ids):
    with store.writing() as s:
        suggestions.replace(s, ids[0], "m", [Span(0, 3, "PER")])
        (one,) = suggestions.load(s, ids[0])
        assert suggestions.decide(s, [one.id], "accepted", actor="you") == 1
        assert suggestions.decide(s, [one.id], "accepted", actor="you") == 0
        assert suggestions.decide(s, [one.id], None, actor="you") == 1
        assert suggestions.load(s, ids[0])[0].decision is None
        back, there, *_ = events.recent(s, project.id)
        assert (there.before, there.after) == ({str(one.id): None}, {"decision": "accepted"})
        assert back.before == {str(one.id): "accepted"}
        with pytest.raises(InvalidValue):
            suggestions.decide(s, [one.id], "maybe", actor="you")


def test_suggestions_that_cannot_be_are_refused(store, ids):
    with store.writing() as s:
        with pytest.raises(InvalidSpan, match="no label 'X'"):
            suggestions.replace(s, ids[0], "m", [Span(0, 3, "X")])
        with pytest.raises(InvalidSpan, match="beyond the text"):
            suggestions.replace(s, ids[0], "m", [Span(0, 999, "PER")])
        with pytest.raises(NotFound):
            suggestions.replace(s, 99, "m", [])


def test_a_report_is_kept_for_each_model_split_and_kind(store, model):
    with store.writing() as s:
        evaluations.put(s, model.id, split="dev", kind="strict", report={"f1": 0.1})
        newer = evaluations.put(s, model.id, split="dev", kind="strict", report={"f1": None})
        evaluations.put(s, model.id, split="test", kind="strict", report={"f1": 0.3})
        assert evaluations.load(s, model.id, split="dev", kind="strict") == newer
        assert evaluations.load(s, model.id, split="dev", kind="seqeval") is None
        assert [found.split for found in evaluations.of_model(s, model.id)] == ["dev", "test"]
        with pytest.raises(InvalidValue):
            evaluations.put(s, model.id, split="all", kind="strict", report={})
