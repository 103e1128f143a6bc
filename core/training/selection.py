"""Which epoch is kept, and when to stop early."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Selection:
    """The epoch with the highest dev micro F1 so far.

    An F1 of None or 0.00 chooses nothing: rare labels stay at exactly 0 for the first epochs and then jump, so
    neither is such an epoch the best one nor does patience run before the first epoch that found something.
    When no epoch ever does, or there is no dev split, the last epoch is kept.
    """

    best_epoch: int | None = None
    best_f1: float = 0.0

    def offer(self, epoch: int, f1: float | None) -> bool:
        """True when `epoch` is better than all before it; an equal one does not replace an earlier one."""
        if f1 is None or f1 <= self.best_f1:
            return False
        self.best_epoch, self.best_f1 = epoch, f1
        return True

    def should_end(self, epoch: int, *, epochs: int, patience: int | None) -> bool:
        """True when `patience` epochs passed without a better one, though never before half of the plan is done."""
        if patience is None or self.best_epoch is None or 2 * epoch < epochs:
            return False
        return epoch - self.best_epoch >= patience
