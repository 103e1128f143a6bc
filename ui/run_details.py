"""One run looked at closely: its curves, its scores by label, what was read, its log, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.training import TrainingConfig
from core.training.ledger import Ledger
from core.training.recipes import describe
from db import labels, runs, snapshots
from db.connection import Store, home
from db.jobs import OVER
from jobs.folders import Folders
from jobs.logs import log_path, tail
from ui import charts, render, training_runs
from ui.screens import open_screen
from ui.session import Page
from ui.training_runs import Entry
from ui.words import count, duration, percent

LOG_LINES = 60
REDRAWN_SECONDS = 4
HEAD = ("label", "support", "precision", "recall", "F1")


@dataclass(frozen=True, slots=True)
class History:
    """What a run has measured so far: loss by step, F1 by epoch for all labels and for each."""

    loss: tuple[tuple[int, float], ...]
    f1: Mapping[str, tuple[tuple[int, float], ...]]

    @property
    def epochs(self) -> int:
        """Scored epochs."""
        return len(self.f1.get(charts.OVERALL, ()))


def history(store: Store, run_id: int) -> History:
    """Read the stored figures; the n-th step with a dev score ends epoch n. A score of nothing counts as none."""
    with store.reading() as session:
        found = runs.metrics(session, run_id)
    scored = sorted({metric.step for metric in found if metric.name.startswith("dev_")})
    epoch = {step: number for number, step in enumerate(scored, 1)}
    f1: dict[str, list[tuple[int, float]]] = {}
    for metric in found:
        name, _, label = metric.name.partition("/")
        if name == "dev_f1" and metric.value is not None:
            f1.setdefault(label or charts.OVERALL, []).append((epoch[metric.step], metric.value))
    loss = tuple(
        (metric.step, metric.value) for metric in found if metric.name == "loss" and metric.value is not None
    )
    return History(loss, {label: tuple(points) for label, points in f1.items()})


def draw(page: Page, entry: Entry) -> None:
    """The whole panel; the part that changes redraws itself while the run goes on."""
    with st.container(border=True, key="run-details"):
        _head(page, entry)
        if entry.job.state == "failed":
            _failure(page, entry)
        going = entry.job.state == "running"
        st.fragment(_curves, run_every=REDRAWN_SECONDS if going else None)(page, entry.run.id, dark=charts.is_dark())
        _scores(page, entry)
        _ledger(entry)
        _log(entry, going)
        _settings(page, entry)


def _head(page: Page, entry: Entry) -> None:
    left, right = st.columns([3, 2], vertical_alignment="center")
    state = entry.job.state if entry.job.state in OVER else ""  # what goes on says so in its own line
    left.html(render.details_title(entry.run.name, state, state_key=state))
    if entry.model is None or entry.model.retired:
        return
    with right.container(horizontal=True, horizontal_alignment="right", gap="small"):
        query = {"project": str(page.project.id)}
        if st.button("See its mistakes", icon=":material/troubleshoot:", key="to-inspect"):
            open_screen("inspect", query_params={**query, "a": str(entry.model.id)})
        if st.button("Try it", icon=":material/play_circle:", key="to-demo"):
            open_screen("demo", query_params={**query, "model": str(entry.model.id)})


def _failure(page: Page, entry: Entry) -> None:
    st.error(entry.job.error or "The worker left without a message; its log says more.", icon=":material/error:")
    training_runs.retry(page, entry)
    if entry.job.traceback:
        with st.expander("Traceback", icon=":material/bug_report:"):
            st.code(entry.job.traceback, language="text", wrap_lines=True, height=420)


@st.cache_data(max_entries=32, show_spinner=False)
def _specs(
    place: str, run_id: int, size: tuple[int, int], dark: bool, epochs: int, _found: History, _hues: Mapping[str, int]
) -> tuple[charts.Spec, charts.Spec | None]:
    """The two charts, made anew only when there is something new to draw (`size`)."""
    f1 = charts.f1_chart(_found.f1, _hues, epochs=epochs, dark=dark) if _found.f1 else None
    return charts.loss_chart(_found.loss, dark=dark), f1


def _curves(page: Page, run_id: int, *, dark: bool) -> None:
    found = history(page.store, run_id)
    if not found.loss:
        return
    with page.store.reading() as session:
        run = runs.get(session, run_id)
        hues = {label.name: label.hue for label in labels.list_labels(session, page.project.id)}
    size = (len(found.loss), sum(len(points) for points in found.f1.values()))
    loss, f1 = _specs(str(page.store.engine.url), run_id, size, dark, int(run.config.get("epochs", 1)), found, hues)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(render.card_title("F1 on dev, by epoch"))
        if f1 is None:
            st.html(render.muted("The first score comes at the end of the first epoch."))
        else:
            st.vega_lite_chart(f1, key=f"f1-{run_id}", width="stretch")
        if hint := zero_hint(found):
            st.caption(hint)
    with right:
        st.html(render.card_title("Training loss, by step"))
        st.vega_lite_chart(loss, key=f"loss-{run_id}", width="stretch")


def zero_hint(found: History) -> str | None:
    """What to say while some label still stands at 0.00 in the first epochs."""
    last = {label: points[-1] for label, points in found.f1.items() if points}
    zero = [label for label, (_, f1) in last.items() if f1 == 0]
    if not zero or found.epochs > 5:
        return None
    who = "F1" if charts.OVERALL in zero else f"F1 of {', '.join(zero)}"
    return f"{who} stays 0.00 during the first epochs on rare labels: normal. It rises once the others are learned."


def _scores(page: Page, entry: Entry) -> None:
    result = entry.run.result or {}
    splits = [split for split in ("dev", "test") if (result.get(split) or {}).get("per_label")]
    if not splits:
        _last_dev(page, entry)
        return
    facts = [f"best epoch {result['best_epoch']}"] if result.get("best_epoch") else []
    if result.get("seconds"):
        facts.append(duration(result["seconds"]))
    if result.get("tokens_per_second"):
        facts.append(f"{result['tokens_per_second']:,.0f} tokens/s")
    if entry.run.ledger:
        facts.append(f"padding {percent(entry.run.ledger.get('padding_share') or 0)}")
    st.html(render.figures_line(facts))
    columns = st.columns(len(splits), gap="medium")
    for column, split in zip(columns, splits, strict=True):
        with column:
            st.html(render.card_title(f"{split}, the best epoch"))
            st.html(_table(page, result[split]["per_label"], result[split].get("micro"), result[split].get("macro")))


def _last_dev(page: Page, entry: Entry) -> None:
    """While a run goes on: the scores of its last epoch."""
    dev = entry.job.progress.get("dev")
    if dev and entry.job.state not in OVER:
        st.html(render.card_title(f"dev, epoch {dev['epoch']}"))
        st.html(_table(page, dev["per_label"], dev))


def _table(page: Page, per_label: Mapping[str, Any], *totals: Mapping[str, Any] | None) -> str:
    with page.store.reading() as session:
        hues = {label.name: label.hue for label in labels.list_labels(session, page.project.id)}
    order = sorted(per_label, key=lambda label: -(per_label[label].get("support") or 0))
    rows = [[render.chip(label, hues.get(label, 0)), *_cells(per_label[label])] for label in order]
    support = sum(row.get("support") or 0 for row in per_label.values())
    names = ("all (micro)", "mean of labels (macro)")
    for name, total in zip(names, totals, strict=False):
        if total:
            rows.append([render.strong(name), *_cells({**total, "support": support})])
    return render.table(HEAD, rows)


def _cells(row: Mapping[str, Any]) -> list[str]:
    support = row.get("support")
    return [
        render.plain("–" if support is None else f"{support:,}"),
        *(render.score(row.get(name), support) for name in ("precision", "recall", "f1")),
    ]


def _ledger(entry: Entry) -> None:
    if not entry.run.ledger:
        return
    ledger = Ledger.from_json(entry.run.ledger)
    lost = ledger.spans - ledger.spans_represented
    title = f"What was read: {ledger.characters_unread:,} characters unread, {count(lost, 'span')} lost"
    with st.expander(title, icon=":material/fact_check:"):
        st.code(ledger.describe(), language="text", wrap_lines=True)


def _log(entry: Entry, going: bool) -> None:
    with st.expander("Log", icon=":material/terminal:"):
        st.fragment(_log_lines, run_every=2 if going else None)(entry.run.id, entry.job.id)


def _log_lines(run_id: int, job_id: int) -> None:
    text = tail(log_path(Folders(home()), run_id=run_id, job_id=job_id), lines=LOG_LINES)
    st.code(
        text or "No line yet.", language="text", wrap_lines=True, height=min(420, 60 + 21 * len(text.splitlines()))
    )


def _settings(page: Page, entry: Entry) -> None:
    with st.expander("Settings and data", icon=":material/tune:"):
        config = TrainingConfig.from_json(entry.run.config)
        st.write(describe(config))
        with page.store.reading() as session:
            snapshot = snapshots.get(session, entry.run.snapshot_id)
        parts = ", ".join(f"{number:,} {split}" for split, number in snapshot.documents.items())
        st.caption(f"Snapshot {snapshot.id} of {snapshot.created:%d %b %Y %H:%M} UTC: {parts} documents.")
        st.html(render.facts({name.replace("_", " "): _plain(value) for name, value in config.to_json().items()}))


def _plain(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value is None else str(value)
