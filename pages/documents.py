"""Documents: browse, import, and share out to train, dev and test."""

from __future__ import annotations

import streamlit as st

from ui import browsing, importing, splitting
from ui.session import open_page

SECTIONS = {"browse": browsing.view, "import": importing.view, "splits": splitting.view}

page = open_page("Documents")

asked = st.query_params.get("section")
if asked in SECTIONS and st.session_state.get("page:section-asked") != asked:
    st.session_state["page:section"] = st.session_state["page:section-asked"] = asked
st.session_state.setdefault("page:section", "browse")
section = st.segmented_control(
    "Part of the screen", list(SECTIONS), format_func=str.title, required=True, label_visibility="collapsed",
    key="page:section",
)  # fmt: skip
st.query_params["section"] = st.session_state["page:section-asked"] = section
SECTIONS[section](page)
