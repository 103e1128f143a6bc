"""Annotate: one document at a time in the span annotator."""

from __future__ import annotations

import streamlit as st

from core.errors import TagloopError
from db import labels as label_store
from db import projects
from ui import desk, guideline, render
from ui.screens import open_screen
from ui.session import open_page
from ui.span_annotator import Submission, span_annotator

page = open_page()
with page.store.reading() as session:
    known = label_store.list_labels(session, page.project.id)
    summary = projects.summary(session, page.project.id)

if not summary.documents:
    st.title("Annotate")
    st.html(render.empty("Nothing to label yet", "Import documents first: text, CoNLL or JSON lines."))
    if st.button("Import documents", type="primary"):
        open_screen("documents")
    st.stop()
if not known:
    st.title("Annotate")
    st.html(render.empty("No labels yet", "A label names what people mark, such as PER or 人名."))
    if st.button("Add labels", type="primary"):
        open_screen("labels")
    st.stop()


def choose_model() -> tuple[desk.Model | None, float]:
    """The model that suggests, and the score from which its suggestions are shown."""
    found = {model.id: model for model in desk.usable_models(page)}
    if not found:
        return None, 0.0
    with st.popover("Suggestions", icon=":material/auto_awesome:", width="content"):
        picked = st.selectbox(
            "Model",
            [*found, None],
            format_func=lambda number: found[number].name if number else "none",
            key="page:suggesting-model",
        )
        threshold = st.slider("Show from score", 0.0, 1.0, 0.5, 0.05, key="page:threshold")
        st.caption("Suggestions are dashed. A accepts, X rejects, Shift+A accepts all shown.")
    return (found[picked] if picked else None), threshold


@st.fragment
def annotate() -> None:
    """The bar above the text and the editor; a submission reruns this fragment only."""
    bar = st.container(horizontal=True, vertical_alignment="center", key="desk-bar")
    with bar:
        name = st.selectbox(
            "Queue",
            list(desk.QUEUES),
            format_func=str.capitalize,
            key="page:queue",
            label_visibility="collapsed",
            width=150,
            on_change=lambda: st.query_params.pop("document", None),
        )
        chosen = desk.QUEUES[name]
        model, threshold = choose_model()
    document_id = desk.open_document(page, chosen)
    if document_id is None:
        all_done(name)
        return
    try:
        sheet = desk.sheet(page, document_id, chosen, model)
    except TagloopError as error:
        st.warning(f"No suggestions: {error}")
        sheet = desk.sheet(page, document_id, chosen, None)
    with bar:
        st.html(render.desk_place(sheet.place, sheet.total, sheet.document.title, sheet.shown.status))
        if st.query_params.get("back") == "inspect" and st.button("Back to Inspect", icon=":material/arrow_back:"):
            open_screen("inspect", query_params={"project": str(page.project.id)})
    st.query_params["document"] = str(document_id)

    def submit(submission: Submission) -> None:
        following = desk.store_submission(page, submission, chosen)
        if following is None:
            st.query_params.pop("document", None)
        else:
            st.query_params["document"] = str(following)

    span_annotator(sheet.shown, desk.annotator_labels(known), threshold=threshold, key="annotator", on_submit=submit)
    guideline.beside_text(page)


def all_done(queue_name: str) -> None:
    """The empty queue: say so and offer what comes next."""
    st.html(
        render.empty(f"Nothing left in “{queue_name}”", "Train on what is labelled, or look through all documents.")
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Train a model", type="primary"):
            open_screen("train")
        if queue_name != "all" and st.button("Show all documents"):
            st.session_state["page:next-queue"] = "all"
            st.rerun(scope="app")


if "page:next-queue" in st.session_state:
    st.session_state["page:queue"] = st.session_state.pop("page:next-queue")
from_inspect = st.query_params.get("back") == "inspect"
if from_inspect and not st.session_state.get("page:from-inspect"):
    st.session_state["page:queue"] = "all"  # what is to be fixed is labelled already, and so is what stands beside it
st.session_state["page:from-inspect"] = from_inspect
st.session_state.setdefault("page:queue", desk.first_queue(summary))
annotate()
