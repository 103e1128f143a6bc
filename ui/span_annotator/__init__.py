"""The span annotator: a Streamlit component in which people label text.

Python gives it the settings of the desk; the component opens documents and sends edits over HTTP (api/desk) and only
comes back to leave for another screen. The JavaScript is written as ES modules (one idea a file, no build step, no
dependencies) and joined here into the one module that Streamlit loads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from db.projects import Project
from ui import palette
from ui.span_annotator import keymap
from ui.span_annotator.values import SCREENS, AnnotatorLabel, Queue, Sources

__all__ = ["AnnotatorLabel", "Queue", "Sources", "going", "payload", "span_annotator"]

FOLDER = Path(__file__).parent
# In the order of their imports: a module comes after those it uses.
MODULES = (
    "characters.js",
    "offsets.js",
    "sorted_spans.js",
    "layers.js",
    "carried.js",
    "pages.js",
    "geometry.js",
    "edits.js",
    "sources.js",
    "wire.js",
    "server.js",
    "tabs.js",
    "outbox.js",
    "history.js",
    "idle.js",
    "queue.js",
    "conflicts.js",
    "opening.js",
    "travel.js",
    "worked.js",
    "saving.js",
    "surroundings.js",
    "elements.js",
    "keys.js",
    "spoken.js",
    "tags.js",
    "text_view.js",
    "pager.js",
    "reading_settings.js",
    "overlay.js",
    "side_list.js",
    "panels.js",
    "finished.js",
    "recording.js",
    "showing.js",
    "movement.js",
    "phrase.js",
    "hints.js",
    "reading.js",
    "misfits.js",
    "refusal.js",
    "editor.js",
    "touch.js",
    "scrolling.js",
    "pointer.js",
    "keyboard.js",
    "key_sheet.js",
    "label_palette.js",
    "mention_list.js",
    "occurrences.js",
    "commands.js",
    "remark_outbox.js",
    "comments.js",
    "guide.js",
    "cards.js",
    "head.js",
    "side_tabs.js",
    "pace.js",
    "context.js",
    "span_annotator.js",
)
GOING: Mapping[str, tuple[str, ...]] = {
    "screen": SCREENS,
    "queue": ("all",),
    "drop": ("all", "label", "split", "flagged", "search"),
    "list": ("queue",),
}
STYLES = ("span_annotator.css", "sync.css", "pages.css", "keys.css", "context.css", "layers.css", "occurrences.css")


def joined_modules(modules: Sequence[str | Path] = MODULES) -> str:
    """The ES modules as one: their imports of each other and their exports fall away, the default export stays."""
    parts = (FOLDER.joinpath(name).read_text(encoding="utf-8") for name in modules)
    source = "\n".join(re.sub(r"(?m)^import [^;]*;\n", "", part) for part in parts)
    return re.sub(r"(?m)^export (?!default)", "", source)


def _style() -> str:
    parts = (FOLDER.joinpath(name).read_text(encoding="utf-8") for name in STYLES)
    return "\n".join([palette.css_variables(), *parts])


_component = st.components.v2.component(
    "tagloop_span_annotator",
    html=FOLDER.joinpath("span_annotator.html").read_text(encoding="utf-8"),
    css=_style(),
    js=joined_modules(),
)


def span_annotator(data: Mapping[str, Any], *, key: str = "annotator") -> dict[str, str] | None:
    """Show the desk with the settings in `data`, made by `payload`; what `going` makes of its answer, else None.

    Use the same `key` always, so that the desk stays in place when its settings change.
    """
    answer = _component(key=key, data=dict(data), on_go_change=_nothing)
    return going(answer.go)


def _nothing() -> None:
    """A trigger is only reported where something is to be called; the page itself acts on it."""


def going(value: object) -> dict[str, str] | None:
    """Where the person wants to go, one of: {"screen": …} to leave, {"queue": "all"} to look through all documents,
    {"drop": …} to take a part of the filter away ("all" for each), {"list": "queue"} to see the queue as a list.
    """
    if not isinstance(value, Mapping):
        return None
    for what, allowed in GOING.items():
        if value.get(what) in allowed:
            return {what: str(value[what])}
    return None


def payload(
    project: Project,
    labels: Sequence[AnnotatorLabel],
    *,
    queue: Queue,
    sources: Sources,
    document: int | None,
    guide: Mapping[str, Any],
) -> dict[str, Any]:
    """The JSON that the browser gets; `document` is the one that the address asks for."""
    keys = keymap.assigned(labels, project.keys)
    return {
        "project": {"id": project.id, "language": project.language, "overlap": project.overlap},
        "labels": [
            [label.id, label.name, label.hue, key, label.description] for label, key in zip(labels, keys, strict=True)
        ],
        "keys": keymap.resolved(project.keys),
        "queue": queue.name,
        "filter": dict(queue.filter),
        "narrowed": [list(part) for part in queue.narrowed],
        "everything": queue.everything,
        "sources": {"model": sources.model, "dictionary": sources.dictionary, "rules": sources.rules},
        "model": sources.model_name,
        "threshold": sources.threshold,
        "document": document,
        "guide": dict(guide),
        "base": base_path(),
    }


def base_path() -> str:
    """What stands before the app's paths in an address, such as "/tagloop"; empty for none."""
    configured = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{configured}" if configured else ""
