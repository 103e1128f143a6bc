"""The labelling guideline of a project: Markdown, read or written."""

from __future__ import annotations

import streamlit as st

from db import projects
from ui import notice, render
from ui.session import Page

PLACEHOLDER = "## PER\nPeople by name. Not: titles in front of the name (*Dr*, *Mrs*)."


def editor(page: Page) -> None:
    """The guideline as people read it, or a field to write it in."""
    st.subheader("Guideline")
    mode = st.segmented_control(
        "Guideline",
        ["Read", "Write"],
        default="Read",
        required=True,
        label_visibility="collapsed",
        key="page:guideline",
    )
    if mode == "Write":
        _write(page)
    elif page.project.guideline.strip():
        with st.container(border=True, key="guideline-text"):
            st.markdown(page.project.guideline)
    else:
        advice = "A guideline settles what the labels mean, so that everybody marks the same. Choose Write to begin."
        st.html(render.empty("No guideline yet", advice))


def beside_text(page: Page) -> None:
    """The guideline under a text that is being labelled, folded away until somebody asks."""
    if not page.project.guideline.strip():
        return
    with st.expander("Guideline"), st.container(key="guideline-beside"):
        st.markdown(page.project.guideline)


def _write(page: Page) -> None:
    with st.container(key="panes-guideline"):
        written, shown = st.columns(2, gap="medium")
    text = written.text_area(
        "Markdown",
        page.project.guideline,
        height=460,
        placeholder=PLACEHOLDER,
        key=f"guideline-{page.project.id}",
    )
    with shown:
        st.caption("Preview")
        with st.container(border=True, height=460, key="guideline-preview"):
            st.markdown(text or "*Nothing written yet.*")
    changed = text != page.project.guideline
    if written.button("Save guideline", type="primary", disabled=not changed):
        with written, notice.reported():
            with page.store.writing() as session:
                projects.update(session, page.project.id, guideline=text, actor=page.actor)
            notice.done("The guideline was saved.")
    if changed:
        written.caption("Not saved yet. A click outside the field shows your changes in the preview.")
