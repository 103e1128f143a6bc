"""What the browser sends, checked as if a stranger had typed it: types, ids, offsets, labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from core.documents import Span
from core.errors import InvalidValue
from ui.span_annotator.values import (
    ACTIONS,
    DECISIONS,
    Action,
    AnnotatorDocument,
    AnnotatorLabel,
    Decision,
    Submission,
)

MAX_SPANS = 100_000
MAX_SECONDS = 86_400.0


def parse_submission(value: object, document: AnnotatorDocument, labels: Sequence[AnnotatorLabel]) -> Submission:
    """The submission in `value`; raises InvalidValue with the reason when any part of it cannot be.

    Whether `base_revision` is still the current one is for the store to say; here it is only a whole number.
    """
    if not isinstance(value, Mapping):
        raise InvalidValue(f"A submission is a mapping, not {type(value).__name__}.")
    document_id = _whole(value, "document_id")
    if document_id != document.id:
        raise InvalidValue(
            f"The submission is for document {document_id}, but document {document.id} is open. Load the page again."
        )
    base_revision = _whole(value, "base_revision")
    if base_revision < 0:
        raise InvalidValue(f"A revision is 0 or more, not {base_revision}.")
    action = value.get("action")
    if action not in ACTIONS:
        raise InvalidValue(f"An action is one of {', '.join(ACTIONS)}, not {action!r:.60}.")
    flagged = value.get("flagged")
    if not isinstance(flagged, bool):
        raise InvalidValue(f"'flagged' is true or false, not {flagged!r:.60}.")
    return Submission(
        document_id=document_id,
        base_revision=base_revision,
        spans=_spans(value.get("spans"), document, {label.id: label.name for label in labels}),
        action=cast(Action, action),
        flagged=flagged,
        decisions=_decisions(value.get("decisions"), {suggestion.id for suggestion in document.suggestions}),
        seconds=_seconds(value.get("seconds")),
    )


def _whole(value: Mapping[Any, Any], name: str) -> int:
    number = value.get(name)
    if type(number) is not int:  # True is an int to isinstance
        raise InvalidValue(f"'{name}' is a whole number, not {number!r:.60}.")
    return number


def _spans(value: object, document: AnnotatorDocument, names: Mapping[int, str]) -> tuple[Span, ...]:
    if not isinstance(value, (list, tuple)):
        raise InvalidValue(f"'spans' is a list, not {type(value).__name__}.")
    if len(value) > MAX_SPANS:
        raise InvalidValue(f"A document takes at most {MAX_SPANS:,} spans; {len(value):,} were sent.")
    spans: set[Span] = set()
    for item in value:
        span = _span(item, document, names)
        if span in spans:
            raise InvalidValue(f"The span {span.label} {span.start}-{span.end} was sent twice.")
        spans.add(span)
    return tuple(sorted(spans))


def _span(item: object, document: AnnotatorDocument, names: Mapping[int, str]) -> Span:
    if not isinstance(item, (list, tuple)) or len(item) != 3 or any(type(part) is not int for part in item):
        raise InvalidValue(f"A span is three whole numbers (start, end, label id), not {item!r:.60}.")
    start, end, label_id = item
    if not 0 <= start < end <= len(document.text):
        raise InvalidValue(
            f"A span of document {document.id} needs 0 <= start < end <= {len(document.text)}; got {start} and {end}."
        )
    if label_id not in names:
        raise InvalidValue(f"There is no label with id {label_id} in this project. Load the page again.")
    if document.text[start:end].isspace():
        raise InvalidValue(f"The span {start}-{end} covers only white space.")
    return Span(start, end, names[label_id])


def _decisions(value: object, known: set[int]) -> dict[int, Decision]:
    if not isinstance(value, Mapping):
        raise InvalidValue(f"'decisions' is a mapping, not {type(value).__name__}.")
    decisions: dict[int, Decision] = {}
    for name, decision in value.items():
        # JSON has text keys only; isdecimal alone would let other scripts' digits and endless ones through.
        if not (isinstance(name, str) and name.isascii() and name.isdecimal() and len(name) < 20):
            raise InvalidValue(f"A decision refers to a suggestion by number, not by {name!r:.60}.")
        if int(name) not in known:
            raise InvalidValue(f"There is no suggestion {name} for this document. Load the page again.")
        if decision not in DECISIONS:
            raise InvalidValue(f"A decision is one of {', '.join(DECISIONS)}, not {decision!r:.60}.")
        decisions[int(name)] = cast(Decision, decision)
    return decisions


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidValue(f"'seconds' is a number, not {value!r:.60}.")
    if not math.isfinite(value) or value < 0:
        raise InvalidValue(f"'seconds' is 0 or more, not {value!r:.60}.")
    return min(float(value), MAX_SECONDS)
