from __future__ import annotations

import pytest

from core.documents import Span
from core.errors import Conflict, InvalidSpan, InvalidValue, NotFound, StaleRevision
from db import annotations, documents, edits, labels, projects, schema, suggestions
from db.edits import Change
from db.listing import Filter, list_documents
from tests.db.editing import NAMED, do, history, key, redo, stands, undo


def test_a_retried_edit_is_applied_once_and_answers_the_same(store, project, ids):
    change = Change(ids[2], 0, added=(NAMED,))
    first = do(store, project, change, own="e1", seconds=2.5)
    assert do(store, project, change, own="e1", seconds=2.5) == first == {ids[2]: 1}
    now = stands(store, ids[2])
    assert (now.revision, now.spans, now.status, now.seconds) == (1, (NAMED,), "draft", 2.5)
    assert len(history(store, project)) == 1


def test_the_words_of_an_edit_go_with_its_document_and_when_it_can_no_longer_be_undone(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), words="ORG “Siemens”", own="e1")
    do(store, project, Change(ids[0], None, flagged=True), words="flagged", own="e2")
    undo(store, project, "e2")
    do(store, project, Change(ids[1], None, flagged=True), words="flagged another", own="e3")
    with store.writing() as s:
        documents.delete(s, [ids[2]], actor="you")
    with store.reading() as s:
        kept = {row.key: row.words for row in s.query(schema.Edit)}
    assert kept == {"e1": "an edit of a deleted document", "e2": "", "e3": "flagged another"}


def test_undoing_the_first_edit_leaves_the_document_unlabelled_as_if_it_had_never_been_opened(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,), flagged=True, status="accepted"), own="e1")
    assert undo(store, project, "e1") == {ids[2]: 2}
    now = stands(store, ids[2])
    assert (now.spans, now.status, now.flagged) == ((), "unlabelled", False)
    with store.reading() as s:
        summary = projects.summary(s, project.id)
        assert (summary.unlabelled, summary.accepted, summary.flagged) == (1, 3, 0)
        for status in ("unlabelled", "to do"):
            rows, total = list_documents(s, project.id, Filter(status=status))
            assert ([row.id for row in rows], total, rows[0].status) == ([ids[2]], 1, "unlabelled")
    redo(store, project, "e1")
    again = stands(store, ids[2])
    assert (again.spans, again.status, again.flagged) == ((NAMED,), "accepted", True)


def test_an_edit_over_documents_is_applied_whole_or_not_at_all(store, project, ids):
    with pytest.raises(StaleRevision, match="odd was saved in between"):
        do(store, project, Change(ids[2], 0, added=(NAMED,)), Change(ids[3], 7, status="skipped"))
    with store.writing() as s, pytest.raises(InvalidSpan):
        edits.apply(
            s,
            project.id,
            key=key(),
            words="",
            changes=[Change(ids[2], added=(NAMED,)), Change(ids[3], added=(Span(0, 999, "PER"),))],
            actor="you",
        )
    assert stands(store, ids[2]).revision == 0
    assert history(store, project) == []


