"""The guard and what every page starts from: store, current project, who is acting.

`open_page` is the first call of every page. It does everything a page must not do without (store opened and
migrated, project found, style applied), so a page that is opened first on a fresh server is as safe as any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from db import projects
from db.connection import Store
from db.projects import Project
from ui import new_project, notice, style
from ui.process import store

ACTOR = "you"  # one person until accounts come


@dataclass(frozen=True, slots=True)
class Page:
    """What a page works with; `project` is the one chosen in the sidebar."""

    store: Store
    project: Project
    actor: str = ACTOR


def open_page(title: str | None = None) -> Page:
    """Guard a page and draw its title; without any project the page ends in an offer to create one."""
    style.apply()
    notice.show()
    opened = store()
    project = current_project(list_projects(opened))
    if project is None:
        st.title("Start with a project")
        st.write("A project holds documents in one language, its labels and the models trained on them.")
        new_project.form(opened, ACTOR, key="first")
        st.stop()
    if title:
        st.title(title)
    return Page(opened, project)


def list_projects(opened: Store) -> list[Project]:
    """All projects, for the switcher."""
    with opened.reading() as session:
        return projects.list_projects(session)


def current_project(known: list[Project]) -> Project | None:
    """The project of this visit: the address's, else the one looked at last, else the first; the address keeps it."""
    by_id = {project.id: project for project in known}
    asked = st.query_params.get("project", "")
    chosen = by_id.get(int(asked)) if asked.isdecimal() and len(asked) < 16 else None
    chosen = chosen or by_id.get(st.session_state.get("project_id", -1)) or (known[0] if known else None)
    if chosen is not None:
        choose_project(chosen.id)
    return chosen


def choose_project(project_id: int) -> None:
    """Make a project the current one, in this visit and in the address."""
    st.session_state["project_id"] = project_id
    if st.query_params.get("project") != str(project_id):
        st.query_params["project"] = str(project_id)
