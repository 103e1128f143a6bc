"""train(): from documents to a model folder. A plain PyTorch loop, to be read from top to bottom.

For each epoch: plan the batches, take the steps, score the dev documents, keep the weights if they are the best so
far, write a checkpoint. All that is random follows from the seed, and a checkpoint holds the whole state, so a run
that was interrupted ends with the same weights as one that was not (bit for bit on a CPU with one thread).
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from core.documents import Document, LabelSet
from core.errors import OutOfMemory
from core.tags import OUTERMOST
from core.training.checkpoint import Checkpoint, find_checkpoint
from core.training.config import TrainingConfig
from core.training.preflight import require_trainable
from core.training.progress import OnProgress, Progress, TrainingResult
from core.training.run import Run

# What changes how long a run takes, but not what it learns.
_IRRELEVANT = ("checkpoint_seconds", "device", "threads")
SMALLEST_BATCH = 8  # sub-tokens, as TrainingConfig allows
_OUT_OF_MEMORY = ("not enough memory", "out of memory", "can't allocate memory", "alloc_failed")


def train(
    config: TrainingConfig,
    train: Sequence[Document],
    dev: Sequence[Document],
    out_dir: Path,
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    snapshot_id: int | str | None = None,
) -> TrainingResult:
    """Fine-tune on `train`, choose the epoch on `dev` (may be empty), write the model to `out_dir/result`.

    Goes on from the checkpoint in `out_dir` when it is of the same settings and documents. `on_progress` is called at
    most about four times a second and at each epoch's end; `should_stop` is asked at every step, so it must be quick.
    When memory runs out, the run starts over once with half the batch and twice the accumulation.

    Raises InvalidConfig for documents or settings that cannot be trained, EncoderUnavailable, TrainingInterrupted
    after a checkpoint when asked to stop, OutOfMemory, TrainingDiverged.
    """
    tell = on_progress or (lambda progress: None)
    require_trainable(train, dev, config.labels)
    labels = LabelSet(config.labels) if config.labels is not None else LabelSet.of(train)
    fingerprint = fingerprint_of(config, train, dev)
    checkpoint = _usable_checkpoint(out_dir, fingerprint, config, tell)
    effective = _as_in(checkpoint, config)

    def attempt(settings: TrainingConfig, resume: Checkpoint | None) -> TrainingResult | OutOfMemory:
        try:
            run = Run(settings, labels, train, dev, out_dir, fingerprint=fingerprint, tell=tell, stop=should_stop)
            return run.go(resume, snapshot_id=snapshot_id)
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            # Returned, not raised: a traceback would keep the tensors of this attempt alive during the next one.
            return _out_of_memory(settings)

    outcome = attempt(effective, checkpoint)
    if isinstance(outcome, OutOfMemory) and effective.batch_tokens == config.batch_tokens >= 2 * SMALLEST_BATCH:
        _release_memory()
        smaller = _halved(config)
        tell(_note(config, _starting_over(config, smaller)))
        outcome = attempt(smaller, None)
    if isinstance(outcome, OutOfMemory):
        raise outcome
    return outcome


def fingerprint_of(config: TrainingConfig, train: Sequence[Document], dev: Sequence[Document]) -> str:
    """A hash of all that decides what a run learns; equal for a run that may go on from a checkpoint."""
    settings = {name: value for name, value in config.to_json().items() if name not in _IRRELEVANT}
    if config.flat_rule == OUTERMOST:  # the only rule there was once: a run begun then still goes on
        del settings["flat_rule"]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for split in (train, dev):
        for document in split:
            spans = [(span.start, span.end, span.label) for span in document.spans]
            digest.update(json.dumps([document.text, spans]).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _usable_checkpoint(
    out_dir: Path, fingerprint: str, config: TrainingConfig, tell: OnProgress
) -> Checkpoint | None:
    found = find_checkpoint(out_dir)
    if found is None:
        return None
    if found.fingerprint != fingerprint:
        tell(_note(config, "The checkpoint found is of other settings or documents; starting from the beginning."))
        return None
    position = found.position
    tell(_note(config, f"Going on from the checkpoint at step {position.step:,}, in epoch {position.epoch}."))
    return found


def _as_in(checkpoint: Checkpoint | None, config: TrainingConfig) -> TrainingConfig:
    """`config` with the batch size of the checkpoint, which is smaller where memory had run out before."""
    if checkpoint is None:
        return config
    return replace(config, batch_tokens=checkpoint.batch_tokens, accumulation_steps=checkpoint.accumulation_steps)


def _halved(config: TrainingConfig) -> TrainingConfig:
    """Half the batch and twice the accumulation: the same step in less memory."""
    return replace(
        config,
        batch_tokens=config.batch_tokens // 2,
        accumulation_steps=min(1024, 2 * config.accumulation_steps),
    )


def _starting_over(config: TrainingConfig, smaller: TrainingConfig) -> str:
    return (
        f"Memory ran out with batches of {config.batch_tokens:,} sub-tokens. Starting over with "
        f"{smaller.batch_tokens:,} and {smaller.accumulation_steps} batches a step, which learns much the same."
    )


def _note(config: TrainingConfig, text: str) -> Progress:
    return Progress(phase="note", epoch=0, epochs=config.epochs, step=0, steps=0, note=text)


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(sign in str(error).lower() for sign in _OUT_OF_MEMORY)


def _release_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _out_of_memory(config: TrainingConfig) -> OutOfMemory:
    return OutOfMemory(
        f"Memory ran out with batches of {config.batch_tokens:,} sub-tokens and windows of up to "
        f"{config.max_length:,}. Lower batch_tokens or max_length, freeze the embeddings and some layers, or choose "
        "a smaller base."
    )
