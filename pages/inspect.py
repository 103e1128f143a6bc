"""Inspect: gold beside the predictions of one or two models, scores by label, the documents behind every number."""

from __future__ import annotations

import streamlit as st

from db import annotations, labels, models
from db.models import Model
from ui import address, inspecting, predicted, render, score_table
from ui.screens import open_screen
from ui.session import open_page
from ui.words import count

SPLITS = ("dev", "test", "train")
NONE = 0  # no second model
SEEN = {"train": "The models have seen these documents: scores on train are too good."}

page = open_page("Inspect")
with page.store.reading() as session:
    published = models.list_models(session, page.project.id)
    hues = {label.name: label.hue for label in labels.list_labels(session, page.project.id)}
    gold = {split: annotations.gold(session, page.project.id, split=split) for split in SPLITS}

if not published or not any(gold.values()):
    what = "a trained model" if not published else "accepted documents in a split"
    st.html(render.empty("Nothing to compare yet", f"Here gold and predictions stand side by side; it needs {what}."))
    target = "train" if not published else "documents"
    if st.button("Train a model" if not published else "Go to Documents", type="primary"):
        open_screen(target, query_params={"project": str(page.project.id)})
    st.stop()


def choose() -> tuple[str, Model, Model | None]:
    """Split, model A and, if wanted, model B; all three stand in the address."""
    by_id = {model.id: model for model in published}
    splits = [split for split in SPLITS if gold[split]]
    first, second, third = st.columns([2, 3, 3], gap="medium")
    split = first.selectbox(
        "Split",
        splits,
        format_func=lambda name: f"{name} · {count(len(gold[name]), 'document')}",
        key=address.choice("split", splits, splits[0], prefix="inspect"),
        persist_state="session",
    )
    a = second.selectbox(
        "Model A",
        list(by_id),
        format_func=lambda key: by_id[key].name,
        key=address.choice("a", list(by_id), published[0].id, prefix="inspect"),
        persist_state="session",
    )
    others = [key for key in by_id if key != a]
    b = third.selectbox(
        "Model B",
        [NONE, *others],
        format_func=lambda key: by_id[key].name if key else "none",
        key=address.choice("b", [NONE, *others], NONE, prefix="inspect"),
        persist_state="session",
    )
    for name, value in (("split", split), ("a", a), ("b", b or None)):
        address.remember(name, value, prefix="inspect")
    return split, by_id[a], by_id.get(b)


split, a, b = choose()
complete = [predicted.ready(page, model, gold[split], split) for model in (a, b) if model]
if not all(complete):
    st.stop()
view = inspecting.compared(page, split, gold[split], a, b)

st.html(render.lead(score_table.summary(view)))
order = list(score_table.frame(view)["label"][: len(view.comparison.per_label)])
score_table.draw(view, key=inspecting.TABLE, on_select=lambda: inspecting.pick_label(order))
st.caption(
    f"{split}: {count(len(view.lanes), 'document')}, {view.spans:,} gold spans. A span counts when both borders and "
    f"the label are right (strict); below {render.FEW} spans a score says little. {SEEN.get(split, '')}"
)
inspecting.confusion(view)
asked = inspecting.filters(view, hues)
inspecting.show(page, view, asked, hues)
