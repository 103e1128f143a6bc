"""What the desk does with a person's gestures, in plain Python: caret, selection, pick, spans, the label that stays
on, undo and redo. It shares no code with the browser's part: graphemes are those of `regex` (\\X), tokens those of
core.tokens, directions those of `unicodedata`. All offsets are code points.

Where the key sheet is silent the model says:
- The caret stands between two characters. A step by token goes to the next token's end or the last token's start;
  "right" is forward in a line whose first strong character runs from left to right, else backward.
- Without Shift a step from a selection goes to its end on that side, by token or by character alike.
- A selection made by tokens covers every token that it touches. Once one step of it was by character it means exactly
  its characters, white space at its ends left out; a selection of white space alone is none.
- A mouse with Shift means graphemes; characters that cannot be seen fall away at the ends, unless there is no other.
- A label on the range of a span renames that span; where spans overlap, only one of the same label is meant.
- A label with neither selection nor pick stays on: it labels each drag at once, and nothing stays picked after it.
- A span that others keep out is refused. The same label again sets it in their place, Tab picks the first of them,
  and whatever else changes selection, pick or spans withdraws the offer.
- Undo and redo put the caret behind the first span that came back, else behind the first that went; a flag moves
  nothing. Both clear selection and pick.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import regex

from core.tokens import snap, tokenize

Mark = tuple[int, int, str]  # start, end, label
LINE_END = regex.compile(r"\r\n|\r|\n")
UNSEEN_KINDS = ("Cc", "Cf", "Zl", "Zp")
UNSEEN_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u200c\u200d"


@dataclass(frozen=True)
class State:
    """What is stored of a document."""

    spans: tuple[Mark, ...] = ()
    flagged: bool = False
    status: str = "unlabelled"


@dataclass(frozen=True)
class Selection:
    """From `anchor` to `focus`, by tokens or exactly."""

    anchor: int
    focus: int
    exact: bool


@dataclass(frozen=True)
class Refusal:
    """A span that `others` keep out, which would take the place of `gone`."""

    span: Mark
    others: tuple[Mark, ...]
    gone: tuple[Mark, ...]
    by_selection: bool


@dataclass
class Step:
    """One entry of the history."""

    document: int
    before: State
    after: State
    undone: bool = False


@dataclass
class DeskModel:
    """The desk of one project; `keys` of labels, in the project's order, give their names."""

    language: str
    overlap: bool
    keys: dict[str, str] = field(default_factory=lambda: {"1": "PER", "2": "ORG", "3": "LOC", "d": "DATE"})

    def __post_init__(self) -> None:
        self.sticky: str | None = None
        self.history: list[Step] = []
        self.known: dict[int, State] = {}
        self.places = {name: place for place, name in enumerate(self.keys.values())}
        shifted: dict[str, Callable[[bool], None]] = {
            "ArrowRight": lambda extend: self._step(True, extend, exact=False),
            "ArrowLeft": lambda extend: self._step(False, extend, exact=False),
            "Control+Home": lambda extend: self._to_end(False, extend),
            "Control+End": lambda extend: self._to_end(True, extend),
        }
        self.moves = {
            ("Shift+" if extend else "") + key: (move, extend) for key, move in shifted.items() for extend in (0, 1)
        }

    # ---- the document ----

    def open(self, document: int, text: str) -> None:
        """Another document comes on the screen."""
        self.document, self.text = document, text
        self.tokens = tokenize(text, self.language)
        self.starts = [token.start for token in self.tokens]
        self.ends = [token.end for token in self.tokens]
        self.borders = [0, *(match.end() for match in regex.finditer(r"\X", text))]
        self.state = self.known.get(document, State())
        self.caret = self.starts[0] if self.starts else 0
        self.selection: Selection | None = None
        self.picked: Mark | None = None
        self.refusal: Refusal | None = None

    @property
    def graphemes(self) -> list[tuple[int, int]]:
        """The extended grapheme clusters of the text."""
        return list(zip(self.borders, self.borders[1:], strict=False))

    @property
    def range(self) -> tuple[int, int] | None:
        """What a label would cover."""
        if self.selection is None:
            return None
        start, end = sorted((self.selection.anchor, self.selection.focus))
        if not self.selection.exact:
            return snap(start, end, self.tokens) if start < end else None
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        return (start, end) if start < end else None

    def line_of(self, place: int) -> str:
        """The line around a place, without its end."""
        before = max(
            (match.end() for match in regex.finditer(r"\r\n|\r|\n", self.text) if match.end() <= place), default=0
        )
        return regex.split(r"\r\n|\r|\n", self.text[before:])[0]

    def runs_leftward(self, place: int) -> bool:
        """Whether the line runs from right to left: its first strong character decides."""
        classes = (unicodedata.bidirectional(character) for character in self.line_of(place))
        return next((kind for kind in classes if kind in ("L", "R", "AL")), "L") != "L"

    # ---- gestures ----

    def means(self, key: str) -> bool:
        """Whether a key belongs to the open document now, and not to the screen or to another document."""
        if key in ("Tab", "Shift+Tab"):
            return self.refusal is not None or self._neighbour(key == "Tab") is not None
        if key == "Control+z":
            return self._undoable is not None and self._undoable.document == self.document
        if key == "Control+y":
            return self._redoable is not None and self._redoable.document == self.document
        return key not in ("Backspace", "Delete") or self.picked is not None

    def press(self, key: str) -> None:
        """A key, as Playwright names it."""
        if key in self.keys:
            self._label(self.keys[key])
        elif key in self.moves:
            move, extend = self.moves[key]
            move(extend)
        elif key.startswith("Alt+"):
            self._alt(right=key.endswith("Right"), shift="Shift" in key)
        elif key.startswith("Control+Shift+Arrow"):
            self._end_key(right=key.endswith("Right"))
        else:
            plain = {
                "Tab": lambda: self._walk(True),
                "Shift+Tab": lambda: self._walk(False),
                "Backspace": self._remove,
                "Delete": self._remove,
                "Control+z": lambda: self._travel(back=True),
                "Control+y": lambda: self._travel(back=False),
                "Escape": self._clear,
                "f": lambda: self._apply(replace(self.state, flagged=not self.state.flagged)),
            }
            plain[key]()

    def drag(self, first: int, last: int) -> None:
        """The mouse from one token to another, by their places in the text."""
        start, end = self.starts[min(first, last)], self.ends[max(first, last)]
        self._drawn(Selection(start, end, False) if first <= last else Selection(end, start, False))

    def shift_drag(self, first: int, last: int) -> None:
        """The mouse with Shift from one border of graphemes to another."""
        start, end = self._seen(min(first, last), max(first, last))
        self._drawn(Selection(start, end, True) if first <= last else Selection(end, start, True))

    def double_click(self, token: int) -> None:
        """On a token; in Chinese the browser's word list would widen it."""
        self._drawn(Selection(self.starts[token], self.ends[token], False))

    def answer(self, status: str) -> None:
        """The document is accepted or skipped, and left."""
        self._apply(replace(self.state, status=status))

    # ---- moves ----

    def _move(self, place: int, extend: bool, exact: bool = False) -> None:
        if extend:
            anchor = self.caret if self.selection is None else self.selection.anchor
            self.selection = Selection(anchor, place, exact or (self.selection is not None and self.selection.exact))
        else:
            self.selection = None
        self.picked = self.refusal = None
        self.caret = place

    def _step(self, right: bool, extend: bool, exact: bool) -> None:
        forward = right != self.runs_leftward(self.caret)
        if self.range and not extend:
            self._move(self.range[forward], False)
            return
        if exact:
            to = self._border_after(self.caret) if forward else self._border_before(self.caret)
        else:
            to = self._end_after(self.caret) if forward else self._start_before(self.caret)
        self._move(to, extend, exact)

    def _to_end(self, last: bool, extend: bool) -> None:
        if self.tokens:
            self._move(self.ends[-1] if last else self.starts[0], extend)

    def _border_after(self, place: int) -> int:
        return self.borders[min(bisect_right(self.borders, place), len(self.borders) - 1)]

    def _border_before(self, place: int) -> int:
        return self.borders[max(0, bisect_left(self.borders, place) - 1)]

    def _end_after(self, place: int) -> int:
        found = bisect_right(self.ends, place)
        return self.ends[found] if found < len(self.ends) else place

    def _start_before(self, place: int) -> int:
        found = bisect_left(self.starts, place) - 1
        return self.starts[found] if found >= 0 else place

    def _alt(self, *, right: bool, shift: bool) -> None:
        if shift and self.picked is not None:
            self._nudge("start", right)
        else:
            self._step(right, shift, exact=True)

    def _end_key(self, *, right: bool) -> None:
        if self.picked is not None:
            self._nudge("end", right)
        else:
            self._step(right, True, exact=False)

    def _clear(self) -> None:
        if self.selection is not None:
            self.selection = None
        elif self.picked is not None:
            self.picked = None
        else:
            self.sticky = None
            return
        self.refusal = None

    def _neighbour(self, forward: bool) -> Mark | None:
        """The span that Tab leads to."""
        items = sorted(self.state.spans, key=lambda span: (span[0], span[1], self.places[span[2]]))
        if self.picked is not None:
            at = items.index(self.picked) + (1 if forward else -1)
            return items[at] if 0 <= at < len(items) else None
        if forward:
            return next((span for span in items if span[0] >= self.caret), items[0] if items else None)
        return next((span for span in reversed(items) if span[1] <= self.caret), items[-1] if items else None)

    def _walk(self, forward: bool) -> None:
        found = self.refusal.others[0] if self.refusal else self._neighbour(forward)
        assert found is not None
        self.selection, self.picked, self.caret, self.refusal = None, found, found[1], None

    def _seen(self, start: int, end: int) -> tuple[int, int]:
        """Without what nobody sees at the ends; as it is where nothing else is left."""
        first, last = start, end
        while first < last and _is_unseen(self.text[first : self._border_after(first)]):
            first = self._border_after(first)
        while first < last and _is_unseen(self.text[self._border_before(last) : last]):
            last = self._border_before(last)
        return (first, last) if first < last else (start, end)

    def _drawn(self, selection: Selection) -> None:
        """A selection made by mouse."""
        self.selection, self.picked, self.caret, self.refusal = selection, None, selection.focus, None
        if self.range and self.sticky is not None:
            self._add(self.range, self.sticky)

    # ---- changes ----

    def _label(self, label: str) -> None:
        if self.refusal is not None and self.refusal.span[2] == label:
            self._set(self.refusal.span, (*self.refusal.gone, *self.refusal.others), self.refusal.by_selection)
        elif self.range:
            self._add(self.range, label)
        elif self.picked is not None:
            self._rename(self.picked, label)
        else:
            self.sticky = None if self.sticky == label else label

    def _add(self, span: tuple[int, int], label: str) -> None:
        for other in self.state.spans:
            if other[:2] == span and (not self.overlap or other[2] == label):
                self.selection = None
                self._rename(other, label)
                return
        self._put((*span, label), (), by_selection=True)

    def _put(self, span: Mark, gone: tuple[Mark, ...], *, by_selection: bool) -> None:
        others = tuple(other for other in self.state.spans if other not in gone and self._clash(span, other))
        if not others:
            self._set(span, gone, by_selection)
        elif not self.overlap:
            self.refusal = Refusal(span, others, gone, by_selection)

    def _clash(self, one: Mark, other: Mark) -> bool:
        return one == other if self.overlap else one[0] < other[1] and other[0] < one[1]

    def _set(self, span: Mark, gone: tuple[Mark, ...], by_selection: bool) -> None:
        self.selection = self.refusal = None
        self.caret = span[1]
        self.picked = span if self.sticky is None or not by_selection else None
        self._spans([*(other for other in self.state.spans if other not in gone), span])

    def _rename(self, span: Mark, label: str) -> None:
        renamed = (span[0], span[1], label)
        if renamed != span and renamed in self.state.spans:
            return
        self.picked = renamed if self.sticky is None else None
        self.refusal = None
        self._spans([*(other for other in self.state.spans if other != span), renamed])

    def _remove(self) -> None:
        assert self.picked is not None
        gone, self.picked, self.refusal = self.picked, None, None
        self.caret = gone[1]
        self._spans([span for span in self.state.spans if span != gone])

    def _nudge(self, edge: str, right: bool) -> None:
        """One end of the picked span by a token, as seen."""
        assert self.picked is not None
        start, end, label = self.picked
        forward = right != self.runs_leftward(start)
        if edge == "start":
            after = bisect_right(self.starts, start)
            following = self.starts[after] if after < len(self.starts) else start
            start = following if forward else self._start_before(start)
        elif forward:
            end = self._end_after(end)
        else:
            left = snap(start, max(start, self._start_before(end)), self.tokens)
            end = left[1] if left and start < max(start, self._start_before(end)) else end
        if start < end and (start, end, label) != self.picked:
            self._put((start, end, label), (self.picked,), by_selection=False)

    def _spans(self, spans: list[Mark]) -> None:
        ordered = tuple(sorted(spans, key=lambda span: (span[0], -span[1], self.places[span[2]])))
        if ordered != self.state.spans:
            status = "draft" if self.state.status in ("unlabelled", "skipped") else self.state.status
            self._apply(replace(self.state, spans=ordered, status=status))

    def _apply(self, state: State) -> None:
        if state == self.state:
            return
        self.history = [step for step in self.history if not step.undone]
        self.history.append(Step(self.document, self.state, state))
        self.state = self.known[self.document] = state
        self.refusal = None

    @property
    def _undoable(self) -> Step | None:
        return next((step for step in reversed(self.history) if not step.undone), None)

    @property
    def _redoable(self) -> Step | None:
        return next((step for step in self.history if step.undone), None)

    def _travel(self, *, back: bool) -> None:
        step = self._undoable if back else self._redoable
        assert step is not None
        step.undone = back
        was, now = self.state, step.before if back else step.after
        come = [span for span in now.spans if span not in was.spans]
        gone = [span for span in was.spans if span not in now.spans]
        self.state = self.known[self.document] = now
        self.selection = self.picked = self.refusal = None
        if come or gone:
            self.caret = (come or gone)[0][1]


def _is_unseen(cluster: str) -> bool:
    kind = unicodedata.category
    return all(c != "\n" and (kind(c) in UNSEEN_KINDS or c in UNSEEN_FILLERS) for c in cluster)
