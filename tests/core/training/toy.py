"""Small documents with a rule that any tagger can learn, and settings that train the tiny encoder in a second."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from core.documents import Document, Span
from core.training import TrainingConfig

PEOPLE = ("Anna", "Bob", "Anna Bob", "Anderson")
PLACES = ("Paris", "London", "Acme Paris")


def toy_documents(count: int, *, seed: int = 0, long: bool = False) -> list[Document]:
    """ "Anna visits Paris …", of uneven lengths; `long` ones need several windows of the tiny encoder."""
    generator = random.Random(seed)
    return [_document(generator, 12 if long else generator.randint(1, 3), number) for number in range(count)]


def _document(generator: random.Random, sentences: int, number: int) -> Document:
    text, spans = "", []
    for _ in range(sentences):
        for part, label in (
            (generator.choice(PEOPLE), "PER"),
            (generator.choice((" visits ", " works in ", " lives at the ")), None),
            (generator.choice(PLACES), "LOC"),
            (generator.choice((". ", ", was with ", " to ")), None),
        ):
            if label is not None:
                spans.append(Span(len(text), len(text) + len(part), label))
            text += part
    return Document(f"{text}{number}.", tuple(spans), id=f"d{number}")


def toy_config(base: Path | str, **changes: Any) -> TrainingConfig:
    """Settings under which the tiny encoder learns the toy documents."""
    settings: dict[str, Any] = {
        "base": str(base),
        "language": "en",
        "epochs": 2,
        "learning_rate": 5e-3,
        "batch_tokens": 256,
        "max_length": 32,
        "overlap": 8,
        "threads": 1,
        "device": "cpu",
        "seed": 7,
    }
    return TrainingConfig(**(settings | changes))
