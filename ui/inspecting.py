"""The lower part of Inspect: filters with counts, the documents in lanes, which label is taken for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from core.documents import Document
from core.evaluation import ErrorKind, Event, Outcome
from db import documents
from db.models import Model
from ui import charts, lanes, predicted, render
from ui.comparison import MISTAKES, NOTHING, SIDES, Cell, Filters, Lanes, View, build, chosen, tally
from ui.screens import open_screen
from ui.session import Page
from ui.training_data import version_of
from ui.words import count

PAGE = 10
LABEL, EVENT, KINDS, SEARCH, CELL, PLACE = (
    f"page:inspect-{name}" for name in ("label", "event", "kinds", "search", "cell", "page")
)
EVENTS = (Event.A_ONLY, Event.B_ONLY, Event.BOTH_WRONG)
TABLE = "page:inspect-table"


def compared(page: Page, split: str, gold: Sequence[tuple[int, Document]], a: Model, b: Model | None) -> View:
    """The comparison over stored predictions; kept until something changes in the project, such as a gold span."""
    version = version_of(page.store, page.project.id)
    return _compared(page.project.id, split, a.id, b.id if b else None, version, page, gold, (a, b))


@st.cache_resource(max_entries=6, show_spinner="Comparing …")
def _compared(
    project_id: int,
    split: str,
    a_id: int,
    b_id: int | None,
    version: str,
    _page: Page,
    _gold: Sequence[tuple[int, Document]],
    _models: tuple[Model, Model | None],
) -> View:
    ids = [key for key, _ in _gold]
    a, b = _models
    of_b = predicted.load(_page.store, b, ids) if b else None
    return build(_gold, predicted.load(_page.store, a, ids), of_b, _page.project.language)


def pick_label(order: Sequence[str]) -> None:
    """A cell of the table was clicked: list the documents of its label; a total lists all of them."""
    cells = (st.session_state.get(TABLE) or {}).get("selection", {}).get("cells", [])
    if cells:
        row = cells[0][0]
        st.session_state[LABEL] = order[row] if row < len(order) else None
        st.session_state[PLACE] = 0


def filters(view: View, hues: Mapping[str, int]) -> Filters:
    """Draw the filters and give back what they ask for."""
    now = Filters(
        event=_known(st.session_state.get(EVENT)),
        label=st.session_state.get(LABEL),
        kinds=frozenset(ErrorKind(kind) for kind in st.session_state.get(KINDS) or ()),
        cell=_cell(),
        search=str(st.session_state.get(SEARCH) or "").strip(),
    )
    events = EVENTS if view.pair else (Event.BOTH_WRONG,)
    by_event = tally(view, now, event=events)
    by_kind = tally(view, now, kinds=MISTAKES)
    names = [label for label in hues if any(label in row.result.labels() for row in view.lanes)]
    by_label = tally(view, now, label=names)
    words = {} if view.pair else {Event.BOTH_WRONG: "with mistakes"}
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom", key="inspect-filters"):
        _pills(
            "Show", [str(e) for e in events], {str(e): f"{words.get(e, e)} · {by_event[e]}" for e in events}, EVENT
        )
        kinds = [str(kind) for kind in MISTAKES]
        _pills("Kind of mistake", kinds, {str(k): f"{k} · {by_kind[k]}" for k in MISTAKES}, KINDS, several=True)
    with _row("inspect-labels"):
        _pills("Label", names, {name: f"{name} · {by_label[name]}" for name in names}, LABEL)
        st.text_input(
            "Search",
            key=SEARCH,
            placeholder="Search the texts",
            icon=":material/search:",
            width=220,
            on_change=_first,
        )
    if now.cell:
        side, (true, found) = now.cell
        if st.button(f"{side.upper()}: gold {true}, predicted {found}", icon=":material/close:", key="clear-cell"):
            st.session_state.pop(CELL, None)
            st.rerun()
    return now


def _row(key: str) -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, gap="large", vertical_alignment="bottom", key=key)


def _pills(title: str, options: Sequence[str], words: Mapping[str, str], key: str, *, several: bool = False) -> None:
    st.pills(
        title,
        options,
        selection_mode="multi" if several else "single",
        format_func=lambda option: words.get(option, option),
        key=key,
        on_change=_first,
        persist_state="session",
    )


def _first() -> None:
    st.session_state[PLACE] = 0


def _known(event: str | None) -> Event | None:
    return Event(event) if event in [str(known) for known in Event] else None


def _cell() -> tuple[str, Cell] | None:
    found = st.session_state.get(CELL)
    return (str(found[0]), (str(found[1]), str(found[2]))) if found else None


def show(page: Page, view: View, asked: Filters, hues: Mapping[str, int]) -> None:
    """The documents that fit, ten at a time."""
    found = chosen(view, asked)
    if not found:
        st.html(render.empty("No document shows this", "Take one of the filters back; they combine."))
        return
    pages = -(-len(found) // PAGE)
    place = min(int(st.session_state.get(PLACE, 0)), pages - 1)
    shown = found[place * PAGE : (place + 1) * PAGE]
    with page.store.reading() as session:
        names = {row.document_id: documents.get(session, row.document_id) for row in shown}
    for row in shown:
        _document(page, view, row, names[row.document_id].name or f"document {names[row.document_id].position}", hues)
    _pager(place, pages, len(found))


def _document(page: Page, view: View, row: Lanes, name: str, hues: Mapping[str, int]) -> None:
    with st.container(border=True, key=f"lanes-{row.document_id}", gap="small"):
        head = st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", wrap=False
        )
        verdicts = {"A": _verdict(row.result.a_outcomes)}
        if view.pair:
            verdicts["B"] = _verdict(row.result.b_outcomes)
        head.html(render.lanes_head(name, verdicts), width="stretch")
        if head.button("Fix gold", icon=":material/edit:", key=f"fix-{row.document_id}", type="tertiary"):
            query = {"project": str(page.project.id), "document": str(row.document_id), "back": "inspect"}
            open_screen("annotate", query_params=query)
        drawn = [lanes.gold_lane(row.document.spans), lanes.model_lane("A", row.result.a_outcomes)]
        if view.pair:
            drawn.append(lanes.model_lane("B", row.result.b_outcomes))
        st.html(lanes.lanes_html(row.document.text, drawn, hues, language=page.project.language))


def _verdict(outcomes: Sequence[Outcome]) -> str:
    wrong = [str(o.kind) for o in outcomes if o.kind is not ErrorKind.CORRECT]
    parts = [f"{wrong.count(kind)} {kind}" for kind in dict.fromkeys(wrong)]
    return ", ".join(parts) or "all right"


def _pager(place: int, pages: int, total: int) -> None:
    if pages < 2:
        return
    with st.container(
        horizontal=True, horizontal_alignment="center", vertical_alignment="center", key="inspect-pager"
    ):
        st.button("Before", icon=":material/chevron_left:", disabled=place == 0, on_click=_turn, args=(place - 1,))
        first = place * PAGE + 1
        st.html(
            render.muted(f"{first:,}–{min(first + PAGE - 1, total):,} of {count(total, 'document')}"), width="content"
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=place + 1 >= pages,
            on_click=_turn,
            args=(place + 1,),
        )


def _turn(place: int) -> None:
    st.session_state[PLACE] = place


def confusion(view: View) -> None:
    """Which label is taken for which, for A and B; a click on a cell lists its documents."""
    with st.expander("Which label is taken for which", icon=":material/grid_on:", key="inspect-confusion"):
        st.caption("Borders aside. A click on a cell lists its documents below; the row says what the gold is.")
        sides = SIDES if view.pair else SIDES[:1]
        for column, side in zip(st.columns(2, gap="large"), sides, strict=False):
            cells = view.confusion(side)
            order = [*sorted({name for cell in cells for name in cell} - {NOTHING}), NOTHING]
            spec = charts.confusion_chart(cells, order, dark=charts.is_dark())
            with column:
                st.html(render.card_title(side.upper()))
                st.vega_lite_chart(spec, key=_matrix(side), on_select=partial(_pick_cell, side), width="stretch")


def _matrix(side: str) -> str:
    return f"page:inspect-confusion-{side}"


def _pick_cell(side: str) -> None:
    picked = (st.session_state.get(_matrix(side)) or {}).get("selection", {}).get("cell", [])
    if picked:
        st.session_state[CELL] = [side, picked[0]["gold"], picked[0]["predicted"]]
        st.session_state[PLACE] = 0
    else:
        st.session_state.pop(CELL, None)
