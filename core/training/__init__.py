"""Training: settings, recipes and the loop. Importing the package brings no torch; touching `train` does."""

from __future__ import annotations

from core.training.config import FIELDS, TrainingConfig
from core.training.progress import DevScores, Progress, TrainingResult

__all__ = ["FIELDS", "DevScores", "Progress", "TrainingConfig", "TrainingResult"]
