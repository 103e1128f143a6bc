"""Settings: the project, where its data lies, and whether the workers' supervisor is well."""

from __future__ import annotations

import streamlit as st

from ui import maintenance
from ui.session import open_page

page = open_page("Settings")

with st.container(key="panes-settings"):
    left, right = st.columns(2, gap="medium")
with left:
    maintenance.project_card(page)
    maintenance.danger_card(page)
with right:
    maintenance.store_card(page)
    maintenance.supervisor_card()
