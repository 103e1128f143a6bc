"""Choices that stand in the address as well, so that a link opens the same view and a return finds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

T = TypeVar("T", int, str)


def choice(name: str, options: Sequence[T], default: T | None, *, prefix: str) -> str:
    """Prepare the choice `name` and return the key of its widget, to be drawn with persist_state="session".

    A value that came with the address wins over the one remembered; one that is no longer among the options gives
    way to the default.
    """
    key = f"page:{prefix}-{name}"
    asked = st.query_params.get(name)
    if asked is not None and asked != st.session_state.get(f"{key}-written"):
        named = {str(option): option for option in options}
        if asked in named:
            st.session_state[key] = named[asked]
    if key not in st.session_state or st.session_state[key] not in (*options, None):
        st.session_state[key] = default
    return key


def remember(name: str, value: int | str | None, *, prefix: str) -> None:
    """Write a choice into the address."""
    written = None if value is None else str(value)
    st.session_state[f"page:{prefix}-{name}-written"] = written
    if written is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != written:
        st.query_params[name] = written
