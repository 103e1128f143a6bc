"""Every other mention of a text: what is found, what is taken, and that labelling it is one edit and one undo."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.desk import occurrences
from core.documents import Document, Span
from db import annotations, documents, labels, listing, projects, rules, suggestions
from db.rules import NewRule
from tests.api.conftest import make

FIRST = "Siemens and SIEMENS, but not Siemensstadt. Siemens again."
TEXTS = (FIRST, "At Siemens in Munich.", "No name here.", "siemens in small letters")


@pytest.fixture
def asking(store):
    return make(store, name="mentions", texts=TEXTS)


def body(asking, **values):
    asked = {"document": asking.ids[0], "start": 0, "end": 7, "label": asking.labels["ORG"], "scope": "document"}
    return {**asked, "ignore_case": False, **values}


def test_other_mentions_in_the_document_come_with_their_context(asking):
    answer = asking.ask("occurrences", body(asking))
    start = FIRST.rindex("Siemens")
    hit = [start, start + 7, f"…{FIRST[start - 40 : start]}", "Siemens", " again.", None]
    assert answer == {
        "documents": [{"id": asking.ids[0], "name": "#1", "revision": 0, "status": "unlabelled", "hits": [hit]}],
        "hits": 1,
        "cut": False,
    }


def test_in_any_case_and_in_the_whole_project(asking):
    answer = asking.ask("occurrences", body(asking, scope="project", ignore_case=True))
    assert [(found["id"], len(found["hits"])) for found in answer["documents"]] == [
        (asking.ids[0], 2), (asking.ids[1], 1), (asking.ids[3], 1),
    ]  # fmt: skip
    assert answer["hits"] == 4


def test_what_is_labelled_already_says_why_it_is_taken(asking):
    last = FIRST.rindex("Siemens")
    asking.send(asking.edit(asking.change(0, added=[(0, 7, "ORG"), (last, last + 13, "PER")])))
    asking.send(asking.edit(asking.change(1, added=[(3, 10, "LOC")])))
    answer = asking.ask("occurrences", body(asking, scope="project"))
    taken = {found["id"]: [hit[-1] for hit in found["hits"]] for found in answer["documents"]}
    assert taken == {asking.ids[0]: ["overlaps PER “Siemens again”"], asking.ids[1]: ["already LOC"]}
    assert [(found["revision"], found["status"]) for found in answer["documents"]] == [(1, "draft"), (1, "draft")]


def test_where_spans_may_overlap_only_the_same_span_is_taken(store):
    asking = make(store, name="layers", overlap=True, texts=TEXTS)
    asking.send(asking.edit(asking.change(1, added=[(3, 10, "LOC"), (3, 20, "PER")])))
    as_org = asking.ask("occurrences", body(asking, scope="project"))["documents"][1]["hits"]
    as_loc = asking.ask("occurrences", body(asking, scope="project", label=asking.labels["LOC"]))
    assert as_org[0][-1] is None
    assert as_loc["documents"][1]["hits"][0][-1] == "already LOC"


def test_labelling_all_of_them_is_one_edit_and_one_undo(asking):
    asking.send(asking.edit(asking.change(1, status="accepted")))
    answer = asking.ask("occurrences", body(asking, scope="project", ignore_case=True))
    changes = [
        {
            "document": found["id"],
            "base": found["revision"],
            "added": [[start, end, asking.labels["ORG"]] for start, end, *_ in found["hits"]],
            "removed": [],
        }
        for found in answer["documents"]
    ]
    key = str(uuid4())
    assert asking.send(asking.edit(*changes, key=key))[0]["ok"]
    assert [len(asking.spans(number)) for number in range(4)] == [2, 1, 0, 1]
    assert [asking.stored(number).status for number in range(4)] == ["draft", "accepted", "unlabelled", "draft"]
    assert asking.send({"id": str(uuid4()), "kind": "undo", "of": key})[0]["ok"]
    assert [len(asking.spans(number)) for number in range(4)] == [0, 0, 0, 0]
    assert [asking.stored(number).status for number in range(4)] == ["unlabelled", "accepted"] + ["unlabelled"] * 2


def test_an_answer_that_is_stale_by_now_labels_nothing_anywhere(asking):
    answer = asking.ask("occurrences", body(asking, scope="project", ignore_case=True))
    asking.send(asking.edit(asking.change(1, flagged=True)))
    changes = [
        {"document": found["id"], "base": found["revision"], "removed": [],
         "added": [[start, end, asking.labels["ORG"]] for start, end, *_ in found["hits"]]}
        for found in answer["documents"]
    ]  # fmt: skip
    result = asking.send(asking.edit(*changes))[0]
    assert (result["ok"], result["kind"]) == (False, "stale")
    assert [len(asking.spans(number)) for number in range(4)] == [0, 0, 0, 0]


def test_at_most_the_limit_is_told_and_the_rest_is_said_to_be_there(asking, monkeypatch):
    monkeypatch.setattr(occurrences, "MAX_HITS", 2)
    answer = asking.ask("occurrences", body(asking, scope="project", ignore_case=True))
    assert (answer["hits"], answer["cut"]) == (2, True)
    monkeypatch.setattr(occurrences, "MAX_HITS", 4)
    assert asking.ask("occurrences", body(asking, scope="project", ignore_case=True))["cut"] is False


def test_thousands_of_documents_are_searched_and_words_that_only_contain_it_are_left_out(store):
    texts = tuple(
        f"Document {number} because of {'us' if number % 10 == 0 else 'houses'}." for number in range(2_000)
    )
    asking = make(store, name="many", texts=("us", *texts))
    answer = asking.ask("occurrences", body(asking, end=2, scope="project"))
    assert (answer["hits"], len(answer["documents"]), answer["cut"]) == (200, 200, False)


def test_chinese_is_matched_on_characters(store):
    with store.writing() as session:
        project = projects.create(session, name="zh", title="Zh", language="zh", labels=["LOC", "ORG"], actor="you")
        documents.add_documents(
            session, project.id, [Document("北京大学在北京。"), Document("去北京吧")], actor="you"
        )
        rows, _ = listing.list_documents(session, project.id, limit=5)
        known = labels.ids(session, project.id)
        annotations.save(session, rows[0].id, spans=[Span(0, 4, "ORG")], base_revision=0, status="draft", actor="you")
    client = make(store, name="other").client
    asked = {
        "document": rows[0].id,
        "start": 5,
        "end": 7,
        "label": known["LOC"],
        "scope": "project",
        "ignore_case": False,
    }
    answer = client.post(f"/api/desk/{project.id}/occurrences", json=asked).json()
    hits = [(found["id"], hit[0], hit[1], hit[-1]) for found in answer["documents"] for hit in found["hits"]]
    assert hits == [(rows[0].id, 0, 2, "overlaps ORG “北京大学”"), (rows[1].id, 1, 3, None)]


@pytest.mark.parametrize(
    ("values", "status", "message"),
    [
        ({"end": 0}, 422, "1 to 500 characters, not of 0"),
        ({"end": 501}, 422, "not of 501"),
        ({"end": 400}, 422, "The text has"),
        ({"label": 999_999}, 404, "no label with id"),
        ({"document": 999_999}, 404, "no document with id"),
        ({"scope": "all"}, 422, "'scope' is one of"),
        ({"ignore_case": 1}, 422, "true or false"),
        ({"more": 1}, 422, "has no field"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(asking, values, status, message):
    answer = asking.post("occurrences", body(asking, **values))
    assert answer.status_code == status
    assert message in answer.json()["error"]


def test_a_document_of_another_project_is_not_there(asking, elsewhere):
    answer = asking.post("occurrences", body(asking, document=elsewhere.ids[0]))
    assert answer.status_code == 404


# ---- what the dictionary and the rules suggest when a document is opened ----

SOURCES = {"dictionary": True, "rules": True}


def add_rules(asking, *rows):
    with asking.store.writing() as session:
        rules.add(session, asking.project.id, [NewRule(*row) for row in rows], actor="you")


def suggested(asking, number=0, **sources):
    sheet = asking.open(document=asking.ids[number], sources=sources or SOURCES)["sheet"]
    names = {number: name for name, number in asking.labels.items()}
    found = [(start, end, names[label], source) for _, start, end, label, _, source in sheet["suggestions"]]
    return found, sheet["note"]


def test_terms_and_patterns_suggest_with_their_source_and_no_score(asking):
    add_rules(asking, ("ORG", "term", "Siemens"), ("LOC", "pattern", r"in (\w+)\."))
    assert suggested(asking, 1) == ([(3, 10, "ORG", "dictionary"), (14, 20, "LOC", "rules")], None)
    assert suggested(asking, 1, dictionary=True)[0] == [(3, 10, "ORG", "dictionary")]


def test_a_new_rule_shows_at_the_next_opening_and_a_removed_one_is_gone(asking):
    add_rules(asking, ("ORG", "term", "Siemens"))
    suggested(asking, 1)
    add_rules(asking, ("LOC", "term", "munich", True))
    assert [found[2] for found in suggested(asking, 1)[0]] == ["ORG", "LOC"]
    with asking.store.writing() as session:
        rules.remove(session, [rule.id for rule in rules.list_rules(session, asking.project.id)][:1], actor="you")
    assert [found[2] for found in suggested(asking, 1)[0]] == ["LOC"]


def test_labelling_keeps_the_ids_of_the_other_suggestions_and_hides_what_is_labelled(asking):
    add_rules(asking, ("ORG", "term", "Siemens"))
    before = asking.open(document=asking.ids[0], sources=SOURCES)["sheet"]["suggestions"]
    asking.send(asking.edit(asking.change(0, added=[(0, 7, "PER")])))
    after = asking.open(document=asking.ids[0], sources=SOURCES)["sheet"]["suggestions"]
    assert len(before) == 2
    assert after == before[1:]


def test_what_was_rejected_is_not_proposed_again_and_counts_for_its_source(asking):
    add_rules(asking, ("ORG", "term", "Siemens"))
    first, second = asking.open(document=asking.ids[0], sources=SOURCES)["sheet"]["suggestions"]
    decisions = {str(first[0]): "rejected", str(second[0]): "corrected"}
    asking.send(asking.edit(asking.change(0, decisions=decisions)))
    add_rules(asking, ("ORG", "term", "again"))
    assert [found[:2] for found in suggested(asking)[0]] == [(51, 56)]
    with asking.store.reading() as session:
        (row,) = suggestions.acceptance(session, asking.project.id)
    assert (row.source, row.label, row.accepted, row.corrected, row.rejected) == ("dictionary", "ORG", 0, 1, 1)


def test_an_endless_pattern_is_stopped_and_named_while_the_dictionary_still_suggests(store):
    asking = make(store, name="endless", texts=("Siemens " + "x" * 60,))
    add_rules(asking, ("ORG", "term", "Siemens"), ("PER", "pattern", "(?:x|xx)+[!?]"))
    found, note = suggested(asking)
    assert [row[3] for row in found] == ["dictionary"]
    assert "The pattern “(?:x|xx)+[!?]” for PER was stopped" in note


def test_an_accepted_document_gets_no_suggestions(asking):
    add_rules(asking, ("ORG", "term", "Siemens"))
    asking.send(asking.edit(asking.change(0, status="accepted")))
    assert suggested(asking) == ([], None)
