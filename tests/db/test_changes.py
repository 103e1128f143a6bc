from __future__ import annotations

import pytest
from sqlalchemy import event, text

from core.documents import Document, Span
from core.errors import InvalidSpan, InvalidValue, NotFound, StaleRevision
from db import annotations, documents, events, projects, schema, snapshots
from db.listing import Filter, first, list_documents, neighbour

NAMED = Span(0, 7, "ORG")


def change(store, document_id, **asked):
    with store.writing() as s:
        annotations.alter(s, document_id, **{"base_revision": None, "actor": "you", **asked})
        return annotations.load(s, document_id)


def test_a_change_keeps_the_rows_of_the_spans_that_stay(store, project, ids):
    def rows():
        with store.reading() as s:
            return {(row.start, row.end): row.id for row in s.query(schema.Span)}

    before = rows()
    changed = change(
        store, ids[0], base_revision=1, removed=[Span(0, 12, "PER")], added=[Span(0, 3, "PER")], seconds=3
    )
    assert changed.spans == (Span(0, 3, "PER"), Span(36, 42, "LOC"))
    assert (changed.revision, changed.status, changed.seconds) == (2, "accepted", 3)
    after = rows()
    assert after[36, 42] == before[36, 42]
    assert change(store, ids[0], flagged=True, seconds=2).seconds == 5


def test_the_event_of_a_change_holds_the_delta_only(store, project, ids):
    change(store, ids[0], removed=[Span(0, 12, "PER")], added=[Span(0, 3, "PER")])
    with store.reading() as s:
        told = events.recent(s, project.id, limit=1)[0]
    assert (told.action, told.subject) == ("annotation.changed", f"document {ids[0]}")
    assert told.before == {"revision": 1, "removed": [[0, 12, "PER"]]}
    assert told.after == {"revision": 2, "added": [[0, 3, "PER"]]}


def test_touched_spans_make_a_draft_of_what_is_unlabelled_or_skipped_and_leave_accepted_alone(store, project, ids):
    assert change(store, ids[2], flagged=True).status == "unlabelled"
    assert change(store, ids[2], added=[NAMED]).status == "draft"
    assert change(store, ids[2], status="skipped").status == "skipped"
    assert change(store, ids[2], removed=[NAMED]).status == "draft"
    assert change(store, ids[0], removed=[Span(0, 12, "PER")]).status == "accepted"


