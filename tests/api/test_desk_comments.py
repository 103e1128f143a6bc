"""Comments on documents and spans, as the desk writes, resolves and removes them."""

from __future__ import annotations

import pytest

from db import comments
from tests.api.conftest import NEWS


def stored(asking, number: int = 0) -> list[tuple[str, int | None, int | None, bool]]:
    with asking.store.reading() as session:
        return [(c.body, c.start, c.end, c.resolved) for c in comments.of(session, asking.ids[number])]


def add(asking, body: str, start: int | None = None, end: int | None = None, number: int = 0):
    added = {"body": body, "start": start, "end": end}
    return asking.ask("comments", {"document": asking.ids[number], "add": added})["comments"]


def test_comments_on_a_document_and_on_a_range_are_kept_in_order(asking):
    add(asking, "Which Siemens?", 22, 29)
    told = add(asking, "  整篇都好 👍\nyes  ")
    assert stored(asking) == [("Which Siemens?", 22, 29, False), ("整篇都好 👍\nyes", None, None, False)]
    assert [(c["body"], c["start"], c["end"], c["who"]) for c in told] == [
        ("Which Siemens?", 22, 29, "you"),
        ("整篇都好 👍\nyes", None, None, "you"),
    ]
    assert told[0]["at"] <= told[1]["at"]


def test_a_comment_is_resolved_opened_again_and_removed(asking):
    (told,) = add(asking, "Sure?")
    body = {"document": asking.ids[0], "resolve": told["id"]}
    assert asking.ask("comments", {**body, "resolved": True})["comments"][0]["resolved"] is True
    assert stored(asking)[0][3] is True
    asking.ask("comments", {**body, "resolved": False})
    assert stored(asking)[0][3] is False
    assert asking.ask("comments", {"document": asking.ids[0], "remove": told["id"]}) == {"comments": []}
    assert stored(asking) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "one of add, resolve, remove"),
        ({"add": {"body": "x"}, "remove": 1}, "one of add, resolve, remove"),
        ({"add": "x"}, "'add'"),
        ({"add": None}, "'add'"),
        ({"add": {"body": ""}}, "1 to 5,000"),
        ({"add": {"body": " \n "}}, "1 to 5,000"),
        ({"add": {"body": 5}}, "'body'"),
        ({"add": {"body": "a" * 5_001}}, "at most 5,000"),
        ({"add": {"body": "a\0b"}}, "'body'"),
        ({"add": {"body": "x", "start": 3}}, "or neither"),
        ({"add": {"body": "x", "end": 3}}, "or neither"),
        ({"add": {"body": "x", "start": 3, "end": 3}}, "start < end"),
        ({"add": {"body": "x", "start": 0, "end": len(NEWS) + 1}}, "start < end"),
        ({"add": {"body": "x", "start": "0", "end": 3}}, "'start'"),
        ({"add": {"body": "x", "start": 0, "end": True}}, "'end'"),
        ({"add": {"body": "x", "who": "me"}}, "no field 'who'"),
        ({"resolve": "1", "resolved": True}, "'resolve'"),
        ({"remove": None}, "'remove'"),
        ({"remove": 1.5}, "'remove'"),
    ],
)
def test_a_comment_that_makes_no_sense_is_422_with_the_reason(asking, values, reason):
    answer = asking.post("comments", {"document": asking.ids[0], **values})
    assert answer.status_code == 422
    assert reason in answer.json()["error"]
    assert stored(asking) == []


def test_resolving_says_to_what(asking):
    (told,) = add(asking, "Sure?")
    for resolved in (None, 1, "true"):
        body = {"document": asking.ids[0], "resolve": told["id"], "resolved": resolved}
        assert asking.post("comments", body).status_code == 422


def test_half_a_surrogate_pair_is_no_comment(asking):
    raw = f'{{"document": {asking.ids[0]}, "add": {{"body": "\\ud83d"}}}}'
    answer = asking.client.post(
        f"/api/desk/{asking.project.id}/comments", content=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422


def test_nothing_of_another_project_or_document_is_touched(asking, elsewhere):
    (foreign,) = add(elsewhere, "Theirs")
    (other,) = add(asking, "On another document", number=1)
    here = asking.ids[0]
    assert asking.post("comments", {"document": elsewhere.ids[0], "add": {"body": "x"}}).status_code == 404
    for number in (foreign["id"], other["id"], 999_999):
        assert asking.post("comments", {"document": here, "remove": number}).status_code == 404
        body = {"document": here, "resolve": number, "resolved": True}
        assert asking.post("comments", body).status_code == 404
    assert stored(elsewhere) == [("Theirs", None, None, False)]
    assert stored(asking, 1) == [("On another document", None, None, False)]
