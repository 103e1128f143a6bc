"""The keys of a project on the Labels page: what a browser sends is checked and stored, or refused in words."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import labels, projects
from ui import key_editor
from ui.session import Page


@pytest.fixture
def page(store, project):
    with store.reading() as session:
        return Page(store, projects.get(session, project.id))


def stored(page: Page) -> dict:
    with page.store.reading() as session:
        return dict(projects.get(session, page.project.id).keys)


def known(page: Page) -> list:
    with page.store.reading() as session:
        return labels.list_labels(session, page.project.id)


def test_a_changed_key_is_stored_and_the_default_needs_no_row(page):
    answer = key_editor.saved(page, {"number": 7, "command": "skip", "keys": ["N"]})
    assert answer == {"number": 7, "ok": True, "words": "Saved.", "saved": True}
    assert stored(page) == {"skip": ("n",)}
    key_editor.saved(page, {"number": 8, "command": "skip", "keys": ["space"]})
    assert stored(page) == {}


def test_a_key_that_another_command_has_is_refused_and_nothing_is_stored(page):
    answer = key_editor.saved(page, {"number": 1, "command": "skip", "keys": ["f"]})
    assert (answer["ok"], stored(page)) == (False, {})
    assert answer["words"] == "F would mean “skip” and “flag for another look”."


def test_it_is_said_at_once_whether_a_key_is_free(page):
    said = key_editor.checked(page, {"number": 2, "command": "skip", "keys": ["q", "ctrl+b"]}, known(page))
    assert said == {"number": 2, "ok": True, "words": "Q and Ctrl B are free."}
    said = key_editor.checked(page, {"number": 3, "command": "skip", "keys": ["r"]}, known(page))
    assert not said["ok"]
    assert "Streamlit" in said["words"]
    said = key_editor.checked(page, {"number": 4, "command": "skip", "keys": ["1"]}, known(page))
    assert said["ok"]
    assert said["words"] == "1 is the key for “skip”; PER gets another key."
    assert stored(page) == {}


def test_one_command_or_all_go_back_to_their_defaults(page):
    for command, key in (("skip", "n"), ("flag", "q")):
        key_editor.saved(page, {"number": 1, "command": command, "keys": [key]})
    key_editor.saved(page, {"number": 2, "command": "skip", "keys": None})
    assert stored(page) == {"flag": ("q",)}
    key_editor.saved(page, {"number": 3, "command": None, "keys": None})
    assert stored(page) == {}


def test_a_command_can_have_no_key_at_all(page):
    key_editor.saved(page, {"number": 1, "command": "skip", "keys": []})
    assert stored(page) == {"skip": ()}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=JSON | st.fixed_dictionaries({"command": st.sampled_from(["skip", "gone"]) | JSON, "keys": JSON}))
def test_whatever_a_browser_sends_is_answered_and_only_keys_are_stored(page, sent):
    key_editor.checked(page, sent, known(page))
    key_editor.saved(page, sent)
    for keys in stored(page).values():
        assert all(isinstance(key, str) and key not in ("r", "c") for key in keys)
