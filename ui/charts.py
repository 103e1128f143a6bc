"""Charts, as Vega-Lite specifications: plain values that can be cached and compared.

Streamlit's theme sets fonts, axes and background; colours of labels are those of the palette in the theme that the
reader chose. A line's name is written at its end, so that colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

from ui.palette import HUES

MOST_POINTS = 240  # of a loss curve: more would not be seen, but would be sent
_LEAST_GAP = 0.1  # between two names at the end of lines, as a share of the axis
OVERALL = "all labels"
ACCENT = {False: "#3654d6", True: "#8ea2ff"}
QUIET = {False: "#6b7280", True: "#9aa3b5"}

Spec = dict[str, Any]


def is_dark() -> bool:
    """True when the reader sees the dark theme."""
    return getattr(st.context.theme, "type", None) == "dark"


def loss_chart(points: Sequence[tuple[int, float]], *, dark: bool) -> Spec:
    """Training loss by step."""
    values = [{"step": step, "loss": round(loss, 5)} for step, loss in _thinned(points)]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(color=ACCENT[dark], strokeWidth=1.75, interpolate="monotone")
        .encode(
            x=alt.X("step:Q", title="step", axis=alt.Axis(grid=False, tickCount=5, format=",d")),
            y=alt.Y("loss:Q", title=None, axis=alt.Axis(tickCount=4), scale=alt.Scale(zero=True, nice=True)),
            tooltip=[alt.Tooltip("step:Q", format=","), alt.Tooltip("loss:Q", format=".4f")],
        )
    )
    return _finished(chart)


def f1_chart(
    scores: Mapping[str, Sequence[tuple[int, float]]], hues: Mapping[str, int], *, epochs: int, dark: bool
) -> Spec:
    """F1 by epoch: a strong line for all labels, a thin one for each label, the names at the line ends.

    `scores` holds (epoch, F1) for OVERALL and each label.
    """
    names = [name for name, points in scores.items() if points]
    values = [
        {"label": name, "epoch": epoch, "f1": round(f1, 4)} for name in names for epoch, f1 in sorted(scores[name])
    ]
    ends = [{"label": name, "epoch": max(scores[name])[0], "f1": max(scores[name])[1]} for name in names]
    colour = alt.Color(
        "label:N",
        legend=None,
        scale=alt.Scale(domain=names, range=[_colour(name, hues, dark) for name in names]),
    )
    overall = alt.datum.label == OVERALL
    x = alt.X(
        "epoch:Q",
        title="epoch",
        scale=alt.Scale(domain=[1, max(epochs, 2)], nice=False),
        axis=alt.Axis(grid=False, tickMinStep=1, tickCount=min(epochs, 10), format="d"),
    )
    y = alt.Y("f1:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5, format=".1f"))
    tooltip = [alt.Tooltip("label:N"), alt.Tooltip("epoch:Q"), alt.Tooltip("f1:Q", title="F1", format=".2f")]
    base = alt.Chart(alt.Data(values=values)).encode(x=x, y=y, color=colour, tooltip=tooltip)
    lines = base.mark_line(interpolate="linear").encode(
        strokeWidth=alt.condition(overall, alt.value(3), alt.value(1.5)),
        opacity=alt.condition(overall, alt.value(1), alt.value(0.85)),
    )
    points = base.mark_point(filled=True, size=28)
    named = (
        alt.Chart(alt.Data(values=spread(ends)))
        .mark_text(align="left", dx=8, fontSize=12, fontWeight=600, clip=False)
        .encode(x=x, y=alt.Y("place:Q"), text="label:N", color=colour)
    )
    return _finished(lines + points + named, right=90)


def spread(ends: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The line ends with a `place` for each name, moved apart where the values are too close to be read."""
    placed: list[dict[str, Any]] = []
    gap = min(_LEAST_GAP, 1 / max(len(ends), 1))
    for end in sorted(ends, key=lambda end: end["f1"]):
        lowest = placed[-1]["place"] + gap if placed else 0.0
        placed.append({**end, "place": max(end["f1"], lowest)})
    beyond = placed[-1]["place"] - 1.0 if placed else 0.0
    if beyond > 0:  # push down what was pushed above the axis
        highest = 1.0
        for end in reversed(placed):
            end["place"] = min(end["place"], highest)
            highest = end["place"] - gap
    return placed


def confusion_chart(cells: Mapping[tuple[str, str], int], order: Sequence[str], *, dark: bool) -> Spec:
    """Gold labels in rows, predicted labels in columns, the number of spans in the cells; a click picks a cell.

    The shade says how large a part of its row a cell is. The selection is named "cell".
    """
    totals: dict[str, int] = {}
    for (gold, _), number in cells.items():
        totals[gold] = totals.get(gold, 0) + number
    values = [
        {"gold": gold, "predicted": predicted, "spans": number, "share": number / totals[gold]}
        for (gold, predicted), number in cells.items()
    ]
    picked = alt.selection_point(name="cell", fields=["gold", "predicted"])
    axis = alt.Axis(labelAngle=0, labelLimit=120, ticks=False, domain=False, grid=False)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("predicted:N", sort=list(order), title="predicted", axis=axis),
        y=alt.Y("gold:N", sort=list(order), title="gold", axis=axis),
        tooltip=["gold:N", "predicted:N", "spans:Q", alt.Tooltip("share:Q", title="of its row", format=".0%")],
    )
    shades = ["#1d2130", "#4d63c4"] if dark else ["#eef1fb", "#3654d6"]
    cells_ = base.mark_rect(cornerRadius=4, cursor="pointer", stroke="transparent").encode(
        color=alt.Color("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=shades)),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.7)),
    )
    strong = alt.datum.share > 0.45
    numbers = base.mark_text(fontSize=13, fontWeight=600).encode(
        text="spans:Q", color=alt.condition(strong, alt.value("#ffffff"), alt.value("#e6e8ee" if dark else "#1b1f2a"))
    )
    chart = cells_.add_params(picked) + numbers
    return chart.properties(height=44 * len(order) + 20).to_dict()


def _colour(name: str, hues: Mapping[str, int], dark: bool) -> str:
    if name == OVERALL:
        return ACCENT[dark]
    hue = HUES[hues[name]] if name in hues else None
    return QUIET[dark] if hue is None else (hue.dark if dark else hue.light).solid


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most MOST_POINTS of the points, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return list(points)
    return [points[round(i * (len(points) - 1) / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def _finished(chart: alt.TopLevelMixin, *, right: int = 16) -> Spec:
    padding = {"left": 4, "top": 8, "right": right, "bottom": 4}
    return chart.properties(
        height=240, padding=padding, autosize=alt.AutoSizeParams(type="fit", contains="padding")
    ).to_dict()
