from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.documents import Document, Span
from core.errors import Conflict, FormatError, InvalidSpan, InvalidValue, NotFound
from db import annotations, documents, jobs, labels, listing, projects, runs, snapshots


def test_what_was_added_comes_back_exactly(store, texts, project, ids):
    with store.reading() as s:
        for document_id, given in zip(ids, texts, strict=True):
            stored = documents.get(s, document_id)
            assert (stored.text, stored.name) == (given.text, given.id)
            assert stored.split == given.meta.get("split")
            assert annotations.load(s, document_id).spans == given.spans
        assert documents.get(s, ids[3]).meta == {"source": "x"}


def test_documents_with_spans_are_accepted_and_those_without_stay_unlabelled(store, project, ids):
    with store.reading() as s:
        rows, total = documents.list_documents(s, project.id)
    assert total == 4
    assert [row.status for row in rows] == ["accepted", "accepted", "unlabelled", "accepted"]
    assert [row.spans for row in rows] == [2, 2, 0, 1]
    assert [row.position for row in rows] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("options", "meta", "status"),
    [
        ({"labelled": True}, {}, "accepted"),
        ({}, {"accepted": True}, "accepted"),
        ({"labelled": True}, {"accepted": False}, "unlabelled"),
        ({}, {"accepted": "no"}, "unlabelled"),
        ({"labelled": True, "accept": False}, {}, "draft"),
    ],
)
def test_the_source_may_say_that_a_document_without_spans_was_read(store, project, options, meta, status):
    with store.writing() as s:
        documents.add_documents(s, project.id, [Document("plain", meta=meta)], actor="you", **options)
        rows, _ = documents.list_documents(s, project.id)
    assert rows[-1].status == status


def test_labels_that_the_project_lacks_are_added_in_the_order_of_their_appearance(store, project):
    source = [Document("one two", (Span(0, 3, "Zeta"), Span(4, 7, "Alpha"))), Document("x", (Span(0, 1, "Mid"),))]
    with store.writing() as s:
        documents.add_documents(s, project.id, source, actor="you")
        names = [label.name for label in labels.list_labels(s, project.id)]
    assert names == ["PER", "ORG", "LOC", "Zeta", "Alpha", "Mid"]


def test_texts_that_are_there_already_are_skipped_and_counted(store, texts, project):
    again = [texts[0], Document("new"), Document("new", (Span(0, 3, "PER"),)), Document("New")]
    with store.writing() as s:
        report = documents.add_documents(s, project.id, again, actor="you")
        assert (report.added, report.duplicates, report.spans) == (2, 2, 0)
        assert projects.summary(s, project.id).documents == 6


def test_the_same_text_may_be_in_two_projects(store, texts, project):
    with store.writing() as s:
        other = projects.create(s, name="other", title="Other", language="en", labels=[], actor="you")
        assert documents.add_documents(s, other.id, texts, actor="you").added == 4


def many(count: int) -> Iterator[Document]:
    for number in range(count):
        yield Document(f"text number {number}", (Span(0, 4, "PER"),), id=str(number))


def test_more_documents_than_a_batch_keep_their_order(store, project):
    with store.writing() as s:
        report = documents.add_documents(s, project.id, many(1_234), actor="you")
        assert (report.added, report.spans) == (1_234, 1_234)
        rows, total = documents.list_documents(s, project.id, offset=4, limit=2_000)
    assert total == 1_238
    assert [row.name for row in rows] == [str(number) for number in range(1_234)]


