"""Documents → a file in one of the writable formats, with an account of what it could not carry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import BinaryIO

from core.documents import Document
from core.errors import FormatError, InvalidValue
from core.formats import cluener, conll, doccano, labelstudio, prodigy
from core.formats.json_records import check_string
from core.formats.loss import Losses, LossReport

_RECORDS = {
    "doccano": doccano.record_of,
    "prodigy": prodigy.record_of,
    "labelstudio": labelstudio.record_of,
    "cluener": cluener.record_of,
}
WRITABLE = ("conll", *_RECORDS)


def write(documents: Iterable[Document], stream: BinaryIO, format: str, *, language: str = "en") -> LossReport:
    """Write `documents` one by one in UTF-8; `language` tokenizes what carries no tokens of its own ("conll" only).

    Raises InvalidValue for a format outside WRITABLE and for a text with NUL or half a surrogate pair.
    """
    if format not in WRITABLE:
        raise InvalidValue(f"{format!r} cannot be written; the formats that can are {', '.join(WRITABLE)}.")
    losses = Losses()
    is_array = format == "labelstudio"
    if is_array:
        stream.write(b"[")
    for document in documents:
        _check(document)
        if format == "conll":
            losses.documents += conll.write(document, stream, losses, language)
            continue
        record = _RECORDS[format](document, losses)
        data = json.dumps(record, ensure_ascii=False, allow_nan=False).encode()
        before = b"" if not is_array else b"\n" if losses.documents == 0 else b",\n"
        stream.write(before + data + (b"" if is_array else b"\n"))
        losses.documents += 1
        losses.spans += len(document.spans)
    if is_array:
        stream.write(b"\n]\n")
    return losses.report()


def _check(document: Document) -> None:
    try:
        check_string(document.text, 1)
    except FormatError as error:
        raise InvalidValue(
            f"Document {document.id or document.text[:20]!r} cannot be written. {error.reason}"
        ) from None
