"""What is said of a project and of each of its labels, in Markdown: read or written."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from db import labels, projects
from db.labels import MAX_GUIDELINE, Label
from ui import notice, render
from ui.session import Page

WHOLE = 0  # stands for the whole project among the ids of labels
PLACEHOLDER = "People, places and firms by name. Not: titles in front of a name (*Dr*, *Mrs*)."
OF_A_LABEL = "People by their name, real or invented.\n\n- *Merkel* alone counts\n- *the chancellor* does not"


def editor(page: Page, known: Sequence[Label]) -> None:
    """The guideline as people read it, or a field to write it in: the project's, or that of one label."""
    st.subheader("Guideline")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        mode = st.segmented_control(
            "Guideline",
            ["Read", "Write"],
            default="Read",
            required=True,
            label_visibility="collapsed",
            key="page:guideline",
        )
        written_of = _choose(known) if mode == "Write" and known else WHOLE
    if mode == "Write":
        label = next((label for label in known if label.id == written_of), None)
        _write(page, label)
    elif page.project.guideline.strip() or any(label.guideline.strip() for label in known):
        _read(page, known)
    else:
        advice = "A guideline settles what the labels mean, so that everybody marks the same. Choose Write to begin."
        st.html(render.empty("No guideline yet", advice))


def _choose(known: Sequence[Label]) -> int:
    """Whose guideline is to be written."""
    names = {WHOLE: "Whole project"} | {label.id: label.name for label in known}
    if st.session_state.get("page:guideline-of") not in names:
        st.session_state["page:guideline-of"] = WHOLE
    picked = st.pills(
        "Guideline of",
        list(names),
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="page:guideline-of",
    )
    return WHOLE if picked is None else picked


def _read(page: Page, known: Sequence[Label]) -> None:
    with st.container(border=True, key="guideline-text"):
        if page.project.guideline.strip():
            st.markdown(page.project.guideline)
        for label in known:
            if label.guideline.strip():
                st.html(render.chip(label.name, label.hue))
                st.markdown(label.guideline)


def _write(page: Page, label: Label | None) -> None:
    """The field and its preview; without a label it is the project's guideline."""
    before = label.guideline if label else page.project.guideline
    with st.container(key="panes-guideline"):
        written, shown = st.columns(2, gap="medium")
    text = written.text_area(
        f"Markdown, shown with {label.name} beside the text" if label else "Markdown, shown first beside the text",
        before,
        height=460,
        max_chars=MAX_GUIDELINE if label else None,
        placeholder=OF_A_LABEL if label else PLACEHOLDER,
        key=f"guideline-{page.project.id}-{label.id if label else WHOLE}",
    )
    with shown:
        st.caption("Preview")
        with st.container(border=True, height=460, key="guideline-preview"):
            st.markdown(text or "*Nothing written yet.*")
    if written.button("Save guideline", type="primary", disabled=text == before):
        with written, notice.reported():
            with page.store.writing() as session:
                if label:
                    labels.update(session, label.id, guideline=text, actor=page.actor)
                else:
                    projects.update(session, page.project.id, guideline=text, actor=page.actor)
            notice.done(f"The guideline{f' of {label.name}' if label else ''} was saved.")
    if text != before:
        written.caption("Not saved yet. A click outside the field shows your changes in the preview.")
