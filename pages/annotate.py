"""Annotate: one document at a time in the span annotator, which opens and saves by itself."""

from __future__ import annotations

import streamlit as st

from db import labels as label_store
from db import projects
from ui import desk, queue_filter, render
from ui.guide import guide
from ui.screens import open_screen
from ui.session import open_page
from ui.span_annotator import payload, span_annotator

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


@st.fragment
def annotate() -> None:
    """The bar above the text and the desk; a change of the bar reruns this fragment only."""
    desk.prepare_queue(summary)
    with st.container(horizontal=True, vertical_alignment="center", key="desk-bar"):
        queue = queue_filter.choose(page, known)
        sources = desk.choose_sources(page)
        if st.query_params.get("back") == "inspect" and st.button("Back to Inspect", icon=":material/arrow_back:"):
            open_screen("inspect", query_params={"project": str(page.project.id)})
    settings = payload(
        page.project,
        desk.annotator_labels(known),
        queue=queue,
        sources=sources,
        document=desk.asked_document(page),
        guide=guide(page, known),
    )
    going = span_annotator(settings)
    if going is None:
        return
    if "screen" in going:
        open_screen(going["screen"])
    if "list" in going:
        queue_filter.listed(page, queue)
        open_screen("documents", query_params={"project": str(page.project.id), "section": "browse"})
    if "queue" in going:
        desk.switch_queue(going["queue"])
        queue_filter.drop(page, "all")
    else:
        queue_filter.drop(page, going["drop"])
    st.rerun(scope="fragment")


annotate()
