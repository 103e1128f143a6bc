"""Labels: what can be marked in a text, and the guideline that says how."""

from __future__ import annotations

import streamlit as st

from db import labels
from ui import guideline, key_editor, label_editor, render, rule_editor
from ui.session import open_page

page = open_page("Labels")

with page.store.reading() as session:
    known = labels.list_labels(session, page.project.id)
    used = labels.usage(session, page.project.id)

if known:
    label_editor.overview(page, known, used)
else:
    st.html(render.empty("No labels yet", "A label names what is marked in a text, such as a person or a place."))
if st.button("Add label", icon=":material/add:", type="secondary" if known else "primary"):
    label_editor.add(page, known)

if known:
    rule_editor.section(page, known)

guideline.editor(page, known)
key_editor.editor(page, known)
