"""Examples → batches under a token budget. Numpy only; the plan of an epoch follows from (seed, epoch) alone.

Examples are shuffled, sorted by length inside large pools, cut into batches whose padded size stays within the
budget, and the batches are shuffled. Neighbours in a batch are then of nearly equal length, so almost nothing is
padding, while the order of batches, and the company an example keeps, still change with every epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.features import InputEncoder
from core.training.examples import Example

IGNORED = -100  # the tag id of padding
POOL_BATCHES = 64  # batches of average size in one sorted pool


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What the objective reads. `pieces` counts real input pieces, `padded` those with padding."""

    inputs: dict[str, np.ndarray]  # (batch, length) or (batch, length, k), int64
    first: np.ndarray  # (batch, tokens) int64, place of each owned token; 0 in padding
    tags: np.ndarray  # (batch, tokens) int64, IGNORED in padding
    opens: np.ndarray  # (batch,) bool, True where the row holds its document's first token
    closes: np.ndarray  # (batch,) bool, the same for the last token
    labelled: int
    pieces: int

    @property
    def padded(self) -> int:
        """Pieces that the model computes, padding included."""
        return int(self.inputs["attention_mask"].size)


def plan_epoch(lengths: np.ndarray, *, batch_tokens: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Batches of one epoch as arrays of example indices; each example occurs exactly once.

    `lengths` is (examples,) in pieces. rows x longest stays within `batch_tokens`; an example that is longer than
    that makes a batch of its own.
    """
    generator = np.random.default_rng((seed, epoch))
    order = generator.permutation(len(lengths))  # (examples,)
    per_batch = max(1, batch_tokens // max(1, round(float(lengths.mean()))))
    pool = POOL_BATCHES * per_batch
    batches: list[np.ndarray] = []
    for begin in range(0, len(order), pool):
        chosen = order[begin : begin + pool]
        batches += cut_by_budget(chosen[np.argsort(-lengths[chosen], kind="stable")], lengths, batch_tokens)
    return [batches[place] for place in generator.permutation(len(batches))]


def cut_by_budget(order: np.ndarray, lengths: np.ndarray, batch_tokens: int) -> list[np.ndarray]:
    """Cut `order` (n,), which runs from long to short, into batches of at most `batch_tokens` padded pieces."""
    batches = []
    begin = 0
    while begin < len(order):
        rows = max(1, batch_tokens // int(lengths[order[begin]]))
        batches.append(order[begin : begin + rows])
        begin += rows
    return batches


def padding_share(batches: Sequence[np.ndarray], lengths: np.ndarray) -> float:
    """Share of the computed pieces that are padding, 0..1."""
    padded = sum(len(batch) * int(lengths[batch].max()) for batch in batches)
    return 1.0 - sum(int(lengths[batch].sum()) for batch in batches) / padded


def steps_of(batches: Sequence[np.ndarray], accumulation_steps: int) -> Iterator[Sequence[np.ndarray]]:
    """The batches of each optimiser step; the last step of an epoch may hold fewer."""
    for begin in range(0, len(batches), accumulation_steps):
        yield batches[begin : begin + accumulation_steps]


def collate(examples: Sequence[Example], encoder: InputEncoder) -> Batch:
    """Pad examples to a batch; what is padding carries IGNORED and so reaches neither loss nor score."""
    windows = [example.window for example in examples]
    tokens = max(len(example.tags) for example in examples)
    first = np.zeros((len(examples), tokens), dtype=np.int64)  # (batch, tokens)
    tags = np.full((len(examples), tokens), IGNORED, dtype=np.int64)  # (batch, tokens)
    for row, example in enumerate(examples):
        first[row, : len(example.tags)] = example.window.first
        tags[row, : len(example.tags)] = example.tags
    return Batch(
        inputs=encoder.pad_batch(windows),
        first=first,
        tags=tags,
        opens=np.array([example.opens for example in examples]),
        closes=np.array([example.closes for example in examples]),
        labelled=sum(len(example.tags) for example in examples),
        pieces=sum(len(window) for window in windows),
    )
