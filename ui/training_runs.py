"""The runs of a project: those that go on, in lines that move, and one run looked at closely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from core.errors import TagloopError
from db import jobs, models, runs
from db.connection import Store
from db.jobs import OVER, Job
from db.models import Model
from db.runs import Run
from jobs import queue
from ui import render
from ui.activity import ago
from ui.scores import dev_score
from ui.session import Page
from ui.words import count, duration, percent, score

SHOWN = 12
NOTES = 3  # the newest; the log has them all
SELECTED = "page:train-run"
_SEEN = "page:train-seen"
_REFUSED = "page:train-refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """A run, the job that does it, and the model that came of it."""

    run: Run
    job: Job
    model: Model | None


def entries(page: Page, limit: int = 60) -> list[Entry]:
    """The project's runs, newest first."""
    with page.store.reading() as session:
        found = runs.list_runs(session, page.project.id, limit=limit)
        by_run = {m.run_id: m for m in models.list_models(session, page.project.id, retired=True) if m.run_id}
        return [Entry(run, jobs.get(session, run.job_id), by_run.get(run.id)) for run in found]


def active(found: Sequence[Entry]) -> list[Entry]:
    """Those that are not over, the running one first, then in the order of the queue."""
    places = {"running": 0, "queued": 1, "paused": 2}
    return sorted(
        (entry for entry in found if entry.job.state not in OVER),
        key=lambda entry: (places[entry.job.state], entry.run.id),
    )


def looked_at(found: Sequence[Entry]) -> Entry | None:
    """The run to look at closely: the one chosen, else the one that goes on, else the last one that did anything."""
    begun = [entry for entry in found if entry.job.attempts or entry.job.state != "queued"]
    chosen = [entry for entry in begun if entry.run.id == st.session_state.get(SELECTED)]
    running = [entry for entry in active(begun) if entry.job.state == "running"]
    tried = [entry for entry in begun if entry.job.attempts]
    return next(iter([*chosen, *running, *tried, *begun]), None)


def live(page: Page, found: Sequence[Entry]) -> None:
    """One line for each run that is not over; it ticks once a second while one of them can still change."""
    going = active(found)
    if not going:
        return
    st.session_state[_SEEN] = _states(going)
    ticking = any(entry.job.state in ("running", "queued") for entry in going)
    st.fragment(_lines, run_every=1 if ticking else None)(page)


def _lines(page: Page) -> None:
    going = active(entries(page))
    if _states(going) != st.session_state.get(_SEEN):
        st.rerun()  # a run began or ended: the page around these lines is another one now
    refused = st.session_state.pop(_REFUSED, None)
    if refused:
        st.error(refused, icon=":material/error:")
    for entry in going:
        with st.container(border=True, key=f"run-line-{entry.run.id}"):
            _line(page, entry, waiting=_jobs_before(page.store, entry.job))


def _jobs_before(store: Store, job: Job) -> int:
    """Jobs of any project that run or wait before a queued one."""
    if job.state != "queued":
        return 0
    with store.reading() as session:
        place = jobs.queue_place(session, job.id) or 1
        return place - 1 + len(jobs.list_jobs(session, states=("running",)))


def _states(going: Sequence[Entry]) -> list[list[Any]]:
    """What the page around the lines depends on."""
    return [[entry.run.id, entry.job.state, (entry.job.progress.get("dev") or {}).get("epoch")] for entry in going]


def _line(page: Page, entry: Entry, *, waiting: int) -> None:
    run, job = entry.run, entry.job
    left, right = st.columns([5, 2], vertical_alignment="center")
    left.html(render.run_line(run.name, state_words(job), _facts(job, waiting), _share(job), state_key=job.state))
    with right.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for title, icon, act, tip in _buttons(job):
            st.button(
                title,
                icon=icon,
                key=f"{title}-{job.id}",
                help=tip,
                on_click=_ask,
                args=(act, page.store, job.id, page.actor),
                disabled=job.desired != "run" and title != "Resume" and job.state == "running",
            )
    for note in (job.progress.get("notes") or ())[-NOTES:]:
        st.info(str(note), icon=":material/info:")


Act = Callable[..., Job]


def _buttons(job: Job) -> list[tuple[str, str, Act, str]]:
    cancel = ("Cancel", ":material/close:", queue.cancel, "Ends the run; what it has learned is dropped.")
    pause = ("Pause", ":material/pause:", queue.pause, "Frees the machine; the run goes on later from where it is.")
    resume = ("Resume", ":material/play_arrow:", queue.resume, "Goes on from the last checkpoint.")
    if job.state == "paused" or (job.state == "running" and job.desired == "pause"):
        return [resume, cancel]
    return [pause, cancel]


