"""A byte stream read once, in pieces: its head for detection, numbered lines, or one text of limited length."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO

from core.errors import FormatError

HEAD_BYTES = 256 * 1024
CHUNK_BYTES = 256 * 1024
MAX_RECORD_BYTES = 16_000_000
MAX_TEXT_CHARACTERS = 1_000_000

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class Source:
    """The bytes of `stream` from where it stands; `on_progress` gets the number of bytes read so far."""

    def __init__(self, stream: BinaryIO, on_progress: Callable[[int], None] | None = None) -> None:
        self._stream = stream
        self._on_progress = on_progress
        self._read = 0
        self.records = 0  # elements of a JSON array begun so far; stays 0 where lines count the records
        self._head: bytes | None = None

    def head(self) -> bytes:
        """The first HEAD_BYTES, without a byte order mark; may be called any number of times."""
        if self._head is None:
            self._head = _plain(self._take(HEAD_BYTES))
        return self._head

    def chunks(self) -> Iterator[bytes]:
        """The whole stream in pieces, without a byte order mark; consumes it."""
        yield self.head()
        while chunk := self._take(CHUNK_BYTES):
            yield chunk

    def lines(self) -> Iterator[tuple[int, str]]:
        """(line number from 1, text without its line end); consumes the stream.

        Raises FormatError for bytes that are not UTF-8, for a NUL character, and for a line of more than
        MAX_RECORD_BYTES.
        """
        number, rest = 0, b""
        for chunk in self.chunks():
            pieces = (rest + chunk).split(b"\n")
            rest = pieces.pop()
            for piece in pieces:
                number += 1
                yield number, _decoded(piece, number)
            if len(rest) > MAX_RECORD_BYTES:
                raise too_long(number + 1)
        if rest:
            yield number + 1, _decoded(rest, number + 1)

    def text(self) -> str:
        """The whole file as one text; raises FormatError beyond MAX_TEXT_CHARACTERS, before reading much further."""
        lines: list[str] = []
        characters = 0
        for number, line in self.lines():
            characters += len(line) + 1
            if characters > MAX_TEXT_CHARACTERS + 1:
                raise FormatError(
                    f"The file is longer than one document may be ({MAX_TEXT_CHARACTERS:,} characters). "
                    "Read it as one document a line, or cut it into several files.",
                    number,
                )
            lines.append(line)
        return "\n".join(lines)

    def _take(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the stream."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self._stream.read(size)):
            pieces.append(piece)
            size -= len(piece)
        data = b"".join(pieces)
        self._read += len(data)
        if self._on_progress is not None and data:
            self._on_progress(self._read)
        return data


def too_long(line: int) -> FormatError:
    """The error for a record (a line, or an element of a JSON array) beyond MAX_RECORD_BYTES."""
    return FormatError(f"One record is longer than {MAX_RECORD_BYTES:,} bytes. Cut it into several documents.", line)


def _plain(head: bytes) -> bytes:
    """`head` without UTF-8's byte order mark; FormatError for the marks of other encodings."""
    if head.startswith(_WIDE_MARKS):
        raise FormatError("The file is UTF-16 or UTF-32; save it as UTF-8.", 1)
    return head.removeprefix(codecs.BOM_UTF8)


def _decoded(piece: bytes, line: int) -> str:
    try:
        text = piece.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(error, line) from None
    if "\x00" in text:
        raise FormatError(f"There is a NUL character at column {text.index(chr(0)) + 1}; no text has one.", line)
    return text


def not_utf8(error: UnicodeDecodeError, line: int) -> FormatError:
    """The FormatError for bytes that are not UTF-8, naming the first of them."""
    byte = error.object[error.start]
    return FormatError(f"Byte 0x{byte:02x} is not UTF-8 ({error.reason}); save the file as UTF-8.", line)
