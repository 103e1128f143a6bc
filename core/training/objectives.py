"""What training minimises: the negative log-likelihood of the tags of owned tokens, summed.

A sum, not a mean: `backward_step` divides by the labelled tokens of the whole optimiser step, so that one batch of 32
and four of 8 give the same gradient, whatever their lengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.training.batches import IGNORED, Batch

if TYPE_CHECKING:
    from core.models.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where and in which number format a run computes."""

    device: torch.device
    half: bool  # bf16 autocast

    def autocast(self) -> AbstractContextManager[object]:
        """The context of a forward pass."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.half else nullcontext()

    def tensor(self, array: np.ndarray) -> Tensor:
        """The array on the device; the copy to a GPU overlaps with its work."""
        tensor = torch.from_numpy(array)
        if self.device.type == "cuda":
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor

    def inputs(self, batch: dict[str, np.ndarray]) -> dict[str, Tensor]:
        """All inputs on the device."""
        return {name: self.tensor(array) for name, array in batch.items()}


def summed_loss(tagger: Tagger, batch: Batch, hardware: Hardware) -> Tensor:
    """Negative log-likelihood in nats, summed over the labelled tokens of `batch`; a scalar on the device."""
    first = hardware.tensor(batch.first)  # (batch, tokens)
    tags = hardware.tensor(batch.tags)  # (batch, tokens)
    with hardware.autocast():
        emissions = tagger(hardware.inputs(batch.inputs))  # (batch, length, tags)
    owned = emissions.float().gather(1, first[:, :, None].expand(-1, -1, emissions.shape[2]))  # (batch, tokens, tags)
    if tagger.crf is None:
        return functional.cross_entropy(owned.flatten(0, 1), tags.flatten(), ignore_index=IGNORED, reduction="sum")
    opens, closes = hardware.tensor(batch.opens), hardware.tensor(batch.closes)  # (batch,)
    return tagger.crf.loss(owned, tags, tags != IGNORED, opens=opens, closes=closes)


def backward_step(tagger: Tagger, batches: Sequence[Batch], hardware: Hardware) -> Tensor:
    """Add the gradient of one optimiser step to the parameters; returns its mean loss a token, detached."""
    labelled = sum(batch.labelled for batch in batches)
    total = torch.zeros((), device=hardware.device)
    for batch in batches:
        loss = summed_loss(tagger, batch, hardware) / labelled
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.detach()
    return total
