"""What people made of suggestions: per source and label, accepted, corrected, rejected and open, with the rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from db import models, suggestions
from db.suggestions import Acceptance
from ui import render
from ui.session import Page
from ui.words import count

HEAD = ("Source", "Label", "Accepted", "Corrected", "Rejected", "Open", "Rate")


def table(page: Page, found: Sequence[Acceptance], hues: Mapping[str, int]) -> None:
    """The whole of it; the rate is what was accepted as it was, among all that was decided."""
    names = source_names(page)
    rows = [
        [
            render.plain(names.get(row.source, row.source)),
            render.chip(row.label, hues.get(row.label, 0)),
            *(render.plain(f"{number:,}") for number in (row.accepted, row.corrected, row.rejected, row.open)),
            render.plain(rate(row)),
        ]
        for row in found
    ]
    st.html(render.table(HEAD, rows, numeric_from=2))
    st.caption("Rate: accepted as proposed, among all that were decided. Corrected: taken with another label or end.")


def short(page: Page, found: Sequence[Acceptance]) -> None:
    """A line a source, for a popover."""
    names = source_names(page)
    for source in dict.fromkeys(row.source for row in found):
        own = [row for row in found if row.source == source]
        accepted = sum(row.accepted for row in own)
        decided = accepted + sum(row.corrected + row.rejected for row in own)
        if decided:
            st.caption(
                f"{names.get(source, source)}: {accepted / decided:.0%} accepted of {count(decided, 'decision')}"
            )


def rate(row: Acceptance) -> str:
    """A percentage, or a dash where nothing was decided."""
    decided = row.accepted + row.corrected + row.rejected
    return f"{row.accepted / decided:.0%}" if decided else "–"


def source_names(page: Page) -> dict[str, str]:
    """What people call the models that suggest; the dictionary and the rules have their names already."""
    with page.store.reading() as session:
        published = models.list_models(session, page.project.id)
    return {suggestions.source_of(model.id): f"model {model.name}" for model in published}
