"""Where the screens lie and how one leads to another. The UI script is not beside pages/, so paths are absolute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import streamlit as st

PAGES = Path(__file__).resolve().parent.parent / "pages"


def open_screen(name: str, *, query_params: Mapping[str, str] | None = None) -> NoReturn:
    """Leave the current screen for another, such as "documents", with these parameters in the address."""
    st.switch_page(PAGES / f"{name}.py", query_params=None if query_params is None else dict(query_params))
