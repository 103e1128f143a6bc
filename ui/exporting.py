"""Export: accepted documents as a file, with an account of what the format cannot carry before it is saved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from core.documents import Document
from core.formats import WRITABLE, LossReport, write
from db import annotations, documents
from db.documents import Filter
from ui import notice, render
from ui.importing import TITLES
from ui.session import Page

SUFFIXES = {"conll": "conll", "labelstudio": "json"}  # the others are JSON Lines
TYPES = {"conll": "text/plain", "labelstudio": "application/json"}


@dataclass(frozen=True, slots=True)
class Export:
    """A written file; `left_out` counts the chosen documents that are not accepted and therefore not in it."""

    data: bytes
    report: LossReport
    left_out: int


def export(page: Page, chosen: Filter, format: str) -> Export:
    """Write the accepted ones of the documents that `chosen` lets through, by position."""
    with page.store.reading() as session:
        rows, total = documents.list_documents(session, page.project.id, chosen, limit=1_000_000)
        accepted = {row.id: row for row in rows if row.status == "accepted"}
        gold = annotations.gold(session, page.project.id, document_ids=list(accepted))

    def named() -> Iterator[Document]:
        for document_id, document in gold:
            row = accepted[document_id]
            split = {"split": row.split} if row.split else {}
            yield Document(document.text, document.spans, row.name or document.id, {**document.meta, **split})

    stream = io.BytesIO()
    report = write(named(), stream, format, language=page.project.language)
    return Export(stream.getvalue(), report, total - len(gold))


@st.dialog("Export")
def dialog(page: Page, chosen: Filter) -> None:
    """Choose what and how, see what is lost, save."""
    format = st.selectbox(
        "Format", WRITABLE, index=WRITABLE.index("doccano"), format_func=TITLES.__getitem__, key="export-format"
    )
    scope = Filter()
    if chosen != Filter():
        scopes = {"All documents": Filter(), "Only those listed": chosen}
        scope = scopes[
            st.segmented_control(
                "Which", list(scopes), default="Only those listed", required=True, key="export-scope"
            )
        ]
    with notice.reported():
        made = export(page, scope, format)
        _account(made)
        st.download_button(
            f"Save {made.report.documents:,} document{'' if made.report.documents == 1 else 's'}",
            made.data,
            file_name=f"{page.project.name}.{SUFFIXES.get(format, 'jsonl')}",
            mime=TYPES.get(format, "application/jsonl"),
            type="primary",
            icon=":material/download:",
            disabled=not made.report.documents,
            on_click="ignore",
            key="save-export",
        )


def _account(made: Export) -> None:
    """What is in the file and what is not."""
    size = f"{len(made.data) / 1e6:.1f} MB" if len(made.data) >= 1e5 else f"{len(made.data) / 1e3:.1f} kB"
    st.html(
        render.facts(
            {"Documents": f"{made.report.documents:,}", "Spans": f"{made.report.spans:,}", "Size": size},
        )
    )
    if made.left_out:
        st.caption(f"{made.left_out:,} of the chosen documents are not accepted yet and are left out.")
    if made.report.complete:
        st.caption("The format carries everything.")
        return
    lost = "\n".join(f"- {count:,} × {render.escape_markdown(what)}" for what, count in made.report.lost.items())
    st.warning(f"This format cannot carry:\n{lost}", icon=":material/info:")
