"""What training minimises: the negative log-likelihood of the tags of owned tokens, summed.

A sum, not a mean: `backward_step` divides by the labelled tokens of the whole optimiser step, so that one batch of 32
and four of 8 give the same gradient, whatever their lengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from core.training.batches import IGNORED, Batch
from core.training.hardware import Hardware

if TYPE_CHECKING:
    from core.models.tagger import Tagger


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
    with hardware.products():
        for batch in batches:
            loss = summed_loss(tagger, batch, hardware) / labelled
            loss.backward()  # type: ignore[no-untyped-call]
            total += loss.detach()
    return total
