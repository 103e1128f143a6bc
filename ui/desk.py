"""What the Annotate page gives the desk: the queue, who suggests, and the document that the address asks for.

Choices are remembered for the visit, so that leaving the page and coming back changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from db import documents, models, rules, suggestions
from db.labels import Label
from db.models import Model
from db.projects import ProjectSummary
from jobs import queue
from ui import acceptance, notice
from ui.queue_filter import QUEUE, QUEUES
from ui.session import Page
from ui.span_annotator import AnnotatorLabel, Sources, keymap

_NEXT_QUEUE = "page:next-queue"
_FROM_INSPECT = "page:from-inspect"


def annotator_labels(found: Sequence[Label]) -> list[AnnotatorLabel]:
    """The project's labels as the desk wants them."""
    return [AnnotatorLabel(label.id, label.name, label.hue, label.key, label.description) for label in found]


def first_queue(summary: ProjectSummary) -> str:
    """Where a visit begins: with what is to do, and with all documents when nothing is."""
    return "to do" if summary.unlabelled + summary.drafts else "all"


def prepare_queue(summary: ProjectSummary) -> None:
    """Put the right queue into its widget before that is drawn."""
    state = st.session_state
    if _NEXT_QUEUE in state:
        state[QUEUE] = state.pop(_NEXT_QUEUE)
    from_inspect = st.query_params.get("back") == "inspect"
    if from_inspect and not state.get(_FROM_INSPECT):
        state[QUEUE] = "all"  # what is to be fixed is labelled already, and so is what stands beside it
    state[_FROM_INSPECT] = from_inspect
    if state.get(QUEUE) not in QUEUES:
        state[QUEUE] = first_queue(summary)


def switch_queue(name: str) -> None:
    """Show another queue from the next run on: its widget is drawn already in this one."""
    st.session_state[_NEXT_QUEUE] = name


def choose_sources(page: Page) -> Sources:
    """Who suggests, and from which score on; chosen in a popover."""
    with page.store.reading() as session:
        published = sorted(models.list_models(session, page.project.id), key=lambda model: -model.id)
        kinds = {rule.kind for rule in rules.list_rules(session, page.project.id)}
    by_id = {model.id: model for model in published}
    with st.popover("Suggestions", icon=":material/auto_awesome:", width="content"):
        model = _choose_model(page, by_id)
        dictionary = _switch(page, "dictionary", "Dictionary", "term" in kinds, "No terms yet; add them on Labels.")
        patterns = _switch(page, "rules", "Rules", "pattern" in kinds, "No patterns yet; add them on Labels.")
        threshold = st.slider(
            "Show from score",
            0.0,
            1.0,
            0.5,
            0.05,
            key="page:threshold",
            persist_state="session",
            disabled=model is None,
        )
        if model is not None:
            _prepare_all(page, model)
        with page.store.reading() as session:
            acceptance.short(page, suggestions.acceptance(session, page.project.id))
        accept, reject, every = (
            keymap.shown_first(page.project.keys, name)
            for name in ("accept-suggestion", "reject-suggestion", "accept-all")
        )
        st.caption(f"Suggestions are dashed. {accept} accepts, {reject} rejects, {every} accepts all shown.")
    return Sources(model, dictionary, patterns, threshold, by_id[model].name if model else None)


def _choose_model(page: Page, by_id: Mapping[int, Model]) -> int | None:
    if not by_id:
        st.caption("No model has been trained yet.")
        return None
    return st.selectbox(
        "Model",
        [*by_id, None],
        format_func=lambda number: by_id[number].name if number else "none",
        key=f"page:suggesting-model-{page.project.id}",
        persist_state="session",
    )


def _prepare_all(page: Page, model: int) -> None:
    """A button that has the model read every unlabelled document in a job, very long ones too."""
    pressed = st.button(
        "Read all unlabelled documents now",
        icon=":material/playlist_play:",
        help="Otherwise the model reads a document when it is opened, up to 50,000 characters.",
        key="prepare-suggestions",
    )
    if pressed:
        with notice.reported():
            queue.submit_prediction(page.store, model, as_suggestions=True)
            st.caption("The model reads them in the background; Home shows how far it is.")


def _switch(page: Page, name: str, words: str, usable: bool, otherwise: str) -> bool:
    """A toggle that is on where there is something to suggest from."""
    if not usable:
        st.toggle(words, False, disabled=True, help=otherwise, key=f"page:no-{name}-{page.project.id}")
        return False
    key = f"page:suggesting-{name}-{page.project.id}"
    return bool(st.toggle(words, True, key=key, persist_state="session"))


def asked_document(page: Page) -> int | None:
    """The document that the address names, when the project has it."""
    asked = st.query_params.get("document", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 16):
        return None
    with page.store.reading() as session:
        return next(iter(documents.titles(session, page.project.id, [int(asked)])), None)
