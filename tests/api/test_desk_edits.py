"""Edits as a browser's outbox sends them: applied once and in order, refused in words, undone over documents."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk import edits as desk_edits
from api.desk.edits import Edit
from core.documents import Span
from core.errors import InvalidValue
from db import documents, labels, suggestions
from tests.api.conftest import NEWS, make

MERKEL, SIEMENS, MUNICH = (0, 13, "PER"), (22, 29, "ORG"), (33, 39, "LOC")


def test_an_edit_is_stored_as_a_draft_with_its_revision(asking):
    edit = asking.edit(asking.change(0, added=[MERKEL, SIEMENS]))
    (result,) = asking.send(edit)
    assert result == {"id": edit["id"], "ok": True, "revisions": {str(asking.ids[0]): 1}}
    assert asking.spans() == [MERKEL, SIEMENS]
    assert (asking.stored().status, asking.stored().seconds) == ("draft", 1.5)


def test_a_retried_edit_is_applied_once_and_answered_the_same(asking):
    edit = asking.edit(asking.change(0, added=[MERKEL]))
    first = asking.send(edit)
    asking.send(asking.edit(asking.change(0, base=1, added=[MUNICH])))
    assert asking.send(edit) == first
    assert asking.spans() == [MERKEL, MUNICH]
    assert asking.stored().seconds == 3.0
    assert asking.stored().revision == 2


def test_edits_are_applied_in_order_and_stop_at_the_first_that_fails(asking):
    edits = [
        asking.edit(asking.change(0, added=[MERKEL])),
        asking.edit(asking.change(0, base=1, added=[(5, 20, "ORG")])),  # overlaps
        asking.edit(asking.change(1, added=[(0, 4, "LOC")])),
    ]
    results = asking.send(*edits)
    assert [(result["id"], result["ok"]) for result in results] == [(edits[0]["id"], True), (edits[1]["id"], False)]
    assert results[1]["kind"] == "refused"
    assert "overlap" in results[1]["message"]
    assert results[1]["current"] == {
        str(asking.ids[0]): {
            "revision": 1,
            "spans": [[0, 13, asking.labels["PER"]]],
            "status": "draft",
            "flagged": False,
        }
    }
    assert asking.spans() == [MERKEL]
    assert asking.spans(1) == []


def test_relabelling_accepting_and_flagging_are_one_edit_each(asking):
    asking.send(
        asking.edit(asking.change(0, added=[MERKEL])),
        asking.edit(asking.change(0, base=1, removed=[MERKEL], added=[(0, 13, "LOC")])),
        asking.edit(asking.change(0, base=2, flagged=True)),
        asking.edit(asking.change(0, base=3, status="accepted")),
        asking.edit(asking.change(0, base=4, added=[SIEMENS])),  # on an accepted one: it stays accepted
    )
    stored = asking.stored()
    assert asking.spans() == [(0, 13, "LOC"), SIEMENS]
    assert (stored.status, stored.flagged, stored.revision) == ("accepted", True, 5)


def test_a_stale_edit_is_refused_with_what_stands_now(asking):
    asking.send(asking.edit(asking.change(0, added=[MERKEL])))
    (result,) = asking.send(asking.edit(asking.change(0, base=0, added=[MUNICH])))
    assert (result["ok"], result["kind"]) == (False, "stale")
    assert result["current"][str(asking.ids[0])]["spans"] == [[0, 13, asking.labels["PER"]]]
    assert asking.spans() == [MERKEL]


def test_an_edit_over_many_documents_is_all_or_nothing(asking):
    good = asking.change(0, added=[MERKEL])
    (result,) = asking.send(asking.edit(good, asking.change(2, base=9, added=[(0, 8, "PER")])))
    assert result["kind"] == "stale"
    assert set(result["current"]) == {str(asking.ids[0]), str(asking.ids[2])}
    assert asking.spans() == []
    (result,) = asking.send(asking.edit(good, asking.change(2, added=[(0, 8, "PER")])))
    assert result["revisions"] == {str(asking.ids[0]): 1, str(asking.ids[2]): 1}
    assert (asking.spans(0), asking.spans(2)) == ([MERKEL], [(0, 8, "PER")])


def test_decisions_are_noted_with_the_edit_and_taken_back_with_it(asking):
    first, second = asking.suggest(0, "rules", Span(0, 13, "PER"), Span(22, 29, "ORG"))
    edit = asking.edit(asking.change(0, added=[MERKEL], decisions={str(first): "accepted", str(second): "corrected"}))
    asking.send(edit)
    assert decisions(asking) == {first: "accepted", second: "corrected"}
    asking.send({"id": str(uuid4()), "kind": "undo", "of": edit["id"]})
    assert decisions(asking) == {first: None, second: None}
    assert asking.spans() == []


def decisions(asking) -> dict[int, str | None]:
    with asking.store.reading() as session:
        return {found.id: found.decision for found in suggestions.load(session, asking.ids[0])}


def test_undo_and_redo_reach_over_documents_and_are_told_in_the_history(asking):
    one = asking.edit(asking.change(0, added=[MERKEL]), asking.change(2, added=[(0, 8, "PER")]), words="PER twice")
    two = asking.edit(asking.change(1, status="skipped"), words="skipped")
    asking.send(one, two)
    undo = {"id": str(uuid4()), "kind": "undo", "of": one["id"]}
    (result,) = asking.send({"id": str(uuid4()), "kind": "undo", "of": two["id"]})
    assert result["ok"]
    (result,) = asking.send(undo)
    assert set(result["revisions"]) == {str(asking.ids[0]), str(asking.ids[2])}
    assert asking.send(undo) == [result]  # a retry changes nothing
    assert [asking.stored(n).status for n in (0, 1, 2)] == ["unlabelled"] * 3
    told = asking.ask("history", {})["edits"]
    assert [(edit["id"], edit["words"], edit["state"]) for edit in told] == [
        (one["id"], "PER twice", "undone"),
        (two["id"], "skipped", "undone"),
    ]
    assert told[0]["documents"] == [{"id": asking.ids[0], "name": "#1"}, {"id": asking.ids[2], "name": "#3"}]
    assert asking.send({"id": str(uuid4()), "kind": "redo", "of": one["id"]})[0]["ok"]
    assert (asking.spans(0), asking.spans(2)) == ([MERKEL], [(0, 8, "PER")])


def test_a_new_edit_drops_what_was_undone(asking):
    one = asking.edit(asking.change(0, added=[MERKEL]))
    asking.send(one)
    asking.send({"id": str(uuid4()), "kind": "undo", "of": one["id"]})
    asking.send(asking.edit(asking.change(1, flagged=True), words="flag"))
    assert [edit["words"] for edit in asking.ask("history", {})["edits"]] == ["flag"]
    (result,) = asking.send({"id": str(uuid4()), "kind": "redo", "of": one["id"]})
    assert not result["ok"]
    assert asking.spans() == []


def test_an_undo_that_no_longer_fits_is_refused_with_what_stands_now(asking):
    one = asking.edit(asking.change(0, added=[MERKEL]))
    asking.send(one)
    asking.send(asking.edit(asking.change(0, base=1, removed=[MERKEL], added=[(0, 13, "LOC")])))
    (result,) = asking.send({"id": str(uuid4()), "kind": "undo", "of": one["id"]})
    assert not result["ok"]
    assert result["message"]
    assert asking.spans() == [(0, 13, "LOC")]


def test_undoing_what_nobody_did_is_gone(asking, elsewhere):
    foreign = elsewhere.edit(elsewhere.change(0, added=[MERKEL]))
    elsewhere.send(foreign)
    for kind in ("undo", "redo"):
        for of in (str(uuid4()), foreign["id"]):
            (result,) = asking.send({"id": str(uuid4()), "kind": kind, "of": of})
            assert (result["ok"], result["kind"]) == (False, "gone")
    assert elsewhere.spans() == [MERKEL]


def test_an_id_that_another_project_used_is_not_taken_for_a_retry(asking, elsewhere):
    key = str(uuid4())
    elsewhere.send(elsewhere.edit(elsewhere.change(0, added=[MERKEL]), key=key))
    results = asking.send(asking.edit(asking.change(0, added=[MUNICH]), key=key))
    assert asking.spans() == ([MUNICH] if results[0]["ok"] else [])
    assert elsewhere.spans() == [MERKEL]


def test_nothing_of_another_project_is_changed(asking, elsewhere):
    there = {"document": elsewhere.ids[0], "base": 0}
    own = {"document": asking.ids[0], "base": 0}
    for change, kind in (
        ({**there, "added": [[0, 13, asking.labels["PER"]]]}, "gone"),
        ({**there, "flagged": True}, "gone"),
        ({**there, "status": "accepted"}, "gone"),
        ({**own, "added": [[0, 13, elsewhere.labels["PER"]]]}, "refused"),
        ({**own, "removed": [[0, 13, elsewhere.labels["PER"]]]}, "refused"),
    ):
        (result,) = asking.send(asking.edit(change))
        assert (result["ok"], result["kind"]) == (False, kind), change
    assert asking.stored().revision == elsewhere.stored().revision == 0


def test_a_suggestion_of_another_document_is_not_decided(asking, elsewhere):
    """One that is not the document's counts as replaced meanwhile: the rest of the edit is applied."""
    foreign = [*elsewhere.suggest(0, "rules", Span(0, 13, "PER")), *asking.suggest(1, "rules", Span(0, 4, "LOC"))]
    decided = {str(number): "accepted" for number in [*foreign, 999_999]}
    assert asking.send(asking.edit(asking.change(0, added=[MERKEL], decisions=decided)))[0]["ok"]
    assert asking.spans() == [MERKEL]
    with asking.store.reading() as session:
        found = [*suggestions.load(session, elsewhere.ids[0]), *suggestions.load(session, asking.ids[1])]
    assert [suggestion.decision for suggestion in found] == [None, None]


