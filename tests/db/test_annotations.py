from __future__ import annotations

import pytest

from core.documents import Document, Span
from core.errors import InvalidSpan, InvalidValue, NotFound, StaleRevision
from db import annotations, documents, events, projects


def save(s, document_id, spans, base, **options):
    values = {"status": "accepted", "actor": "you"} | options
    return annotations.save(s, document_id, spans=spans, base_revision=base, **values)


def test_a_document_that_nobody_answered_has_an_empty_annotation(store, ids):
    with store.reading() as s:
        found = annotations.load(s, ids[2])
    assert (found.revision, found.status, found.flagged, found.spans, found.id) == (0, "unlabelled", False, (), None)


def test_a_save_replaces_the_spans_and_raises_the_revision(store, ids):
    with store.writing() as s:
        first = save(s, ids[2], [Span(11, 16, "ORG"), Span(0, 7, "PER")], 0, status="draft", flagged=True)
        assert (first.revision, first.status, first.flagged) == (1, "draft", True)
        assert first.spans == (Span(0, 7, "PER"), Span(11, 16, "ORG"))
        second = save(s, ids[2], [Span(0, 7, "LOC")], 1)
    with store.reading() as s:
        assert annotations.load(s, ids[2]) == second
    assert (second.revision, second.spans, second.flagged) == (2, (Span(0, 7, "LOC"),), False)


def test_a_stale_save_is_refused_with_both_versions_and_nothing_is_lost(store, ids):
    mine, theirs = (Span(0, 7, "PER"),), (Span(0, 7, "ORG"),)
    with store.writing() as s:
        save(s, ids[2], theirs, 0)
    with pytest.raises(StaleRevision, match="revision 1") as caught, store.writing() as s:
        save(s, ids[2], mine, 0)
    assert caught.value.current.spans == theirs
    assert caught.value.current.revision == 1
    assert caught.value.submitted == mine
    assert str(caught.value).startswith("none was saved in between")
    with store.reading() as s:
        assert annotations.load(s, ids[2]) == caught.value.current


def test_a_save_from_a_revision_of_the_future_is_refused_too(store, ids):
    with store.writing() as s, pytest.raises(StaleRevision):
        save(s, ids[0], [], 2)


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ([Span(0, 23, "PER")], "ends beyond the text, which has 22 characters"),
        ([Span(0, 7, "THING")], "no label 'THING'.*LOC, ORG, PER.*Add the label"),
        ([Span(0, 10, "PER"), Span(3, 5, "ORG")], "PER 0-10 and ORG 3-5 overlap.*settings"),
        ([Span(0, 10, "PER"), Span(1, 2, "ORG"), Span(5, 6, "LOC")], "PER 0-10 and ORG 1-2 overlap"),
        ([Span(0, 7, "PER"), Span(0, 7, "PER")], "there twice"),
    ],
)
def test_spans_that_cannot_be_are_refused_and_the_old_ones_stay(store, ids, spans, says):
    with store.writing() as s:
        before = save(s, ids[2], [Span(0, 7, "PER")], 0)
    with pytest.raises(InvalidSpan, match=says), store.writing() as s:
        save(s, ids[2], spans, 1)
    with store.reading() as s:
        assert annotations.load(s, ids[2]) == before


def test_spans_that_touch_do_not_overlap_and_overlapping_ones_are_taken_where_allowed(store, project, ids):
    with store.writing() as s:
        save(s, ids[2], [Span(0, 7, "PER"), Span(7, 10, "ORG")], 0)
        projects.update(s, project.id, overlap=True, actor="you")
        nested = (Span(0, 7, "PER"), Span(0, 10, "ORG"), Span(3, 5, "LOC"))
        assert save(s, ids[2], nested, 1).spans == nested
        with pytest.raises(InvalidSpan, match="there twice"):
            save(s, ids[2], [*nested, Span(3, 5, "LOC")], 2)


def test_every_save_leaves_an_event_with_before_and_after(store, project, ids):
    with store.writing() as s:
        save(s, ids[2], [Span(0, 7, "PER")], 0, status="draft")
        save(s, ids[2], [Span(0, 7, "ORG")], 1)
        second, first, *_ = events.recent(s, project.id)
    assert first.before is None
    assert first.after == {"revision": 1, "status": "draft", "flagged": False, "spans": [[0, 7, "PER"]]}
    assert second.before == first.after
    assert second.after == {"revision": 2, "status": "accepted", "flagged": False, "spans": [[0, 7, "ORG"]]}
    assert (second.actor, second.subject) == ("you", f"document {ids[2]}")


def test_offsets_count_code_points_in_every_script(store, project):
    text = "👩‍👩‍👧 e\u0301 李 שלום"
    spans = (Span(0, 5, "PER"), Span(6, 8, "ORG"), Span(9, 10, "LOC"), Span(11, len(text), "PER"))
    with store.writing() as s:
        documents.add_documents(s, project.id, [Document(text)], actor="you")
        document_id = documents.list_documents(s, project.id)[0][-1].id
        save(s, document_id, spans, 0)
        assert annotations.load(s, document_id).spans == spans
        with pytest.raises(InvalidSpan):
            save(s, document_id, [Span(11, len(text) + 1, "PER")], 1)


def test_statuses_and_documents_that_are_not_are_refused(store, ids):
    with store.writing() as s:
        with pytest.raises(InvalidValue, match="draft, accepted, skipped"):
            save(s, ids[0], [], 1, status="done")
        with pytest.raises(NotFound):
            save(s, 99, [], 0)
        with pytest.raises(NotFound):
            annotations.load(s, 99)


def test_gold_is_what_is_accepted_with_ids_and_meta(store, texts, project, ids):
    with store.writing() as s:
        save(s, ids[2], [Span(0, 7, "PER")], 0, status="draft")
        found = annotations.gold(s, project.id)
        assert [document_id for document_id, _ in found] == [ids[0], ids[1], ids[3]]
        assert [document.spans for _, document in found] == [texts[0].spans, texts[1].spans, texts[3].spans]
        assert [document.id for _, document in found] == [str(document_id) for document_id, _ in found]
        assert dict(found[-1][1].meta) == {"source": "x"}
        assert [key for key, _ in annotations.gold(s, project.id, split="dev")] == [ids[1]]
        assert [key for key, _ in annotations.gold(s, project.id, document_ids=[ids[3], ids[2]])] == [ids[3]]
