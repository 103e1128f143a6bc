"""AdamW that spends time only on the embedding rows a step has seen.

A batch reads a few hundred of some 30,000 rows, but a dense gradient, its norm and its update cost the whole table: a
fifth of a MiniLM's step on a CPU. Tables marked by `by_rows` give sparse gradients, and each of their rows is updated
by AdamW as if the steps that saw it were the only ones: its moments, its bias correction and its decay count those
steps. Rows out of sight stay as they are, where dense AdamW would go on moving them by old momentum.

Sources: Loshchilov & Hutter 2019, "Decoupled weight decay regularization"; the lazy variant of Adam as in
torch.optim.SparseAdam, with a step count for each row so that a row's first step is not too long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW

LARGE_TABLE = 2_000  # rows; a smaller table is updated faster as a whole


class RowAdamW(AdamW):
    """AdamW (fused) for dense gradients; row by row for sparse ones."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        super().__init__(groups, fused=True)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Update every parameter that has a gradient; sparse gradients are used up."""
        if closure is not None:
            raise TypeError("RowAdamW takes no closure.")
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and parameter.grad.is_sparse:
                    self._update_rows(parameter, group)
                    parameter.grad = None
        super().step()

    def _update_rows(self, table: Tensor, group: dict[str, Any]) -> None:
        """One AdamW step of the rows in the sparse gradient of `table` (rows, width)."""
        state = self.state[table]
        if "seen" not in state:
            _begin(state, table)
        gradient = table.grad.coalesce()  # type: ignore[union-attr]
        rows = gradient.indices()[0]  # (seen,)
        values = gradient.values()  # (seen, width)
        first, second = group["betas"]
        state["step"] += 1
        count = state["seen"][rows] + 1  # (seen,)
        state["seen"][rows] = count
        mean = state["exp_avg"][rows].lerp_(values, 1 - first)  # (seen, width)
        square = state["exp_avg_sq"][rows].mul_(second).addcmul_(values, values, value=1 - second)  # (seen, width)
        state["exp_avg"][rows], state["exp_avg_sq"][rows] = mean, square
        size = square.div_(1 - second ** count[:, None]).sqrt_().add_(group["eps"])
        length = group["lr"] / (1 - first ** count[:, None])  # (seen, 1)
        kept = table[rows].mul_(1 - group["lr"] * group["weight_decay"])
        table[rows] = kept.sub_(mean.div_(size).mul_(length))


def _begin(state: dict[str, Any], table: Tensor) -> None:
    """Start the state of a table, or of one that a dense optimiser has updated so far."""
    if not state:
        state["step"] = torch.zeros((), device=table.device)
        state["exp_avg"] = torch.zeros_like(table)
        state["exp_avg_sq"] = torch.zeros_like(table)
    state["seen"] = torch.full((len(table),), float(state["step"]), device=table.device)


def by_rows(module: nn.Module) -> None:
    """Let every large embedding table in `module` that is trained give sparse gradients from now on."""
    for table in module.modules():
        if isinstance(table, nn.Embedding) and table.weight.requires_grad and table.num_embeddings >= LARGE_TABLE:
            table.sparse = True


def clip_gradients(parameters: Iterable[nn.Parameter], longest: float) -> Tensor:
    """Shorten all gradients together to a norm of at most `longest`; returns the norm that they had, a scalar.

    Sparse gradients are coalesced, so that a row which occurs twice counts once, by its sum.
    """
    found: list[Tensor] = []
    for parameter in parameters:
        if parameter.grad is None:
            continue
        if parameter.grad.is_sparse:
            parameter.grad = parameter.grad.coalesce()
        found.append(parameter.grad.values() if parameter.grad.is_sparse else parameter.grad)
    norm: Tensor = nn.utils.get_total_norm(found)
    torch._foreach_mul_(found, (longest / (norm + 1e-6)).clamp(max=1.0))
    return norm
