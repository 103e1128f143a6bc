from __future__ import annotations

import pytest

from core.documents import Document
from core.errors import InvalidValue, NotFound
from db import annotations, comments, documents, labels, listing
from db.documents import Filter


def listed(s, project, **wanted):
    rows, total = documents.list_documents(s, project.id, Filter(**wanted))
    assert total == len(rows)
    return [row.name for row in rows]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("LOVELACE", ["ada"]),
        ("北京", ["li"]),
        ("😀", ["li"]),
        ("éclair", ["odd"]),
        ("STRASSE", ["odd"]),
        ("100%", ["odd"]),
        ("100% of", ["odd"]),
        ("R_i", ["odd"]),
        ("a_a", []),
        ("%", ["odd"]),
        ("none", ["none"]),
        ("", ["ada", "li", "none", "odd"]),
    ],
)
def test_search_finds_a_part_of_text_or_name_in_any_case_and_takes_signs_as_they_are(store, project, search, found):
    with store.reading() as s:
        assert listed(s, project, search=search) == found


def test_each_filter_narrows_the_list_and_they_narrow_together(store, project, ids):
    with store.writing() as s:
        annotations.save(s, ids[2], spans=[], base_revision=0, status="draft", flagged=True, actor="you")
        org = labels.ids(s, project.id)["ORG"]
    with store.reading() as s:
        assert listed(s, project, status="accepted") == ["ada", "li", "odd"]
        assert listed(s, project, status="draft") == ["none"]
        assert listed(s, project, status="unlabelled") == []
        assert listed(s, project, split="train") == ["odd"]
        assert listed(s, project, split="none") == ["ada", "none"]
        assert listed(s, project, label_id=org) == ["odd"]
        assert listed(s, project, flagged=True) == ["none"]
        assert listed(s, project, flagged=False) == ["ada", "li", "odd"]
        assert listed(s, project, status="accepted", split="none", search="babbage") == ["ada"]
        assert listed(s, project, status="draft", split="train") == []


def test_a_filter_for_something_that_is_not_is_refused():
    with pytest.raises(InvalidValue, match="status is one of"):
        Filter(status="done")
    with pytest.raises(InvalidValue, match="split is one of"):
        Filter(split="validation")


def test_a_page_of_the_list_says_how_many_there_are_in_all(store, project):
    with store.reading() as s:
        rows, total = documents.list_documents(s, project.id, offset=2, limit=1)
        assert ([row.name for row in rows], total) == (["none"], 4)
        assert documents.list_documents(s, project.id, offset=9, limit=5) == ([], 4)


def test_a_preview_is_the_beginning_on_one_line(store, project):
    with store.writing() as s:
        documents.add_documents(s, project.id, [Document("a\n\tb " + "x" * 300)], actor="you")
        row = documents.list_documents(s, project.id)[0][-1]
    assert row.preview == "a b " + "x" * 155 + "…"
    assert row.characters == 305


def test_the_neighbours_of_a_document_are_those_that_pass_the_filter(store, project, ids):
    open_ones = Filter(status="unlabelled")
    with store.writing() as s:
        assert documents.neighbour(s, project.id, ids[0], step=1) == ids[1]
        assert documents.neighbour(s, project.id, ids[0], step=-1) is None
        assert documents.neighbour(s, project.id, ids[3], step=1) is None
        assert documents.neighbour(s, project.id, ids[0], open_ones, step=1) == ids[2]
        assert documents.neighbour(s, project.id, ids[3], open_ones, step=-1) == ids[2]
        assert documents.first(s, project.id, open_ones) == ids[2]
        annotations.save(s, ids[2], spans=[], base_revision=0, status="accepted", actor="you")
        assert documents.first(s, project.id, open_ones) is None
        with pytest.raises(InvalidValue):
            documents.neighbour(s, project.id, ids[0], step=2)
        with pytest.raises(NotFound):
            documents.neighbour(s, project.id + 1, ids[0], step=1)


def test_the_rank_says_where_among_how_many_a_document_is(store, project, ids):
    with store.reading() as s:
        assert documents.rank(s, project.id, ids[2]) == (3, 4)
        assert documents.rank(s, project.id, ids[3], Filter(status="accepted")) == (3, 3)
        assert documents.rank(s, project.id, ids[2], Filter(status="accepted")) == (2, 3)


def test_documents_with_an_open_comment_are_found(store, project, ids):
    with store.writing() as s:
        first = comments.add(s, ids[1], body="unclear", actor="you")
        comments.add(s, ids[2], body="well", actor="you")
        comments.resolve(s, first.id, actor="you")
        found, total = documents.list_documents(s, project.id, Filter(commented=True))
        assert ([row.id for row in found], total) == ([ids[2]], 1)
        assert documents.list_documents(s, project.id, Filter(commented=False))[1] == 3


def test_the_tally_says_how_many_documents_of_each_status_a_filter_lets_through(store, project, ids):
    with store.writing() as s:
        annotations.save(s, ids[2], spans=[], base_revision=0, status="draft", flagged=True, actor="you")
        all_of_them = listing.tally(s, project.id)
        dev = listing.tally(s, project.id, Filter(split="dev"))
    assert all_of_them == {"unlabelled": 0, "draft": 1, "accepted": 3, "skipped": 0, "all": 4, "flagged": 1}
    assert dev == {"unlabelled": 0, "draft": 0, "accepted": 1, "skipped": 0, "all": 1, "flagged": 0}
