"""Training: settings, recipes and the loop. Importing the package brings no torch; touching `train` does.

config        TrainingConfig and FIELDS, from which a form can be built
recipes       settings that work, by base and number of documents; what a run will cost
preflight     what the documents hold, and why a run cannot start
examples      documents → windows with tags; the ledger is made here
batches       token-budget batches of like length
objectives    the loss of owned tokens, summed
optimization  device, seeds, AdamW, learning rate
selection     which epoch is kept, when to stop
checkpoint    all a run needs to go on, in safetensors and JSON
scoring       the dev split, scored as predictions are made
run           one attempt; loop holds train()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.training.config import FIELDS, TrainingConfig
from core.training.ledger import Ledger
from core.training.preflight import Preflight, preflight
from core.training.progress import DevScores, Progress, TrainingResult
from core.training.recipes import RECIPES, describe, estimate_seconds, recipe

if TYPE_CHECKING:
    from core.training.loop import train

__all__ = [
    "FIELDS",
    "RECIPES",
    "DevScores",
    "Ledger",
    "Preflight",
    "Progress",
    "TrainingConfig",
    "TrainingResult",
    "describe",
    "estimate_seconds",
    "preflight",
    "recipe",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "train":
        from core.training.loop import train

        return train
    raise AttributeError(f"core.training has no {name!r}.")
