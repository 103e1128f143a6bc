"""Predictions that a screen needs: read from the store, made here when they are few, by a job when they are many."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.documents import Document, Span
from core.errors import TagloopError
from core.inference.loaded import predictor
from db import jobs, predictions
from db.connection import Store
from db.jobs import OVER, Job
from db.models import Model
from jobs import queue
from ui import render
from ui.process import model_folder
from ui.session import Page
from ui.words import count, duration

SMALL = 300  # documents that the web process reads itself: a second or two
CHUNK = 16


def ready(page: Page, model: Model, gold: Sequence[tuple[int, Document]], split: str) -> bool:
    """True when the model has read all documents of `gold`. Else what is missing is made, or a job is shown."""
    with page.store.reading() as session:
        missing = predictions.missing(session, model.id, document_ids=[key for key, _ in gold])
    if not missing:
        return True
    if len(missing) > SMALL:
        return _by_job(page, model, split, len(missing))
    texts = {key: document.text for key, document in gold}
    try:
        predict_here(page.store, model, {key: texts[key] for key in missing})
    except TagloopError as error:
        st.error(f"{model.name}: {error}", icon=":material/error:")
        return False
    return True


def predict_here(store: Store, model: Model, texts: dict[int, str]) -> None:
    """Read a few documents in this process and store what is found, with a bar; raises ModelUnusable."""
    reader = predictor(model_folder(model.folder))
    ids = list(texts)
    bar = st.progress(0.0, text=f"{model.name} reads {count(len(ids), 'document')} …")
    for begin in range(0, len(ids), CHUNK):
        some = ids[begin : begin + CHUNK]
        found = reader.predict([texts[key] for key in some])
        with store.writing() as session:
            predictions.put(session, model.id, dict(zip(some, found, strict=True)))
        bar.progress(
            (begin + len(some)) / len(ids), text=f"{model.name} reads: {begin + len(some):,} of {len(ids):,}"
        )
    bar.empty()


def load(store: Store, model: Model, ids: Sequence[int]) -> dict[int, list[Span]]:
    """The stored predictions of a model."""
    with store.reading() as session:
        return predictions.load(session, model.id, ids)


def _by_job(page: Page, model: Model, split: str, missing: int) -> bool:
    """Start the job once, or show how it goes; always False: there is nothing to score yet."""
    job = _last_job(page.store, model, split)
    if job is None:
        job = queue.submit_prediction(page.store, model.id, split=split, actor=page.actor)
    if job.state in OVER:
        what = job.error or f"{count(missing, 'document')} of {split} still to be read."
        (st.error if job.error else st.info)(f"{model.name}: {what}")
        st.button(
            f"Let {model.name} read {count(missing, 'document')}",
            key=f"predict-{model.id}",
            type="primary",
            on_click=queue.submit_prediction,
            args=(page.store, model.id),
            kwargs={"split": split, "actor": page.actor},
        )
        return False
    st.fragment(_progress, run_every=1)(page.store, model, job.id, page.actor)
    return False


def _last_job(store: Store, model: Model, split: str) -> Job | None:
    with store.reading() as session:
        found = jobs.list_jobs(session, project_id=model.project_id, kind="predict", limit=50)
    asked = (model.id, split, False)
    keys = ("model_id", "split", "as_suggestions")
    return next((job for job in found if tuple(job.payload.get(key) for key in keys) == asked), None)


def _progress(store: Store, model: Model, job_id: int, actor: str) -> None:
    with store.reading() as session:
        job = jobs.get(session, job_id)
    if job.state in OVER:
        st.rerun()
    p = job.progress
    facts = [f"{p['step']:,} of {p['steps']:,} documents"] if p.get("steps") else ["waits for a worker"]
    if p.get("documents_per_second"):
        facts.append(f"{p['documents_per_second']:,.0f} a second")
    if p.get("seconds_left") is not None:
        facts.append(f"{duration(p['seconds_left'])} left")
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        words = "cancelling …" if job.desired == "cancel" else f"reads the documents · {job.state}"
        line = render.run_line(model.name, words, facts, render.progress_share(p), state_key=job.state)
        left.html(line)
        right.button(
            "Cancel",
            icon=":material/close:",
            key=f"cancel-{job_id}",
            on_click=queue.cancel,
            args=(store, job_id),
            kwargs={"actor": actor},
            disabled=job.desired == "cancel",
        )
    st.caption("You may leave this page; what has been read is kept.")
