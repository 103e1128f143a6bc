"""What an engine is: something that starts a worker, says which workers live, and stops one. It keeps no state
that anybody needs: the store is the ledger, and `jobs.reconcile` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jobs.devices import Slot


@dataclass(frozen=True, slots=True)
class Order:
    """Everything an engine needs to start the worker of one attempt; its output is appended to `log`."""

    attempt_id: int
    slot: Slot
    log: Path


@dataclass(frozen=True, slots=True)
class Living:
    """A worker that lives, and the name of the slot it occupies (None when it was started by hand)."""

    attempt_id: int
    slot: str | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker ended: its exit code, or minus the signal that killed it; None when nobody saw it end."""

    code: int | None

    def __str__(self) -> str:
        if self.code is None:
            return "is gone, and nobody saw how it ended"
        if self.code < 0:
            return f"was killed by {_signal_name(-self.code)}"
        return f"ended with exit code {self.code}"


class Engine(Protocol):
    """Starts, lists and stops workers."""

    def start(self, order: Order) -> None:
        """Start a worker and return at once; raises OSError when that is impossible."""

    def living(self) -> dict[int, Living]:
        """The living workers by attempt id. Workers of an earlier supervisor are among them."""

    def ending(self, attempt_id: int) -> Ending:
        """How the worker of an attempt ended that is no longer among the living."""

    def stop(self, attempt_id: int, *, force: bool = False) -> None:
        """Ask a worker to leave in good order, or kill it with its children; no error when it is gone."""


def _signal_name(number: int) -> str:
    import signal

    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    hint = " (the system does that when memory runs out)" if name == "SIGKILL" else ""
    return f"{name}{hint}"
