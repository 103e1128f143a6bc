"""AdamW that updates an embedding row when it is next read, with the same result.

A batch reads a few hundred of some 30,000 rows, but a dense gradient, its norm and its update cost the whole table: a
fifth of a MiniLM's step on a CPU. A row whose gradient is zero still moves in dense AdamW, by what is left of its
momentum and by weight decay, and both are known in closed form. So tables marked by `by_rows` give sparse gradients;
before a row is read, `catch_up` takes the steps that it has missed in one, and `settle` does so for all rows before
the weights are used otherwise.

After step a, a row without gradients goes on like this: m = b1^(s-a) m_a, v = b2^(s-a) v_a, and each step s takes

    lr_s sqrt(1 - b2^s) / (1 - b1^s) · (b1 / sqrt(b2))^(s-a) · m_a / (sqrt(v_a) + eps')

from it, whose first factors are the same for all rows that were last touched at step a: `_Schedule.momentum` holds
their sums. Only eps' (eps times what v's correction is by then) is taken as it was at a.

Source of the update: Loshchilov & Hutter 2019, "Decoupled weight decay regularization", as torch.optim.AdamW has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import AdamW

LARGE_TABLE = 2_000  # rows; a smaller table is updated faster as a whole
REACH = 400  # steps after which nothing is left of a momentum: 0.9^400 is 5e-19
_UNCAST = ("last", "momentum", "decay")  # kept in their own number formats when a state is loaded


class RowAdamW(AdamW):
    """AdamW (fused) for dense gradients; for tables with sparse ones, the same when a row is next read."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        super().__init__(groups, fused=True)

    def watch(self, module: nn.Module) -> None:
        """Let the tables of `by_rows` in `module` bring rows up to date before they read them in training."""
        for table in module.modules():
            if isinstance(table, nn.Embedding) and table.sparse:
                table.register_forward_pre_hook(self._before_reading)

    def _before_reading(self, table: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        if table.training:
            self.catch_up(table.weight, torch.unique(arguments[0]))  # type: ignore[arg-type]

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
        """One step of the rows in the sparse gradient of `table` (rows, width); they have missed none before it."""
        state = self.state[table]
        if "last" not in state:
            _begin(state, table)
        gradient = table.grad.coalesce()  # type: ignore[union-attr]
        rows, values = gradient.indices()[0], gradient.values()  # (seen,), (seen, width)
        first, second = group["betas"]
        state["step"] += 1
        now = int(state["step"])
        mean = state["exp_avg"][rows].lerp_(values, 1 - first)  # (seen, width)
        square = state["exp_avg_sq"][rows].mul_(second).addcmul_(values, values, value=1 - second)  # (seen, width)
        state["exp_avg"][rows], state["exp_avg_sq"][rows] = mean, square
        size = square.sqrt_().div_((1 - second**now) ** 0.5).add_(group["eps"])
        kept = table[rows].mul_(1 - group["lr"] * group["weight_decay"])
        table[rows] = kept.addcdiv_(mean, size, value=-group["lr"] / (1 - first**now))
        state["last"][rows] = now
        _count(state, group, now)

    @torch.no_grad()
    def catch_up(self, table: Tensor, rows: Tensor | None = None) -> None:
        """Take the steps that `rows` (n,) of `table`, or all of them, have missed."""
        state = self.state[table]
        if "last" not in state:
            return
        now = int(state["step"])
        last = state["last"] if rows is None else state["last"][rows]
        behind = last < now
        late = behind.nonzero()[:, 0] if rows is None else rows[behind]  # (late,)
        if not len(late):
            return
        group = next(group for group in self.param_groups if any(table is own for own in group["params"]))
        first, second = group["betas"]
        begin = now - (len(state["momentum"]) - 1)
        place = last[behind] - begin  # (late,) index into the schedule
        missed = (now - last[behind])[:, None].double()  # (late, 1)
        decay = state["decay"][-1] / state["decay"][place]  # (late,)
        length = state["decay"][-1] * state["momentum"][place]  # (late,)
        mean, square = state["exp_avg"][late], state["exp_avg_sq"][late]  # (late, width)
        correction = (1 - second ** last[behind].double().clamp(min=1)).sqrt()[:, None].to(mean.dtype)  # (late, 1)
        direction = mean / square.sqrt().add_(group["eps"] * correction)
        moved = table[late].mul_(decay[:, None].to(mean.dtype))
        table[late] = moved.sub_(direction.mul_(length[:, None].to(mean.dtype)))
        state["exp_avg"][late] = mean.mul_((first**missed).to(mean.dtype))
        state["exp_avg_sq"][late] = square.mul_((second**missed).to(mean.dtype))
        state["last"][late] = now

    def settle(self) -> None:
        """Take every missed step of every row: weights and state are then those of dense AdamW."""
        for table, state in self.state.items():
            if "last" in state:
                self.catch_up(table)
                state["momentum"], state["decay"] = _schedule()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As AdamW does, without rounding what is not of the weights' number format."""
        super().load_state_dict(state_dict)
        parameters = [parameter for group in self.param_groups for parameter in group["params"]]
        for index, values in state_dict["state"].items():
            own: Mapping[str, Tensor] = {name: values[name] for name in _UNCAST if name in values}
            self.state[parameters[index]].update(own)


def _begin(state: dict[str, Any], table: Tensor) -> None:
    """Start the state of a table, or go on with one that was updated as a whole so far."""
    if not state:
        state["step"] = torch.zeros((), device=table.device)
        state["exp_avg"] = torch.zeros_like(table)
        state["exp_avg_sq"] = torch.zeros_like(table)
    state["last"] = torch.full((len(table),), int(state["step"]), device=table.device)  # (rows,) int64
    state["momentum"], state["decay"] = _schedule()


def _schedule() -> tuple[Tensor, Tensor]:
    """(1,) each: of steps since the last settling, what momentum has still to add, and weight decay's product."""
    return torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)


def _count(state: dict[str, Any], group: dict[str, Any], now: int) -> None:
    """Add step `now` to the schedule; momentum[k] is for rows that were last touched k steps after its start."""
    first, second = group["betas"]
    decay = float(state["decay"][-1]) * (1 - group["lr"] * group["weight_decay"])
    step = group["lr"] * (1 - second**now) ** 0.5 / (1 - first**now) / decay
    momentum = np.append(state["momentum"].numpy(), 0.0)  # (steps + 1,)
    reach = min(REACH, len(momentum) - 1)
    ages = np.arange(reach, 0, -1)  # (reach,) steps since a row was touched
    momentum[-1 - reach : -1] += step * (first / second**0.5) ** ages
    state["momentum"] = torch.from_numpy(momentum)
    state["decay"] = torch.cat([state["decay"], torch.tensor([decay], dtype=torch.float64)])


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
