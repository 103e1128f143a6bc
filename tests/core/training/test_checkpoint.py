from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from core.training.checkpoint import Checkpoints, Position, Weights, find_checkpoint


def best(value: float) -> Weights:
    """Weights that are told apart by their one value."""
    return {"weight": torch.full((2, 2), value), "bias": torch.zeros(2)}


def written(out_dir: Path, weights: Weights, *, fingerprint: str = "ours", batch_tokens: int = 256) -> Path:
    """The file of the best weights in a checkpoint of epoch 2, of which epoch 1 was the best."""
    tagger = nn.Linear(2, 2)
    checkpoints = Checkpoints(out_dir, fingerprint=fingerprint, batch_tokens=batch_tokens, accumulation_steps=1)
    checkpoints.save(Position(epoch=2, best_epoch=1), tagger, torch.optim.AdamW(tagger.parameters()), weights)
    found = find_checkpoint(out_dir)
    assert found is not None
    return found.folder / "best.safetensors"


def restored(out_dir: Path) -> Weights:
    """The best weights that a run going on from the newest checkpoint would have."""
    checkpoint = find_checkpoint(out_dir)
    assert checkpoint is not None
    tagger = nn.Linear(2, 2)
    found = Checkpoints.restore(checkpoint, tagger, torch.optim.AdamW(tagger.parameters()))
    assert found is not None
    return found


@pytest.mark.parametrize("other", [{"fingerprint": "other"}, {"batch_tokens": 512}], ids=["settings", "memory"])
def test_the_best_weights_of_another_run_in_the_folder_are_never_taken_over(
    tmp_path: Path, other: dict[str, str | int]
) -> None:
    written(tmp_path, best(1.0), **other)  # type: ignore[arg-type]
    written(tmp_path, best(2.0))
    assert torch.equal(restored(tmp_path)["weight"], best(2.0)["weight"])


def test_best_weights_that_did_not_change_are_not_written_again(tmp_path: Path) -> None:
    inode = written(tmp_path, best(1.0)).stat().st_ino
    assert written(tmp_path, best(1.0)).stat().st_ino == inode
