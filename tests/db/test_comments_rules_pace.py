from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.documents import Span
from core.errors import InvalidSpan, InvalidValue, NotFound
from db import annotations, comments, documents, labels, rules, schema
from db.pace import Pace, pace
from db.rules import AddReport, NewRule


def test_comments_are_added_resolved_counted_and_removed(store, project, ids):
    with store.writing() as s:
        about = comments.add(s, ids[0], body="  Which Ada? ", start=0, end=3, actor="you")
        whole = comments.add(s, ids[0], body="See the guideline", actor="you")
        assert (about.body, about.start, about.end, about.who, about.resolved) == ("Which Ada?", 0, 3, "you", False)
        assert comments.counts(s, ids) == {ids[0]: 2}
        assert comments.resolve(s, about.id, actor="you").resolved is True
        assert comments.counts(s, ids) == {ids[0]: 1}
        assert comments.resolve(s, about.id, resolved=False, actor="you").resolved is False
        comments.remove(s, whole.id, actor="you")
        assert comments.of(s, ids[0]) == [about]
    with store.writing() as s:
        documents.delete(s, [ids[0]], actor="you")
        with pytest.raises(NotFound):
            comments.resolve(s, about.id, actor="you")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"body": "  "}, InvalidValue),
        ({"body": "x" * 5_001}, InvalidValue),
        ({"body": "x", "start": 3}, InvalidSpan),
        ({"body": "x", "start": 3, "end": 3}, InvalidSpan),
        ({"body": "x", "start": 40, "end": 44}, InvalidSpan),
    ],
)
def test_a_comment_that_cannot_be_is_refused(store, project, ids, asked, error):
    with store.writing() as s, pytest.raises(error):
        comments.add(s, ids[0], **asked, actor="you")


def test_a_rule_is_added_once_listed_in_order_and_removed(store, project):
    rows = [NewRule("PER", "term", "Ada"), NewRule("ORG", "pattern", r"\w+ Inc", True), NewRule("PER", "term", "Ada")]
    with store.writing() as s:
        assert rules.add(s, project.id, rows, actor="you") == AddReport(2, 1)
        assert rules.add(s, project.id, rows[:1], actor="you") == AddReport(0, 1)
        found = rules.list_rules(s, project.id)
        assert [(rule.label, rule.kind, rule.text, rule.ignore_case) for rule in found] == [
            ("PER", "term", "Ada", False),
            ("ORG", "pattern", r"\w+ Inc", True),
        ]
        assert rules.remove(s, [found[0].id, 9999], actor="you") == 1
        assert rules.list_rules(s, project.id, kind="term") == []
        with pytest.raises(InvalidValue, match=r"Rule 1 .* label 'GPE', which the project lacks"):
            rules.add(s, project.id, [NewRule("GPE", "term", "x")], actor="you")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("word", "x", "one of term, pattern"),
        ("term", " ", "1 to 500"),
        ("term", "x" * 501, "has 501"),
        ("pattern", "(", "not a regular expression"),
        ("pattern", "a*", "matches nothing at all"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(kind, text, message):
    with pytest.raises(InvalidValue, match=message):
        NewRule("PER", kind, text)


def test_rules_follow_a_merged_label_and_go_with_a_removed_one(store, project):
    with store.writing() as s:
        rows = [NewRule("PER", "term", "x"), NewRule("ORG", "term", "x"), NewRule("ORG", "term", "y")]
        rules.add(s, project.id, rows, actor="you")
        known = labels.ids(s, project.id)
        labels.merge(s, known["ORG"], into=known["PER"], actor="you")
        assert [(rule.label, rule.text) for rule in rules.list_rules(s, project.id)] == [("PER", "x"), ("PER", "y")]
        spare = labels.add(s, project.id, "SPARE", actor="you")
        rules.add(s, project.id, [NewRule("SPARE", "term", "z")], actor="you")
        labels.remove(s, spare.id, actor="you")
        assert [rule.text for rule in rules.list_rules(s, project.id)] == ["x", "y"]


def test_the_pace_comes_from_the_documents_that_were_timed(store, project, ids):
    with store.writing() as s:
        assert pace(s, project.id, actor="you") == Pace(0, None, None), "an import is nobody's work"
        work = {"base_revision": None, "status": "accepted", "actor": "you"}
        annotations.alter(s, ids[0], seconds=20, **work)  # 2 spans
        annotations.alter(s, ids[2], seconds=40, added=[Span(0, 7, "ORG"), Span(8, 10, "PER")], **work)
        annotations.alter(s, ids[3], base_revision=None, status="draft", seconds=99, actor="you")
        assert pace(s, project.id, actor="you") == Pace(2, 4.0, 30.0)
        long_ago = schema.now() - timedelta(days=2)
        s.execute(update(schema.Annotation).where(schema.Annotation.document_id == ids[0]).values(updated=long_ago))
        assert pace(s, project.id, actor="you").documents_today == 1