def test_a_retried_undo_is_harmless_and_an_undo_of_what_is_undone_says_so(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1", words="ORG “Nothing”")
    told = undo(store, project, "e1", own="u1")
    assert undo(store, project, "e1", own="u1") == told
    assert stands(store, ids[2]).revision == 2
    with pytest.raises(Conflict, match=r"“ORG “Nothing”” cannot be undone: it is undone already"):
        undo(store, project, "e1")
    redo(store, project, "e1", own="r1")
    assert undo(store, project, "e1", own="u1") == told, "the answer of the first undo, and nothing undone again"
    assert stands(store, ids[2]).spans == (NAMED,)


def test_an_undo_that_no_longer_fits_is_refused_with_the_documents_name_and_changes_nothing(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1")
    with store.writing() as s:
        annotations.save(s, ids[2], spans=[], base_revision=1, status="draft", actor="you")
    with pytest.raises(Conflict, match=r"cannot be undone: none was changed since\. The span ORG 0-7 is not there"):
        undo(store, project, "e1")
    assert (stands(store, ids[2]).revision, history(store, project)[0].state) == (2, "done")
    with store.writing() as s:
        annotations.save(s, ids[2], spans=[NAMED], base_revision=2, status="skipped", actor="you")
    with pytest.raises(Conflict, match="none was changed since, its status is skipped"):
        undo(store, project, "e1")


def test_edits_of_a_document_are_undone_from_the_last_one_back(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1", words="one")
    do(store, project, Change(ids[2], 1, added=(Span(8, 10, "PER"),)), own="e2", words="two")
    with pytest.raises(Conflict, match="“one” cannot be undone before the later “two”"):
        undo(store, project, "e1")
    undo(store, project, "e2")
    undo(store, project, "e1")
    with pytest.raises(Conflict, match="“two” cannot be redone before the earlier “one”"):
        redo(store, project, "e2")


def test_a_new_edit_drops_what_was_undone(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1")
    undo(store, project, "e1")
    do(store, project, Change(ids[3], None, flagged=True), own="e2")
    with pytest.raises(Conflict, match="cannot be redone: something else was done since"):
        redo(store, project, "e1")
    assert [(edit.key, edit.state) for edit in history(store, project)] == [("e2", "done")]


def test_the_last_200_edits_are_kept_and_older_ones_are_still_known(store, project, ids, monkeypatch):
    monkeypatch.setattr(edits, "KEPT", 3)
    monkeypatch.setattr(edits, "REMEMBERED", 5)
    for number in range(7):
        do(store, project, Change(ids[2], None, flagged=number % 2 == 0), own=f"e{number}")
    with pytest.raises(Conflict, match="only the last 3 are kept"):
        undo(store, project, "e3")
    with pytest.raises(NotFound, match="no edit e0"):
        undo(store, project, "e0")
    before = stands(store, ids[2])
    assert do(store, project, Change(ids[2], None, flagged=True), own="e3") == {ids[2]: 4}
    assert stands(store, ids[2]) == before
    assert [edit.key for edit in history(store, project)] == ["e4", "e5", "e6"]


def test_an_edit_whose_document_or_label_is_gone_is_refused_in_words(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1", words="first")
    do(store, project, Change(ids[3], None, added=(Span(0, 6, "LOC"),)), own="e2", words="second")
    with store.writing() as s:
        known = labels.ids(s, project.id)
        labels.merge(s, known["LOC"], into=known["PER"], actor="you")
        documents.delete(s, [ids[2]], actor="you")
    with pytest.raises(Conflict, match="in odd, a label of it was merged or removed since"):
        undo(store, project, "e2")
    with pytest.raises(Conflict, match=f"“{edits.DELETED}” cannot be undone: document {ids[2]} was deleted"):
        undo(store, project, "e1")
    assert [change.added for edit in history(store, project) for change in edit.changes] == [(NAMED,), ()]
    with store.writing() as s:
        projects.delete(s, project.id, actor="you")
        assert s.query(schema.Edit).count() == 0


def test_a_renamed_label_is_no_obstacle_to_undo(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1")
    with store.writing() as s:
        labels.update(s, labels.ids(s, project.id)["ORG"], name="FIRM", actor="you")
    undo(store, project, "e1")
    assert stands(store, ids[2]).spans == ()


def test_decisions_on_suggestions_are_part_of_an_edit_and_of_its_undo(store, project, ids):
    with store.writing() as s:
        suggestions.replace(s, ids[2], "model 1", [Span(0, 7, "ORG", 0.9), Span(8, 10, "PER", 0.5)])
        one, two = (item.id for item in suggestions.load(s, ids[2]))
    change = Change(ids[2], 0, added=(NAMED,), decisions={one: "corrected", two: "rejected", 10_000: "rejected"})
    do(store, project, change, own="e1")

    def decided():
        with store.reading() as s:
            return [item.decision for item in suggestions.load(s, ids[2])]

    assert decided() == ["corrected", "rejected"]
    with store.reading() as s:
        found = {
            row.label: (row.accepted, row.corrected, row.rejected, row.open)
            for row in suggestions.acceptance(s, project.id)
        }
    assert found == {"ORG": (0, 1, 0, 0), "PER": (0, 0, 1, 0)}
    undo(store, project, "e1")
    assert decided() == [None, None]
    redo(store, project, "e1")
    with store.writing() as s:
        suggestions.decide(s, [two], "accepted", actor="you")
    with pytest.raises(Conflict, match="a suggestion in none was decided otherwise since"):
        undo(store, project, "e1")


def test_a_decision_alone_makes_no_revision(store, project, ids):
    with store.writing() as s:
        suggestions.replace(s, ids[0], "model 1", [Span(13, 16, "ORG")])
        (one,) = suggestions.load(s, ids[0])
    assert do(store, project, Change(ids[0], 1, decisions={one.id: "rejected"}), seconds=4) == {ids[0]: 1}
    assert stands(store, ids[0]).seconds == 4


@pytest.mark.parametrize(
    ("changes", "words", "own", "error"),
    [
        ([], "x", "e1", InvalidValue),
        ([Change(1), Change(1)], "x", "e1", InvalidValue),
        ([Change(1)], "x" * 201, "e1", InvalidValue),
        ([Change(1)], "x", "k" * 37, InvalidValue),
        ([Change(1)], "x", "", InvalidValue),
        ([Change(9999)], "x", "e1", NotFound),
        ([Change(1, status="done")], "x", "e1", InvalidValue),
        ([Change(1, status="unlabelled")], "x", "e1", InvalidValue),
    ],
)
def test_an_edit_that_cannot_be_is_refused(store, project, ids, changes, words, own, error):
    with store.writing() as s, pytest.raises(error):
        edits.apply(s, project.id, key=own, words=words, changes=changes, actor="you")
    assert history(store, project) == []


def test_an_edit_of_another_project_is_neither_found_nor_repeated(store, project, ids):
    do(store, project, Change(ids[2], 0, added=(NAMED,)), own="e1")
    with store.writing() as s:
        other = projects.create(s, name="other", title="Other", language="en", labels=["PER"], actor="you")
    with pytest.raises(NotFound):
        undo(store, other, "e1")
    with pytest.raises(Conflict, match="another project"):
        do(store, other, Change(ids[2], 0), own="e1")
    with pytest.raises(NotFound, match="project has no document"):
        do(store, other, Change(ids[2], 1, flagged=True))
