"""What a training run tells while it goes on, and what it hands over at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.evaluation import Report
    from core.training.ledger import Ledger

PHASES = ("preparing", "training", "evaluating", "exporting", "note")


@dataclass(frozen=True, slots=True)
class DevScores:
    """Micro scores of one epoch on the dev split; a score is None where there is nothing to score."""

    epoch: int
    precision: float | None
    recall: float | None
    f1: float | None
    per_label: Mapping[str, Mapping[str, float | int | None]]  # label → precision, recall, f1, support

    @classmethod
    def of(cls, epoch: int, report: Report) -> DevScores:
        """The scores of `report` as plain numbers."""
        per_label = {
            label: {
                "precision": scores.precision,
                "recall": scores.recall,
                "f1": scores.f1,
                "support": scores.support,
            }
            for label, scores in report.per_label.items()
        }
        return cls(epoch, report.micro.precision, report.micro.recall, report.micro.f1, per_label)


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a run. `epoch` counts from 1, `step` counts optimiser steps done; 0 before training starts."""

    phase: str
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float | None = None  # mean over labelled tokens since the last report
    learning_rate: float | None = None
    tokens_per_second: float | None = None  # real sub-tokens, padding not counted
    padding_share: float | None = None
    seconds_left: float | None = None
    dev: DevScores | None = None  # set once, when an epoch has been scored
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A finished run; `model_dir` is what `Predictor.load` takes, `dev` the report of the epoch that was kept."""

    model_dir: Path
    dev: Report | None
    ledger: Ledger
    best_epoch: int
    seconds: float
    tokens_per_second: float
    history: tuple[DevScores, ...]
