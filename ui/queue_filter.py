"""The queue's filter: by label, by split, by what the text says. What it answers goes into the desk's filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from db.labels import Label
from db.listing import NO_SPLIT
from ui.session import Page

SPLITS = ("train", "dev", "test", NO_SPLIT)
MAX_SEARCH = 200  # characters; api/desk/opening.py refuses more


def choose(page: Page, known: Sequence[Label]) -> dict[str, Any]:
    """The popover; label (id), split and search as far as they are chosen."""
    chosen = _remembered(page, known)
    count = f" · {len(chosen)}" if chosen else ""
    with st.popover(f"Filter{count}", icon=":material/filter_list:", width="content"):
        _fields(page, known)
        st.button("Clear", disabled=not chosen, on_click=_clear, args=(page,), key="page:filter-clear")
    return chosen


def _key(page: Page, name: str) -> str:
    return f"page:filter-{name}-{page.project.id}"


def _remembered(page: Page, known: Sequence[Label]) -> dict[str, Any]:
    """What the widgets hold, looked at before they are drawn, because the button says how much it is."""
    state = st.session_state
    by_id = {label.id for label in known}
    if state.get(_key(page, "label")) not in by_id:
        state[_key(page, "label")] = None  # removed or merged meanwhile
    found = {name: state.get(_key(page, name)) for name in ("label", "split", "search")}
    found["search"] = (found["search"] or "").strip()
    return {name: value for name, value in found.items() if value}


def _fields(page: Page, known: Sequence[Label]) -> None:
    names: Mapping[int, str] = {label.id: label.name for label in known}
    st.selectbox(
        "Label",
        [None, *names],
        format_func=lambda number: names[number] if number else "any",
        key=_key(page, "label"),
        persist_state="session",
    )
    st.selectbox(
        "Split",
        [None, *SPLITS],
        format_func=lambda split: {None: "any", NO_SPLIT: "no split"}.get(split, split),
        key=_key(page, "split"),
        persist_state="session",
    )
    st.text_input(
        "Text or name contains",
        key=_key(page, "search"),
        max_chars=MAX_SEARCH,
        persist_state="session",
    )


def _clear(page: Page) -> None:
    for name in ("label", "split"):
        st.session_state[_key(page, name)] = None
    st.session_state[_key(page, "search")] = ""
