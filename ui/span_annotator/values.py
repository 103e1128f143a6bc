"""What goes into the annotator: settings of the desk. Documents and edits travel over HTTP (api/desk)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from core.documents import check_label
from core.errors import InvalidValue
from ui.palette import HUES

Screen = Literal["train", "documents", "labels"]
SCREENS: tuple[str, ...] = get_args(Screen)


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
class Sources:
    """Who suggests: a model by id, the project's dictionary, its rules; scored ones show from `threshold` (0..1)."""

    model: int | None = None
    dictionary: bool = False
    rules: bool = False
    threshold: float = 0.5
    model_name: str | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            raise InvalidValue(f"A threshold lies between 0 and 1, not {self.threshold}.")


@dataclass(frozen=True, slots=True)
class Queue:
    """The documents to go through: the queue's name, and what a document must be (see api/desk/opening.py).

    `narrowed` names each part of the filter that a person has chosen beside the queue, and says it in words;
    `everything` is how many documents these parts let through in all queues, None where nobody has counted.
    """

    name: str = "all"
    filter: Mapping[str, Any] = field(default_factory=dict)
    narrowed: Sequence[tuple[str, str]] = ()
    everything: int | None = None
