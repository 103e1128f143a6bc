"""What every reader shares: options, the record of what was left out, and spans checked against their text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.documents import Document, Span
from core.errors import FormatError, InvalidSpan, InvalidValue
from core.formats.json_records import shown
from core.formats.source import MAX_TEXT_CHARACTERS

SPLITS = {
    "train": "train", "training": "train",
    "dev": "dev", "valid": "dev", "val": "dev", "validation": "dev", "development": "dev",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of the file that is not imported: the line it begins on, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file. The last six matter to "conll" only; None there means: find out from the file's head.

    lenient: leave out a span that cannot be (and say so) instead of refusing the file.
    split: the split of documents for which the file names none.
    scheme: "IOB1", "IOB2", "BIOES" or "IO". documents: a document a "sentence", or one between two "marker" lines.
    joiner: what stands between two tokens in the text, " " or "".
    """

    lenient: bool = False
    split: str | None = None
    on_progress: Callable[[int], None] | None = None
    on_skip: Callable[[Skipped], None] | None = None
    token_column: int = 0
    tag_column: int = -1
    delimiter: str | None = None
    scheme: str | None = None
    documents: str = "sentence"
    joiner: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in (
            ("split", (None, "train", "dev", "test")),
            ("delimiter", (None, "\t", " ")),
            ("scheme", (None, "IOB1", "IOB2", "BIOES", "IO")),
            ("documents", ("sentence", "marker")),
            ("joiner", (None, "", " ")),
        ):
            value = getattr(self, name)
            if value not in allowed:
                choices = ", ".join(repr(choice) for choice in allowed)
                raise InvalidValue(f"The option {name} is one of {choices}; not {value!r}.")

    def skip(self, line: int, reason: str) -> None:
        """Report that something was left out."""
        if self.on_skip is not None:
            self.on_skip(Skipped(line, reason))


@dataclass(slots=True)
class Draft:
    """A document in the making: its text, the line it begins on, and the spans found good so far."""

    text: str
    line: int
    options: Options
    id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    spans: dict[Span, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise FormatError(f"A text is a string, not {shown(self.text)}.", self.line)
        if len(self.text) > MAX_TEXT_CHARACTERS:
            raise FormatError(
                f"The text has {len(self.text):,} characters; the limit is {MAX_TEXT_CHARACTERS:,}. "
                "Cut it into several documents.",
                self.line,
            )

    def add(self, start: Any, end: Any, label: Any, surface: Any = None, score: Any = None) -> None:
        """Take one span, or raise FormatError; when lenient, narrow it to its words or leave it out, and say so.

        `surface` is what the file says the span covers; it must be exactly that.
        """
        problem = span_problem(self.text, start, end, label, surface)
        if problem is not None:
            self.refuse(problem)
            return
        if self.options.lenient:
            start, end = self._narrowed(start, end)
        try:
            span = Span(start, end, label, _score(score))
        except InvalidSpan as error:
            self.refuse(str(error))
            return
        if span in self.spans:
            self.options.skip(self.line, f"The span {label} {start}-{end} is there twice; one is kept.")
        else:
            self.spans[span] = None

    def refuse(self, problem: str) -> None:
        """Raise FormatError for a span that cannot be; when lenient, report that it is left out."""
        if not self.options.lenient:
            raise FormatError(problem, self.line)
        self.options.skip(self.line, f"{problem} The span is left out.")

    def _narrowed(self, start: int, end: int) -> tuple[int, int]:
        piece = self.text[start:end]
        inner = start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
        if inner != (start, end):
            self.options.skip(self.line, f"The span {start}-{end} is narrowed to {inner[0]}-{inner[1]}: white space.")
        return inner

    def finished(self) -> Document | None:
        """The document; None, reported as skipped, when its text is blank."""
        if not self.text.strip():
            self.options.skip(self.line, "The text is blank.")
            return None
        meta = {**self.meta, "line": self.line}
        split = meta.get("split")
        if isinstance(split, str) and split.lower() in SPLITS:
            meta["split"] = SPLITS[split.lower()]
        elif split is not None:
            meta["source_split"] = meta.pop("split")
        elif self.options.split is not None:
            meta["split"] = self.options.split
        else:
            meta.pop("split", None)
        return Document(self.text, tuple(self.spans), self.id, meta)


def span_problem(text: str, start: Any, end: Any, label: Any, surface: Any = None) -> str | None:
    """Why `[start, end)` with `label` cannot be a span of `text`; None when it can."""
    if type(start) is not int or type(end) is not int:
        return f"Offsets are whole numbers, not {shown(start)} and {shown(end)}."
    name = f"The span {shown(label)} {start}-{end}"
    if not isinstance(label, str):
        return f"A label is a string, not {shown(label)}."
    if start < 0:
        return f"{name} begins before the text."
    if end <= start:
        return f"{name} ends where it begins or before."
    if end > len(text):
        return f"{name} ends beyond the text, which has {len(text):,} characters."
    found = text[start:end]
    if not found.strip():
        return f"{name} covers nothing but white space."
    if surface is not None and surface != found:
        return f"{name} covers {shown(found)}, and the file says {shown(surface)}."
    return None


def _score(value: Any) -> float | None:
    """A score between 0 and 1; None for anything else, such as an annotation tool's own rating."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0:
        return float(value)
    return None


def identity(value: Any) -> str | None:
    """A record's id as a string; None when it has none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def rest_of(record: Mapping[str, Any], taken: frozenset[str]) -> dict[str, Any]:
    """What a record carries besides the keys `taken`, with an object under "meta" spread out among them."""
    rest = {key: value for key, value in record.items() if key not in taken and key != "meta"}
    meta = record.get("meta")
    if isinstance(meta, dict):
        rest.update(meta)
    elif meta is not None:
        rest["meta"] = meta
    return rest


def list_of(record: Mapping[str, Any], key: str, line: int) -> list[Any]:
    """The list under `key`; empty when the key is missing or null. Raises FormatError for anything else."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FormatError(f"{key!r} holds a list, not {shown(value)}.", line)
    return value
