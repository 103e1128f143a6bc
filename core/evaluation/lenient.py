"""The CoNLL-2000 script's reading of tags, which seqeval calls its default mode.

It accepts an I- tag that follows O or another label as the start of a span, so ill-formed tag sequences score
higher than under the strict reading. Shown beside the strict score because most published figures use it.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.documents import Span
from core.errors import InvalidValue
from core.evaluation.report import Report, evaluate


def seqeval_default(gold_tags: Sequence[Sequence[str]], predicted_tags: Sequence[Sequence[str]]) -> Report:
    """Score IOB2 tag sequences as `seqeval.metrics.classification_report(mode=None)` does.

    One list of tags a document, one tag a token. Raises InvalidValue when a document's two lists differ in length.
    """
    for number, (gold, predicted) in enumerate(zip(gold_tags, predicted_tags, strict=False)):
        if len(gold) != len(predicted):
            raise InvalidValue(
                f"Document {number} has {len(gold)} gold tags and {len(predicted)} predicted tags; "
                "both must come from the same tokens."
            )
    return evaluate([lenient_spans(tags) for tags in gold_tags], [lenient_spans(tags) for tags in predicted_tags])


def lenient_spans(tags: Sequence[str]) -> list[Span]:
    """Spans over token indices; a span goes on only while I- tags of the same label follow."""
    spans: list[Span] = []
    start, label = 0, ""
    for index, tag in enumerate((*tags, "O")):
        prefix, _, name = tag.partition("-")
        goes_on = prefix == "I" and name == label
        if label and not goes_on:
            spans.append(Span(start, index, label))
            label = ""
        if prefix != "O" and not goes_on:
            start, label = index, name
    return spans
