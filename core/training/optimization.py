"""Device, seeds, AdamW and its learning rate: what a run sets up once."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch import nn
from torch.optim import AdamW

from core.errors import InvalidConfig
from core.models.tagger import Tagger
from core.training.config import TrainingConfig
from core.training.objectives import Hardware


def seed_everything(seed: int) -> None:
    """Start the random sequences of Python, numpy and torch at `seed`."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def choose_hardware(config: TrainingConfig) -> Hardware:
    """The device and number format that `config` asks for; sets the thread count. Raises InvalidConfig without a GPU.

    bf16 is automatic on a GPU that has it; on a CPU it made small encoders slower and is used only when asked for.
    """
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    has_gpu = torch.cuda.is_available()
    if config.device == "cuda" and not has_gpu:
        raise InvalidConfig("device is cuda, but there is no usable GPU here; choose auto or cpu.")
    device = torch.device("cuda" if has_gpu and config.device != "cpu" else "cpu")
    if config.precision == "auto":
        return Hardware(
            device, half=device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        )
    return Hardware(device, half=config.precision == "bf16")


def make_optimizer(tagger: Tagger, config: TrainingConfig) -> AdamW:
    """AdamW over what is not frozen; each group remembers its highest rate as `peak`."""
    groups = tagger.parameter_groups(config)
    for group in groups:
        group["peak"] = group["lr"]
    return AdamW(groups, fused=True)


def rate_factor(step: int, steps: int, config: TrainingConfig) -> float:
    """Share of the peak learning rate at `step` (0 … steps - 1): rises linearly, then falls to 0 or stays."""
    warmup = round(config.warmup_share * steps)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if config.schedule == "constant":
        return 1.0
    return (steps - step) / max(1, steps - warmup)


def set_rate(optimizer: AdamW, factor: float) -> float:
    """Give every group `factor` of its peak rate; returns the first group's rate."""
    for group in optimizer.param_groups:
        group["lr"] = factor * group["peak"]
    return float(optimizer.param_groups[0]["lr"])


def trained_parameters(tagger: nn.Module) -> list[nn.Parameter]:
    """The parameters that are not frozen."""
    return [parameter for parameter in tagger.parameters() if parameter.requires_grad]
