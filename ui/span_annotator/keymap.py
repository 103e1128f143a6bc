"""The commands of the desk and their keys: one table, and what of it a project has changed.

The browser gets the table with a project's own keys laid over it (`resolved`), the key sheet and the Labels page show
it, and labels take the keys that it leaves free. R and C alone belong to Streamlit and are never bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import InvalidValue
from ui.span_annotator.key_notation import LONGEST, is_symbol, parse_key, shown_key, split_key, with_shift

DIGITS = "1234567890"
MOST_KEYS = 4  # of one command
Keys = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Command:
    """What a key can do. Words before a colon are shared by neighbours: "a token: left", "a token: right".

    With `extends` the command's keys also work with Shift, which extends the selection. One that is `for_picked` acts
    on the picked span or suggestion, and only then; its default keys mean something else when nothing is picked.
    """

    name: str
    keys: tuple[str, ...]
    group: str
    words: str
    extends: bool = False
    for_picked: bool = False


def _pair(name: str, ends: str, keys: str, words: str, *, extends: bool = False) -> list[Command]:
    """Two commands that go opposite ways."""
    group = "Move and select" if extends or name == "item" else "Label"
    return [
        Command(f"{name}-{end}", (key,), group, f"{words}: {end}", extends)
        for end, key in zip(ends.split(), keys.split(), strict=True)
    ]


COMMANDS: tuple[Command, ...] = (
    *_pair("token", "left right", "arrowleft arrowright", "a token", extends=True),
    *_pair("character", "left right", "alt+arrowleft alt+arrowright", "a character", extends=True),
    *_pair("sentence", "up down", "arrowup arrowdown", "a sentence", extends=True),
    *_pair("line", "up down", "ctrl+arrowup ctrl+arrowdown", "a line", extends=True),
    *_pair("line", "start end", "home end", "the line", extends=True),
    *_pair("text", "start end", "ctrl+home ctrl+end", "the text", extends=True),
    *_pair("screen", "up down", "pageup pagedown", "a screenful", extends=True),
    *_pair("item", "previous next", "shift+tab tab", "span or suggestion"),
    Command("phrase", ("e",), "Move and select", "the name at the caret; again: one word more"),
    Command("clear", ("escape",), "Move and select", "clear the selection, then the pick, then the label kept on"),
    Command("palette", ("l",), "Label", "choose a label from the list"),
    Command("remove", ("backspace", "delete"), "Label", "remove the picked span", for_picked=True),
    *_pair("end", "left right", "ctrl+shift+arrowleft ctrl+shift+arrowright", "move the span's end"),
    Command("start-left", ("alt+shift+arrowleft",), "Label", "move the span's start: left", for_picked=True),
    Command("start-right", ("alt+shift+arrowright",), "Label", "move the span's start: right", for_picked=True),
    Command("snap", ("s",), "Label", "to the nearest span that a model can carry"),
    Command("occurrences", ("o",), "Label", "every occurrence of this text"),
    Command("undo", ("ctrl+z",), "Label", "undo, whatever it was"),
    Command("redo", ("ctrl+shift+z", "ctrl+y"), "Label", "redo"),
    Command("accept-suggestion", ("a",), "Suggestions", "accept this or the next one"),
    Command("reject-suggestion", ("x",), "Suggestions", "reject this or the next one"),
    Command("accept-all", ("shift+a",), "Suggestions", "accept all that are shown"),
    Command("accept", ("enter",), "Document", "accept and next"),
    Command("skip", ("space",), "Document", "skip"),
    Command("flag", ("f",), "Document", "flag for another look"),
    Command("back", ("backspace",), "Document", "back to the document before, when nothing is picked"),
    Command("previous", ("[",), "Document", "without accepting: previous"),
    Command("next", ("]",), "Document", "without accepting: next"),
    Command("save", ("ctrl+s",), "Document", "save now"),
    Command("comment", ("m",), "Document", "comment"),
    Command("guide", ("g",), "Document", "guide"),
    Command("keys", ("?",), "Document", "show the keys"),
)
BY_NAME = {command.name: command for command in COMMANDS}

STREAMLIT = {key: "Streamlit, which takes R and C for itself" for key in ("r", "c", "shift+r", "shift+c")}
_BROWSER = (
    "ctrl+w ctrl+t ctrl+n ctrl+l ctrl+r ctrl+p ctrl+f ctrl+g ctrl+h ctrl+j ctrl+d ctrl+u ctrl+o ctrl+q ctrl+m ctrl+k "
    "ctrl+e ctrl+c ctrl+x ctrl+v ctrl+a ctrl+shift+w ctrl+shift+t ctrl+shift+n ctrl+shift+r ctrl+shift+i "
    "ctrl+shift+j ctrl+shift+c ctrl+shift+p ctrl+shift+delete ctrl+tab ctrl+shift+tab ctrl++ ctrl+- ctrl+= "
    "ctrl+pageup ctrl+pagedown alt+home alt+tab alt+d alt+e alt+f alt+f4 f1 f3 f5 f6 f7 f10 f11 f12 shift+f5 "
    "ctrl+f5 shift+f10 ctrl+enter shift+insert ctrl+insert"
)
BROWSER = {key: "the browser" for key in [*_BROWSER.split(), *(f"ctrl+{digit}" for digit in DIGITS)]}
_DEAD = "`´^~¨"  # wait for the next letter on many keyboards
INPUT = {
    key: "the input method, or the window"
    for key in ("ctrl+space", "shift+space", "ctrl+shift+space", "alt+space", "ctrl+.", "ctrl+alt+space")
}


@dataclass(frozen=True, slots=True)
class Clash:
    """A key that is claimed twice, and the sentence that says so; one that `blocks` cannot be had."""

    key: str
    words: str
    blocks: bool = True


class Labelled(Protocol):
    """A label as far as keys matter."""

    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str | None: ...


def keys_of(project_keys: Keys) -> dict[str, tuple[str, ...]]:
    """Command → keys, a project's own before the defaults; what cannot be read is left out."""
    return {command.name: _readable(project_keys.get(command.name, command.keys)) for command in COMMANDS}


