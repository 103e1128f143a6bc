"""A small trained model for tests of screens and HTTP: trained once a session, published into each test's store."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.documents import Document, Span
from core.evaluation import Report, evaluate
from core.inference.predictor import Predictor
from core.models.bases import CHARACTERS
from core.training import TrainingConfig, train
from db import models
from db.connection import Store, home
from db.models import Model

LABELS = ("LOC", "PER")


def document(name: str, place: str) -> Document:
    """One of the sentences that the model is trained on."""
    text = f"{name} went to {place}."
    start = text.index(place)
    return Document(text, (Span(0, len(name), "PER"), Span(start, start + len(place), "LOC")))


DOCUMENTS = tuple(
    document(name, place)
    for name in ("Ada Byron", "Alan Turing", "Grace Hopper", "Kurt Gödel")
    for place in ("Paris", "Munich", "Lisbon")
)


@functools.cache
def trained() -> Path:
    """The model folder; it finds both spans of every one of DOCUMENTS."""
    folder = Path(tempfile.mkdtemp(prefix="tagloop-model-"))
    config = TrainingConfig(
        base=CHARACTERS,
        language="en",
        epochs=40,
        learning_rate=5e-3,
        batch_tokens=256,
        seed=3,
        threads=1,
        dropout=0.0,
    )
    return train(config, list(DOCUMENTS), [], folder).model_dir


def publish(
    store: Store,
    project_id: int,
    name: str = "tiny",
    metrics: Mapping[str, Any] | None = None,
    *,
    folder_of_data: Path | None = None,
) -> Model:
    """Copy the folder into the data folder and make the row, with scores on DOCUMENTS as dev unless given."""
    shutil.copytree(trained(), (folder_of_data or home()) / "models" / name)
    with store.writing() as session:
        return models.publish(
            session,
            project_id=project_id,
            name=name,
            base=CHARACTERS,
            kind="character",
            language="en",
            labels=LABELS,
            folder=f"models/{name}",
            metrics={"dev": {"micro": asdict(own_report().micro)}} if metrics is None else metrics,
            actor="you",
        )


def own_report() -> Report:
    """The model's scores on what it was trained on."""
    found = Predictor.load(trained()).predict([item.text for item in DOCUMENTS])
    return evaluate(list(DOCUMENTS), found)