def _ask(act: Act, store: Store, job_id: int, actor: str) -> None:
    """Pass a wish on; a refusal is shown beside the lines. A run that never began has nothing to be looked at."""
    try:
        job = act(store, job_id, actor=actor)
        if job.state == "cancelled" and not job.attempts:
            st.session_state.pop(SELECTED, None)
    except TagloopError as error:
        st.session_state[_REFUSED] = str(error)


def retry(page: Page, entry: Entry) -> None:
    """The button that queues a failed run again."""
    st.button(
        "Retry",
        icon=":material/replay:",
        key=f"Retry-{entry.job.id}",
        type="primary",
        help="Goes on from the last checkpoint, where there is one.",
        on_click=_ask,
        args=(queue.retry, page.store, entry.job.id, page.actor),
    )


def state_words(job: Job) -> str:
    """The state of a job as a person says it, a wish that is not yet obeyed included."""
    if job.state == "running" and job.desired != "run":
        return {"pause": "pausing …", "cancel": "cancelling …"}[job.desired]
    if job.state == "running":
        return str(job.progress.get("phase") or "starting")
    return job.state


def _facts(job: Job, waiting: int) -> list[str]:
    """What is known of a run that goes on, most important first."""
    p = job.progress
    if job.state == "queued":
        ahead = "starts in a moment" if waiting == 0 else f"{count(waiting, 'job')} before it"
        return [ahead, *_died(job)]
    facts = []
    if p.get("epoch") and p.get("epochs"):
        facts.append(f"epoch {p['epoch']} of {p['epochs']}")
    if p.get("steps"):
        facts.append(f"step {int(p.get('step') or 0):,} of {int(p['steps']):,}")
    if job.state == "running" and p.get("phase") == "training" and p.get("seconds_left") is not None:
        facts.append(f"{duration(p['seconds_left'])} left")
    named: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("loss", "loss", lambda value: f"{value:.3f}"),
        ("learning_rate", "rate", lambda value: f"{value:.1e}"),
        ("tokens_per_second", "tokens/s", lambda value: f"{value:,.0f}"),
        ("padding_share", "padding", percent),
    )
    facts += [f"{word} {say(p[key])}" for key, word, say in named if p.get(key) is not None]
    dev = p.get("dev") or {}
    if dev.get("f1") is not None:
        facts.append(f"dev F1 {score(dev['f1'])}")
    return [*facts, *_died(job)]


def _died(job: Job) -> list[str]:
    return [f"{count(job.deaths, 'worker')} died, went on from the checkpoint"] if job.deaths else []


def _share(job: Job) -> float:
    return render.progress_share(job.progress)


def finished(page: Page, found: Sequence[Entry], selected: int | None) -> None:
    """The list of runs that are over; a click looks at one."""
    over = [entry for entry in found if entry.job.state in OVER]
    if not over:
        return
    st.subheader("Runs")
    shown = over if st.session_state.get("page:train-all") else over[:SHOWN]
    for entry in shown:
        with st.container(
            key=f"run-row-{entry.run.id}",
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="distribute",
            wrap=False,
        ):
            st.html(render.run_row(entry.run.name, entry.job.state, outcome(entry), when(entry)), width="stretch")
            chosen = entry.run.id == selected
            st.button(
                "Shown above" if chosen else "Details",
                key=f"details-{entry.run.id}",
                disabled=chosen,
                on_click=_select,
                args=(entry.run.id,),
            )
    if len(over) > len(shown):
        st.button(f"Show all {len(over)}", key="all-runs", on_click=_show_all)


def _select(run_id: int) -> None:
    st.session_state[SELECTED] = run_id


def _show_all() -> None:
    st.session_state["page:train-all"] = True


def outcome(entry: Entry) -> str:
    """What came of a run, in one line."""
    job = entry.job
    if job.state == "failed":
        return (job.error or "failed").splitlines()[0]
    if job.state == "cancelled":
        return "stopped by a person; nothing was published"
    result: Mapping[str, Any] = entry.run.result or {}
    dev = dev_score(result) or (dev_score(entry.model.metrics) if entry.model else None)
    parts = [f"dev F1 {score(dev.f1)} on {count(dev.support or 0, 'span')}" if dev else "no dev score"]
    if result.get("seconds"):
        parts.append(duration(result["seconds"]))
    if entry.model and entry.model.name != entry.run.name:
        parts.append(f"model {entry.model.name}")
    if entry.model and entry.model.retired:
        parts.append("retired")
    return " · ".join(parts)


def when(entry: Entry) -> str:
    """How long ago a run ended."""
    return ago(entry.job.finished or entry.job.created, datetime.now(UTC))
