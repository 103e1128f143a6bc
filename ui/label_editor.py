"""Labels of a project: the list, and the dialogs that add, change, merge and delete one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import InvalidValue
from db import labels
from db.connection import Store
from db.labels import Label
from ui import notice, render
from ui.palette import HUES
from ui.session import Page
from ui.span_annotator import keymap
from ui.span_annotator.key_notation import LONGEST, shown_key

WIDTHS = (3, 1, 5, 1.4, 0.8)  # label, key, description, spans, edit


def overview(page: Page, known: Sequence[Label], used: Mapping[int, int]) -> None:
    """A row a label, with its number of spans and the button that opens it."""
    with st.container(key="label-list", gap=None):
        _head()
        for label, key in zip(known, keymap.assigned(known, page.project.keys), strict=True):
            _row(page, label, key, used.get(label.id, 0))


def _head() -> None:
    cells = st.columns(WIDTHS, vertical_alignment="center")
    for cell, title in zip(cells, ("Label", "Key", "Description", "Spans", ""), strict=True):
        cell.html(render.head_cell(title, right=title == "Spans"))


def _row(page: Page, label: Label, assigned: str | None, spans: int) -> None:
    name, key, description, count, edit = st.columns(WIDTHS, vertical_alignment="center")
    name.html(render.chip(label.name, label.hue))
    key.html(render.key_cap(shown_key(assigned) if assigned else None))
    description.html(render.muted(label.description or "–"))
    count.html(render.number(spans))
    if edit.button("", icon=":material/edit:", key=f"edit-{label.id}", help=f"Change {label.name}", type="tertiary"):
        change(page, label, spans)


@st.dialog("Add a label")
def add(page: Page, known: Sequence[Label]) -> None:
    """The dialog for a new label; the least used colour and the next free key are chosen already."""
    hues = [label.hue for label in known]
    name = st.text_input("Name", placeholder="EVENT" if page.project.language == "en" else "事件", max_chars=60)
    hue = _hue_picker(min(range(len(HUES)), key=lambda n: (hues.count(n), n)), key="hue-new")
    free = keymap.assigned([*known, _New()], page.project.keys)[-1]
    key = _key_field(page, shown_key(free) if free else "", known, key="key-new")
    description = st.text_input("Description", placeholder="One line for annotators; details go into the guideline.")
    if st.button("Add label", type="primary", key="add-label"):
        with notice.reported():
            with page.store.writing() as session:
                labels.add(
                    session,
                    page.project.id,
                    name.strip(),
                    hue=hue,
                    key=keymap.check_label_key(key, page.project.keys, known),
                    description=description.strip(),
                    actor=page.actor,
                )
            notice.done(f"{name.strip()} was added.")


@st.dialog("Change a label")
def change(page: Page, label: Label, spans: int) -> None:
    """The dialog for one label: its facts, and below them merging or deleting."""
    known = _known(page.store, page.project.id)
    others = [other for other in known if other.id != label.id]
    name = st.text_input("Name", label.name, max_chars=60, help="A new name shows at once on every span.")
    hue = _hue_picker(label.hue, key=f"hue-{label.id}")
    key = _key_field(page, shown_key(label.key) if label.key else "", others, key=f"key-{label.id}")
    description = st.text_input("Description", label.description)
    if st.button("Save", type="primary", key="save-label"):
        with notice.reported():
            with page.store.writing() as session:
                labels.update(
                    session,
                    label.id,
                    name=name.strip(),
                    hue=hue,
                    key=keymap.check_label_key(key, page.project.keys, others),
                    description=description.strip(),
                    actor=page.actor,
                )
            notice.done(f"{name.strip()} was saved.")
    st.html(render.rule())
    _remove(page, label, spans, others)


def _remove(page: Page, label: Label, spans: int, others: Sequence[Label]) -> None:
    """Deleting, for a label without spans; merging into another, for any."""
    if not spans:
        st.caption("No span has this label.")
        if st.button("Delete label", icon=":material/delete:", key="delete-label"):
            with notice.reported():
                with page.store.writing() as session:
                    labels.remove(session, label.id, actor=page.actor)
                notice.done(f"{label.name} was deleted.")
        return
    st.caption(f"{spans:,} spans have this label, so it cannot be deleted. Merging gives them to another label.")
    if not others:
        return
    into = st.selectbox("Merge into", others, format_func=lambda other: other.name, key="merge-into")
    if st.button(f"Move {spans:,} spans to {into.name} and remove {label.name}", key="merge-label"):
        with notice.reported():
            with page.store.writing() as session:
                moved = labels.merge(session, label.id, into=into.id, actor=page.actor)
            notice.done(f"{moved:,} spans are now {into.name}; {label.name} is gone.")


@dataclass(frozen=True, slots=True)
class _New:
    """A label that is still to be made, when it is asked which key is free for it."""

    name: str = ""
    key: str | None = None


def _key_field(page: Page, shown: str, others: Sequence[Label], *, key: str) -> str:
    """The key of a label as it is written; what speaks against it is said at once, and again when it is saved."""
    written = st.text_input(
        "Key",
        shown,
        max_chars=LONGEST,
        placeholder="the next free one",
        help="The key that sets this label while annotating: a letter, a digit, or Shift with a digit (Shift 1). "
        "Without one of its own it gets the next that is free.",
        key=key,
    )
    try:
        keymap.check_label_key(written, page.project.keys, others)
    except InvalidValue as error:
        st.warning(str(error))
    return written


def _hue_picker(chosen: int, *, key: str) -> int:
    """Twelve swatches; style.css colours the pills of keys that begin with "hue-"."""
    picked = st.pills(
        "Colour",
        range(len(HUES)),
        format_func=lambda number: HUES[number].name,
        default=chosen,
        required=True,
        key=key,
    )
    return chosen if picked is None else picked


def _known(store: Store, project_id: int) -> list[Label]:
    with store.reading() as session:
        return labels.list_labels(session, project_id)
