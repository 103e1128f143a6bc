"""JSON Lines or a JSON array → (line, object), one record in memory at a time, refusing what a text cannot hold."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from core.errors import FormatError
from core.formats.source import MAX_RECORD_BYTES, Source, not_utf8, too_long

MAX_DEPTH = 64
MAX_INTEGER_DIGITS = 18

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
# An error this near the end of what was read may only mean that the rest has not been read yet.
_MARGIN = 32


class _RefusedError(Exception):
    """A value that JSON allows or Python accepts and that no record may have."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _RefusedError(
            f"The key {next(key for key in keys if keys.count(key) > 1)!r} occurs twice in one object."
        )
    return record


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise _RefusedError(f"A number has {len(digits):,} digits; the limit is {MAX_INTEGER_DIGITS}.")
    return int(digits)


def _constant(name: str) -> Any:
    raise _RefusedError(f"{name} is not JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_constant=_constant)


def records(source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line on which it begins, object) of each record of a JSON array or of JSON Lines; blank lines are passed over.

    Raises FormatError with its line for broken JSON, a record that is no object, NaN and infinities, integers of more
    than MAX_INTEGER_DIGITS, nesting beyond MAX_DEPTH, a key twice in one object, lone surrogates and NUL.
    """
    is_array = source.head().lstrip(b" \t\r\n").startswith(b"[")
    for line, record in _array(source) if is_array else _lines(source):
        if not isinstance(record, dict):
            raise FormatError(f"A record is a JSON object in braces, not {shown(record)}.", line)
        _check(record, line)
        yield line, record


def _lines(source: Source) -> Iterator[tuple[int, Any]]:
    for line, text in source.lines():
        if text.strip():
            yield line, _parsed(text, line)


def _parsed(text: str, line: int) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _broken(error, line, error.colno) from None
    except RecursionError:
        raise _too_deep(line) from None
    except _RefusedError as error:
        raise FormatError(str(error), line) from None


class _Window:
    """The part of a decoded stream that is being parsed: `text`, `at` (position in it), `line` of that position."""

    def __init__(self, source: Source) -> None:
        self._chunks = source.chunks()
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self.text, self.at, self.line, self.ended = "", 0, 1, False

    def more(self) -> None:
        """Drop what is parsed and read at least as much as is left unparsed, so that retries cost linear time."""
        pieces = [self.text[self.at :]]
        wanted = max(1, len(pieces[0]))
        self.at = 0
        while wanted > 0 and not self.ended:
            chunk = next(self._chunks, b"")
            self.ended = not chunk
            try:
                pieces.append(self._decode(chunk, self.ended))
            except UnicodeDecodeError as error:
                before = error.object[: error.start].count(b"\n") + sum(piece.count("\n") for piece in pieces)
                raise not_utf8(error, self.line + before) from None
            wanted -= len(pieces[-1])
        self.text = "".join(pieces)

    def advance(self, end: int) -> None:
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def peek(self) -> str:
        """The next character that is not white space; "" at the end of the stream."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.advance(match.end() if match else self.at)
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self.more()


def _array(source: Source) -> Iterator[tuple[int, Any]]:
    window = _Window(source)
    window.peek()
    window.advance(window.at + 1)
    if window.peek() == "]":
        window.advance(window.at + 1)
    else:
        while True:
            if window.peek() == "":
                raise FormatError("The file ends in the middle of its JSON array.", window.line)
            source.records += 1
            yield window.line, _element(window)
            mark = window.peek()
            if mark not in (",", "]"):
                reason = f"{mark!r} stands where ',' or ']' is expected." if mark else "The JSON array has no end."
                raise FormatError(reason, window.line)
            window.advance(window.at + 1)
            if mark == "]":
                break
    if window.peek():
        raise FormatError("There is more text after the end of the JSON array.", window.line)


def _element(window: _Window) -> Any:
    if window.text[window.at] != "{":
        raise FormatError(f"A record is a JSON object in braces; this one begins with {window.text[window.at]!r}.",
                          window.line)  # fmt: skip
    while True:
        try:
            value, end = _DECODER.raw_decode(window.text, window.at)
        except json.JSONDecodeError as error:
            unfinished = error.pos >= len(window.text) - _MARGIN or error.msg.startswith("Unterminated string")
            if window.ended or not unfinished:
                line = window.line + window.text.count("\n", window.at, error.pos)
                raise _broken(error, line, error.colno) from None
        except RecursionError:
            raise _too_deep(window.line) from None
        except _RefusedError as error:
            raise FormatError(str(error), window.line) from None
        else:
            window.advance(end)
            return value
        if len(window.text) - window.at > MAX_RECORD_BYTES:
            raise too_long(window.line)
        window.more()


def _broken(error: json.JSONDecodeError, line: int, column: int) -> FormatError:
    return FormatError(f"This is not JSON: {error.msg} at column {column:,}.", line)


def _too_deep(line: int) -> FormatError:
    return FormatError(f"The JSON is nested deeper than {MAX_DEPTH} levels.", line)


def _check(record: dict[str, Any], line: int) -> None:
    """Walk every value of `record` without recursion and refuse what may not be stored."""
    waiting: list[tuple[Any, int]] = [(record, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            check_string(value, line)
        elif isinstance(value, float):
            if not math.isfinite(value):
                raise FormatError("A number is too large.", line)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise _too_deep(line)
            if isinstance(value, dict):
                waiting.extend((key, depth) for key in value)
                waiting.extend((inner, depth + 1) for inner in value.values())
            else:
                waiting.extend((inner, depth + 1) for inner in value)


def check_string(text: str, line: int) -> None:
    """Raise FormatError for a NUL or for half of a surrogate pair, which no encoding can write."""
    if "\x00" in text:
        raise FormatError(f"There is a NUL character (\\u0000) in {shown(text)}; no text has one.", line)
    if not text.isascii() and (match := _SURROGATE.search(text)):
        raise FormatError(f"\\u{ord(match[0]):04x} is half of a surrogate pair; the other half is missing.", line)


def shown(value: Any) -> str:
    """`value` for an error message: at most 40 characters, printable."""
    text = ascii(value) if isinstance(value, str) and _SURROGATE.search(value) else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
