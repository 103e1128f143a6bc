from __future__ import annotations

import random

import pytest

from core.documents import Document
from core.errors import InvalidValue
from db import documents, events, projects
from db.splits import normalised


def made(s, texts, name="p"):
    project = projects.create(s, name=name, title=name, language="en", labels=[], actor="you")
    documents.add_documents(s, project.id, [Document(text) for text in texts], actor="you")
    return project


def splits(s, project):
    rows, _ = documents.list_documents(s, project.id, limit=10_000)
    return {documents.get(s, row.id).text: row.split for row in rows}


def assign(s, project, train=0.8, dev=0.1, test=0.1, **options):
    return documents.assign_splits(s, project.id, train=train, dev=dev, test=test, actor="you", **options)


def test_the_shares_are_met_exactly_where_every_text_is_its_own(store):
    with store.writing() as s:
        project = made(s, [f"text {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)])
        assert assign(s, project) == {"train": 160, "dev": 20, "test": 20}
        assert dict(projects.summary(s, project.id).by_split) == {"train": 160, "dev": 20, "test": 20}


def test_the_same_seed_and_texts_give_the_same_splits_whatever_the_order_of_import(store):
    texts = [f"text {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(100)]
    shuffled = random.Random(5).sample(texts, len(texts))
    with store.writing() as s:
        one, other, third = made(s, texts, "a"), made(s, shuffled, "b"), made(s, texts, "c")
        for project, seed in ((one, 1), (other, 1), (third, 2)):
            assign(s, project, seed=seed)
        assert splits(s, one) == splits(s, other)
        assert splits(s, one) != splits(s, third)


def test_texts_that_differ_in_case_space_and_digits_only_stay_on_one_side(store):
    texts = [
        f"Order  {n} for\n{word}".upper() if n % 2 else f"order {n} for {word}"
        for word in ("tea", "milk", "rice", "salt", "corn", "beans")
        for n in range(5)
    ]
    with store.writing() as s:
        project = made(s, texts)
        counts = assign(s, project, 0.5, 0.25, 0.25, seed=3)
        sides = {}
        for text, split in splits(s, project).items():
            sides.setdefault(normalised(text), set()).add(split)
    assert all(len(side) == 1 for side in sides.values())
    assert len(sides) == 6
    assert counts == {"train": 15, "dev": 10, "test": 5} or counts == {"train": 15, "dev": 5, "test": 10}


def test_documents_that_have_a_split_keep_it_and_draw_their_equals_after_them(store):
    with store.writing() as s:
        project = made(s, ["Number 1", "number 2", "number  3", *(f"other {chr(97 + n)}" for n in range(7))])
        first = documents.first(s, project.id)
        documents.set_split(s, [first], "test", actor="you")
        counts = assign(s, project, 0.6, 0.1, 0.3)
        assert counts == {"train": 6, "dev": 1, "test": 2}
        found = splits(s, project)
        assert {found[text] for text in ("Number 1", "number 2", "number  3")} == {"test"}
        assert assign(s, project, 0.6, 0.1, 0.3) == {"train": 0, "dev": 0, "test": 0}
        assert assign(s, project, 1.0, 0.0, 0.0, only_unassigned=False)["train"] == 10


def test_a_split_with_no_share_gets_nothing(store):
    with store.writing() as s:
        project = made(s, ["a", "b", "c"])
        assert assign(s, project, 0.5, 0.5, 0.0)["test"] == 0


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.2), (1.2, -0.1, -0.1), (0, 0, 0), (0.5, 0.5, float("nan"))])
def test_shares_that_do_not_add_up_are_refused(store, shares):
    with store.writing() as s, pytest.raises(InvalidValue, match="add up to 1"):
        assign(s, made(s, ["a"]), *shares)


def test_setting_a_split_records_what_it_was(store, project, ids):
    with store.writing() as s:
        assert documents.set_split(s, ids, "dev", actor="you") == 3
        (event,) = events.recent(s, project.id, 1)
        assert event.before == {str(ids[0]): None, str(ids[2]): None, str(ids[3]): "train"}
        assert documents.set_split(s, ids, None, actor="you") == 4
        with pytest.raises(InvalidValue):
            documents.set_split(s, ids, "validation", actor="you")
