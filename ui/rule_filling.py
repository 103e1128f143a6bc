"""Many terms at once: pasted or from a file, or from what people have labelled. Shown before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.suggest.filling import fillings
from core.suggest.lines import MAX_LINES, read_lines
from db import mentions, rules
from db.labels import Label
from db.rules import NewRule, Rule
from ui import notice, render
from ui.session import Page
from ui.words import count

MAX_BYTES = 2_000_000
MOST_FROM_GOLD = 5_000
NO_LABEL = "as each line says"
EXAMPLE = {"en": "Siemens\tORG\nMunich\tLOC", "zh": "北京大学\t机构\n上海\t地点"}


def many(page: Page, known: Sequence[Label]) -> None:
    """Lines of a field or a file, read and shown, errors by line; then one button."""
    names = [label.name for label in known]
    cells = st.columns((3, 2), gap="medium")
    text = cells[0].text_area(
        "Lines: text, tab, label", height=200, placeholder=EXAMPLE[page.project.language], key="rules-lines"
    )
    file = cells[1].file_uploader(
        "or a CSV or text file", type=["csv", "tsv", "txt"], max_upload_size=MAX_BYTES // 1_000_000, key="rules-file"
    )
    chosen = cells[1].selectbox("Label of lines without one", [NO_LABEL, *names], key="rules-default")
    ignore_case = cells[1].checkbox("In any case", key="rules-any-case", help="Upper and lower case do not count.")
    if file is not None:
        if file.size > MAX_BYTES:
            st.error(f"{file.name} has {file.size:,} bytes; {MAX_BYTES:,} are the limit. Cut it into several files.")
            return
        try:
            text = file.getvalue().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            st.error(f"{file.name} is not UTF-8 (byte {error.start:,}). Save it as UTF-8 and choose it again.")
            return
    if not text.strip():
        st.caption(f"Up to {MAX_LINES:,} lines. A comma serves as well as a tab where no line holds a tab.")
        return
    read = read_lines(text, names, default=None if chosen == NO_LABEL else chosen)
    if read.errors:
        more = f"\n\nand {read.wrong - len(read.errors):,} more" if read.wrong > len(read.errors) else ""
        st.warning(f"{count(read.wrong, 'line')} left out:")
        st.text("\n".join(read.errors) + more)
    _offer(page, [NewRule(label, "term", surface, ignore_case) for surface, label in read.rows])


def from_gold(page: Page, found: Sequence[Rule]) -> None:
    """Surfaces that got one label and no other in accepted documents, often enough; those known are left out."""
    least = st.number_input(
        "Labelled at least", 1, 1_000, 3, help="How often, in accepted documents.", key="rules-least"
    )
    with page.store.reading() as session:
        labelled = mentions.labelled(session, page.project.id)
    known = {(rule.text, rule.label) for rule in found if rule.kind == "term"}
    fresh = [row for row in fillings(labelled, least=int(least)) if (row.surface, row.label) not in known]
    if not fresh:
        advice = "Accept more documents, or ask for fewer times." if labelled else "Accept some documents first."
        st.html(render.empty("Nothing new to fill in", advice))
        return
    shown = fresh[:MOST_FROM_GOLD]
    frame = pd.DataFrame([(row.surface, row.label, row.count) for row in shown], columns=["Text", "Label", "Times"])
    chosen = st.dataframe(
        frame,
        hide_index=True,
        height="auto" if len(shown) <= 8 else 320,
        selection_mode="multi-row",
        on_select="rerun",
        key=f"rules-gold-{page.project.id}-{least}-{len(shown)}",
    )
    rows = [row for row in chosen["selection"]["rows"] if row < len(shown)]
    taken = [shown[row] for row in rows] if rows else shown
    st.caption("Tick rows to take only those; with none ticked all are taken.")
    _offer(page, [NewRule(row.label, "term", row.surface.strip()) for row in taken])


def _offer(page: Page, new: Sequence[NewRule]) -> None:
    """The button that stores them."""
    if not st.button(f"Add {count(len(new), 'term')}", type="primary", disabled=not new, key="rules-add-many"):
        return
    with notice.reported():
        with page.store.writing() as session:
            report = rules.add(session, page.project.id, new, actor=page.actor)
        known = f", {report.known:,} were there already" if report.known else ""
        notice.done(f"{count(report.added, 'term')} added{known}.")