def shown_first(project_keys: Keys, name: str) -> str:
    """The first key of a command, for people; a dash where it has none."""
    keys = keys_of(project_keys)[name]
    return shown_key(keys[0]) if keys else "–"


def resolved(project_keys: Keys) -> list[list[Any]]:
    """The table for the browser: [name, keys, group, words, extends, for picked] of each command."""
    keys = keys_of(project_keys)
    return [[c.name, list(keys[c.name]), c.group, c.words, c.extends, c.for_picked] for c in COMMANDS]


def taken(project_keys: Keys) -> frozenset[str]:
    """Keys that no label can have: those of the commands, with their Shift, and Streamlit's."""
    keys = keys_of(project_keys)
    held = {key for command in COMMANDS for key in _claimed(command, keys[command.name])}
    return frozenset(held | STREAMLIT.keys())


def claimed_by_others(key: str) -> str | None:
    """Who else needs this key and would get it instead of us: a reason for people, or None."""
    modifiers, last = split_key(key)
    if owner := STREAMLIT.get(key) or BROWSER.get(key) or INPUT.get(key):
        return f"{shown_key(key)} belongs to {owner}."
    if last in _DEAD:
        return f"{last} waits for the next letter on many keyboards, so that an accent can be typed."
    if "ctrl" in modifiers and "alt" in modifiers:
        return f"{shown_key(key)} types a character on many keyboards, where Ctrl Alt is AltGr."
    if "alt" in modifiers and len(last) == 1:
        return f"{shown_key(key)} types a character on a Mac and opens a menu on Windows."
    if is_symbol(last) and "ctrl" in modifiers:
        return f"{shown_key(key)} zooms or does something else in many browsers."
    return None


def clashes(project_keys: Keys, labels: Iterable[Labelled] = ()) -> list[Clash]:
    """What collides in a project's keys, in words: two commands, a command and a label, or a key that others own.

    Two commands may share what they share by default: Backspace removes a picked span, and goes back without one.
    """
    keys = keys_of(project_keys)
    holders: dict[str, list[Command]] = {}
    found = []
    for command in COMMANDS:
        for key in keys[command.name]:
            if reason := claimed_by_others(key):
                found.append(Clash(key, f"{reason} It cannot be the key for “{command.words}”."))
        for key in _claimed(command, keys[command.name]):
            holders.setdefault(key, []).append(command)
    for key, commands in holders.items():
        shared = all(key in _claimed(command, command.keys) for command in commands)
        if len(commands) > 1 and not shared:
            both = " and ".join(f"“{command.words}”" for command in commands)
            found.append(Clash(key, f"{shown_key(key)} would mean {both}."))
    return found + _label_clashes(keys, labels)


