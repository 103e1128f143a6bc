from __future__ import annotations

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


def by_row(module: nn.Embedding) -> RowAdamW:
    optimizer = RowAdamW(settings(module))
    optimizer.watch(module)
    return optimizer


def paces(step: int) -> float:
    return 0.05 * (1 - step / 400)


SEEN = [*range(5), 2, 7, 7]  # row 39 is never seen, row 30 once and early


def rows_at(step: int) -> list[int]:
    return [30, 1] if step == 3 else [SEEN[step % 8], SEEN[(3 * step) % 8], 12] if step % 60 < 9 else [(step % 5), 12]


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_the_result_is_that_of_dense_adamw_however_long_a_row_was_not_seen(decay: float) -> None:
    aims = aims_of(ROWS)
    ours, theirs = table(sparse=True), table(sparse=False)
    rows, dense = by_row(ours), torch.optim.AdamW(settings(theirs))
    for step in range(300):
        for module, optimizer in ((ours, rows), (theirs, dense)):
            for group in optimizer.param_groups:
                group["lr"], group["weight_decay"] = paces(step), decay
            optimizer.zero_grad(set_to_none=True)
            loss(module, rows_at(step), aims).backward()
            optimizer.step()
        if step == 149:
            rows.settle()
            assert torch.allclose(ours.weight, theirs.weight, atol=2e-5)
    rows.settle()
    assert (theirs.weight[30] - table(sparse=False).weight[30]).abs().max() > 0.1  # moved by momentum for long
    assert torch.allclose(ours.weight, theirs.weight, atol=2e-5)
    for name in ("exp_avg", "exp_avg_sq"):
        assert torch.allclose(rows.state[ours.weight][name], dense.state[theirs.weight][name], atol=1e-6)


def test_rows_are_brought_up_to_date_before_they_are_read_in_training() -> None:
    aims = aims_of(ROWS)
    module = table(sparse=True)
    optimizer = by_row(module)
    for rows in ([1, 2], [3], [3], [3]):
        optimizer.zero_grad(set_to_none=True)
        loss(module, rows, aims).backward()
        optimizer.step()
    waiting = module.weight[1].detach().clone()
    module(torch.tensor([1]))
    assert not torch.equal(module.weight[1], waiting)
    settled = module.weight[1].detach().clone()
    module(torch.tensor([1]))
    optimizer.settle()
    assert torch.equal(module.weight[1], settled)


def test_a_state_that_was_saved_between_two_readings_goes_on_to_the_bit() -> None:
    aims = aims_of(ROWS)
    unbroken, broken = table(sparse=True), table(sparse=True)
    first = by_row(unbroken)
    second = by_row(broken)
    for step in range(40):
        if step == 23:
            saved = second.state_dict()
            copy = table(sparse=True)
            copy.load_state_dict(broken.state_dict())
            broken, second = copy, by_row(copy)
            second.load_state_dict(saved)
        for module, optimizer in ((unbroken, first), (broken, second)):
            optimizer.zero_grad(set_to_none=True)
            loss(module, rows_at(step), aims).backward()
            optimizer.step()
    first.settle()
    second.settle()
    assert torch.equal(unbroken.weight, broken.weight)


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
    monkeypatch.setattr(row_adamw, "LARGE_TABLE", 10**9)
    densely = train(config, train_set, [], tmp_path / "c")
    a, b, c = (load_file(result.model_dir / "model.safetensors") for result in (unbroken, resumed, densely))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not all(torch.equal(a[name], c[name]) for name in a)  # other sums, to the last bits
    assert all(torch.allclose(a[name], c[name], atol=1e-3) for name in a)
    torch.set_num_threads(threads)
