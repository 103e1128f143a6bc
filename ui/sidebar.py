"""The left side: project switcher, screens, and a thin line under Train while a job runs."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from db import jobs
from ui import new_project, render
from ui.process import store
from ui.session import ACTOR, choose_project, current_project, list_projects


def draw(screens: dict[str, StreamlitPage]) -> None:
    """Draw the sidebar for every page."""
    known = list_projects(store())
    with st.sidebar:
        st.html(render.wordmark())
        if known:
            _switcher(known)
        for name, screen in screens.items():
            st.page_link(screen)
            if name == "train" and known:
                _job_line()
            if name == "demo":
                st.html('<hr class="tl-rule">')


def _switcher(known: list) -> None:
    current = current_project(known)
    titles = {project.id: project.title for project in known}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="switcher"):
        picked = st.selectbox(
            "Project",
            list(titles),
            index=list(titles).index(current.id) if current else 0,
            format_func=titles.__getitem__,
            label_visibility="collapsed",
        )
        if st.button("", icon=":material/add:", help="New project", key="new-project"):
            new_project.dialog(store(), ACTOR)
    if current and picked != current.id:
        choose_project(picked)
        for key in [key for key in st.session_state if str(key).startswith("page:")]:
            del st.session_state[key]
        st.rerun()


@st.fragment(run_every=2)
def _job_line() -> None:
    """Share and name of the running job, or nothing; a tick costs one indexed query."""
    with store().reading() as session:
        running = jobs.list_jobs(session, states=("running",), limit=1)
    if running:
        st.html(render.job_line(running[0].progress))
