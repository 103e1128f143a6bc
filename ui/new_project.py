"""The form that creates a project: title, language, labels."""

from __future__ import annotations

import re

import streamlit as st

from core.errors import Conflict, InvalidValue, TagloopError
from db import projects
from db.connection import Store
from db.projects import Project
from ui.screens import open_screen

LANGUAGES = {"en": "English", "zh": "中文"}
SNAPS = {"en": "Spans snap to words.", "zh": "Spans snap to characters. 一字一格。"}
EXAMPLE_LABELS = {"en": "PER, ORG, LOC", "zh": "人名, 机构, 地点"}


def form(store: Store, actor: str, *, key: str) -> None:
    """Draw the form; after a successful creation the new project is the current one and Documents opens."""
    language = st.segmented_control(
        "Language",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        default="en",
        required=True,
        key=f"{key}-language",
    )
    st.caption(SNAPS[language or "en"])
    with st.form(f"{key}-form", border=False):
        title = st.text_input("Title", placeholder="News desk", max_chars=80)
        labels = st.text_input(
            "Labels",
            placeholder=EXAMPLE_LABELS[language or "en"],
            help="Separated by commas. More can be added later.",
        )
        if not st.form_submit_button("Create project", type="primary"):
            return
    try:
        project = create(store, title, language or "en", labels, actor)
    except TagloopError as error:
        st.error(str(error))
        return
    st.session_state["project_id"] = project.id
    open_screen("documents", query_params={"project": str(project.id)})


def create(store: Store, title: str, language: str, labels: str, actor: str) -> Project:
    """Create the project from what was typed; raises InvalidValue or Conflict with the reason."""
    name = slug(title)
    if not name:
        raise InvalidValue(
            f"The title {title.strip()!r} has no letter or digit; call it, for example, News desk."
            if title.strip()
            else "The project needs a title, such as News desk."
        )
    names = list(dict.fromkeys(name.strip() for name in re.split(r"[,，、;；\n]", labels) if name.strip()))
    with store.writing() as session:
        taken = projects.by_name(session, name)
        if taken is not None:
            raise Conflict(f"The project {taken.title!r} already has the short name {name!r}; choose another title.")
        return projects.create(session, name=name, title=title.strip(), language=language, labels=names, actor=actor)


def slug(title: str) -> str:
    """The short name made of a title: lower case, words joined by hyphens; Chinese characters stay."""
    return re.sub(r"[^\w]+", "-", title.strip().lower()).strip("-_")[:40]


@st.dialog("New project")
def dialog(store: Store, actor: str) -> None:
    """The form as a dialog over any page."""
    form(store, actor, key="dialog")
