"""What the queue holds: its name with counts, and what narrows it: a label, a split, a flag, words.

The counts are read anew when the list of queues is opened: the desk answers documents without this page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from db import listing
from db.labels import Label
from db.listing import NO_SPLIT, Filter
from ui.session import Page
from ui.span_annotator import Queue

QUEUES: Mapping[str, Mapping[str, Any]] = {
    "to do": {"status": "to do"},
    "unlabelled": {"status": "unlabelled"},
    "drafts": {"status": "draft"},
    "accepted": {"status": "accepted"},
    "skipped": {"status": "skipped"},
    "flagged": {"flagged": True},
    "all": {},
}
QUEUE = "page:queue"  # the widget's place in the visit's memory
SPLITS = {"train": "train", "dev": "dev", "test": "test", NO_SPLIT: "no split"}
PARTS = ("label", "split", "flagged", "search")
MAX_SEARCH = 200  # characters; api/desk/opening.py refuses more
SHOWN_SEARCH = 24  # characters of it that the line of filters shows
_OPEN = "page:queue-open"


def choose(page: Page, known: Sequence[Label]) -> Queue:
    """Both controls; the queue as it was chosen."""
    _drop_what_was_clicked_away(page)
    chosen = _remembered(page, known)
    counts = _counts(page, chosen)
    name = _choose_queue(counts)
    with st.popover(
        f"Filter · {len(chosen)}" if chosen else "Filter", icon=":material/filter_list:", width="content"
    ):
        _fields(page, known)
        st.button("Clear", disabled=not chosen, on_click=_clear, args=(page, PARTS), key="page:filter-clear")
    return Queue(
        name,
        {**chosen, **QUEUES[name]},
        narrowed=[(part, _words(part, value, known)) for part, value in chosen.items()],
        everything=counts["all"],
    )


def drop(page: Page, part: str) -> None:
    """Take away one part of the filter, or "all", from the next run on: its widgets are drawn already in this one."""
    st.session_state[_key(page, "dropped")] = PARTS if part == "all" else (part,)


def listed(page: Page, queue: Queue) -> None:
    """Let Documents show what the queue holds: its filters are set as if they had been chosen there."""
    state, chosen = st.session_state, queue.filter
    state["page:browse-search"] = chosen.get("search", "")
    state["page:browse-status"] = "flagged" if chosen.get("flagged") else chosen.get("status")
    state["page:browse-split"] = chosen.get("split")
    state["page:browse-label"] = chosen.get("label")
    state["page:browse-offset"] = 0


def _choose_queue(counts: Mapping[str, int]) -> str:
    """The list of queues; it closes when one was chosen."""
    current = str(st.session_state[QUEUE])
    with st.popover(current.capitalize(), key=_OPEN, on_change="rerun", width="content"):
        name = st.radio(
            "Queue",
            list(QUEUES),
            format_func=lambda queue: f"{queue.capitalize()} :gray[{counts[queue]:,}]",
            key=QUEUE,
            persist_state="session",
            label_visibility="collapsed",
            on_change=_close_queues,
        )
    return str(name)


def _close_queues() -> None:
    st.session_state[_OPEN] = False


def _counts(page: Page, chosen: Mapping[str, Any]) -> dict[str, int]:
    """Queue → how many documents of it the filter lets through."""
    narrowing = Filter(
        split=chosen.get("split"),
        label_id=chosen.get("label"),
        flagged=chosen.get("flagged"),
        search=chosen.get("search"),
    )
    with page.store.reading() as session:
        tally = listing.tally(session, page.project.id, narrowing)
    return {
        "to do": tally["unlabelled"] + tally["draft"],
        "unlabelled": tally["unlabelled"],
        "drafts": tally["draft"],
        "accepted": tally["accepted"],
        "skipped": tally["skipped"],
        "flagged": tally["flagged"],
        "all": tally["all"],
    }


def _key(page: Page, name: str) -> str:
    return f"page:filter-{name}-{page.project.id}"


def _remembered(page: Page, known: Sequence[Label]) -> dict[str, Any]:
    """What the widgets hold, looked at before they are drawn, because the button says how much it is."""
    state = st.session_state
    if state.get(_key(page, "label")) not in {label.id for label in known}:
        state[_key(page, "label")] = None  # removed or merged meanwhile
    found = {part: state.get(_key(page, part)) for part in PARTS}
    found["search"] = (found["search"] or "").strip()
    return {part: value for part, value in found.items() if value}


def _fields(page: Page, known: Sequence[Label]) -> None:
    names: Mapping[int, str] = {label.id: label.name for label in known}
    st.text_input(
        "Text or name contains",
        key=_key(page, "search"),
        max_chars=MAX_SEARCH,
        icon=":material/search:",
        persist_state="session",
    )
    st.selectbox(
        "With a span of",
        list(names),
        index=None,
        placeholder="Any label",
        format_func=names.__getitem__,
        key=_key(page, "label"),
        persist_state="session",
    )
    st.selectbox(
        "Split",
        list(SPLITS),
        index=None,
        placeholder="Any split",
        format_func=SPLITS.__getitem__,
        key=_key(page, "split"),
        persist_state="session",
    )
    st.toggle("Flagged only", key=_key(page, "flagged"), persist_state="session")


def _words(part: str, value: Any, known: Sequence[Label]) -> str:
    """A part of the filter as the desk's line of filters says it."""
    if part == "label":
        return f"with {next(label.name for label in known if label.id == value)}"
    if part == "split":
        return SPLITS[value]
    if part == "flagged":
        return "flagged"
    return f"“{value if len(value) <= SHOWN_SEARCH else f'{value[: SHOWN_SEARCH - 1]}…'}”"


def _drop_what_was_clicked_away(page: Page) -> None:
    _clear(page, st.session_state.pop(_key(page, "dropped"), ()))


def _clear(page: Page, parts: Sequence[str]) -> None:
    for part in parts:
        st.session_state[_key(page, part)] = {"search": "", "flagged": False}.get(part)
