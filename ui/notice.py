"""How a screen says that something went well, or did not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from core.errors import TagloopError

_KEY = "notice"


@contextmanager
def reported() -> Iterator[None]:
    """Show an expected error where it arose instead of leaving the screen."""
    try:
        yield
    except TagloopError as error:
        st.error(str(error), icon=":material/error:")


def done(message: str) -> NoReturn:
    """Draw the page anew, closing a dialog that is open, and say what was done."""
    st.session_state[_KEY] = message
    st.rerun()


def show() -> None:
    """Say what the last action did; the first thing a page draws."""
    message = st.session_state.pop(_KEY, None)
    if message:
        st.toast(message, icon=":material/check:")
