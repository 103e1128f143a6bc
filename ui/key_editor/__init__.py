"""The keys of the desk, to be changed for a project: every command with its keys, and at once what collides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import InvalidValue, TagloopError
from db import projects
from db.labels import Label
from ui.session import Page
from ui.span_annotator import joined_modules, keymap
from ui.span_annotator.key_notation import LONGEST, shown_key

FOLDER = Path(__file__).parent
KEY = "key-editor"
ANSWER = "page:key-answer"

_component = st.components.v2.component(
    "tagloop_key_editor",
    html='<div class="key-editor"></div>',
    css=FOLDER.joinpath("key_editor.css").read_text(encoding="utf-8"),
    js=joined_modules(("surroundings.js", "elements.js", "keys.js", FOLDER / "key_editor.js")),
)


def editor(page: Page, known: Sequence[Label]) -> None:
    """The section of the Labels page: what is pressed or written is checked by the same table that the desk uses."""
    st.subheader("Keys")
    st.caption(
        "What the keys do while annotating, in this project. Labels take the digits, then Shift with a digit, then "
        "the letters that are left. R and C stay with Streamlit."
    )

    def asked() -> None:
        st.session_state[ANSWER] = checked(page, st.session_state[KEY].check, known)

    def wanted() -> None:
        st.session_state[ANSWER] = saved(page, st.session_state[KEY].save)

    _component(
        key=KEY,
        data=payload(projects_keys(page), st.session_state.get(ANSWER)),
        on_check_change=asked,
        on_save_change=wanted,
    )


def projects_keys(page: Page) -> Mapping[str, tuple[str, ...]]:
    """The project's own keys as they are stored now."""
    with page.store.reading() as session:
        return projects.get(session, page.project.id).keys


def payload(own: Mapping[str, tuple[str, ...]], answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the browser gets: the table, the defaults, and the answer to what was asked last."""
    defaults = {command.name: list(command.keys) for command in keymap.COMMANDS}
    return {"table": keymap.resolved(own), "defaults": defaults, "answer": dict(answer) if answer else None}


def checked(page: Page, sent: object, known: Sequence[Label]) -> dict[str, Any]:
    """The answer to "could this command have these keys?": {number, ok, words}."""
    number = _number(sent)
    try:
        name, keys = _asked(sent)
        after = keymap.changed(projects_keys(page), name, keys)
    except InvalidValue as error:
        return {"number": number, "ok": False, "words": str(error)}
    held = keymap.keys_of(after)[name]
    yielding = [clash.words for clash in keymap.clashes(after, known) if clash.key in held]
    if not held:
        return {
            "number": number,
            "ok": True,
            "words": "Without a key it can still be done by its button, if it has one.",
        }
    free = f"{' and '.join(shown_key(key) for key in held)} {'is' if len(held) == 1 else 'are'} free."
    return {"number": number, "ok": True, "words": " ".join(yielding) or free}


def saved(page: Page, sent: object) -> dict[str, Any]:
    """Store one command's keys, or with no command the defaults of all: {number, ok, words, saved}."""
    number = _number(sent)
    try:
        if isinstance(sent, Mapping) and sent.get("command", "") is None:
            after: Mapping[str, tuple[str, ...]] = {}
        else:
            after = keymap.changed(projects_keys(page), *_asked(sent))
        with page.store.writing() as session:
            projects.update(session, page.project.id, keys=after, actor=page.actor)
    except TagloopError as error:
        return {"number": number, "ok": False, "words": str(error)}
    return {"number": number, "ok": True, "words": "Saved.", "saved": True}


def _asked(sent: object) -> tuple[str, list[str] | None]:
    """The command and its keys that a browser names; raises InvalidValue for anything else."""
    if not isinstance(sent, Mapping):
        raise InvalidValue("A change of keys is a mapping with a command and its keys.")
    name, keys = sent.get("command"), sent.get("keys")
    if not isinstance(name, str):
        raise InvalidValue("The command is missing.")
    if keys is None:
        return name, None
    if not isinstance(keys, list) or not all(isinstance(key, str) and len(key) <= LONGEST for key in keys):
        raise InvalidValue(f"Keys are a list of words of at most {LONGEST} characters.")
    return name, keys


def _number(sent: object) -> int | None:
    """The running number by which the browser knows the answer to its question."""
    number = sent.get("number") if isinstance(sent, Mapping) else None
    return number if type(number) is int and 0 <= number < 2**53 else None
