"""Which format a file is in, told from its head and its name."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import FormatError
from core.formats.conll import layout_of
from core.formats.json_records import records
from core.formats.record import SPLITS, Options
from core.formats.source import HEAD_BYTES, Source

_RECORDS_LOOKED_AT = 50
_SPLIT_WORD = re.compile(rf"(?<![a-z])({'|'.join(SPLITS)})(?![a-z])", re.IGNORECASE)
_TITLES = {
    "doccano": "doccano JSON Lines",
    "prodigy": "Prodigy JSON Lines",
    "labelstudio": "Label Studio JSON",
    "cluener": "CLUENER JSON Lines (inclusive ends)",
}


@dataclass(frozen=True, slots=True)
class Detection:
    """The format found; for column files also the tag scheme (None: no span in the head) and the delimiter."""

    format: str
    scheme: str | None = None
    delimiter: str | None = None
    details: str = ""


def detect(head: bytes | str, filename: str = "", *, options: Options | None = None) -> Detection:
    """The format of the file that begins with `head` (the more the better, up to HEAD_BYTES).

    Raises FormatError for an empty file, another encoding than UTF-8, and JSON that is none of the known shapes.
    """
    source = Source(io.BytesIO(head.encode("utf-8", "replace") if isinstance(head, str) else head))
    start = source.head().lstrip()
    if not start:
        raise FormatError("The file is empty.")
    if b"\x00" in start:
        raise FormatError("The file holds NUL bytes; it is not a text file in UTF-8.", 1)
    says_json = filename.lower().endswith((".json", ".jsonl"))
    if start[:1] in b"{[" and (found := _json(source, start, says_json)) is not None:
        return found
    if says_json:
        raise FormatError("The name says JSON, but the file does not begin with { or [.", 1)
    try:
        layout = layout_of(source.head(), options or Options())
    except FormatError:
        layout = None  # no columns: plain text
    if layout is not None and (layout.tag_share >= 0.9 or _is_column_name(filename)):
        return Detection("conll", layout.scheme, layout.delimiter, layout.details)
    if filename.lower().endswith(".md"):
        return Detection("text", details="plain text, the whole file as one document")
    return Detection("lines", details="plain text, a document a line")


def split_of(filename: str) -> str | None:
    """The split that a file's name says as a word of its own ("news.dev.conll" is dev); None when it says none."""
    words = {SPLITS[word.lower()] for word in _SPLIT_WORD.findall(filename)}
    return words.pop() if len(words) == 1 else None


def _json(source: Source, start: bytes, says_json: bool) -> Detection | None:
    """The dialect of a JSON file; None when it is not JSON after all and its name does not say so either."""
    found: list[dict[str, Any]] = []
    try:
        for _, record in records(source):
            found.append(record)
            if len(found) == _RECORDS_LOOKED_AT:
                break
    except FormatError:
        is_cut = len(source.head()) >= HEAD_BYTES
        if not found and not is_cut:
            if says_json or start[:1] == b"{":
                raise
            return None
    if not found:
        # The first record alone is longer than the head: its keys are all there is to see.
        keys = re.findall(rb'"(annotations|completions|spans|answer|entities|labels?)"\s*:', start)
        only_text = "doccano" if b'"text"' in start else None  # the labels come after a very long text
        dialect = next((_BY_KEY[key] for key in _BY_KEY if key.encode() in keys), only_text)
        return _named(dialect, "told from its first keys") if dialect else None
    dialect = next((name for name in map(_dialect, found) if name), None)
    if dialect is None and all(isinstance(record.get("text"), str) for record in found):
        return _named("doccano", "no labels so far")
    if dialect is None:
        raise FormatError(
            f"The JSON is of no known shape; its keys are {', '.join(map(repr, found[0])) or 'none'}. Expected is a "
            '"text" with "label", "labels", "entities" or "spans", or a Label Studio task.',
            1,
        )
    return _named(dialect)


_BY_KEY = {
    "annotations": "labelstudio",
    "completions": "labelstudio",
    "spans": "prodigy",
    "answer": "prodigy",
    "entities": "doccano",
    "labels": "doccano",
    "label": "doccano",
}


def _named(dialect: str, evidence: str = "") -> Detection:
    return Detection(dialect, details=_TITLES[dialect] + (f", {evidence}" if evidence else ""))


def _dialect(record: Mapping[str, Any]) -> str | None:
    """The dialect of one record; None when it could be any."""
    if isinstance(record.get("data"), dict):
        return "labelstudio"
    if "annotation_id" in record or any(_is_region_list(value) for value in record.values()):
        return "labelstudio"
    if isinstance(record.get("label"), dict):
        return "cluener"
    if "spans" in record or "answer" in record or "_input_hash" in record:
        return "prodigy"
    if any(isinstance(record.get(key), list) for key in ("label", "labels", "entities")):
        return "doccano"
    return None


def _is_region_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and {"start", "end", "labels"} <= item.keys() for item in value)
    )


def _is_column_name(filename: str) -> bool:
    return filename.lower().endswith((".conll", ".iob", ".iob2", ".bio", ".bioes", ".tsv"))
