"""How fast a run goes and how long it will still take; decides when the next progress report is due."""

from __future__ import annotations

import math
import time

REPORT_SECONDS = 0.25  # at most four reports a second
_MEMORY_SECONDS = 20.0  # what happened this long ago counts a third of what happens now


class Pace:
    """Ratios over the last seconds of training; scoring and saving are left out of them.

    `step` only adds up; `settle`, called when the device has caught up (its loss was read), updates the ratios, since
    a GPU's steps return long before they are computed.
    """

    def __init__(self) -> None:
        self.training_seconds = 0.0
        self.pieces = 0
        self._pending_seconds = 0.0
        self._pending_steps = self._pending_pieces = 0
        self._recent_seconds = self._recent_steps = self._recent_pieces = 0.0
        self._epoch_pieces = self._epoch_padded = 0
        self._scoring = 0.0
        self._reported = -math.inf

    def begin_epoch(self) -> None:
        """Padding is told per epoch."""
        self._epoch_pieces = self._epoch_padded = 0

    def step(self, seconds: float, *, pieces: int, padded: int) -> None:
        """Note one optimiser step of `pieces` real sub-tokens, `padded` with padding."""
        self.training_seconds += seconds
        self.pieces += pieces
        self._epoch_pieces += pieces
        self._epoch_padded += padded
        self._pending_seconds += seconds
        self._pending_steps += 1
        self._pending_pieces += pieces

    def settle(self) -> None:
        """Fold the steps since the last call into the ratios."""
        kept = math.exp(-self._pending_seconds / _MEMORY_SECONDS)
        self._recent_seconds = kept * self._recent_seconds + self._pending_seconds
        self._recent_steps = kept * self._recent_steps + self._pending_steps
        self._recent_pieces = kept * self._recent_pieces + self._pending_pieces
        self._pending_seconds = 0.0
        self._pending_steps = self._pending_pieces = 0

    def scored(self, seconds: float) -> None:
        """Note how long the dev split took."""
        self._scoring = seconds

    @property
    def tokens_per_second(self) -> float | None:
        """Real sub-tokens a second of training; None before the first step."""
        return self._recent_pieces / self._recent_seconds if self._recent_seconds > 0 else None

    @property
    def padding_share(self) -> float | None:
        """Share of the computed sub-tokens of this epoch that were padding; None before its first step."""
        return 1.0 - self._epoch_pieces / self._epoch_padded if self._epoch_padded else None

    def seconds_left(self, *, steps: int, epochs: int) -> float | None:
        """Time for `steps` more steps and `epochs` more scorings; None before the first step."""
        if not self._recent_steps:
            return None
        return steps * self._recent_seconds / self._recent_steps + epochs * self._scoring

    def due(self) -> bool:
        """True when the last report is long enough ago; asking counts as reporting."""
        now = time.monotonic()
        if now - self._reported < REPORT_SECONDS:
            return False
        self._reported = now
        return True
