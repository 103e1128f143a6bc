"""Browse: the documents of a project, searched and filtered, and the one that was chosen with its spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.errors import NotFound
from db import annotations, comments, documents, labels
from db.annotations import Annotation
from db.documents import DocumentRow, Filter, StoredDocument
from db.labels import Label
from ui import exporting, notice, render
from ui.screens import open_screen
from ui.session import Page

PAGE_ROWS = 50
STATUSES = ("to do", "unlabelled", "draft", "accepted", "skipped")
MARKED = ("flagged", "commented")  # offered beside the statuses, and true of documents of any status
SPLITS = {"train": "train", "dev": "dev", "test": "test", "none": "no split"}
_OFFSET = "page:browse-offset"


def view(page: Page) -> None:
    """The part of Documents that lists them."""
    with page.store.reading() as session:
        known = labels.list_labels(session, page.project.id)
        everything = documents.list_documents(session, page.project.id, limit=0)[1]
    if not everything:
        st.html(render.empty("No documents yet", "Texts that you import are listed here, with their spans."))
        if st.button("Import documents", type="primary", icon=":material/upload_file:"):
            open_screen("documents", query_params={"project": str(page.project.id), "section": "import"})
        return
    chosen = _filter(known)
    offset = st.session_state.get(_OFFSET, 0)
    with page.store.reading() as session:
        rows, total = documents.list_documents(session, page.project.id, chosen, offset=offset, limit=PAGE_ROWS)
        remarks = comments.counts(session, [row.id for row in rows])
    _bar(page, chosen, offset, total, everything)
    if not rows:
        st.html(render.empty("Nothing matches", "No document is like this. Clear the search or a filter."))
        return
    with st.container(key="panes-browse"):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            picked = _table(rows, remarks, offset)
        with right, st.container(border=True, key="browse-document"):
            _document(page, known, picked)


def _filter(known: Sequence[Label]) -> Filter:
    """The search field and the filters; any change goes back to the first rows."""
    with st.container(key="browse-filters"):
        search, status, split, label = st.columns([4, 2, 2, 2], gap="small")
    again = {"on_change": _to_start, "label_visibility": "collapsed"}
    text = search.text_input("Search", placeholder="Search texts and names", icon=":material/search:",
                             key="page:browse-search", **again)  # fmt: skip
    wanted = status.selectbox("Status", [*STATUSES, *MARKED], index=None, placeholder="Any status",
                              key="page:browse-status", **again)  # fmt: skip
    side = split.selectbox("Split", list(SPLITS), index=None, placeholder="Any split",
                           format_func=SPLITS.__getitem__, key="page:browse-split", **again)  # fmt: skip
    names = {entry.id: entry.name for entry in known}
    having = label.selectbox("Label", list(names), index=None, placeholder="Any label",
                             format_func=names.__getitem__, key="page:browse-label", **again)  # fmt: skip
    return Filter(
        status=None if wanted in MARKED else wanted,
        split=side,
        label_id=having,
        flagged=True if wanted == "flagged" else None,
        commented=True if wanted == "commented" else None,
        search=text.strip() or None,
    )


def _bar(page: Page, chosen: Filter, offset: int, total: int, everything: int) -> None:
    """How many there are, the way to the next rows, and export."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="browse-bar"):
        of_all = "" if total == everything else f" of {everything:,}"
        st.html(render.muted(f"{total:,} document{'' if total == 1 else 's'}{of_all}"), width="content")
        st.space("stretch")
        if total > PAGE_ROWS:
            last = min(offset + PAGE_ROWS, total)
            st.html(render.muted(f"{offset + 1:,}–{last:,}"), width="content")
            _step("chevron_left", "The 50 before", offset - PAGE_ROWS, blocked=not offset)
            _step("chevron_right", "The next 50", offset + PAGE_ROWS, blocked=last == total)
        if st.button("Export", icon=":material/download:", key="export"):
            exporting.dialog(page, chosen)


