"""Trying rules out: what they find in a sentence, or in the first documents, before anybody sees a suggestion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from core.documents import Span
from core.errors import InvalidValue
from core.suggest import patterns
from core.suggest.borders import Borders
from core.suggest.patterns import Pattern
from core.suggest.ruled import Ruled
from core.suggest.terms import longest
from db import mentions
from db.labels import Label
from db.rules import Rule
from ui import render
from ui.session import Page
from ui.words import count

DOCUMENTS = 200
SHOWN = 10  # documents drawn
SHOWN_CHARACTERS = 600
MAX_SENTENCE = 2_000
ALL = "All rules"
NEW = "A new pattern"
SENTENCE = {"en": "Angela Merkel visited Siemens on 3 May 2026.", "zh": "王芳2026年5月3日从北京飞往上海。"}


def tried(page: Page, known: Sequence[Label], found: Sequence[Rule]) -> None:
    """All rules or a new pattern, on a sentence and on the first documents."""
    hues = {label.name: label.hue for label in known}
    what = st.segmented_control(
        "Try", [ALL, NEW], default=ALL, required=True, label_visibility="collapsed", key="rules-try"
    )
    ready = Ruled.of(found) if what == ALL else _new(known)
    if ready is None:
        return
    for words in ready.unusable:
        st.warning(words)
    sentence = st.text_input(
        "A sentence", SENTENCE[page.project.language], max_chars=MAX_SENTENCE, key=f"rules-sentence-{page.project.id}"
    )
    spans, stopped = _found(ready, sentence, page.project.language, patterns.SECONDS)
    if stopped:
        st.warning(stopped)
    _drawn(sentence, spans, hues, page.project.language)
    st.caption(f"{count(len(spans), 'hit')} in this sentence." if spans else "Nothing is found in this sentence.")
    if st.toggle(f"Also in the first {DOCUMENTS} documents", key="rules-try-documents"):
        _in_documents(page, ready, hues)


def _new(known: Sequence[Label]) -> Ruled | None:
    cells = st.columns((4, 1.6, 1.4), vertical_alignment="bottom")
    text = cells[0].text_input(
        "Pattern", max_chars=patterns.MAX_CHARACTERS, placeholder="\\d+ May \\d{4}", key="rules-new"
    )
    label = cells[1].selectbox("Label", [label.name for label in known], key="rules-new-label")
    ignore_case = cells[2].checkbox("In any case", key="rules-new-case")
    if not text:
        st.caption("Write a pattern and press Enter; what it finds is shown below.")
        return None
    try:
        pattern = Pattern(text, label, ignore_case)
    except InvalidValue as error:
        st.error(str(error))
        return None
    return Ruled(Ruled.of(()).dictionary, (pattern,), ())


def _found(ready: Ruled, text: str, language: str, seconds: float) -> tuple[list[Span], str]:
    matched = patterns.find(ready.patterns, text, seconds=seconds)
    return longest([*ready.dictionary.find(text, Borders.of(text, language)), *matched.spans]), " ".join(
        matched.stopped
    )


def _drawn(text: str, spans: Sequence[Span], hues: Mapping[str, int], language: str) -> None:
    st.html(render.text_html(text, render.marks(spans, hues, style="suggestion"), language=language))


def _in_documents(page: Page, ready: Ruled, hues: Mapping[str, int]) -> None:
    with page.store.reading() as session:
        read = mentions.opening_texts(session, page.project.id, limit=DOCUMENTS)
    hits: Counter[str] = Counter()
    drawn = []
    for document in read:
        spans, stopped = _found(ready, document.text, page.project.language, patterns.SECONDS)
        if stopped:
            st.warning(f"{document.title}: {stopped}")
            break
        hits.update(span.label for span in spans)
        if spans:
            drawn.append((document, spans))
    total = sum(hits.values())
    st.markdown(f"**{count(total, 'hit')}** in {count(len(drawn), 'document')} of {len(read):,}")
    if hits:
        st.html(render.chips(dict(hits.most_common()), hues))
    for document, spans in drawn[:SHOWN]:
        st.caption(document.title)
        end = SHOWN_CHARACTERS
        _drawn(document.text[:end], [span for span in spans if span.end <= end], hues, page.project.language)
    if len(drawn) > SHOWN:
        st.caption(f"and {count(len(drawn) - SHOWN, 'document')} more")
