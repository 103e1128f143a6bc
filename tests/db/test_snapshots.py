from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.documents import Span
from core.errors import Conflict, NotFound
from db import annotations, documents, labels, snapshots


def test_a_snapshot_holds_the_accepted_documents_that_have_a_split(store, texts, project, ids):
    with store.writing() as s:
        documents.set_split(s, [ids[2]], "test", actor="you")
        frozen = snapshots.freeze(s, project.id, actor="you")
        assert dict(frozen.documents) == {"train": 1, "dev": 1, "test": 0}
        assert (frozen.spans, frozen.labels, frozen.unassigned) == (3, ("PER", "ORG", "LOC"), 1)
        (train,), (dev,) = (snapshots.contents(s, frozen.id, split) for split in ("train", "dev"))
        assert (train.text, train.spans, train.id) == (texts[3].text, texts[3].spans, str(ids[3]))
        assert (dev.text, dev.spans) == (texts[1].text, texts[1].spans)
        assert snapshots.contents(s, frozen.id, "test") == []
        assert len(snapshots.contents(s, frozen.id)) == 2
        assert snapshots.get(s, frozen.id) == frozen


def test_a_snapshot_does_not_change_when_annotation_split_or_label_do(store, project, ids):
    with store.writing() as s:
        frozen = snapshots.freeze(s, project.id, actor="you")
        before = snapshots.contents(s, frozen.id)
    with store.writing() as s:
        annotations.save(s, ids[3], spans=[Span(0, 6, "LOC")], base_revision=1, status="skipped", actor="you")
        documents.set_split(s, ids, "test", actor="you")
        labels.update(s, labels.ids(s, project.id)["PER"], name="PERSON", actor="you")
    with store.reading() as s:
        assert snapshots.contents(s, frozen.id) == before
        assert [document.spans for document in snapshots.contents(s, frozen.id)] == [d.spans for d in before]
        assert snapshots.contents(s, frozen.id, "train")[0].spans == (Span(15, 21, "ORG"),)
        assert snapshots.get(s, frozen.id) == frozen
        assert snapshots.revisions(s, frozen.id) == {ids[1]: 1, ids[3]: 1}


@pytest.mark.usefixtures("sqlite_only")
def test_the_store_itself_refuses_to_change_a_snapshot(store, project):
    with store.writing() as s:
        snapshots.freeze(s, project.id, actor="you")
    with pytest.raises(DatabaseError, match="a snapshot never changes"), store.writing() as s:
        s.execute(text("UPDATE snapshot_item SET spans = '[]'"))


def test_a_snapshot_says_when_its_documents_were_deleted(store, project, ids):
    with store.writing() as s:
        frozen = snapshots.freeze(s, project.id, actor="you")
        documents.delete(s, [ids[1]], actor="you")
        assert len(snapshots.contents(s, frozen.id, "train")) == 1
        with pytest.raises(Conflict, match="1 of the 1 documents"):
            snapshots.contents(s, frozen.id, "dev")
        assert snapshots.revisions(s, frozen.id) == {ids[1]: 1, ids[3]: 1}


def test_nothing_to_train_on_is_said_before_anything_is_frozen(store, project, ids):
    with store.writing() as s:
        documents.set_split(s, [ids[3]], "test", actor="you")
        with pytest.raises(Conflict, match="None of the 3 accepted documents is in the train split"):
            snapshots.freeze(s, project.id, actor="you")
        with pytest.raises(NotFound):
            snapshots.get(s, 1)
