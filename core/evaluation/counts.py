"""Counts: what is stored. Scores are derived from it, never averaged and never stored."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Counts:
    """How many spans are correct, how many were predicted, how many are gold (the support)."""

    correct: int = 0
    predicted: int = 0
    gold: int = 0

    def __post_init__(self) -> None:
        if min(self.correct, self.predicted, self.gold) < 0 or self.correct > min(self.predicted, self.gold):
            raise InvalidValue(
                f"{self.correct} correct of {self.predicted} predicted and {self.gold} gold spans is not possible."
            )

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.correct + other.correct, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def precision(self) -> float | None:
        """Share of predicted spans that are gold; None when nothing was predicted."""
        return self.correct / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of gold spans that were predicted; None when there is no gold."""
        return self.correct / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """2 x correct / (predicted + gold), the harmonic mean of both; None when there is nothing to score."""
        total = self.predicted + self.gold
        return 2 * self.correct / total if total else None

    @property
    def support(self) -> int:
        """Number of gold spans behind the scores."""
        return self.gold
