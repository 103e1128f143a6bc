"""What goes into the annotator and what comes back; offsets are code points throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from core.documents import Span, check_label
from core.errors import InvalidSpan, InvalidValue
from ui.palette import HUES

Action = Literal["accept", "skip", "save", "previous", "next"]
Decision = Literal["accepted", "rejected"]
ACTIONS: tuple[str, ...] = get_args(Action)
DECISIONS: tuple[str, ...] = get_args(Decision)

# Keys that mean something else in the editor, and R and C, which Streamlit takes for itself.
RESERVED_KEYS = frozenset("axfrc")


@dataclass(frozen=True, slots=True)
class Suggested:
    """A span that a model or a rule proposes; `score` is 0..1, `id` is what decisions refer to."""

    id: int
    start: int
    end: int
    label: str
    score: float

    def __post_init__(self) -> None:
        Span(self.start, self.end, self.label, self.score)  # the same limits


@dataclass(frozen=True, slots=True)
class AnnotatorDocument:
    """One document as it stands in the store; raises InvalidSpan for an offset beyond the text."""

    id: int
    text: str
    tokens: Sequence[tuple[int, int]]
    spans: Sequence[Span]
    suggestions: Sequence[Suggested]
    revision: int
    status: str
    flagged: bool
    language: str

    def __post_init__(self) -> None:
        items: list[Span | Suggested] = [*self.spans, *self.suggestions]
        for item in items:
            if item.end > len(self.text):
                raise InvalidSpan(
                    f"The span {item.label} {item.start}-{item.end} ends beyond document {self.id}, "
                    f"which has {len(self.text)} characters."
                )
        if any(not 0 <= start < end <= len(self.text) for start, end in self.tokens):
            raise InvalidSpan(f"A token of document {self.id} lies outside its {len(self.text)} characters.")


@dataclass(frozen=True, slots=True)
class AnnotatorLabel:
    """A label to choose from; `key` is one letter or digit of the person's choice, None for the next free digit."""

    id: int
    name: str
    hue: int
    key: str | None = None
    description: str = ""

    def __post_init__(self) -> None:
        check_label(self.name)
        if not 0 <= self.hue < len(HUES):
            raise InvalidValue(f"A hue is a number from 0 to {len(HUES) - 1}, not {self.hue}.")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a person did to one document, checked against it."""

    document_id: int
    base_revision: int
    spans: tuple[Span, ...]
    action: Action
    flagged: bool
    decisions: Mapping[int, Decision]
    seconds: float


def label_keys(labels: Sequence[AnnotatorLabel]) -> dict[int, str]:
    """The key of each label by label id: its own where it is free and allowed, else the next free of 1…9, 0."""
    keys: dict[int, str] = {}
    for label in labels:
        key = (label.key or "").lower()
        usable = len(key) == 1 and key.isalnum() and key not in RESERVED_KEYS
        if usable and key not in keys.values():
            keys[label.id] = key
    digits = (digit for digit in "1234567890" if digit not in keys.values())
    for label in labels:
        if label.id not in keys:
            digit = next(digits, None)
            if digit is None:
                break
            keys[label.id] = digit
    return keys
