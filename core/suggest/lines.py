"""Terms written by people: a line each, the surface, then a tab (or as CSV a comma) and the label."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MAX_LINES = 20_000
MAX_CHARACTERS = 200  # of a surface
MAX_ERRORS = 20  # told one by one
HEADS = ("surface", "term", "text", "name")


@dataclass(frozen=True, slots=True)
class Lines:
    """(surface, label) of the lines that can be used, and what is wrong with the others, by line."""

    rows: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]
    wrong: int


def read_lines(text: str, labels: Collection[str], *, default: str | None = None) -> Lines:
    """Read pasted lines or a CSV file; empty lines and a head line are passed over.

    A line without a label gets `default`; where that is None, it is an error, as is a label outside `labels`.
    """
    rows: list[tuple[str, str]] = []
    errors: list[str] = []
    wrong = 0
    for number, fields in enumerate(_fields(text.removeprefix("\ufeff")), 1):
        if number > MAX_LINES:
            errors.append(f"Line {number:,} and those after it were not read: {MAX_LINES:,} lines are the limit.")
            wrong += 1
            break
        surface = fields[0].strip() if fields else ""
        label = fields[1].strip() if len(fields) > 1 and fields[1].strip() else default
        if (not surface and len(fields) < 2) or (number == 1 and surface.lower() in HEADS and label not in labels):
            continue
        reason = _wrong(surface, label, labels)
        if reason is None and label is not None:
            rows.append((surface, label))
            continue
        wrong += 1
        if len(errors) < MAX_ERRORS:
            errors.append(f"Line {number:,}: {reason}")
    return Lines(tuple(dict.fromkeys(rows)), tuple(errors), wrong)


def _fields(text: str) -> list[Sequence[str]]:
    """Tab-separated where there is a tab, else CSV line by line, so that a quote left open spoils one line only."""
    lines = text.splitlines()
    if "\t" in text:
        return [line.split("\t") for line in lines]
    return [next(csv.reader(io.StringIO(line)), []) for line in lines]


def _wrong(surface: str, label: str | None, labels: Collection[str]) -> str | None:
    if not surface:
        return "there is no text before the label."
    if len(surface) > MAX_CHARACTERS:
        return f"the text has {len(surface):,} characters; {MAX_CHARACTERS} are the limit."
    if "\0" in surface or any("\ud800" <= character <= "\udfff" for character in surface):
        return "it holds a character that no text holds (NUL or half of a surrogate pair)."
    if label is None:
        return f"there is no label after {surface[:40]!r}; write a tab and a label, or choose one for all lines."
    if label not in labels:
        return f"the project has no label {label[:40]!r}; it has {', '.join(labels) or 'none'}."
    return None