def test_a_document_or_label_that_is_gone_is_told_apart_from_a_stale_one(asking):
    with asking.store.writing() as session:
        documents.delete(session, [asking.ids[3]], actor="you")
        labels.merge(session, asking.labels["LOC"], into=asking.labels["ORG"], actor="you")
    (result,) = asking.send(asking.edit(asking.change(3, added=[(0, 6, "PER")])))
    assert (result["kind"], result["current"]) == ("gone", {})
    (result,) = asking.send(asking.edit(asking.change(0, added=[MUNICH])))
    assert result["kind"] == "refused"
    assert f"no label with id {asking.labels['LOC']}" in result["message"]


def test_overlapping_spans_are_stored_where_the_project_allows_them(store):
    asking = make(store, overlap=True)
    assert asking.open()["sheet"]["overlaps"] is True
    assert asking.send(asking.edit(asking.change(0, added=[MERKEL, (7, 13, "PER"), (0, 13, "ORG")])))[0]["ok"]
    assert sorted(asking.spans()) == [(0, 13, "ORG"), (0, 13, "PER"), (7, 13, "PER")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"added": [[0, 13]]}, "three whole numbers"),
        ({"added": [[0, 13, "PER"]]}, "three whole numbers"),
        ({"added": [[0, 13.0, 1]]}, "three whole numbers"),
        ({"added": [[False, 13, 1]]}, "three whole numbers"),
        ({"added": ["abc"]}, "three whole numbers"),
        ({"added": [{}]}, "three whole numbers"),
        ({"added": {"0": 1}}, "'added'"),
        ({"added": None}, "'added'"),
        ({"added": [[13, 13, 1]]}, "start < end"),
        ({"added": [[13, 0, 1]]}, "start < end"),
        ({"added": [[-1, 3, 1]]}, "start < end"),
        ({"added": [[0, 10**300, 1]]}, "start < end"),
        ({"added": [[0, len(NEWS) + 1, 1]]}, f"{len(NEWS)} characters"),
        ({"added": [[0, 2**52, 1]]}, f"{len(NEWS)} characters"),
        ({"added": [[6, 7, 1]]}, "white space"),
        ({"added": [[0, 13, 1], [0, 13, 1]]}, "twice"),
        ({"added": [[0, 13, 99]]}, "no label with id 99"),
        ({"added": [[0, 13, 10**300]]}, "more than 20 digits"),
        ({"removed": 5}, "'removed'"),
        ({"removed": [[0, 13, 1]]}, ""),  # not there
        ({"flagged": 1}, "'flagged'"),
        ({"status": "done"}, "'status'"),
        ({"status": ["accepted"]}, "'status'"),
        ({"base": -1}, "'base'"),
        ({"base": None}, "'base'"),
        ({"base": "0"}, "'base'"),
        ({"base": True}, "'base'"),
        ({"document": "x"}, "'document'"),
        ({"document": None}, "'document'"),
        ({"document": 2**70}, "'document'"),
        ({"decisions": []}, ""),
        ({"decisions": [1]}, "'decisions'"),
        ({"decisions": {"x": "accepted"}}, "by number"),
        ({"decisions": {"٤٠": "accepted"}}, "by number"),
        ({"decisions": {"9" * 400: "accepted"}}, "by number"),
        ({"decisions": {"1": "maybe"}}, "'decision'"),
        ({"decisions": {"1": ["accepted"]}}, "'decision'"),
        ({"more": 1}, "no field 'more'"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_the_reason_and_stores_nothing(asking, change, reason):
    (result,) = asking.send(asking.edit({**asking.change(0), **change}))
    if result["ok"]:
        assert change == {"decisions": []}  # counts as none
    else:
        assert result["kind"] in ("refused", "gone", "stale")
        assert reason in result["message"]
        assert len(result["message"]) < 400
    assert asking.spans() == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"kind": "delete"}, "'kind'"),
        ({"kind": None}, "'kind'"),
        ({"kind": ["edit"]}, "'kind'"),
        ({"words": None}, "'words'"),
        ({"words": 5}, "'words'"),
        ({"words": "a" * 201}, "at most 200"),
        ({"words": "a\0"}, "'words'"),
        ({"seconds": "5"}, "'seconds'"),
        ({"seconds": None}, "'seconds'"),
        ({"seconds": True}, "'seconds'"),
        ({"seconds": -0.1}, "0 or more"),
        ({"changes": None}, "'changes'"),
        ({"changes": {}}, "'changes'"),
        ({"changes": []}, "at least one document"),
        ({"changes": [None]}, "'change'"),
        ({"changes": ["x"] * 2_001}, "at most 2,000"),
        ({"of": "x"}, "no field 'of'"),
        ({"more": {}}, "no field 'more'"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_the_reason(asking, values, reason):
    (result,) = asking.send(asking.edit(asking.change(0, added=[MERKEL]), **values))
    assert (result["ok"], result["kind"]) == (False, "refused")
    assert reason in result["message"]
    assert asking.spans() == []


def test_a_document_named_twice_in_an_edit_is_refused(asking):
    (result,) = asking.send(asking.edit(asking.change(0, added=[MERKEL]), asking.change(0, added=[MUNICH])))
    assert "once" in result["message"]


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_seconds_that_are_no_number_are_refused(asking, seconds):
    change = '{"document": 1, "base": 0}'
    raw = f'{{"id": "{uuid4()}", "kind": "edit", "words": "w", "seconds": {seconds}, "changes": [{change}]}}'
    answer = asking.client.post(
        f"/api/desk/{asking.project.id}/edits",
        content=f'{{"edits": [{raw}]}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.json()["results"][0]["message"].startswith("'seconds'")


def test_an_hour_is_the_most_that_one_edit_can_have_taken(asking):
    asking.send(asking.edit(asking.change(0, added=[MERKEL]), seconds=10**300))
    assert asking.stored().seconds == desk_edits.MAX_SECONDS


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "'edits'"),
        ({"edits": None}, "'edits'"),
        ({"edits": {}}, "'edits'"),
        ({"edits": []}, "at least one"),
        ({"edits": [{}] * 201}, "at most 200"),
        ({"edits": [None]}, "'edit'"),
        ({"edits": [{}]}, "'id'"),
        ({"edits": [{"id": 5}]}, "'id'"),
        ({"edits": [{"id": "x" * 100}]}, "'id'"),
        ({"edits": [{"id": "{0b9c6a52-6f0e-4b0e-9d2c-3b8f6f1f0a11}"}]}, "'id'"),
        ({"edits": [], "more": 1}, "no field 'more'"),
    ],
)
def test_a_list_without_usable_ids_is_422_and_nothing_is_done(asking, body, reason):
    answer = asking.post("edits", body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


def test_one_edit_without_an_id_spoils_the_list_before_the_first_is_applied(asking):
    answer = asking.post("edits", {"edits": [asking.edit(asking.change(0, added=[MERKEL])), {"kind": "edit"}]})
    assert answer.status_code == 422
    assert asking.spans() == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
GOOD = {
    "id": "0b9c6a52-6f0e-4b0e-9d2c-3b8f6f1f0a11",
    "kind": "edit",
    "words": "PER",
    "seconds": 2,
    "changes": [{"document": 1, "base": 0, "added": [[0, 3, 7]], "removed": [], "decisions": {"4": "accepted"}}],
}


@given(name=st.sampled_from(sorted(GOOD)), value=JSON)
def test_whatever_stands_in_an_edit_is_checked_or_refused(name, value):
    try:
        parsed = Edit.parse({**GOOD, name: value}, {7: "PER"})
    except InvalidValue:
        return
    assert 0 <= parsed.seconds <= desk_edits.MAX_SECONDS


@given(name=st.sampled_from(sorted(desk_edits.CHANGE_FIELDS)), value=JSON)
def test_whatever_stands_in_a_change_is_checked_or_refused(name, value):
    change = {**GOOD["changes"][0], name: value}
    try:
        parsed = Edit.parse({**GOOD, "changes": [change]}, {7: "PER"})
    except InvalidValue:
        return
    assert all(span.label == "PER" for span in parsed.changes[0].added)
