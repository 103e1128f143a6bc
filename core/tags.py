"""Spans ↔ tags: flat IOB2 over tokens, with an account of every span that tags cannot say."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.documents import Span
from core.errors import InvalidValue
from core.tokens import Token

CUTS = "cuts a token"
OVERLAPS = "overlaps another span"
COVERS_NONE = "covers no token"
WHITE_SPACE = "starts or ends in white space"
REASONS = (CUTS, OVERLAPS, COVERS_NONE, WHITE_SPACE)

OUTERMOST, INNERMOST, FIRST = "outermost", "innermost", "first"
FLAT_RULES = (OUTERMOST, INNERMOST, FIRST)


@dataclass(frozen=True, slots=True)
class Unrepresented:
    """A span that the tags do not carry, and why: one of REASONS."""

    span: Span
    reason: str

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise InvalidValue(f"Unknown reason {self.reason!r}; the reasons are: {', '.join(REASONS)}.")


@dataclass(frozen=True, slots=True)
class Tagging:
    """`tags` (tokens,) in IOB2, and the spans that are not in them, in the order of the text."""

    tags: tuple[str, ...]
    unrepresented: tuple[Unrepresented, ...] = ()


def spans_to_tags(spans: Iterable[Span], tokens: Sequence[Token], *, rule: str = OUTERMOST) -> Tagging:
    """IOB2 tags (tokens,) of `spans`; where some overlap, `rule` says which is kept.

    "outermost" keeps the longest, "innermost" the shortest, each then the first; "first" the one that starts first,
    then the longest. A span that tags cannot say for another reason is in nobody's way.

    Only a span whose two ends are token borders is tagged, so that `tags_to_spans` gives it back exactly; the others
    are listed with their reason. `tokens` is sorted, as `tokenize` returns it. Raises InvalidValue for another rule.
    """
    tags = ["O"] * len(tokens)
    lost: list[Unrepresented] = []
    for span in sorted(spans, key=_order(rule)):
        low = bisect_right(tokens, span.start, key=lambda token: token.end)
        high = bisect_left(tokens, span.end, key=lambda token: token.start)
        reason = _obstacle(span, tokens, low, high)
        if reason is None and any(tag != "O" for tag in tags[low:high]):
            reason = OVERLAPS
        if reason is not None:
            lost.append(Unrepresented(span, reason))
            continue
        tags[low:high] = [f"B-{span.label}"] + [f"I-{span.label}"] * (high - low - 1)
    lost.sort(key=lambda item: item.span)
    return Tagging(tuple(tags), tuple(lost))


def _order(rule: str) -> Callable[[Span], tuple[int, int, str]]:
    """In which order spans are placed: what comes first is kept."""
    if rule == OUTERMOST:
        return lambda span: (-len(span), span.start, span.label)
    if rule == INNERMOST:
        return lambda span: (len(span), span.start, span.label)
    if rule == FIRST:
        return lambda span: (span.start, -len(span), span.label)
    raise InvalidValue(f"The rule for overlapping spans is one of {', '.join(FLAT_RULES)}, not {rule!r}.")


def overlapping(spans: Iterable[Span]) -> int:
    """How many of `spans` share a character with another of them."""
    ordered = sorted(spans)
    touched: set[int] = set()
    reach = last = 0
    for index, span in enumerate(ordered):
        if index and span.start < reach:
            touched |= {index, last}
        if span.end > reach:
            reach, last = span.end, index
    return len(touched)


def _obstacle(span: Span, tokens: Sequence[Token], low: int, high: int) -> str | None:
    """Why the tokens `[low, high)` that `span` touches are not exactly `span`; None when they are."""
    if low >= high:
        return COVERS_NONE
    if tokens[low].start < span.start or tokens[high - 1].end > span.end:
        return CUTS
    if tokens[low].start > span.start or tokens[high - 1].end < span.end:
        return WHITE_SPACE
    return None


def tags_to_spans(tags: Sequence[str], tokens: Sequence[Token]) -> list[Span]:
    """The spans that IOB2 `tags` (tokens,) say, read strictly: only B- opens a span.

    An I- that continues nothing (after O, or of another label) is no span and ends the one before it; pass the tags
    through `repair` first to read it as a beginning. Raises InvalidValue for another kind of tag or a wrong length.
    """
    if len(tags) != len(tokens):
        raise InvalidValue(f"Each token has one tag; there are {len(tags)} tags and {len(tokens)} tokens.")
    spans: list[Span] = []
    opened: int | None = None
    label = ""
    for index, tag in enumerate(tags):
        prefix, name = _parts(tag)
        if opened is not None and (prefix != "I" or name != label):
            spans.append(Span(tokens[opened].start, tokens[index - 1].end, label))
            opened = None
        if prefix == "B":
            opened, label = index, name
    if opened is not None:
        spans.append(Span(tokens[opened].start, tokens[-1].end, label))
    return spans


def repair(tags: Iterable[str]) -> list[str]:
    """`tags` (tokens,) with each I- that continues nothing turned into B-, as conlleval and seqeval read them."""
    repaired: list[str] = []
    before = ""
    for tag in tags:
        prefix, name = _parts(tag)
        repaired.append(f"B-{name}" if prefix == "I" and name != before else tag)
        before = name
    return repaired


def _parts(tag: str) -> tuple[str, str]:
    """("B", "PER") of "B-PER"; ("O", "") of "O"."""
    if tag == "O":
        return "O", ""
    prefix, dash, name = tag.partition("-")
    if prefix not in ("B", "I") or not dash or not name:
        raise InvalidValue(f"A tag is O, B-LABEL or I-LABEL, not {tag!r}.")
    return prefix, name
