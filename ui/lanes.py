"""One document in lanes (gold, A, B) on the same text: what stands where; ui/render.py makes the HTML of each part.

The lanes are aligned character by character: a mark takes no room of its own, and where any lane writes a label
behind a span, every lane keeps the room for the widest one. Long documents are cut, between spans, into lines that
stand as a group, gold above A above B.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.documents import Span
from core.evaluation import ErrorKind, Outcome
from ui import render

LINE_WIDTH = {"en": 116, "zh": 62}  # characters of a line, the room of labels counted in

NEVER_FIRST = "，。、；：！？）》」』”’％"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A span of a lane: `word` says what is wrong with it, `ghost` that it should be here and is not."""

    span: Span
    word: str = ""
    ghost: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A named line over the whole text."""

    name: str
    drawn: tuple[Drawn, ...]


def gold_lane(spans: Sequence[Span]) -> Lane:
    """The gold, without any verdict."""
    return Lane("gold", tuple(Drawn(span) for span in spans))


def model_lane(name: str, outcomes: Sequence[Outcome]) -> Lane:
    """A model's spans with what is wrong about them, and a ghost where it missed one."""
    drawn = []
    for outcome in outcomes:
        if outcome.predicted is not None:
            word = "" if outcome.kind is ErrorKind.CORRECT else str(outcome.kind)
            drawn.append(Drawn(outcome.predicted, word))
        elif outcome.gold is not None:
            drawn.append(Drawn(outcome.gold, "missed", ghost=True))
    return Lane(name, tuple(drawn))


def lanes_html(text: str, lanes: Sequence[Lane], hues: Mapping[str, int], *, language: str) -> str:
    """All lanes of a document."""
    shown = [Lane(lane.name, _flat(lane.drawn)) for lane in lanes]
    slots: dict[int, list[tuple[str, str, int]]] = {}  # end of a span → what the lanes write there
    for lane in shown:
        for item in lane.drawn:
            written = (item.span.label, item.word, hues.get(item.span.label, 0))
            if written not in slots.setdefault(item.span.end, []):
                slots[item.span.end].append(written)
    spans = [item.span for lane in shown for item in lane.drawn]
    rooms = {end: _room(written, language) for end, written in slots.items()}
    groups = []
    for start, end in cut(text, spans, rooms, width=LINE_WIDTH.get(language, LINE_WIDTH["en"])):
        rows = "".join(_row(text, lane, start, end, slots, hues) for lane in shown)
        groups.append(render.lane_group(rows, language))
    return "".join(groups)


def cut(text: str, spans: Sequence[Span], rooms: Mapping[int, float], *, width: int) -> list[tuple[int, int]]:
    """Ranges that cover the text, each about as wide as the others and at most about `width` characters.

    `rooms` is what a label behind a span takes, by the span's end. No range ends inside a span nor, where it can be
    helped, inside a word; a line break of the text ends one.
    """
    inside = bytearray(len(text) + 1)  # 1 where a cut would part a span
    for span in spans:
        inside[span.start + 1 : span.end] = b"\1" * (span.end - span.start - 1)
    ranges: list[tuple[int, int]] = []
    begin = 0
    while begin < len(text):
        found = text.find("\n", begin)
        stop = len(text) if found < 0 else found + 1
        while stop < len(text) and inside[stop]:
            stop += 1
        ranges += _even(text, begin, stop, inside, rooms, width)
        begin = stop
    return ranges


def _even(
    text: str, begin: int, stop: int, inside: bytearray, rooms: Mapping[int, float], width: int
) -> list[tuple[int, int]]:
    """Cut `[begin, stop)` into as few pieces as fit, of about equal width."""
    total = stop - begin + sum(room for end, room in rooms.items() if begin < end <= stop)
    target = total / -(-total // width) if total else width
    ranges, start, used = [], begin, 0.0
    for place in range(begin + 1, stop):
        used += 1 + rooms.get(place, 0)
        if used >= target and not inside[place] and _is_border(text, place):
            ranges.append((start, place))
            start, used = place, 0.0
    return [*ranges, (start, stop)]


def _is_border(text: str, place: int) -> bool:
    """True where a line may end: after a blank, and between characters of scripts that write no blanks."""
    before, after = text[place - 1], text[place]
    return before.isspace() or (ord(before) > 0x2E7F and ord(after) > 0x2E7F and after not in NEVER_FIRST)


def _room(written: Sequence[tuple[str, str, int]], language: str) -> float:
    """What labels and words behind a span take, in characters of the text; a Chinese one is as wide as two others."""
    width = 0.4 if language == "zh" else 0.8
    return max(width * (len(label) + len(word)) + 2.5 * width for label, word, _ in written)


def _flat(drawn: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """Sorted, and without those that lie over an earlier one: a line shows one mark at a place."""
    flat: list[Drawn] = []
    for item in sorted(drawn, key=lambda item: (item.ghost, item.span.start, -item.span.end)):
        if not any(item.span.overlaps(other.span) for other in flat):
            flat.append(item)
    return tuple(sorted(flat, key=lambda item: item.span.start))


def _row(
    text: str,
    lane: Lane,
    start: int,
    end: int,
    slots: Mapping[int, Sequence[tuple[str, str, int]]],
    hues: Mapping[str, int],
) -> str:
    own = {item.span.start: item for item in lane.drawn if start <= item.span.start < end}
    borders = {place for place in slots if start < place <= end}
    for item in own.values():
        borders |= {item.span.start, item.span.end}
    pieces: list[str] = []
    inner: list[str] = []  # what stands in the mark of the span that is open
    position, current = start, None
    for border in sorted(borders | {end}):
        target = pieces if current is None else inner
        piece = text[position:border]
        target.append(
            render.plain(piece.rstrip("\n") if border == end else piece)
        )  # the next line begins below anyway
        closed = current if current is not None and current.span.end == border else None
        if closed is not None:
            pieces.append(_marked("".join(inner), closed, hues))
            target, inner, current = pieces, [], None
        if border in slots:
            target.append(_slot(slots[border], closed))
        current = own.get(border, current)
        position = border
    return render.lane_row(lane.name, "".join(pieces))


def _marked(inner: str, item: Drawn, hues: Mapping[str, int]) -> str:
    """A span's mark around its text, and around the room that other lanes need in its middle."""
    kind = "tl-ghost" if item.ghost else "tl-wrong" if item.word else "tl-right"
    score = "" if item.span.score is None or item.ghost else f" {item.span.score:.2f}"
    title = f"{item.span.label}{score}{f' · {item.word}' if item.word else ''}"
    return render.lane_mark(inner, title, kind, hues.get(item.span.label, 0))


def _slot(written: Sequence[tuple[str, str, int]], own: Drawn | None) -> str:
    """The room behind a span: what this lane writes there, above the invisible words of the other lanes."""
    mine = (own.span.label, own.word) if own else None
    parts = []
    for label, word, hue in written:
        seen = (label, word) == mine
        ghost = bool(seen and own and own.ghost)
        parts.append(render.lane_label(label, word, hue, seen=seen, ghost=ghost))
    return render.lane_slot("".join(parts))
