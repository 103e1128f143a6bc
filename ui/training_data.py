"""What a run would be trained on: gold by split, what is missing, what tags cannot say. Train's first card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.documents import Document
from core.models.bases import unknown_share
from core.tags import FIRST, FLAT_RULES, INNERMOST, OUTERMOST, OVERLAPS
from core.training.preflight import FEW, Preflight, preflight
from db import annotations, documents, events, labels
from db.connection import Store
from ui import render
from ui.screens import open_screen
from ui.session import Page
from ui.words import count

MEASURED = 2_000  # documents whose characters are counted: enough to know a share of a few percent
LISTED = 30
FLAT_RULE = "page:train-flat-rule"
FLAT_RULE_WORDS = {OUTERMOST: "Outermost", INNERMOST: "Innermost", FIRST: "First"}


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The gold of a project at one moment, and what a look over it found. `version` names the moment."""

    version: str
    train: Sequence[Document]
    dev: Sequence[Document]
    test: Sequence[Document]
    unassigned: int
    hues: Mapping[str, int]
    found: Preflight
    flat_rule: str = OUTERMOST

    @property
    def ready(self) -> bool:
        """True when a run can start."""
        return not self.found.problems


def survey(page: Page) -> TrainingData:
    """Look the project over; the answer is kept until something in the project changes."""
    rule = st.session_state.get(FLAT_RULE)
    return _survey(
        page.store,
        page.project.id,
        page.project.language,
        version_of(page.store, page.project.id),
        rule if rule in FLAT_RULES else OUTERMOST,
    )


def version_of(store: Store, project_id: int) -> str:
    """A name for the project as it is now, in this store: another one after every change, for every change is an
    event."""
    with store.reading() as session:
        last = events.recent(session, project_id, 1)
    return f"{store.engine.url}#{last[0].id if last else 0}"


@st.cache_resource(max_entries=4, show_spinner=False)
def _survey(_store: Store, project_id: int, language: str, version: str, flat_rule: str) -> TrainingData:
    with _store.reading() as session:
        gold = {split: [d for _, d in annotations.gold(session, project_id, split=split)] for split in SPLITS}
        accepted = len(annotations.gold(session, project_id))
        known = labels.list_labels(session, project_id)
    return TrainingData(
        version=version,
        train=gold["train"],
        dev=gold["dev"],
        test=gold["test"],
        unassigned=accepted - sum(len(found) for found in gold.values()),
        hues={label.name: label.hue for label in known},
        found=preflight(gold["train"], gold["dev"], language, flat_rule=flat_rule),
        flat_rule=flat_rule,
    )


SPLITS = ("train", "dev", "test")


@st.cache_data(max_entries=32, show_spinner="Reading the tokenizer …")
def share_unknown(base: str, version: str, _data: TrainingData) -> float | None:
    """The share of the characters of the training documents that `base` cannot read; None when not known yet.

    Raises EncoderUnavailable.
    """
    return unknown_share(base, [document.text for document in _data.train[:MEASURED]])


def draw(page: Page, data: TrainingData) -> None:
    """The card: documents by split, spans by label, what cannot be learned and why."""
    with st.container(border=True, key="train-data"):
        st.html(render.card_title("Train on"))
        spans = sum(data.found.spans_per_label.values())
        dev = count(len(data.dev), "document") if data.dev else "no documents"
        st.html(
            render.figure(
                f"{len(data.train):,}",
                f"scored on {dev} of dev while it trains, and on {len(data.test):,} of test at the end",
                unit=f"training document{'' if len(data.train) == 1 else 's'} · {spans:,} spans",
            )
        )
        if data.found.spans_per_label:
            st.html(render.chips(data.found.spans_per_label, data.hues))
        _remarks(page, data)


def _remarks(page: Page, data: TrainingData) -> None:
    for problem in data.found.problems:
        st.error(problem, icon=":material/block:")
    if not data.dev and data.ready:
        st.warning(
            "There is no dev split, so nobody can say how good the model is, and the last epoch is kept instead of "
            "the best one.",
            icon=":material/call_split:",
        )
    elif data.ready and not any(document.spans for document in data.dev):
        st.warning("The dev documents have no span, so the scores will say nothing.", icon=":material/call_split:")
    if data.unassigned:
        are = "is" if data.unassigned == 1 else "are"
        st.info(
            f"{count(data.unassigned, 'accepted document')} {are} in no split and will be left out.",
            icon=":material/info:",
        )
    if not data.dev or data.unassigned:
        _to_documents(page, "Make splits", "splits")
    if data.found.few_examples:
        _few(data)
    if data.found.duplicates_across_splits:
        number = data.found.duplicates_across_splits
        st.warning(
            f"{count(number, 'dev document')} also {'stands' if number == 1 else 'stand'} in train: the dev score "
            "will be too good. Splits made on Documents keep duplicates on one side.",
            icon=":material/content_copy:",
        )
    if data.found.overlapping:
        _overlaps(data)
    if data.found.unrepresented:
        _lost(page, data)


def _few(data: TrainingData) -> None:
    named = ", ".join(f"{label} ({data.found.spans_per_label.get(label, 0)})" for label in data.found.few_examples)
    st.warning(
        f"Fewer than {FEW} examples to learn from: {named}. These labels will hardly be found; mark some more.",
        icon=":material/hourglass_empty:",
    )


def _overlaps(data: TrainingData) -> None:
    left = sum(item.reason == OVERLAPS for _, item in data.found.unrepresented)
    st.info(
        f"{count(data.found.overlapping, 'span')} overlap. A tagger says one label for each word, so of overlapping "
        f"spans it learns the {data.flat_rule}; {count(left, 'span')} {'is' if left == 1 else 'are'} left out.",
        icon=":material/layers:",
    )
    st.segmented_control(
        "Of overlapping spans, learn",
        FLAT_RULES,
        default=OUTERMOST,
        required=True,
        format_func=lambda rule: FLAT_RULE_WORDS[rule],
        key=FLAT_RULE,
        help="Outermost keeps the longest span, innermost the shortest, first the one that starts first.",
    )


def _lost(page: Page, data: TrainingData) -> None:
    lost = data.found.unrepresented
    with st.expander(f"{count(len(lost), 'span')} cannot be learned from: show", icon=":material/data_alert:"):
        st.caption(
            "A tagger says one label for each word, so a span must begin and end at a word border and may not lie "
            "over another one. Everything else of these documents is used."
        )
        names = _names(page, [name for name, _ in lost[:LISTED]])
        texts = {document.id: document.text for document in data.train}
        rows = [
            [
                render.plain(names.get(name, name)),
                render.chip(item.span.label, data.hues.get(item.span.label, 0)),
                render.plain(texts.get(name, "")[item.span.start : item.span.end]),
                render.plain(item.reason),
            ]
            for name, item in lost[:LISTED]
        ]
        st.html(render.table(["document", "label", "text", "why"], rows, numeric_from=9))
        if len(lost) > LISTED:
            st.caption(f"and {len(lost) - LISTED:,} more")


def _names(page: Page, ids: Sequence[str]) -> dict[str, str]:
    with page.store.reading() as session:
        found = {key: documents.get(session, int(key)) for key in set(ids)}
    return {key: row.name or f"document {row.position}" for key, row in found.items()}


def _to_documents(page: Page, title: str, section: str) -> None:
    if st.button(title, icon=":material/call_split:", key=f"to-{section}"):
        query = {"project": str(page.project.id), "section": section}
        open_screen("documents", query_params=query)
