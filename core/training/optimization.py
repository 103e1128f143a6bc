"""Seeds, AdamW and its learning rate: what a run sets up once."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from core.models.tagger import Tagger
from core.training.config import TrainingConfig
from core.training.hardware import Hardware
from core.training.row_adamw import RowAdamW, by_rows


def seed_everything(seed: int) -> None:
    """Start the random sequences of Python, numpy and torch at `seed`."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def make_optimizer(tagger: Tagger, config: TrainingConfig, hardware: Hardware) -> RowAdamW:
    """AdamW over what is not frozen; each group remembers its highest rate as `peak`.

    On a CPU large embeddings are updated by rows; a GPU updates a whole table faster than it finds the rows.
    """
    groups = tagger.parameter_groups(config)
    for group in groups:
        group["peak"] = group["lr"]
    optimizer = RowAdamW(groups)
    if hardware.device.type == "cpu":
        by_rows(tagger)
        optimizer.watch(tagger)
    return optimizer


def rate_factor(step: int, steps: int, config: TrainingConfig) -> float:
    """Share of the peak learning rate at `step` (0 … steps - 1): rises linearly, then falls to 0 or stays."""
    warmup = round(config.warmup_share * steps)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if config.schedule == "constant":
        return 1.0
    return (steps - step) / max(1, steps - warmup)


def set_rate(optimizer: Optimizer, factor: float) -> float:
    """Give every group `factor` of its peak rate; returns the first group's rate."""
    for group in optimizer.param_groups:
        group["lr"] = factor * group["peak"]
    return float(optimizer.param_groups[0]["lr"])


def trained_parameters(tagger: nn.Module) -> list[nn.Parameter]:
    """The parameters that are not frozen."""
    return [parameter for parameter in tagger.parameters() if parameter.requires_grad]
