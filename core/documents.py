"""Span, Document and LabelSet: the values that every other module passes on.

Offsets are half-open code-point indices into `Document.text`, everywhere. `text[span.start:span.end]` is the
span's surface; nothing is ever counted in bytes or UTF-16 units outside the browser component.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.errors import InvalidSpan, InvalidValue

MAX_LABEL_LENGTH = 60


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A labelled range `[start, end)` of a document's text, in code points; `score` is 0..1 or None for gold."""

    start: int
    end: int
    label: str
    score: float | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if type(self.start) is not int or type(self.end) is not int:
            raise InvalidSpan(f"Offsets must be whole numbers, not {self.start!r} and {self.end!r}.")
        if not 0 <= self.start < self.end:
            raise InvalidSpan(f"A span needs 0 <= start < end; this one has start {self.start} and end {self.end}.")
        check_label(self.label)
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise InvalidSpan(f"A score lies between 0 and 1; this one is {self.score!r}.")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """True when the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Document:
    """One text and the spans marked in it, sorted by start; raises InvalidSpan for a span beyond the text."""

    text: str
    spans: tuple[Span, ...] = ()
    id: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise InvalidValue(f"A document's text is a string, not {type(self.text).__name__}.")
        object.__setattr__(self, "spans", tuple(sorted(self.spans)))
        object.__setattr__(self, "meta", MappingProxyType(dict(self.meta)))
        for span in self.spans:
            if span.end > len(self.text):
                raise InvalidSpan(
                    f"The span {span.label} {span.start}-{span.end} ends beyond the text, "
                    f"which has {len(self.text)} characters."
                )

    def surface(self, span: Span) -> str:
        """The characters that `span` covers."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of a project in their fixed order; the order decides tag ids, so it is saved with every model."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        for name in self.names:
            check_label(name)
        if len(set(self.names)) != len(self.names):
            twice = sorted({name for name in self.names if self.names.count(name) > 1})
            raise InvalidValue(f"Each label is named once; named more than once: {', '.join(twice)}.")

    @classmethod
    def of(cls, documents: Iterable[Document]) -> LabelSet:
        """The labels that occur in `documents`, sorted by name (never by set order, which varies by process)."""
        return cls(tuple(sorted({span.label for document in documents for span in document.spans})))

    @property
    def tags(self) -> tuple[str, ...]:
        """O first, then B- and I- of each label in order: 2 x labels + 1 tags."""
        return ("O", *(f"{prefix}-{name}" for name in self.names for prefix in ("B", "I")))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names


def check_label(name: str) -> None:
    """Raise InvalidSpan unless `name` can be a label: 1 to 60 printable characters, no white space at either end."""
    if not isinstance(name, str) or not name or name != name.strip() or not name.isprintable():
        raise InvalidSpan(f"A label is a printable name without white space around it, not {name!r}.")
    if len(name) > MAX_LABEL_LENGTH:
        raise InvalidSpan(f"A label has at most {MAX_LABEL_LENGTH} characters; {name[:20]!r}… has {len(name)}.")
