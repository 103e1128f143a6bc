"""The UI script: registers the pages, draws the sidebar, runs the chosen page. Each page guards itself as well."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import sidebar
from ui.screens import PAGES

# A file of ours: Streamlit fetches a Material icon for the tab from a font server.
ICON = Path(__file__).with_name("icon.svg")
st.set_page_config(page_title="Tagloop", page_icon=str(ICON), layout="wide", initial_sidebar_state="auto")

SCREENS = {
    "home": st.Page(PAGES / "home.py", title="Home", icon=":material/home:", default=True),
    "documents": st.Page(PAGES / "documents.py", title="Documents", icon=":material/description:"),
    "annotate": st.Page(PAGES / "annotate.py", title="Annotate", icon=":material/edit_note:"),
    "train": st.Page(PAGES / "train.py", title="Train", icon=":material/model_training:"),
    "inspect": st.Page(PAGES / "inspect.py", title="Inspect", icon=":material/troubleshoot:", url_path="inspect"),
    "demo": st.Page(PAGES / "demo.py", title="Demo", icon=":material/play_circle:"),
    "labels": st.Page(PAGES / "labels.py", title="Labels", icon=":material/label:"),
    "settings": st.Page(PAGES / "settings.py", title="Settings", icon=":material/tune:"),
}

chosen = st.navigation(list(SCREENS.values()), position="hidden")
sidebar.draw(SCREENS)
chosen.run()
