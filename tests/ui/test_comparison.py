"""Inspect's view model: findings, filters that combine, counts that agree with the list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.documents import Document, Span
from core.evaluation import ErrorKind, Event
from ui import score_table
from ui.comparison import MISTAKES, NOTHING, Filters, build, chosen, tally

TEXT = "Ada Byron met Siemens in Munich"
PER, ORG, LOC = Span(0, 9, "PER"), Span(14, 21, "ORG"), Span(25, 31, "LOC")
GOLD = [
    (1, Document(TEXT, (PER, ORG, LOC))),
    (2, Document("Rain in Munich", (Span(8, 14, "LOC"),))),
    (3, Document("Nothing here", ())),
]
A = {1: [Span(4, 9, "PER"), Span(14, 21, "LOC"), LOC], 2: [], 3: []}
B = {1: [PER, ORG], 2: [Span(8, 14, "LOC")], 3: [Span(0, 7, "ORG")]}


def ids(view, **asked):
    return [lanes.document_id for lanes in chosen(view, Filters(**asked))]


def test_each_event_lists_the_documents_that_show_it():
    view = build(GOLD, A, B, "en")
    assert ids(view) == [1, 2, 3]
    assert ids(view, event=Event.A_ONLY) == [1, 3]  # B missed LOC in 1 and invented ORG in 3
    assert ids(view, event=Event.B_ONLY) == [1, 2]
    assert ids(view, event=Event.BOTH_WRONG) == []


def test_filters_combine_on_one_and_the_same_mistake():
    view = build(GOLD, A, B, "en")
    assert ids(view, event=Event.B_ONLY, label="PER", kinds=frozenset({ErrorKind.BOUNDARY})) == [1]
    assert ids(view, event=Event.B_ONLY, label="PER", kinds=frozenset({ErrorKind.TYPE})) == []
    assert ids(view, event=Event.B_ONLY, label="LOC", kinds=frozenset({ErrorKind.MISSED})) == [2]
    assert ids(view, event=Event.A_ONLY, label="LOC") == [1]
    assert ids(view, label="PER") == [1]


def test_search_ignores_case_and_narrows_what_the_others_leave():
    view = build(GOLD, A, B, "en")
    assert ids(view, search="MUNICH") == [1, 2]
    assert ids(view, search="munich", event=Event.A_ONLY) == [1]
    assert ids(view, search="nowhere") == []


def test_a_cell_of_the_confusion_matrix_lists_the_documents_behind_it():
    view = build(GOLD, A, B, "en")
    assert view.confusion("a") == {("PER", "PER"): 1, ("ORG", "LOC"): 1, ("LOC", "LOC"): 1, ("LOC", NOTHING): 1}
    assert ids(view, cell=("a", ("ORG", "LOC"))) == [1]
    assert ids(view, cell=("b", ("ORG", "LOC"))) == []
    assert ids(view, cell=("b", (NOTHING, "ORG"))) == [3]


def test_with_one_model_everything_wrong_is_its_own():
    view = build(GOLD, A, None, "en")
    assert not view.pair
    assert ids(view, event=Event.BOTH_WRONG) == [1, 2]
    assert ids(view, event=Event.A_ONLY) == []
    assert "B F1" not in score_table.frame(view).columns


SPANS = st.lists(
    st.builds(
        lambda start, length, label: Span(start, min(start + length, len(TEXT)), label),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 9),
        st.sampled_from(("PER", "ORG", "LOC")),
    ),
    max_size=5,
    unique=True,
)


@given(st.lists(st.tuples(SPANS, SPANS, SPANS), min_size=1, max_size=4), st.sampled_from((None, "PER", "ORG")))
def test_the_count_on_a_filter_is_the_length_of_the_list_it_gives(rows, label):
    gold = [(key, Document(TEXT, tuple(spans))) for key, (spans, _, _) in enumerate(rows)]
    view = build(
        gold,
        {key: a for key, (_, a, _) in enumerate(rows)},
        {key: b for key, (_, _, b) in enumerate(rows)},
        "en",
    )
    asked = Filters(label=label)
    for event, number in tally(view, asked, event=tuple(Event)).items():
        assert number == len(chosen(view, Filters(label=label, event=event)))
    for kind, number in tally(view, asked, kinds=MISTAKES).items():
        assert number == len(chosen(view, Filters(label=label, kinds=frozenset({kind}))))


@given(st.lists(st.tuples(SPANS, SPANS, SPANS), min_size=1, max_size=4))
def test_a_document_has_findings_exactly_when_a_model_disagrees_with_its_gold(rows):
    gold = [(key, Document(TEXT, tuple(spans))) for key, (spans, _, _) in enumerate(rows)]
    view = build(
        gold,
        {key: a for key, (_, a, _) in enumerate(rows)},
        {key: b for key, (_, _, b) in enumerate(rows)},
        "en",
    )
    for lanes, (wanted, a, b) in zip(view.lanes, rows, strict=True):
        assert bool(lanes.findings) == (not (set(wanted) == set(a) == set(b)))
        assert {finding.event for finding in lanes.findings} == set(lanes.result.events)


def test_the_table_has_a_row_a_label_by_support_and_the_totals_strict_and_lenient():
    found = score_table.frame(build(GOLD, A, B, "en")).set_index("label")
    assert list(found.index) == ["LOC", "ORG", "PER", "all · micro", "all · macro", "all · seqeval default"]
    assert found.loc["PER", "A F1"] == 0
    assert found.loc["PER", "B F1"] == 1
    assert found.loc["PER", "difference"] == 1
    assert found.loc["LOC", "support"] == 2
    assert found.loc["all · micro", "A precision"] == 1 / 3


def test_the_sentence_over_the_table_names_only_labels_with_enough_support():
    assert score_table.summary(build(GOLD, A, B, "en")) == "Over all, B is 0.46 better than A."
    many = [(key, Document(TEXT, (PER, ORG, LOC))) for key in range(40)]
    worse = build(many, {k: [PER, ORG, LOC] for k in range(40)}, {k: [PER, ORG] for k in range(40)}, "en")
    assert score_table.summary(worse).endswith("the largest difference is on LOC, where B is 1.00 worse.")
    assert "weakest label with enough examples is LOC (0.00)" in score_table.summary(
        build(many, {k: [PER, ORG, Span(0, 3, "LOC")] for k in range(40)}, None, "en")
    )
