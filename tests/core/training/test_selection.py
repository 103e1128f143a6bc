from __future__ import annotations

import pytest

from core.training import TrainingConfig
from core.training.optimization import rate_factor
from core.training.selection import Selection


def kept(scores: list[float | None]) -> int | None:
    selection = Selection()
    for epoch, f1 in enumerate(scores, start=1):
        selection.offer(epoch, f1)
    return selection.best_epoch


def test_the_highest_f1_is_kept_and_an_equal_later_one_is_not() -> None:
    assert kept([0.1, 0.5, 0.4, 0.5]) == 2


def test_nothing_found_or_nothing_to_score_chooses_no_epoch() -> None:
    assert kept([0.0, None, 0.0]) is None
    assert kept([0.0, 0.2, None]) == 2


def test_patience_never_ends_a_run_before_half_of_the_plan() -> None:
    selection = Selection()
    selection.offer(1, 0.5)
    ends = [epoch for epoch in range(1, 11) if selection.should_end(epoch, epochs=10, patience=2)]
    assert ends[0] == 5
    assert not selection.should_end(10, epochs=10, patience=None)


def test_patience_waits_until_something_was_found() -> None:
    assert not Selection().should_end(9, epochs=10, patience=1)


def test_the_rate_rises_then_falls_to_nothing() -> None:
    config = TrainingConfig(base="x", language="en", warmup_share=0.2)
    factors = [rate_factor(step, 10, config) for step in range(10)]
    assert factors == pytest.approx([1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])


def test_a_constant_rate_stays() -> None:
    config = TrainingConfig(base="x", language="en", warmup_share=0.0, schedule="constant")
    assert {rate_factor(step, 5, config) for step in range(5)} == {1.0}
