"""Checkpoints: all that a run needs to go on as if nothing had happened. Safetensors and JSON, no pickle.

    checkpoints/checkpoint-000007/
        position.json          where the run stands, what it scored so far, Python's and numpy's random state
        state.safetensors      trained weights, optimiser state, torch's random state
        best.safetensors       trained weights of the best epoch so far, where there is one

A checkpoint is written beside the others under a temporary name, flushed to disk and renamed; only then does the one
before it go. Frozen weights are not in it: they are those of the base encoder.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer

CHECKPOINTS = "checkpoints"
_VERSION = 1
_POSITION, _STATE, _BEST = "position.json", "state.safetensors", "best.safetensors"
_PARTIAL = ".partial"

Weights = dict[str, Tensor]


@dataclass(slots=True)
class Position:
    """Where a run stands: `epoch` is the one under way, of which `step_in_epoch` steps are done."""

    epoch: int = 1
    step: int = 0
    step_in_epoch: int = 0
    best_epoch: int | None = None
    best_f1: float = 0.0
    best_report: dict[str, Any] | None = None
    last_report: dict[str, Any] | None = None
    history: tuple[dict[str, Any], ...] = ()
    seconds: float = 0.0  # of training so far, in all attempts
    pieces: int = 0  # real sub-tokens trained on so far
    training_seconds: float = 0.0  # the part of `seconds` spent in steps
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint found on disk."""

    folder: Path
    fingerprint: str
    batch_tokens: int
    accumulation_steps: int
    position: Position


class Checkpoints:
    """The checkpoints of one run below `out_dir`."""

    def __init__(self, out_dir: Path, *, fingerprint: str, batch_tokens: int, accumulation_steps: int) -> None:
        self.folder = out_dir / CHECKPOINTS
        self._about = {
            "version": _VERSION,
            "fingerprint": fingerprint,
            "batch_tokens": batch_tokens,
            "accumulation_steps": accumulation_steps,
        }

    def save(self, position: Position, tagger: nn.Module, optimizer: Optimizer, best: Weights | None) -> None:
        """Write a checkpoint, flush it, give it its name, and remove those before it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        earlier = _complete(self.folder)
        number = _number(earlier[-1]) + 1 if earlier else 1
        partial = self.folder / f"checkpoint-{number:06d}{_PARTIAL}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        save_file(_state(tagger, optimizer), partial / _STATE)
        if best is not None:
            self._save_best(best, position, earlier[-1] if earlier else None, partial / _BEST)
        about = self._about | {"position": asdict(position), "random": _random_state()}
        (partial / _POSITION).write_text(json.dumps(about), encoding="utf-8")
        for path in (*partial.iterdir(), partial):
            _flush(path)
        partial.rename(partial.with_suffix(""))
        _flush(self.folder)
        for path in earlier:
            shutil.rmtree(path, ignore_errors=True)

    def _save_best(self, best: Weights, position: Position, earlier: Path | None, target: Path) -> None:
        """Best weights that did not change since the checkpoint before are linked, not written again."""
        if earlier is not None and (earlier / _BEST).is_file():
            before = _read(earlier)
            if before is not None and self._is_own(before) and before.position.best_epoch == position.best_epoch:
                try:
                    os.link(earlier / _BEST, target)
                except OSError:  # a file system without hard links
                    shutil.copyfile(earlier / _BEST, target)
                return
        save_file(best, target)

    def _is_own(self, checkpoint: Checkpoint) -> bool:
        """False for what another run left here: other settings, or this run before its memory ran out."""
        found = {
            "fingerprint": checkpoint.fingerprint,
            "batch_tokens": checkpoint.batch_tokens,
            "accumulation_steps": checkpoint.accumulation_steps,
        }
        return found.items() <= self._about.items()

    @staticmethod
    def restore(checkpoint: Checkpoint, tagger: nn.Module, optimizer: Optimizer) -> Weights | None:
        """Put the state back into tagger, optimiser and random generators; returns the best weights so far."""
        tensors = load_file(checkpoint.folder / _STATE)
        load_trained_weights(
            tagger, {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")}
        )
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimizer."):
                _, index, key = name.split(".")
                state.setdefault(int(index), {})[key] = tensor
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        _restore_random(json.loads((checkpoint.folder / _POSITION).read_text(encoding="utf-8"))["random"], tensors)
        best = checkpoint.folder / _BEST
        return load_file(best) if best.is_file() else None

    def remove(self) -> None:
        """Delete every checkpoint of the run."""
        shutil.rmtree(self.folder, ignore_errors=True)


def find_checkpoint(out_dir: Path) -> Checkpoint | None:
    """The newest complete checkpoint below `out_dir`, of whatever run; None when there is none that can be read."""
    for folder in reversed(_complete(out_dir / CHECKPOINTS)):
        checkpoint = _read(folder)
        if checkpoint is not None:
            return checkpoint
    return None


def trained_weights(tagger: nn.Module) -> Weights:
    """A copy on the CPU of all weights that are not frozen, and of the buffers that belong to them."""
    frozen = {name for name, parameter in tagger.named_parameters() if not parameter.requires_grad}
    return {
        name: tensor.detach().to("cpu", copy=True).contiguous()
        for name, tensor in tagger.state_dict().items()
        if name not in frozen
    }


def load_trained_weights(tagger: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Put back what `trained_weights` gave; raises RuntimeError for a name that the tagger does not have."""
    unexpected = tagger.load_state_dict(weights, strict=False).unexpected_keys
    if unexpected:
        raise RuntimeError(f"The checkpoint has weights that the tagger has not: {', '.join(unexpected[:5])}.")


def _state(tagger: nn.Module, optimizer: Optimizer) -> Weights:
    tensors = {f"model.{name}": tensor for name, tensor in trained_weights(tagger).items()}
    for index, values in optimizer.state_dict()["state"].items():
        for key, tensor in values.items():
            tensors[f"optimizer.{index}.{key}"] = tensor.detach().to("cpu", copy=True).contiguous()
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    return tensors


def _random_state() -> dict[str, Any]:
    version, words, gauss = random.getstate()
    kind, keys, place, has_gauss, cached = np.random.get_state(legacy=True)
    return {
        "python": [version, list(words), gauss],
        "numpy": [kind, np.asarray(keys).tolist(), int(place), int(has_gauss), float(cached)],
    }


def _restore_random(values: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    version, words, gauss = values["python"]
    random.setstate((version, tuple(words), gauss))
    kind, keys, place, has_gauss, cached = values["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), place, has_gauss, cached))
    torch.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])


def _read(folder: Path) -> Checkpoint | None:
    try:
        about = json.loads((folder / _POSITION).read_text(encoding="utf-8"))
        if about["version"] != _VERSION or not (folder / _STATE).is_file():
            return None
        position = Position(**{**about["position"], "history": tuple(about["position"]["history"])})
        return Checkpoint(folder, about["fingerprint"], about["batch_tokens"], about["accumulation_steps"], position)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _complete(folder: Path) -> list[Path]:
    """Checkpoints that got their final name, oldest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.glob("checkpoint-*") if not path.name.endswith(_PARTIAL)), key=_number)


def _number(folder: Path) -> int:
    return int(folder.name.removeprefix("checkpoint-"))


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
