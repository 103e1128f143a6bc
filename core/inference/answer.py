"""Spans in words for JSON: what the HTTP interface answers and the Demo screen shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.documents import Span


def answer_of(text: str, spans: Sequence[Span]) -> dict[str, Any]:
    """The spans found in `text`, with their surfaces and scores; offsets are half-open code points."""
    return {
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "label": span.label,
                "text": text[span.start : span.end],
                "score": None if span.score is None else round(span.score, 4),
            }
            for span in spans
        ]
    }