def test_what_changes_nothing_makes_no_revision_and_no_event(store, project, ids):
    with store.reading() as s:
        before = events.recent(s, project.id, limit=1)
    assert change(store, ids[0], status="accepted", flagged=False, seconds=1).revision == 1
    assert change(store, ids[2]).revision == 0
    with store.reading() as s:
        assert events.recent(s, project.id, limit=1) == before


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"added": [Span(5, 20, "ORG")]}, InvalidSpan, "The spans PER 0-12 and ORG 5-20 overlap. Shorten"),
        ({"added": [Span(0, 12, "PER")]}, InvalidSpan, "PER 0-12 is there already"),
        ({"added": [Span(30, 37, "ORG")]}, InvalidSpan, "LOC 36-42 and ORG 30-37 overlap"),
        ({"added": [Span(13, 16, "ORG"), Span(15, 20, "ORG")]}, InvalidSpan, "overlap"),
        ({"added": [Span(13, 16, "ORG"), Span(13, 16, "ORG")]}, InvalidSpan, "there twice"),
        ({"added": [Span(40, 99, "ORG")]}, InvalidSpan, "ends beyond the text, which has 43 characters"),
        ({"added": [Span(13, 16, "GPE")]}, InvalidSpan, "no label 'GPE'.*it has: LOC, ORG, PER"),
        ({"removed": [Span(13, 16, "ORG")]}, InvalidSpan, "ORG 13-16 is not there"),
        ({"removed": [Span(0, 12, "GPE")]}, InvalidSpan, "no label 'GPE'"),
        ({"status": "unlabelled"}, InvalidValue, "ada still has spans"),
        ({"status": "finished"}, InvalidValue, "one of unlabelled, draft, accepted, skipped"),
        ({"seconds": -1.0}, InvalidValue, "from 0 up, not -1"),
        ({"seconds": float("nan")}, InvalidValue, "from 0 up"),
        ({"base_revision": 0, "status": "draft"}, StaleRevision, "ada was saved in between: it is at revision 1"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_leaves_everything(store, project, ids, asked, error, message):
    with store.writing() as s:
        before = annotations.load(s, ids[0])
        with pytest.raises(error, match=message), s.begin_nested():
            annotations.alter(s, ids[0], **{"base_revision": 1, "actor": "you", **asked})
        assert annotations.load(s, ids[0]) == before


def test_a_change_of_a_document_that_is_not_there_is_refused(store, project):
    with pytest.raises(NotFound):
        change(store, 9999, flagged=True)


def test_many_new_spans_are_checked_against_all_that_are_there(store):
    with store.writing() as s:
        made = projects.create(s, name="p", title="P", language="en", labels=["A"], actor="you")
        documents.add_documents(s, made.id, [Document("x" * 1000)], actor="you")
        document_id = first(s, made.id)
    own = [Span(4 * n, 4 * n + 2, "A") for n in range(200)]
    assert change(store, document_id, added=own).spans == tuple(own)
    shifted = [Span(4 * n + 2, 4 * n + 4, "A") for n in range(100)]
    with pytest.raises(InvalidSpan, match="A 400-402 and A 401-404 overlap"):
        change(store, document_id, added=[*shifted, Span(401, 404, "A")])
    assert len(change(store, document_id, added=shifted, removed=own[100:]).spans) == 200


def test_overlapping_spans_may_be_added_where_the_project_allows_them_but_the_same_one_only_once(store, project, ids):
    with store.writing() as s:
        projects.update(s, project.id, overlap=True, actor="you")
    inner = Span(0, 3, "ORG")
    assert inner in change(store, ids[0], added=[inner]).spans
    with pytest.raises(InvalidSpan, match="there already"):
        change(store, ids[0], added=[inner])


def test_a_change_costs_the_same_number_of_statements_in_a_document_full_of_spans(store):
    with store.writing() as s:
        made = projects.create(s, name="p", title="P", language="en", labels=["A"], actor="you")
        documents.add_documents(s, made.id, [Document("x" * 9000), Document("y" * 9000)], actor="you")
        few, many = (row.id for row in list_documents(s, made.id)[0])
    change(store, few, added=[Span(0, 1, "A")])
    change(store, many, added=[Span(2 * n, 2 * n + 1, "A") for n in range(3000)])

    def statements(document_id: int) -> list[str]:
        seen: list[str] = []

        def note(_link, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        event.listen(store.engine, "before_cursor_execute", note)
        with store.writing() as s:
            annotations.alter(s, document_id, base_revision=1, added=[Span(8000, 8001, "A")], actor="you")
        event.remove(store.engine, "before_cursor_execute", note)
        return seen

    assert statements(few) == statements(many)
    if store.engine.dialect.name == "sqlite":
        with store.reading() as s:
            plan = s.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT start FROM span WHERE annotation_id = 1 AND start < 9 "
                    "ORDER BY start DESC LIMIT 1"
                )
            ).all()
        assert [("INDEX" in row[-1]) for row in plan] == [True], plan


def test_an_answer_taken_back_is_unlabelled_everywhere(store, project, ids):
    with store.writing() as s:
        documents.set_split(s, ids, "train", actor="you")
    change(store, ids[0], status="unlabelled", removed=[Span(0, 12, "PER"), Span(36, 42, "LOC")])
    with store.writing() as s:
        summary = projects.summary(s, project.id)
        assert (summary.unlabelled, summary.accepted, summary.drafts) == (2, 2, 0)
        assert [row.id for row in list_documents(s, project.id, Filter(status="unlabelled"))[0]] == [ids[0], ids[2]]
        assert first(s, project.id, Filter(status="to do")) == ids[0]
        assert snapshots.freeze(s, project.id, actor="you").documents["train"] == 2
        assert [document_id for document_id, _ in annotations.gold(s, project.id)] == [ids[1], ids[3]]


def test_to_do_is_what_is_neither_accepted_nor_skipped(store, project, ids):
    queue = Filter(status="to do")
    change(store, ids[1], status="draft")
    change(store, ids[3], status="skipped")
    with store.reading() as s:
        assert [row.id for row in list_documents(s, project.id, queue)[0]] == [ids[1], ids[2]]
        assert neighbour(s, project.id, ids[1], queue) == ids[2]
        assert neighbour(s, project.id, ids[2], queue) is None
