"""The table of keys: what is bound, what a project may change, what collides."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidValue
from ui.span_annotator import keymap
from ui.span_annotator.key_notation import LONGEST, parse_key, shown_key, with_shift

KEYS = st.sampled_from([*"abcdefghijklmnopqrstuvwxyz0123456789[]?é部", "shift+1", "shift+0", "ctrl+b", "alt+arrowup"])
OWN = st.dictionaries(st.sampled_from([*keymap.BY_NAME, "gone"]), st.lists(KEYS, max_size=2).map(tuple), max_size=6)


@dataclass(frozen=True)
class Named:
    """A label as far as keys matter."""

    name: str
    key: str | None = None


def labels(count: int) -> list[Named]:
    return [Named(f"L{number}") for number in range(count)]


def test_the_default_keys_do_not_collide():
    assert keymap.clashes({}, labels(30)) == []


def test_every_default_key_is_written_as_it_is_compared():
    for command in keymap.COMMANDS:
        assert [parse_key(key) for key in command.keys] == list(command.keys)
        assert [parse_key(shown_key(key)) for key in command.keys] == list(command.keys)


def test_r_and_c_alone_are_never_bound():
    keys = {key for _, keys, *_ in keymap.resolved({}) for key in keys} | set(keymap.assigned(labels(40), {}))
    assert not keys & {"r", "c", "shift+r", "shift+c"}


def test_thirty_labels_have_thirty_keys_that_no_command_has():
    keys = keymap.assigned(labels(30), {})
    assert None not in keys
    assert len(set(keys)) == 30
    assert keys[:10] == list("1234567890")
    assert keys[10:20] == [f"shift+{digit}" for digit in "1234567890"]
    assert not set(keys) & keymap.taken({})


def test_a_label_beyond_all_keys_is_left_to_the_palette():
    keys = keymap.assigned(labels(60), {})
    assert keys[-1] is None
    assert keys.count(None) == 60 - 35


@given(own=OWN, wanted=st.lists(st.none() | KEYS, max_size=50))
def test_no_label_ever_shares_a_key(own, wanted):
    named = [Named(f"L{number}", key) for number, key in enumerate(wanted)]
    given_keys = [key for key in keymap.assigned(named, own) if key is not None]
    assert len(set(given_keys)) == len(given_keys)
    assert not set(given_keys) & keymap.taken(own)


def test_a_label_keeps_its_own_key_where_that_is_free():
    assert keymap.assigned([Named("A"), Named("B", "1"), Named("C", "K")], {}) == ["2", "1", "k"]
    assert keymap.assigned([Named("A", "e"), Named("B", "r")], {}) == ["1", "2"]  # E is a command's, R Streamlit's
    assert keymap.assigned([Named("A", "e")], {"phrase": ("q",)}) == ["e"]


def test_a_project_changes_a_key_and_the_default_is_free_again():
    own = {"skip": ("n",), "phrase": ()}
    table = {name: keys for name, keys, *_ in keymap.resolved(own)}
    assert table["skip"] == ["n"]
    assert table["phrase"] == []
    assert table["flag"] == ["f"]
    assert "n" in keymap.taken(own)
    assert "space" not in keymap.taken(own)
    assert "e" not in keymap.taken(own)


def test_what_cannot_be_read_in_a_stored_table_is_left_out():
    table = {name: keys for name, keys, *_ in keymap.resolved({"skip": ("hyper+q", "n"), "gone": ("b",)})}
    assert table["skip"] == ["n"]
    assert "gone" not in table


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"skip": ("f",)}, "F would mean “skip” and “flag for another look”"),
        ({"skip": ("r",)}, "R belongs to Streamlit"),
        ({"skip": ("ctrl+w",)}, "Ctrl W belongs to the browser"),
        ({"skip": ("f5",)}, "F5 belongs to the browser"),
        ({"skip": ("ctrl+3",)}, "Ctrl 3 belongs to the browser"),
        ({"skip": ("ctrl+space",)}, "Ctrl Space belongs to the input method"),
        ({"skip": ("^",)}, "waits for the next letter"),
        ({"skip": ("ctrl+alt+q",)}, "AltGr"),
        ({"skip": ("alt+q",)}, "types a character on a Mac"),
        ({"skip": ("shift+arrowleft",)}, "Shift ← would mean “a token: left” and “skip”"),
        ({"remove": ("e",)}, "E would mean"),
    ],
)
def test_what_collides_is_said_in_words(own, words):
    assert any(words in clash.words for clash in keymap.clashes(own)), keymap.clashes(own)


def test_a_label_that_wants_a_commands_key_is_told_which():
    found = keymap.clashes({}, [Named("EVENT", "e"), Named("A", "1"), Named("B", "1"), Named("C", "c")])
    assert [clash.key for clash in found] == ["e", "1", "c"]
    assert "EVENT gets another key" in found[0].words
    assert found[1].words == "1 would choose both A and B."


@pytest.mark.parametrize("key", ["e", "r", "enter", "shift+b", "ctrl+1", "?", "2", "shift+tab", "ab"])
def test_a_key_that_cannot_choose_a_label_is_refused_with_the_reason(key):
    with pytest.raises(InvalidValue):
        keymap.check_label_key(key, {}, [Named("PER", "2")])


def test_a_labels_key_is_stored_as_it_is_compared():
    assert keymap.check_label_key("Shift + 3", {}, []) == "shift+3"
    assert keymap.check_label_key("B", {}, []) == "b"
    assert keymap.check_label_key("  ", {}, []) == ""


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Ctrl+Shift+Z", "ctrl+shift+z"),
        ("⌘ Z", "ctrl+z"),
        ("Cmd + Shift + z", "ctrl+shift+z"),
        ("Page Up", "pageup"),
        ("Option+Left", "alt+arrowleft"),
        ("shift 1", "shift+1"),
        ("Esc", "escape"),
        ("+", "+"),
        ("?", "?"),
    ],
)
def test_people_may_write_a_key_in_their_way(written, key):
    assert parse_key(written) == key


@pytest.mark.parametrize(
    "written", ["", "   ", "shift", "ctrl+", "hyper+q", "foo", "shift+?", "a b", "x" * (LONGEST + 1)]
)
def test_what_is_no_key_is_refused(written):
    with pytest.raises(InvalidValue):
        parse_key(written)


@given(st.text(max_size=50))
def test_whatever_is_written_is_a_key_or_refused(written):
    try:
        key = parse_key(written)
    except InvalidValue:
        return
    assert parse_key(key) == key
    assert with_shift(with_shift(key)) == with_shift(key)
