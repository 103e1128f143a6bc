"""Demo: paste a text and see what a model finds in it, at once; for those who have never seen the app."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from core.errors import TagloopError
from db import labels, models
from db.models import Model
from ui import address, demo, render, scores
from ui.screens import open_screen
from ui.session import open_page

TEXT = "page:demo-text"
NONE = 0  # no second model

page = open_page("Demo")
with page.store.reading() as session:
    published = models.list_models(session, page.project.id)
    hues = {label.name: label.hue for label in labels.list_labels(session, page.project.id)}

if not published:
    st.html(render.empty("No model yet", "Here anyone can paste a text and see what a trained model finds in it."))
    if st.button("Train a model", type="primary"):
        open_screen("train", query_params={"project": str(page.project.id)})
    st.stop()

by_id = {model.id: model for model in published}
best = scores.best(published)
first = best[0].id if best else published[0].id
known = demo.examples(page)
if TEXT not in st.session_state:
    st.session_state[TEXT] = next(iter(known.values()))


def use(text: str) -> None:
    """Put an example into the text area."""
    st.session_state[TEXT] = text


def choose() -> list[Model]:
    """The model, and the one beside it if wanted."""
    button, left, right = st.columns([1, 1, 1], gap="medium", vertical_alignment="bottom")
    button.button(
        "Find names", type="primary", icon=":material/search:", help="Ctrl+Enter in the text does the same."
    )
    chosen = left.selectbox(
        "Model",
        list(by_id),
        format_func=lambda key: by_id[key].name,
        key=address.choice("model", list(by_id), first, prefix="demo"),
        persist_state="session",
    )
    others = [key for key in by_id if key != chosen]
    second = right.selectbox(
        "Compare with",
        [NONE, *others],
        format_func=lambda key: by_id[key].name if key else "none",
        key=address.choice("beside", [NONE, *others], NONE, prefix="demo"),
        persist_state="session",
        disabled=not others,
    )
    address.remember("model", chosen, prefix="demo")
    address.remember("beside", second or None, prefix="demo")
    return [by_id[key] for key in (chosen, second) if key]


with st.container(key="panes-demo"):
    main, side = st.columns([5, 2], gap="large")
with main:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="demo-examples"):
        st.html(render.muted("Try"), width="content")
        for name, example in known.items():
            st.button(name, key=f"example-{name}", on_click=use, args=(example,))
    text = st.text_area(
        "Text",
        key=TEXT,
        height=150,
        max_chars=demo.MOST_CHARACTERS,
        placeholder="Paste or type a text",
        label_visibility="collapsed",
        persist_state="session",
    )
    chosen = choose()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large", key="demo-view"):
        view = st.segmented_control("View", demo.VIEWS, default="Text", required=True, key="page:demo-view")
        threshold = st.slider(
            "Show from score",
            0.0,
            1.0,
            0.0,
            0.05,
            key="page:demo-threshold",
            width=260,
            help="How sure the model is.",
        )
    if text.strip():
        columns = st.columns(len(chosen), gap="large") if len(chosen) > 1 and view != "JSON" else [st] * len(chosen)
        for column, model in zip(columns, chosen, strict=True):
            with column.container(border=True, key=f"reading-{model.id}"):
                try:
                    reading = demo.read(model, text)
                except TagloopError as error:
                    st.error(str(error), icon=":material/error:")
                else:
                    demo.draw_reading(page, text, reading, threshold, view, hues)
    else:
        st.html(render.empty("Nothing to read", "Paste a text above, or take one of the examples."))
    with st.expander("Use it from a program", icon=":material/code:"):
        place = urlsplit(st.context.url or "http://127.0.0.1:8501")
        st.code(demo.command(f"{place.scheme}://{place.netloc}", chosen[0], text.strip()[:300]), language="bash")
        st.caption("Offsets count Unicode code points; the end is exclusive. The text is neither stored nor logged.")
with side:
    for model in chosen:
        demo.card(page.store, model)
