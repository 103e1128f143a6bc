"""Train: what will be trained on, how, one button; below, the runs as they go on and as they ended."""

from __future__ import annotations

import streamlit as st

from jobs import queue
from ui import notice, run_details, training_data, training_form, training_runs
from ui.session import open_page

page = open_page("Train")
notice.show()
data = training_data.survey(page)
training_data.draw(page, data)

if data.ready:
    with st.container(border=True, key="train-plan"):
        config = training_form.draw(page, data)
    if config is not None:
        with notice.reported():
            run = queue.submit_training(page.store, page.project.id, config, actor=page.actor)
            st.session_state[training_runs.SELECTED] = run.id
            notice.done(f"{run.name} is queued; you may leave this page.")

found = training_runs.entries(page)
training_runs.live(page, found)
selected = training_runs.looked_at(found)
if selected is not None:
    run_details.draw(page, selected)
training_runs.finished(page, found, selected.run.id if selected else None)
