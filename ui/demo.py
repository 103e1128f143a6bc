"""What Demo shows: a reading of a text by a model, in words, as a table, as JSON; and who that model is."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.documents import Span
from core.inference.answer import answer_of
from core.inference.loaded import predictor
from core.models.bases import describe_base
from db import documents, runs, snapshots
from db.connection import Store
from db.listing import Filter
from db.models import Model
from ui import render
from ui.process import model_folder
from ui.scores import dev_score
from ui.session import Page
from ui.words import count, out_of_hundred, score

MOST_CHARACTERS = 20_000
VIEWS = ("Text", "Table", "JSON")
# Written for this page: one text a language, with names of the kinds that the sample projects know.
WRITTEN = {
    "en": (
        "A news sentence",
        "Angela Merkel met the chief executive of Siemens in Munich on Tuesday, before flying on to Lisbon for the "
        "opening of the Atlantic Energy Forum.",
    ),
    "zh": (
        "一段中文",
        "您好，我上周三在京东买的华为手机屏幕有划痕，订单寄到了杭州市西湖区，客服王敏说三天内退款299元，请尽快处理。",
    ),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model found in a text, and in how many milliseconds."""

    model: Model
    spans: tuple[Span, ...]
    milliseconds: float

    def above(self, threshold: float) -> list[Span]:
        """The spans that the model is sure enough of."""
        return [span for span in self.spans if span.score is None or span.score >= threshold]


def read(model: Model, text: str) -> Reading:
    """Let a model read a text in this process; raises ModelUnusable. Loading is not part of the time."""
    reader = predictor(model_folder(model.folder))
    begun = time.perf_counter()
    (spans,) = reader.predict([text])
    return Reading(model, tuple(spans), 1000 * (time.perf_counter() - begun))


def examples(page: Page, number: int = 2) -> dict[str, str]:
    """Texts to begin with: one written for this page, and some that no model was trained on, from the test split."""
    found = dict([WRITTEN[page.project.language]])
    with page.store.reading() as session:
        rows, _ = documents.list_documents(session, page.project.id, Filter(split="test"), limit=60)
        fit = [row for row in rows if 60 <= row.characters <= 400 and row.spans >= 2] or list(rows)
        for place, row in enumerate(fit[:: max(1, len(fit) // number)][:number], 1):
            found[f"Test document {place}"] = documents.get(session, row.id).text
    return found


def found_words(spans: Sequence[Span], milliseconds: float) -> str:
    """What happened, for somebody who sees it the first time."""
    what = f"{count(len(spans), 'name')} found" if spans else "No name found"
    return f"{what} in {milliseconds:,.0f} ms" if milliseconds >= 1 else f"{what} in under 1 ms"


def draw_reading(
    page: Page, text: str, reading: Reading, threshold: float, view: str, hues: Mapping[str, int]
) -> None:
    """One model's reading in the chosen view."""
    spans = reading.above(threshold)
    below = len(reading.spans) - len(spans)
    note = f" · {below} below the threshold" if below else ""
    st.html(render.reading_head(reading.model.name, f"{found_words(spans, reading.milliseconds)}{note}"))
    if view == "Text":
        drawn = render.marks(spans, hues, style="prediction")
        st.html(render.text_html(text, drawn, language=page.project.language))
    elif view == "Table":
        if not spans:
            st.html(render.muted("Nothing to list."))
        else:
            st.html(render.table(["name", "label", "score", "from", "to"], _rows(text, spans, hues), numeric_from=2))
    else:
        st.code(json.dumps(answer_of(text, spans), ensure_ascii=False, indent=2), language="json", wrap_lines=True)


def _rows(text: str, spans: Sequence[Span], hues: Mapping[str, int]) -> list[list[str]]:
    return [
        [
            render.plain(text[span.start : span.end]),
            render.chip(span.label, hues.get(span.label, 0)),
            render.plain("–" if span.score is None else f"{span.score:.2f}"),
            render.plain(f"{span.start:,}"),
            render.plain(f"{span.end:,}"),
        ]
        for span in spans
    ]


def card(store: Store, model: Model) -> None:
    """Who the model is: trained when, on what, and how good it was on documents it had not seen."""
    with st.container(border=True, key=f"model-card-{model.id}"):
        st.html(render.card_title("The model"))
        st.html(render.lead(model.name))
        test, dev = _metrics(model, "test"), _metrics(model, "dev")
        best = test or dev
        if best:
            where = "test documents" if test else "dev documents"
            right, there = (out_of_hundred(best.get(name)) for name in ("precision", "recall"))
            said = f"Of the names it marks, {right} are right; of the names that are there, it finds {there}."
            st.html(render.muted(f"{said} Measured on {where} that it was not trained on."))
        st.html(render.facts(_facts(store, model, dev, test)))


def _metrics(model: Model, split: str) -> Mapping[str, Any] | None:
    found = (model.metrics.get(split) or {}).get("micro")
    return found if found and found.get("f1") is not None else None


def _facts(
    store: Store, model: Model, dev: Mapping[str, Any] | None, test: Mapping[str, Any] | None
) -> dict[str, str]:
    rows = {"trained": f"{model.created:%d %b %Y, %H:%M} UTC", "started from": describe_base(model.base).title}
    if model.run_id is not None:
        with store.reading() as session:
            snapshot = snapshots.get(session, runs.get(session, model.run_id).snapshot_id)
        rows["learned from"] = f"{count(snapshot.documents.get('train', 0), 'document')} (snapshot {snapshot.id})"
    rows["labels"] = ", ".join(model.labels)
    for name, micro in (("F1 on dev", dev), ("F1 on test", test)):
        if micro:
            few = ", few" if (micro.get("support") or 0) < render.FEW else ""
            rows[name] = f"{score(micro['f1'])} ({count(micro.get('support') or 0, 'gold span')}{few})"
    if dev is None and test is None and (known := dev_score(model.metrics)):
        rows["F1 on dev"] = score(known.f1)
    return rows


def command(address: str, model: Model, text: str) -> str:
    """A line for a terminal that asks the HTTP interface the same."""
    body = json.dumps({"text": text or "…", "model": model.name}, ensure_ascii=False)
    quoted = body.replace("'", "'\\''")
    return f"curl -s {address}/api/v1/predict \\\n  -H 'Content-Type: application/json' \\\n  -d '{quoted}'"