def changed(project_keys: Keys, name: str, keys: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """A project's own keys once those of one command are `keys`; None gives it the default back.

    Raises InvalidValue for a command or a key that there is not, and with the clashes in words for keys that others
    need. A label that gives way to a command is no reason to refuse.
    """
    if name not in BY_NAME:
        raise InvalidValue(f"There is no command named {name[:LONGEST]!r}.")
    default = BY_NAME[name].keys
    own = tuple(dict.fromkeys(parse_key(key) for key in (default if keys is None else keys)))
    if len(own) > MOST_KEYS:
        raise InvalidValue(f"A command has at most {MOST_KEYS} keys; {len(own)} are given.")
    after = {command: tuple(held) for command, held in project_keys.items() if command in BY_NAME and command != name}
    if own != default:
        after[name] = own
    claimed = set(_claimed(BY_NAME[name], own))
    blocking = [clash.words for clash in clashes(after) if clash.key in claimed]
    if blocking:
        raise InvalidValue(" ".join(blocking))
    return after


def check_label_key(written: str, project_keys: Keys, others: Iterable[Labelled]) -> str:
    """The key of a label as it is stored; "" stays "". Raises InvalidValue for what cannot choose a label here."""
    if not written.strip():
        return ""
    key = parse_key(written)
    if not can_be_label_key(key):
        raise InvalidValue(
            f"A label's key is one letter or digit, or Shift with a digit; {written.strip()!r} is not."
        )
    if reason := STREAMLIT.get(key):
        raise InvalidValue(f"{shown_key(key)} belongs to {reason}.")
    keys = keys_of(project_keys)
    for command in COMMANDS:
        if key in _claimed(command, keys[command.name]):
            raise InvalidValue(
                f"{shown_key(key)} is the key for “{command.words}”; choose another, or change that one."
            )
    for label in others:
        if label.key == key:
            raise InvalidValue(f"{shown_key(key)} already chooses {label.name}; choose another key.")
    return key


def can_be_label_key(key: str) -> bool:
    """Whether a notation has the form of a label's key: a letter, a digit, or Shift with a digit."""
    last = key.removeprefix("shift+")
    return len(last) == 1 and last.isalnum() and (last == key or last in DIGITS)


def assigned(labels: Sequence[Labelled], project_keys: Keys) -> list[str | None]:
    """The key of each label: its own where that is free, else the next free of 1…0, Shift 1…0, then the letters.

    A label beyond those keys gets None; it is chosen from the palette.
    """
    held = set(taken(project_keys))
    keys: list[str | None] = []
    for label in labels:
        own = (label.key or "").lower()
        keys.append(own if can_be_label_key(own) and own not in held else None)
        held.add(own)
    spare = [*DIGITS, *(f"shift+{digit}" for digit in DIGITS), *"abcdefghijklmnopqrstuvwxyz"]
    free = (key for key in spare if key not in held)
    return [key or next(free, None) for key in keys]


def _claimed(command: Command, keys: Iterable[str]) -> list[str]:
    """The keys of a command, and those with Shift that extend the selection."""
    return [key for own in keys for key in ((own, with_shift(own)) if command.extends else (own,))]


def _label_clashes(keys: Mapping[str, tuple[str, ...]], labels: Iterable[Labelled]) -> list[Clash]:
    holders = {key: command.words for command in COMMANDS for key in _claimed(command, keys[command.name])}
    found, chosen = [], dict[str, str]()
    for label in labels:
        key = (label.key or "").lower()
        if not key:
            continue
        if owner := STREAMLIT.get(key):
            found.append(Clash(key, f"{shown_key(key)} belongs to {owner}; {label.name} gets another key.", False))
        elif key in holders:
            reason = f"{shown_key(key)} is the key for “{holders[key]}”; {label.name} gets another key."
            found.append(Clash(key, reason, False))
        elif key in chosen:
            found.append(Clash(key, f"{shown_key(key)} would choose both {chosen[key]} and {label.name}.", False))
        chosen.setdefault(key, label.name)
    return found


def _readable(written: Iterable[str]) -> tuple[str, ...]:
    keys = []
    for text in written:
        try:
            keys.append(parse_key(text))
        except InvalidValue:
            continue  # written by an older or newer version: the command keeps the keys that can be read
    return tuple(dict.fromkeys(keys))