def _table(rows: Sequence[DocumentRow], remarks: Mapping[int, int], offset: int) -> int | None:
    """The rows; returns the id of the document whose cell was clicked."""
    frame = pd.DataFrame(
        {
            "Name": [row.name or f"#{row.position}" for row in rows],
            "Split": [row.split or "–" for row in rows],
            "Status": [_status(row, remarks.get(row.id, 0)) for row in rows],
            "Spans": [row.spans for row in rows],
            "Text": [row.preview for row in rows],  # last: where the window is narrow, only its end is hidden
        }
    )
    state = st.dataframe(
        frame,
        hide_index=True,
        height=560,
        row_height=34,
        on_select="rerun",
        selection_mode="single-cell",
        key=f"page:browse-table-{offset}-{rows[0].id}-{len(rows)}",
        column_config={
            "Name": st.column_config.TextColumn(width=115),
            "Split": st.column_config.TextColumn(width=60),
            "Status": st.column_config.TextColumn(width=125),
            "Spans": st.column_config.NumberColumn(width=60),
            "Text": st.column_config.TextColumn(width=420),
        },
    )
    cells = state.selection.cells
    if cells and cells[0][0] < len(rows):
        return rows[cells[0][0]].id
    return asked_document()


def _status(row: DocumentRow, remarks: int) -> str:
    """The status with a flag and the number of open comments."""
    return " ".join([row.status, *(["⚑"] if row.flagged else []), *([f"💬{remarks}"] if remarks else [])])


def asked_document() -> int | None:
    """The document that the address names."""
    asked = st.query_params.get("document", "")
    return int(asked) if asked.isdecimal() and len(asked) < 16 else None


def _document(page: Page, known: Sequence[Label], document_id: int | None) -> None:
    """The chosen document: its text with spans, and what can be done with it."""
    try:
        with page.store.reading() as session:
            found = None if document_id is None else documents.get(session, document_id)
            answer = None if found is None else annotations.load(session, found.id)
    except NotFound:
        found = answer = None
    if found is None or answer is None or found.project_id != page.project.id:
        st.html(render.placeholder("Choose a row to read the document with its spans."))
        return
    status = f"{answer.status}{' · flagged' if answer.flagged else ''}"
    st.html(render.document_head(found.title, [found.split or "no split", status]))
    hues = {label.name: label.hue for label in known}
    with st.container(key="browse-text"):
        st.html(render.small_text(found.text, answer.spans, hues, language=page.project.language))
    counts = {label.name: sum(span.label == label.name for span in answer.spans) for label in known}
    st.html(render.chips({name: count for name, count in counts.items() if count}, hues))
    with st.container(horizontal=True, gap="small"):
        if st.button("Annotate", type="primary", icon=":material/edit_note:", key="annotate"):
            parts = {"project": str(page.project.id), "document": str(found.id)}
            open_screen("annotate", query_params=parts)
        if st.button("Delete", icon=":material/delete:", key="delete"):
            _confirm_delete(page, found, answer)


@st.dialog("Delete this document?")
def _confirm_delete(page: Page, document: StoredDocument, answer: Annotation) -> None:
    """Say what goes, then let it go."""
    name = render.escape_markdown(document.title)
    spans = len(answer.spans)
    st.write(
        f"**{name}** goes with its {len(document.text):,} characters, {spans:,} span{'' if spans == 1 else 's'}, "
        "and all suggestions and predictions for it. Models trained on it stay as they are. This cannot be undone."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep"):
            st.rerun()
        if st.button("Delete", type="primary", key="delete-for-good"):
            with notice.reported():
                with page.store.writing() as session:
                    documents.delete(session, [document.id], actor=page.actor)
                notice.done(f"{document.name or 'The document'} was deleted.")


def _step(icon: str, words: str, offset: int, *, blocked: bool) -> None:
    """A button that goes to other rows."""
    st.button(
        "",
        icon=f":material/{icon}:",
        help=words,
        key=f"browse-{icon}",
        type="tertiary",
        disabled=blocked,
        on_click=_move,
        args=(offset,),
    )


def _move(offset: int) -> None:
    st.session_state[_OFFSET] = max(offset, 0)


def _to_start() -> None:
    st.session_state[_OFFSET] = 0
