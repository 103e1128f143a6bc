from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import TrainingInterrupted
from core.training import row_adamw, train
from core.training.row_adamw import RowAdamW, by_rows, clip_gradients
from tests.core.training.toy import toy_config, toy_documents

ROWS, WIDTH = 40, 3


def table(*, sparse: bool) -> nn.Embedding:
    torch.manual_seed(3)
    return nn.Embedding(ROWS, WIDTH, sparse=sparse, dtype=torch.float64)


def aims_of(rows: int) -> Tensor:
    return torch.randn(rows, WIDTH, generator=torch.Generator().manual_seed(8), dtype=torch.float64)


def loss(module: nn.Embedding, rows: list[int], aims: Tensor) -> Tensor:
    return ((module(torch.tensor(rows)) - aims[rows]) ** 2).sum()


def settings(module: nn.Module) -> list[dict[str, object]]:
    return [{"params": list(module.parameters()), "lr": 0.05, "weight_decay": 0.1}]


def test_rows_that_every_step_sees_move_as_by_dense_adamw() -> None:
    aims = aims_of(ROWS)
    ours, theirs = table(sparse=True), table(sparse=False)
    by_row, dense = RowAdamW(settings(ours)), torch.optim.AdamW(settings(theirs), fused=True)
    for _ in range(25):
        for module, optimizer in ((ours, by_row), (theirs, dense)):
            optimizer.zero_grad(set_to_none=True)
            loss(module, [*range(ROWS), 5, 5], aims).backward()
            optimizer.step()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-4)  # theirs corrects its bias in float32


def test_a_row_moves_as_if_the_steps_that_saw_it_were_the_only_ones() -> None:
    aims = aims_of(ROWS)
    module = table(sparse=True)
    before = module.weight.detach().clone()
    optimizer = RowAdamW(settings(module))
    seen = [[1, 2], [2], [7, 2], [1], [2, 2, 7]]
    for rows in seen:
        loss(module, rows, aims).backward()
        optimizer.step()
    alone = table(sparse=False)
    row = nn.Parameter(alone.weight[2].detach().clone())
    reference = torch.optim.AdamW([row], lr=0.05, weight_decay=0.1)
    for rows in seen:
        if 2 in rows:
            reference.zero_grad()
            (rows.count(2) * ((row - aims[2]) ** 2).sum()).backward()
            reference.step()
    assert torch.allclose(module.weight[2], row, atol=1e-4)
    untouched = [number for number in range(ROWS) if number not in (1, 2, 7)]
    assert torch.equal(module.weight[untouched], before[untouched])


def test_gradients_are_clipped_by_the_norm_that_dense_ones_would_have() -> None:
    aims = 10 * aims_of(ROWS)
    ours, theirs = table(sparse=True), table(sparse=False)
    rows = [4, 4, 9, 0]
    loss(ours, rows, aims).backward()
    loss(theirs, rows, aims).backward()
    norm = clip_gradients(ours.parameters(), 0.5)
    assert norm > 0.5
    assert torch.allclose(norm, nn.utils.clip_grad_norm_(theirs.parameters(), 0.5))
    assert torch.allclose(ours.weight.grad.to_dense(), theirs.weight.grad)


def test_a_gradient_that_is_short_enough_stays_as_it_is() -> None:
    module = table(sparse=True)
    loss(module, [1], module.weight.detach() + 1e-4).backward()
    before = module.weight.grad.to_dense()
    clip_gradients(module.parameters(), 5.0)
    assert torch.equal(module.weight.grad.to_dense(), before)


def test_only_large_tables_that_are_trained_are_updated_by_rows() -> None:
    large, small, frozen = nn.Embedding(row_adamw.LARGE_TABLE, 2), nn.Embedding(10, 2), nn.Embedding(5_000, 2)
    frozen.requires_grad_(False)
    by_rows(nn.ModuleList([large, small, frozen]))
    assert [module.sparse for module in (large, small, frozen)] == [True, False, False]


@pytest.mark.parametrize("kind", ["encoder", "character"])
def test_a_run_by_rows_that_was_stopped_and_resumed_equals_the_unbroken_one(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(row_adamw, "LARGE_TABLE", 1)
    threads = torch.get_num_threads()
    config = toy_config(tiny_encoder if kind == "encoder" else "char-bilstm-crf", epochs=2)
    train_set, calls = toy_documents(24, seed=1), iter(range(99))
    unbroken = train(config, train_set, [], tmp_path / "a")
    with pytest.raises(TrainingInterrupted):
        train(config, train_set, [], tmp_path / "b", should_stop=lambda: next(calls) >= 3)
    resumed = train(config, train_set, [], tmp_path / "b")
    densely = train(dataclasses.replace(config, embedding_rows="all"), train_set, [], tmp_path / "c")
    a, b, c = (load_file(result.model_dir / "model.safetensors") for result in (unbroken, resumed, densely))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not all(torch.equal(a[name], c[name]) for name in a)
    torch.set_num_threads(threads)