def test_a_source_that_breaks_after_many_documents_leaves_none_of_them(store, project):
    def breaking() -> Iterator[Document]:
        yield from many(1_100)
        raise FormatError("no tab", 1_101)

    with pytest.raises(FormatError, match="Line 1,101"), store.writing() as s:
        documents.add_documents(s, project.id, breaking(), actor="you")
    with store.reading() as s:
        assert projects.summary(s, project.id).documents == 4


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        (Document("a\0b"), InvalidValue, "character 2 is NUL"),
        (Document("ab\ud83d"), InvalidValue, "character 3 is half a surrogate pair"),
        (Document("abc", meta={"split": "validation"}), InvalidValue, "not 'validation'"),
        (Document("abcdef", (Span(0, 3, "PER"), Span(2, 5, "ORG"))), InvalidSpan, "PER 0-3 and ORG 2-5 overlap"),
        (Document("abcdef", (Span(0, 3, "PER"), Span(0, 3, "PER"))), InvalidSpan, "PER 0-3 is there twice"),
    ],
)
def test_a_document_that_cannot_be_stored_is_named_by_its_number(store, project, bad, error, says):
    with store.writing() as s, pytest.raises(error, match=f"Document 3.*{says}"):
        documents.add_documents(s, project.id, [*many(2), bad], actor="you")


def test_unknown_projects_accounts_and_documents_are_said_to_be_so(store, project):
    with store.writing() as s:
        with pytest.raises(NotFound, match="no project with id 99"):
            documents.add_documents(s, 99, [], actor="you")
        with pytest.raises(NotFound, match="no account named 'nobody'; there is: you"):
            documents.add_documents(s, project.id, [], actor="nobody")
        with pytest.raises(NotFound, match="no document with id 99"):
            documents.get(s, 99)


@pytest.mark.usefixtures("sqlite_only")
@pytest.mark.parametrize("column", ["text = 'x', characters = 1", "text_hash = 'x'"])
def test_a_text_never_changes_after_import(store, project, column):
    with pytest.raises(DatabaseError, match="a text never changes"), store.writing() as s:
        s.execute(text(f"UPDATE document SET {column}"))


@pytest.mark.usefixtures("sqlite_only")
def test_the_store_itself_refuses_spans_that_cannot_be(store, texts, project, ids):
    row = 'INSERT INTO span (annotation_id, label_id, start, "end") VALUES (1, 1, {}, {})'
    length = len(texts[0].text)
    for start, end in [(-1, 2), (2, 2), (3, 2), (0, length + 1)]:
        with pytest.raises((IntegrityError, DatabaseError)), store.writing() as s:
            s.execute(text(row.format(start, end)))
    with pytest.raises(DatabaseError, match="beyond its text"), store.writing() as s:
        s.execute(text(f'UPDATE span SET "end" = {length + 1} WHERE annotation_id = 1'))
    with store.writing() as s:
        s.execute(text(row.format(13, length)))


def test_deleting_documents_takes_their_annotations_and_never_reuses_their_ids(store, project, ids):
    with store.writing() as s:
        assert documents.delete(s, [ids[3], ids[0], 99], actor="you") == 2
        documents.add_documents(s, project.id, [Document("fresh")], actor="you")
        rows, _ = documents.list_documents(s, project.id)
        assert [row.id for row in rows][:2] == [ids[1], ids[2]]
        assert rows[2].id > ids[3]
        assert projects.summary(s, project.id).spans == 2


def test_a_document_that_a_job_trains_on_is_not_deleted_until_the_job_is_over(store, project, ids):
    with store.writing() as s:
        documents.set_split(s, [ids[0]], "train", actor="you")
        snapshot = snapshots.freeze(s, project.id, actor="you")
        job = jobs.submit(s, kind="train", project_id=project.id, payload={}, actor="you")
        runs.create(s, project_id=project.id, snapshot_id=snapshot.id, job_id=job.id, config={}, actor="you")
        with pytest.raises(Conflict, match=f"Job {job.id} trains"):
            documents.delete(s, [ids[0]], actor="you")
        assert documents.delete(s, [ids[2]], actor="you") == 1
        jobs.set_desired(s, job.id, "cancel", actor="you")
        assert documents.delete(s, [ids[0]], actor="you") == 1


def test_a_document_without_a_name_is_called_by_its_place(store, project):
    with store.writing() as s:
        documents.add_documents(s, project.id, [Document("Without a name.", ())], actor="you")
    with store.reading() as s:
        rows, total = listing.list_documents(s, project.id, limit=100)
        assert documents.get(s, rows[-1].id).title == f"#{total}"
        assert documents.get(s, rows[0].id).title == "ada"
