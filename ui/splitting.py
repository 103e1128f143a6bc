"""Splits: how the documents are shared out between train, dev and test."""

from __future__ import annotations

import streamlit as st

from db import documents, projects
from db.projects import ProjectSummary
from ui import notice, render
from ui.session import Page

SPLITS = {"train": "trains a model", "dev": "chooses its best moment", "test": "only judges it"}
DEFAULTS = {"train": 80, "dev": 10, "test": 10}


def view(page: Page) -> None:
    """The part of Documents that assigns splits."""
    with page.store.reading() as session:
        summary = projects.summary(session, page.project.id)
    if not summary.documents:
        st.html(
            render.empty("No documents yet", "Import documents; here they are shared out to train, dev and test.")
        )
        return
    with st.container(key="panes-splits"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(_counts(summary))
        st.caption(
            "Texts that are equal but for case, digits and white space stay on one side, so that a model is never "
            "judged on what it was trained on. The same seed gives the same split."
        )
    with right, st.container(border=True, key="assign"):
        _assign(page, summary)


def _counts(summary: ProjectSummary) -> str:
    """A row a split: documents, accepted ones, share."""
    rows = [
        (
            f"{render.strong(split)} {render.aside(role)}",
            f"{summary.by_split[split]:,}",
            f"{summary.accepted_by_split[split]:,}",
            f"{100 * summary.by_split[split] / summary.documents:.1f} %",
        )
        for split, role in SPLITS.items()
    ]
    none = summary.unassigned
    if none:
        share = f"{100 * none / summary.documents:.1f} %"
        rows.append(
            (
                f"{render.strong('none')} {render.aside('left out of training')}",
                f"{none:,}",
                f"{summary.accepted_unassigned:,}",
                share,
            )
        )
    return render.table(["Split", "Documents", "Accepted", "Share"], rows)


def _assign(page: Page, summary: ProjectSummary) -> None:
    """Shares, seed, which documents, and the button."""
    st.html(render.card_title("Assign splits"))
    cells = st.columns(3, gap="small")
    shares = {
        split: cell.number_input(f"{split} %", 0, 100, DEFAULTS[split], step=5, key=f"page:share-{split}")
        for cell, split in zip(cells, SPLITS, strict=True)
    }
    seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="page:split-seed")
    which = {True: f"Without a split ({summary.unassigned:,})", False: f"All ({summary.documents:,})"}
    only_unassigned = st.segmented_control(
        "Documents", list(which), default=True, required=True, format_func=which.__getitem__, key="page:split-which"
    )
    total = sum(shares.values())
    if total != 100:
        st.warning(f"The shares add up to {total} %; make it 100.", icon=":material/info:")
    elif not only_unassigned:
        st.caption("Documents change sides: scores of models trained before are then no longer comparable.")
    nothing = bool(only_unassigned) and not summary.unassigned
    if nothing:
        st.caption("Every document has a split already.")
    if st.button("Assign", type="primary", disabled=total != 100 or nothing, key="assign-splits"):
        with notice.reported():
            with page.store.writing() as session:
                given = documents.assign_splits(
                    session,
                    page.project.id,
                    **{split: share / 100 for split, share in shares.items()},
                    seed=int(seed),
                    only_unassigned=bool(only_unassigned),
                    actor=page.actor,
                )
            notice.done("Assigned: " + ", ".join(f"{count:,} to {split}" for split, count in given.items()) + ".")
