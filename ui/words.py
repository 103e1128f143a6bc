"""Numbers as people say them: durations, shares, counts, scores."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """A length of time: "48 s", "3 min", "1 h 10 min"."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def estimate(seconds: float) -> str:
    """A rough length of time, for a plan: nobody is told a second that nobody knows."""
    if seconds < 45:
        return "under 1 min"
    if seconds < 90:
        return "≈ 1 min"
    return f"≈ {duration(round(seconds / 60) * 60)}"


def count(number: int, what: str, many: str | None = None) -> str:
    """ "1 document", "2 documents"; `many` where the plural is not made with an s."""
    return f"{number:,} {what if number == 1 else many or f'{what}s'}"


def percent(share: float) -> str:
    """A whole percentage that is 0 or 100 only when it is so exactly."""
    if share <= 0 or share >= 1:
        return "0 %" if share <= 0 else "100 %"
    return f"{min(max(round(100 * share), 1), 99)} %"


def score(value: float | None) -> str:
    """A score with two digits, a dash for nothing to score."""
    return "–" if value is None else f"{value:.2f}"


def out_of_hundred(share: float | None) -> str:
    """A share for readers who know no F1: "84 of 100"."""
    return "–" if share is None else f"{round(100 * share)} of 100"
