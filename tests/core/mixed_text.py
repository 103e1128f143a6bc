"""Hypothesis strategies for text in which scripts, emoji, marks and invisible characters stand side by side."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from core.documents import Document, Span
from core.tokens import Token

PIECES = (
    "Anna", "O'Brien", "don't", "IBM", "U.S.", "J.", "3.5", "1,299.00", "AT&T", "foo_bar", "@handle", "#tag",
    "https://a.io/x?y=1", "a.b@c.org", "n't", "'s", "’", "-", "/", ",", ".", "(", "\"", "&", " ", "  ", "\t", "\n",
    "\r\n", "\u00a0", "\u3000", "\u2028", "\x1c", "\x00", "\x07", "\x85", "北京", "苹果公司", "。", "〇", "々",
    "カタ", "ー",
    "ﾊﾞ", "ひら", "전자는", "\u1112\u1161\u11ab", "e\u0301", "\u0301", "ก\u0e33", "क\u094d", "\u0600", "\u0600 ",
    "\u0d4e",
    "👩\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e007f", "🇨🇳", "🇨", "👍🏽", "🏽", "1️⃣", "ℹ", "\u200d", "\u200b",
    "\u00ad",
    "\u200f", "\ufeff", "שלום", "مرحبا", "Ω", "ﬁ", "x" * 70, "\u0301" * 70, "\ud800",
)  # fmt: skip

mixed_text = st.lists(st.sampled_from(PIECES) | st.characters().map(str), max_size=25).map("".join)
# What a file can hold: no NUL, no half of a surrogate pair.
clean_text = mixed_text.map(lambda text: text.replace("\x00", "").encode("utf-8", "ignore").decode())
labels = st.sampled_from(("PER", "ORG", "地名", "B-side", "a b"))


@st.composite
def spans_over(draw: st.DrawFn, tokens: list[Token]) -> list[Span]:
    """Disjoint spans over whole tokens, adjacent ones of one label among them."""
    borders = draw(st.lists(st.integers(0, len(tokens)), max_size=12, unique=True).map(sorted))
    return [
        Span(tokens[low].start, tokens[high - 1].end, draw(labels))
        for low, high in pairwise(borders)
        if draw(st.booleans())
    ]


@st.composite
def documents(draw: st.DrawFn, text: st.SearchStrategy[str]) -> Document:
    """A document with up to four spans at any offsets, none of them white space only, overlaps among them."""
    content = draw(text)
    spans = set()
    for _ in range(draw(st.integers(0, 4)) if content else 0):
        start = draw(st.integers(0, len(content) - 1))
        end = draw(st.integers(start + 1, len(content)))
        if content[start:end].strip():
            spans.add(Span(start, end, draw(labels)))
    return Document(content, tuple(spans))
