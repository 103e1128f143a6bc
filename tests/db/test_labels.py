from __future__ import annotations

import pytest

from core.documents import Span
from core.errors import Conflict, InvalidSpan, InvalidValue, NotFound, StaleRevision
from db import annotations, labels, projects, suggestions


def by_name(s, project, name):
    return next(label for label in labels.list_labels(s, project.id) if label.name == name)


def test_new_labels_get_the_next_digit_then_shift_and_digit_and_a_colour_of_their_own(store, project):
    with store.writing() as s:
        for number in range(9):
            labels.add(s, project.id, f"L{number}", actor="you")
        found = labels.list_labels(s, project.id)
    assert [label.key for label in found] == [*"1234567890", "shift+1", "shift+2"]
    assert sorted(label.hue for label in found) == list(range(12))
    assert [label.position for label in found] == list(range(12))


def test_a_rename_is_seen_in_every_span_at_once(store, project, ids):
    with store.writing() as s:
        labels.update(s, by_name(s, project, "PER").id, name="PERSON", actor="you")
        assert annotations.load(s, ids[0]).spans[0].label == "PERSON"
        assert annotations.load(s, ids[1]).spans[0].label == "PERSON"


def test_an_update_leaves_alone_what_is_not_given_and_an_empty_key_takes_it_away(store, project):
    with store.writing() as s:
        label = by_name(s, project, "PER")
        changed = labels.update(s, label.id, hue=11, key="", description="people", actor="you")
    assert (changed.name, changed.hue, changed.key, changed.description) == ("PER", 11, None, "people")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "ORG"}, Conflict),
        ({"key": "2"}, Conflict),
        ({"name": "a\nb"}, InvalidSpan),
        ({"hue": 12}, InvalidValue),
        ({"key": "ab"}, InvalidValue),
        ({"key": " "}, InvalidValue),
    ],
)
def test_a_change_that_cannot_be_is_refused(store, project, changes, error):
    with store.writing() as s:
        label = by_name(s, project, "PER")
        with pytest.raises(error):
            labels.update(s, label.id, **changes, actor="you")
        assert labels.get(s, label.id) == label


def test_a_merge_moves_every_span_and_keeps_one_of_two_on_the_same_range(store, project, ids):
    with store.writing() as s:
        projects.update(s, project.id, overlap=True, actor="you")
        doubled = [Span(0, 7, "PER"), Span(0, 7, "ORG"), Span(8, 10, "ORG")]
        annotations.save(s, ids[2], spans=doubled, base_revision=0, status="accepted", actor="you")
        suggestions.replace(s, ids[2], "rule", [Span(0, 7, "PER"), Span(0, 7, "ORG")])
        org, per = by_name(s, project, "ORG"), by_name(s, project, "PER")
        assert labels.usage(s, project.id)[org.id] == 3
        assert labels.merge(s, org.id, into=per.id, actor="you") == 2
        assert annotations.load(s, ids[2]).spans == (Span(0, 7, "PER"), Span(8, 10, "PER"))
        assert annotations.load(s, ids[3]).spans == (Span(15, 21, "PER"),)
        assert [found.label for found in suggestions.load(s, ids[2])] == ["PER"]
        assert [label.name for label in labels.list_labels(s, project.id)] == ["PER", "LOC"]


def test_an_editor_opened_before_a_merge_cannot_save_over_it(store, project, ids):
    with store.writing() as s:
        seen = annotations.load(s, ids[3])
        labels.merge(s, by_name(s, project, "ORG").id, into=by_name(s, project, "LOC").id, actor="you")
        untouched = annotations.load(s, ids[0])
        with pytest.raises(StaleRevision):
            annotations.save(s, ids[3], spans=seen.spans, base_revision=seen.revision, status="accepted", actor="you")
    assert untouched.revision == 1


def test_labels_of_two_projects_are_not_merged(store, project):
    with store.writing() as s:
        other = projects.create(s, name="other", title="", language="zh", labels=["PER"], actor="you")
        with pytest.raises(InvalidValue, match="of one project"):
            labels.merge(s, by_name(s, project, "PER").id, into=by_name(s, other, "PER").id, actor="you")


def test_a_label_in_use_is_not_removed_and_an_unused_one_is(store, project):
    with store.writing() as s:
        with pytest.raises(Conflict, match="2 spans have the label PER"):
            labels.remove(s, by_name(s, project, "PER").id, actor="you")
        unused = labels.add(s, project.id, "UNUSED", actor="you")
        labels.remove(s, unused.id, actor="you")
        with pytest.raises(NotFound):
            labels.get(s, unused.id)


def test_ensure_adds_what_is_missing_in_the_order_given(store, project):
    with store.writing() as s:
        known = labels.ensure(s, project.id, ["Z", "PER", "A"], actor="you")
        assert list(known) == ["PER", "ORG", "LOC", "Z", "A"]
        assert labels.ids(s, project.id) == known


def test_a_label_keeps_a_guideline_and_a_key_with_shift(store, project):
    with store.writing() as s:
        label = by_name(s, project, "PER")
        changed = labels.update(s, label.id, guideline="# People\n\nNot *their* dogs.", key="shift+0", actor="you")
        assert (changed.guideline, changed.key) == ("# People\n\nNot *their* dogs.", "shift+0")
        assert labels.list_labels(s, project.id)[0] == changed
        with pytest.raises(InvalidValue, match="at most 20,000 characters; this one has 20,001"):
            labels.update(s, label.id, guideline="x" * 20_001, actor="you")
        with pytest.raises(InvalidValue, match=r"shift\+1 to shift\+0"):
            labels.update(s, label.id, key="shift+a", actor="you")
