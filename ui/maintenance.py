"""What Settings shows and does: the project, the store behind it, and the workers' supervisor."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from db import models, projects, runs
from db.backup import backup
from db.connection import home
from db.projects import ProjectSummary
from jobs import heartbeat
from jobs.folders import Folders
from ui import notice, render
from ui.process import model_folder
from ui.session import Page

BACKUPS_SHOWN = 5


def project_card(page: Page) -> None:
    """Title and rules of the project."""
    with st.container(border=True, key="settings-project"):
        st.html(render.card_title("Project"))
        title = st.text_input("Title", page.project.title, max_chars=80, key=f"title-{page.project.id}")
        overlap = st.toggle(
            "Spans may overlap",
            page.project.overlap,
            key=f"overlap-{page.project.id}",
            help="For names within names, or one text under two labels. Lines then leave room for three.",
        )
        st.caption(
            "A model learns one label for each word. Of spans that overlap, training learns the outermost, the "
            "innermost or the first, as chosen on Train; the others stay gold, are counted there, and are scored."
        )
        st.caption(f"Name in addresses and exports: {render.escape_markdown(page.project.name)}")
        changed = (title.strip(), overlap) != (page.project.title, page.project.overlap)
        if st.button("Save", type="primary", disabled=not changed or not title.strip(), key="save-project"):
            with notice.reported():
                with page.store.writing() as session:
                    projects.update(session, page.project.id, title=title.strip(), overlap=overlap, actor=page.actor)
                notice.done("The project was saved.")


def store_card(page: Page) -> None:
    """Where the data lies, how large it is, and backups of it."""
    folder = home()
    with st.container(border=True, key="settings-store"):
        st.html(render.card_title("Data"))
        version = page.store.sqlite_version()
        st.html(
            render.facts(
                {
                    "Folder": str(folder),
                    "Database": f"SQLite {version}" if version else "PostgreSQL",
                    "Database size": size(_bytes(folder.glob("tagloop.db*"))),
                    "Models": size(_bytes(Folders(folder).models.rglob("*"))),
                    "Training files": size(_bytes(Folders(folder).runs.rglob("*"))),
                }
            )
        )
        kept = sorted((folder / "backups").glob("*.db"), reverse=True)
        if kept:
            st.html(render.lines([(file.name, size(file.stat().st_size)) for file in kept[:BACKUPS_SHOWN]]))
        st.caption(
            "A backup holds everything but the files of models. To restore one, stop the app, move tagloop.db and "
            "its -wal and -shm files away, and put the backup there as tagloop.db."
        )
        if st.button("Back up now", icon=":material/save:", key="backup", disabled=version is None):
            with notice.reported():
                target = folder / "backups" / f"tagloop-{datetime.now():%Y-%m-%d-%H%M%S}.db"
                backup(page.store, target)
                notice.done(f"Saved as {target.name}.")


def supervisor_card() -> None:
    """Does the process that starts trainings live?"""
    state = heartbeat.read(Folders(home()))
    with st.container(border=True, key="settings-supervisor"):
        st.html(render.card_title("Workers"))
        if not state.running:
            st.warning(
                "No supervisor runs, so jobs wait. The app starts one within moments; if it does not, see "
                "supervisor.log.",
                icon=":material/warning:",
            )
            return
        beat = state.beat
        if beat is None or state.age is None:
            st.html(render.facts({"Supervisor": "starting"}))
            return
        busy = ", ".join(beat.busy) or "none"
        st.html(
            render.facts(
                {
                    "Supervisor": f"running (process {beat.pid})",
                    "Last sign of life": f"{state.age:.0f} s ago",
                    "Places for jobs": ", ".join(beat.slots) or "none",
                    "Busy": busy,
                }
            )
        )
        if beat.trouble:
            st.error(render.escape_markdown(beat.trouble), icon=":material/error:")


def danger_card(page: Page) -> None:
    """Deleting the project, behind a dialog."""
    with st.container(border=True, key="settings-danger"):
        st.html(render.card_title("Delete the project"))
        st.caption("Everything of this project goes, its models too. A backup made before keeps the labels.")
        if st.button("Delete project …", icon=":material/delete:", key="delete-project"):
            _confirm(page)


@st.dialog("Delete the project?")
def _confirm(page: Page) -> None:
    """List what will go; deleting needs the name typed."""
    with page.store.reading() as session:
        summary = projects.summary(session, page.project.id)
        trained = runs.list_runs(session, page.project.id)
        published = models.list_models(session, page.project.id, retired=True)
    st.write("This goes, for good:")
    st.html(render.facts(losses(summary, runs=len(trained), models=len(published))))
    typed = st.text_input(f"Type **{render.escape_markdown(page.project.name)}** to confirm", key="confirm-name")
    if st.button("Delete everything", type="primary", disabled=typed.strip() != page.project.name, key="delete-all"):
        with notice.reported():
            files = [model_folder(model.folder) for model in published]
            delete_project(page, files + [Folders(home()).run(run.id) for run in trained])
            st.session_state.pop("project_id", None)
            st.query_params.pop("project", None)
            notice.done(f"{page.project.title} was deleted.")


def losses(summary: ProjectSummary, *, runs: int, models: int) -> dict[str, str]:
    """What deleting a project takes along, in words and numbers."""
    return {
        "Documents": f"{summary.documents:,}, {summary.accepted:,} of them accepted",
        "Spans": f"{summary.spans:,} with {len(summary.spans_per_label)} labels",
        "Trainings": f"{runs:,}",
        "Models": f"{models:,}",
    }


def delete_project(page: Page, folders: Sequence[Path]) -> None:
    """Delete the rows first, in one transaction, then the files, which nothing names any more."""
    with page.store.writing() as session:
        projects.delete(session, page.project.id, actor=page.actor)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def size(count: int) -> str:
    """Bytes in the unit that leaves one to three digits before the point."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} bytes"


def _bytes(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:  # gone in between
            continue
    return total
