"""How a key is written: "ctrl+shift+z", "shift+1", "arrowleft", "?". Lower case, modifiers in a fixed order.

A letter or digit is named by itself, with its Shift; any other character is named as it is typed, because the Shift
it takes differs between keyboards. Cmd counts as Ctrl. `keys.js` names the keys that are pressed by the same rules.
"""

from __future__ import annotations

import re

from core.errors import InvalidValue

MODIFIERS = ("ctrl", "alt", "shift")
NAMED = {
    *("arrowleft", "arrowright", "arrowup", "arrowdown", "home", "end", "pageup", "pagedown"),
    *("enter", "space", "tab", "backspace", "delete", "insert", "escape"),
    *(f"f{number}" for number in range(1, 13)),
}
_OTHER_NAMES = {
    "control": "ctrl", "strg": "ctrl", "cmd": "ctrl", "command": "ctrl", "meta": "ctrl", "⌘": "ctrl",
    "option": "alt", "⌥": "alt", "⇧": "shift", "left": "arrowleft", "right": "arrowright", "up": "arrowup",
    "down": "arrowdown", "←": "arrowleft", "→": "arrowright", "↑": "arrowup", "↓": "arrowdown", "esc": "escape",
    "return": "enter", "↵": "enter", "del": "delete", "⌫": "backspace", "spacebar": "space", "pgup": "pageup",
    "pgdn": "pagedown", "pagedn": "pagedown", "ins": "insert", "plus": "+",
}  # fmt: skip
_SHOWN = {
    "arrowleft": "←", "arrowright": "→", "arrowup": "↑", "arrowdown": "↓", "pageup": "Page ↑", "pagedown": "Page ↓",
    "escape": "Esc",
}  # fmt: skip
LONGEST = 40  # characters of a notation


def parse_key(written: str) -> str:
    """The notation meant by what a person wrote; raises InvalidValue that says what cannot be read."""
    text = written.strip().lower()
    text = re.sub(r"page\s*(?:up|↑)", "pageup", re.sub(r"page\s*(?:down|↓)", "pagedown", text))
    if not text or len(text) > LONGEST:
        raise InvalidValue(f"A key is written like “e”, “shift+1” or “ctrl+z”; {written[:LONGEST]!r} is not.")
    ends_in_plus = text == "+" or re.search(r"[\s+]\+$", text)
    parts = [part for part in re.split(r"[\s+]+", text) if part] + (["+"] if ends_in_plus else [])
    names = [_OTHER_NAMES.get(part, part) for part in parts]
    *modifiers, key = names
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            raise InvalidValue(f"{modifier!r} is no modifier; those are Ctrl (or Cmd), Alt and Shift: {written!r}.")
    if key in MODIFIERS:
        raise InvalidValue(f"{written!r} needs one more key beside {key.capitalize()}.")
    if len(key) != 1 and key not in NAMED:
        raise InvalidValue(f"There is no key named {key!r}. Names are Enter, Space, Tab, Esc, Home, ←, Page ↑, F2, …")
    if "shift" in modifiers and is_symbol(key):
        raise InvalidValue(f"Write the character that Shift gives instead of {written!r}: “?”, not “Shift+/”.")
    return combine(modifiers, key)


def combine(modifiers: list[str], key: str) -> str:
    """The notation of a key with modifiers in any order."""
    return "+".join([*(name for name in MODIFIERS if name in modifiers), key])


def split_key(notation: str) -> tuple[frozenset[str], str]:
    """The modifiers of a notation, and its key."""
    if notation.endswith("+"):
        return frozenset(notation[:-1].rstrip("+").split("+")) - {""}, "+"
    *modifiers, key = notation.split("+")
    return frozenset(modifiers), key


def with_shift(notation: str) -> str:
    """The same key with Shift held."""
    modifiers, key = split_key(notation)
    return combine([*modifiers, "shift"], key)


def is_symbol(key: str) -> bool:
    """Whether a key is a character that is neither letter nor digit."""
    return len(key) == 1 and not key.isalnum()


def shown_key(notation: str) -> str:
    """The notation for people: "Ctrl Shift Z", "←"."""
    modifiers, key = split_key(notation)
    names = [name.capitalize() for name in MODIFIERS if name in modifiers]
    return " ".join([*names, _SHOWN.get(key, key.upper() if len(key) == 1 else key.capitalize())])
