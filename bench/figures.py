"""One figure, one JSON line; the table for people goes to standard error."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its goal, and the peer that was measured beside it."""

    name: str
    value: float | None
    unit: str
    goal: str | None = None
    ok: bool | None = None
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    n: int | None = None
    note: str | None = None


def show(figure: Figure) -> Figure:
    """Print the figure; a goal that is missed stays printed with `"ok": false`."""
    print(json.dumps({key: _rounded(value) for key, value in asdict(figure).items()}, ensure_ascii=False), flush=True)
    verdict = {True: "ok", False: "MISSED", None: ""}[figure.ok]
    value = "–" if figure.value is None else f"{figure.value:,.4g} {figure.unit}"
    peer = "" if figure.peer is None else f"{figure.peer}: {_short(figure.peer_value)} ({_short(figure.ratio)}x)"
    print(
        f"{figure.name:<52} {value:>22}  {figure.goal or '':<12} {verdict:<7} {peer} {figure.note or ''}",
        file=sys.stderr,
    )
    return figure


def at_most(name: str, value: float, limit: float, unit: str, **more: object) -> Figure:
    """Show a figure whose goal is an upper limit."""
    return show(Figure(name, value, unit, f"<= {limit:g}", value <= limit, **more))  # type: ignore[arg-type]


def at_least(name: str, value: float, limit: float, unit: str, **more: object) -> Figure:
    """Show a figure whose goal is a lower limit."""
    return show(Figure(name, value, unit, f">= {limit:g}", value >= limit, **more))  # type: ignore[arg-type]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def interleaved(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """Run the measures in turn, `rounds` times, and return the median of each."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for values, measure in zip(found, measures, strict=True):
            values.append(measure())
    return [statistics.median(values) for values in found]


def options(description: str) -> argparse.ArgumentParser:
    """A parser for the options that every part takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a shorter, noisier run")
    parser.add_argument("--data", type=Path, default=None, help="a folder with wnut17/, cluener/ and wikigold/")
    return parser


def arguments(description: str) -> argparse.Namespace:
    """The options that every part takes, as given."""
    return options(description).parse_args()


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3g}"


def _rounded(value: object) -> object:
    return float(f"{value:.5g}") if isinstance(value, float) else value
