"""Whether a browser still sees what is stored."""

from __future__ import annotations

import pytest

MERKEL = (0, 13, "PER")


def test_check_says_only_the_revision_until_somebody_saves(asking):
    body = {"document": asking.ids[0], "revision": 0}
    assert asking.ask("check", body) == {"revision": 0}
    asking.send(asking.edit(asking.change(0, added=[MERKEL])))
    assert asking.ask("check", body) == {
        "revision": 1,
        "spans": [[0, 13, asking.labels["PER"]]],
        "status": "draft",
        "flagged": False,
    }
    assert asking.ask("check", {**body, "revision": 1}) == {"revision": 1}


@pytest.mark.parametrize("document", [None, "1", True, -1, 2**60, [1], 1.5])
def test_check_wants_a_document_and_a_revision(asking, document):
    assert asking.post("check", {"document": document, "revision": 0}).status_code == 422
    assert asking.post("check", {"document": asking.ids[0], "revision": document}).status_code == 422


def test_check_tells_nothing_of_another_project(asking, elsewhere):
    answer = asking.post("check", {"document": elsewhere.ids[0], "revision": 5})
    assert answer.status_code == 404
    assert "spans" not in answer.text
