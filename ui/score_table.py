"""The table of Inspect: a row for each label, A beside B, the totals below, strict and as seqeval counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluation import Counts, Report, Scores
from ui.comparison import View
from ui.render import FEW

MICRO, MACRO, LENIENT = "all · micro", "all · macro", "all · seqeval default"
PARTS = ("precision", "recall", "F1")


def frame(view: View) -> pd.DataFrame:
    """The rows as numbers, NaN where there is nothing to score; labels by falling support."""
    a, b = view.comparison.a, view.comparison.b
    rows = [
        _row(
            row.label,
            row.support,
            (row.a.precision, row.a.recall, row.a.f1),
            (row.b.precision, row.b.recall, row.b.f1),
        )
        for row in sorted(view.comparison.per_label, key=lambda row: (-row.support, row.label))
    ]
    for name, left, right in (
        (MICRO, a.micro, b.micro),
        (MACRO, a.macro, b.macro),
        (LENIENT, view.lenient[0].micro, view.lenient[1].micro),
    ):
        rows.append(_row(name, left.support, _scores(left), _scores(right)))
    found = pd.DataFrame(rows)
    return found if view.pair else found.drop(columns=[*(f"B {part}" for part in PARTS), "difference"])


def _scores(of: Counts | Scores) -> tuple[float | None, float | None, float | None]:
    return of.precision, of.recall, of.f1


def _row(name: str, support: int, a: Sequence[float | None], b: Sequence[float | None]) -> dict[str, Any]:
    numbers = {f"A {part}": value for part, value in zip(PARTS, a, strict=True)}
    numbers |= {f"B {part}": value for part, value in zip(PARTS, b, strict=True)}
    difference = None if a[2] is None or b[2] is None else b[2] - a[2]
    return {"label": name, "support": support, **numbers, "difference": difference}


def draw(view: View, *, key: str, on_select: Any) -> None:
    """The table; a click on any number reports its cell."""
    found = frame(view)
    few = found["support"].lt(FEW)
    found["label"] = [
        f"{name} · few" if thin and not name.startswith("all ·") else name
        for name, thin in zip(found["label"], few, strict=True)
    ]
    styled = found.style.apply(lambda row: [_style(few[row.name], name, row) for name in row.index], axis=1)
    scores = {
        name: st.column_config.NumberColumn(f"{name[0]} · {name[2:]}", format="%.2f")
        for name in found.columns
        if name[:2] in ("A ", "B ")
    }
    st.dataframe(
        styled,
        hide_index=True,
        key=key,
        on_select=on_select,
        selection_mode="single-cell",
        height="content",
        placeholder="–",
        column_config={
            "label": st.column_config.TextColumn("label", pinned=True, width=190),
            "support": st.column_config.NumberColumn("support", format="localized"),
            "difference": st.column_config.NumberColumn("B − A", format="%+.2f"),
            **scores,
        },
    )


def _style(few: bool, name: str, row: pd.Series) -> str:
    """Grey where the support says little, strong for totals and differences."""
    strong = "font-weight: 600;" if str(row["label"]).startswith("all ·") or name == "difference" else ""
    return f"color: #8a91a0; {strong}" if few and name != "label" else strong


def summary(view: View) -> str:
    """What the table says, in one sentence; only labels with enough support are named."""
    if not view.pair:
        return _one(view.comparison.a)
    a, b = view.comparison.a.micro.f1, view.comparison.b.micro.f1
    if a is None or b is None:
        return "There is nothing to score."
    difference = b - a
    over_all = (
        "Over all, A and B are equal"
        if abs(difference) < 0.005
        else (f"Over all, B is {abs(difference):.2f} {'better' if difference > 0 else 'worse'} than A")
    )
    rows = [row for row in view.comparison.per_label if row.support >= FEW and row.difference is not None]
    largest = max(rows, key=lambda row: abs(row.difference or 0), default=None)
    gap = largest.difference or 0 if largest else 0
    if largest is None or abs(gap) < 0.005:
        return f"{over_all}."
    better = "better" if gap > 0 else "worse"
    return (
        f"{over_all}; among labels with enough examples, the largest difference is on {largest.label}, where B is "
        f"{abs(gap):.2f} {better}."
    )


def _one(report: Report) -> str:
    rows = {name: counts for name, counts in report.per_label.items() if counts.gold >= FEW and counts.f1 is not None}
    if not rows or report.micro.f1 is None:
        return "" if report.micro.f1 is not None else "There is nothing to score."
    weakest = min(rows, key=lambda name: rows[name].f1 or 0)
    f1 = f"{report.micro.f1:.2f}"
    return f"F1 is {f1} over all; the weakest label with enough examples is {weakest} ({rows[weakest].f1:.2f})."
