"""Home of a project: how far it is, what to do next, what happened last."""

from __future__ import annotations

import streamlit as st

from db import events, labels, models, projects
from ui import activity, overview, render
from ui.session import open_page

RECENT = 40  # events read; like ones become one line
LINES = 8

page = open_page()
with page.store.reading() as session:
    summary = projects.summary(session, page.project.id)
    known = labels.list_labels(session, page.project.id)
    published = models.list_models(session, page.project.id)
    happened = activity.sentences(session, events.recent(session, page.project.id, RECENT))

st.title(page.project.title)
st.caption(overview.caption(page, summary, len(known)))
step = overview.next_step(summary, models=len(published), labels=len(known))

if not summary.documents:
    with st.container(key="first-step", horizontal_alignment="center"):
        st.html(render.empty("An empty project", f"{step.what} Home then shows how far labelling and training are."))
        overview.lead(page, step, primary=True)
    st.stop()

with st.container(key="trio-home"):
    first, second, third = st.columns(3, gap="medium")
with first:
    overview.labelled_card(page, summary)
with second:
    overview.model_card(page, published)
with third:
    overview.next_card(page, step)

with st.container(key="panes-home"):
    left, right = st.columns([2, 3], gap="medium")
with left:
    overview.labels_card(page, summary.spans_per_label, {label.name: label.hue for label in known})
with right:
    overview.events_card(happened[:LINES])
