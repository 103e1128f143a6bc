"""What a browser sends, checked as if a stranger had typed it: types, sizes, ids, offsets, text.

Every function takes the name under which the value was sent, for the message, and raises InvalidValue.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from core.errors import InvalidValue

LARGEST = 2**53  # the numbers that JavaScript counts exactly


def known(value: object, name: str, fields: Collection[str]) -> Mapping[str, Any]:
    """`value` as a mapping that has no other fields than `fields`."""
    if not isinstance(value, dict):
        raise InvalidValue(f"'{name}' is an object, not {shown(value)}.")
    for field in value:
        if field not in fields:
            raise InvalidValue(f"'{name}' has no field {shown(field)}; it has {', '.join(sorted(fields))}.")
    return value


def whole(value: object, name: str, *, least: int = 0) -> int:
    """A whole number from `least` up; True is none."""
    if type(value) is not int or not least <= value < LARGEST:
        raise InvalidValue(f"'{name}' is a whole number from {least} up, not {shown(value)}.")
    return value


def whole_or_none(value: object, name: str) -> int | None:
    """A whole number from 0 up, or null."""
    return None if value is None else whole(value, name)


def truth(value: object, name: str) -> bool:
    """True or false, nothing that counts as one of them."""
    if not isinstance(value, bool):
        raise InvalidValue(f"'{name}' is true or false, not {shown(value)}.")
    return value


def choice(value: object, name: str, allowed: Collection[str]) -> str:
    """One of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        raise InvalidValue(f"'{name}' is one of {', '.join(allowed)}, not {shown(value)}.")
    return value


def choice_or_none(value: object, name: str, allowed: Collection[str]) -> str | None:
    """One of `allowed`, or null."""
    return None if value is None else choice(value, name, allowed)


def items(value: object, name: str, *, most: int) -> list[Any]:
    """A list of at most `most`."""
    if not isinstance(value, list):
        raise InvalidValue(f"'{name}' is a list, not {shown(value)}.")
    if len(value) > most:
        raise InvalidValue(f"'{name}' takes at most {most:,}; {len(value):,} were sent. Send them in parts.")
    return value


def text(value: object, name: str, *, most: int) -> str:
    """A text of at most `most` characters that any database can hold."""
    if not isinstance(value, str):
        raise InvalidValue(f"'{name}' is a text, not {shown(value)}.")
    if len(value) > most:
        raise InvalidValue(f"'{name}' has at most {most:,} characters; this one has {len(value):,}. Shorten it.")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise InvalidValue(f"'{name}' holds NUL or half of a surrogate pair, which no text holds.")
    return value


def text_or_none(value: object, name: str, *, most: int) -> str | None:
    """A text, or null."""
    return None if value is None else text(value, name, most=most)


def key(value: object, name: str) -> str:
    """An id made in the browser: a UUID in its usual spelling."""
    try:
        if isinstance(value, str) and str(UUID(value)) == value.lower():
            return value.lower()
    except ValueError:
        pass
    raise InvalidValue(f"'{name}' is a UUID such as 0b9c6a52-6f0e-4b0e-9d2c-3b8f6f1f0a11, not {shown(value)}.")


def seconds(value: object, name: str, *, most: float) -> float:
    """A duration from 0 up, cut at `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"'{name}' is a number of seconds, not {shown(value)}.")
    if (isinstance(value, float) and not math.isfinite(value)) or value < 0:
        raise InvalidValue(f"'{name}' is 0 or more, not {shown(value)}.")
    return float(min(value, most))


def number_written(value: object, name: str) -> int:
    """An id that is the name of a JSON field; other scripts' digits and endless ones are none."""
    if not (isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16):
        raise InvalidValue(f"'{name}' refers to ids by number, not to {shown(value)}.")
    return int(value)


def shown(value: object) -> str:
    """The value for a message, cut to what a person reads; `repr` of a number may be as long as a body."""
    if isinstance(value, str):
        return repr(value[:60]) + ("…" if len(value) > 60 else "")
    if isinstance(value, bool | float) or value is None:
        return repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "a number of more than 20 digits"
    return {"list": "a list", "dict": "an object"}.get(type(value).__name__, type(value).__name__)
