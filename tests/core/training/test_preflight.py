from __future__ import annotations

from core.documents import Document, Span
from core.training import preflight
from tests.core.training.toy import toy_documents


def test_documents_that_can_be_trained_have_no_problem() -> None:
    found = preflight(toy_documents(20), toy_documents(5, seed=3), "en")
    assert found.problems == ()
    assert found.few_examples == ()
    assert set(found.spans_per_label) == {"PER", "LOC"}
    assert found.documents == 20
    assert found.dev_documents == 5


def test_what_is_lost_rare_or_shared_is_named() -> None:
    odd = Document("Anderson lives", (Span(0, 4, "ORG"),), id="odd")
    train = [*toy_documents(20), odd]
    found = preflight(train, [train[0], Document("Acme", (Span(0, 4, "FIRM"),))], "en")
    assert [(name, item.reason) for name, item in found.unrepresented] == [("odd", "cuts a token")]
    assert found.few_examples == ("ORG",)
    assert found.duplicates_across_splits == 1
    assert any("FIRM" in warning for warning in found.warnings)
    assert not found.problems


def test_what_forbids_starting_is_said_with_the_way_out() -> None:
    assert "label and accept some" in preflight([], [], "en").problems[0]
    assert "assign some to train" in preflight([], toy_documents(2), "en").problems[0]
    assert "mark what the model is to find" in preflight([Document("Anna")], [], "en").problems[0]
    assert "ORG" in preflight(toy_documents(3), [], "en", labels=("LOC", "ORG", "PER")).problems[0]
    assert preflight([Document("Anna", (Span(0, 2, "PER"),))], [], "en").problems


def test_no_dev_documents_is_a_warning_only() -> None:
    found = preflight(toy_documents(5), [], "en")
    assert not found.problems
    assert "last epoch is kept" in found.warnings[0]


def test_overlapping_spans_are_counted_and_the_rule_decides_which_are_lost() -> None:
    nested = Document("Bank of England wins", (Span(0, 15, "ORG"), Span(8, 15, "LOC")), id="nested")
    lost = {}
    for rule in ("outermost", "innermost", "first"):
        found = preflight([nested], [], "en", flat_rule=rule)
        assert (found.overlapping, found.flat_rule) == (2, rule)
        lost[rule] = [item.span.label for _, item in found.unrepresented]
    assert lost == {"outermost": ["LOC"], "innermost": ["ORG"], "first": ["LOC"]}
