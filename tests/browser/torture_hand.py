"""Random gestures at the desk, each done by real keys or the real mouse and by the model in desk_model.py.

After each gesture that changes what is decided, what the database holds must become what the model has. The first
difference ends the run, with the fewest gestures on the one text that still bring it about.
"""

from __future__ import annotations

import random
import sqlite3
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, groupby

from playwright.sync_api import Page

from tests.browser.annotator_desk import SHADOW, Desk, Harness
from tests.browser.desk_model import DeskModel, Mark, State
from tests.browser.torture import TortureText

PATIENCE_SECONDS = 8.0
NARROWEST = 4  # px of a grapheme that the mouse aims at
APART = 14  # px between a double click and the press before it, so that it is not taken for a third click
SHRINKINGS = 60  # tries to leave out a gesture

KEYS = {
    "Shift+ArrowRight": 14, "Shift+ArrowLeft": 8, "Alt+Shift+ArrowRight": 10, "Alt+Shift+ArrowLeft": 8,
    "ArrowRight": 8, "ArrowLeft": 5, "Alt+ArrowRight": 5, "Alt+ArrowLeft": 4, "Control+Home": 1, "Control+End": 1,
    "Shift+Control+Home": 1, "Shift+Control+End": 1, "Control+Shift+ArrowRight": 6, "Control+Shift+ArrowLeft": 6,
    "Tab": 7, "Shift+Tab": 4, "Escape": 5, "Backspace": 4, "Delete": 2, "Control+z": 7, "Control+y": 5, "f": 1,
    "1": 16, "2": 10, "3": 5, "d": 3,
}  # fmt: skip
MOUSE = {"drag": 11, "shift drag": 13, "double click": 6}

# Boxes [left, top, width, height] of ranges in UTF-16 units; null for one in several lines or out of sight.
BOXES = f"""(ranges) => {{
  const root = {SHADOW};
  const view = root.querySelector(".scroll").getBoundingClientRect();
  const walker = document.createTreeWalker(root.querySelector(".blocks"), NodeFilter.SHOW_TEXT);
  const nodes = [];
  let length = 0;
  while (walker.nextNode()) {{
    nodes.push([length, walker.currentNode]);
    length += walker.currentNode.length;
  }}
  const range = document.createRange();
  const place = (unit, behind) => {{
    const [from, node] = nodes.findLast(([from]) => (behind ? from < unit : from <= unit));
    return [node, unit - from];
  }};
  return ranges.map(([start, end]) => {{
    range.setStart(...place(start, false));
    range.setEnd(...place(end, true));
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
    if (rects.length !== 1) return null;
    const [{{ left, top, width, height }}] = rects;
    return top < view.top + 12 || top + height > view.bottom - 12 ? null : [left, top, width, height];
  }});
}}"""
# Whether each point lies on the text itself, with no grip or message over it.
FREE = f"""(points) => points.every(([x, y]) => {{
  const top = {SHADOW}.elementFromPoint(x, y);
  return top !== null && top.closest(".text") !== null && top.closest("[data-edge]") === null;
}})"""


@dataclass(frozen=True)
class Gesture:
    """A key, or a way of the mouse between two places: tokens of a drag, borders of graphemes of one with Shift."""

    kind: str
    first: int = 0
    last: int = 0
    points: tuple[tuple[float, float], ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.kind if self.kind not in MOUSE else f"{self.kind} {self.first}-{self.last}"


class WrongSpans(AssertionError):
    """The database does not hold what the model says."""


@dataclass
class Hand:
    """One project's desk and its model, fed the same gestures."""

    desk: Desk
    model: DeskModel
    texts: Sequence[str]
    patience: float = PATIENCE_SECONDS  # seconds

    def __post_init__(self) -> None:
        self.page: Page = self.desk.page
        self.last_press = (-100.0, -100.0)
        self.done: list[Gesture] = []
        self.counted = 0
        self.changes = 0
        database = self.desk.case.harness.app.home / "tagloop.db"
        self.connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def show(self, number: int) -> None:
        """The document is on the screen now."""
        self.page.wait_for_function(
            "(id) => new URLSearchParams(location.search).get('document') === id",
            arg=str(self.desk.case.ids[number]),
        )
        self.number = number
        self.model.open(number, self.texts[number])
        on = [Gesture(key) for key, label in self.model.keys.items() if label == self.model.sticky]
        self.done = on  # so that the gestures say all that is needed to do them again

    def perform(self, gesture: Gesture) -> bool:
        """Do it on both sides, where it means something; false where it cannot be done now."""
        if gesture.kind in MOUSE:
            if not gesture.points and not (gesture := self._aimed(gesture)).points:
                return False
            if not self.page.evaluate(FREE, list(gesture.points)):
                return False
        elif not self.model.means(gesture.kind):
            return False
        before = self.model.state
        self.done.append(gesture)
        self.counted += 1
        if gesture.kind in MOUSE:
            self._move_mouse(gesture)
        else:
            self.page.keyboard.press(gesture.kind)
            self.model.press(gesture.kind)
        if self.model.state != before:
            self.changes += 1
            self.page.keyboard.press("Control+s")
            self.compare()
        return True

    def leave(self, key: str) -> None:
        """To the next document of the queue: without an answer, accepted or skipped."""
        self.page.keyboard.press("Control+s")
        self.compare()
        answer = {"Enter": "accepted", " ": "skipped"}.get(key)
        if answer:
            self.model.answer(answer)
        self.page.keyboard.press(key)

    def compare(self) -> None:
        """Wait until the database holds what the model has; raises WrongSpans when it does not come to that."""
        until = time.monotonic() + self.patience
        while (found := self.stored(self.number)) != self.model.state:
            if time.monotonic() > until:
                raise WrongSpans(f"stored {found}, but the model has {self.model.state}")
            time.sleep(0.002)

    def stored(self, number: int) -> State:
        """What the database holds of a document."""
        rows = self.connection.execute(
            'SELECT a.status, a.flagged, s.start, s."end", l.name, l.id FROM annotation a '
            "LEFT JOIN span s ON s.annotation_id = a.id LEFT JOIN label l ON l.id = s.label_id "
            'WHERE a.document_id = ? ORDER BY s.start, s."end" DESC, l.id',
            [self.desk.case.ids[number]],
        ).fetchall()
        if not rows:
            return State()
        spans: tuple[Mark, ...] = tuple((start, end, name) for _, _, start, end, name, _ in rows if name is not None)
        return State(spans, bool(rows[0][1]), rows[0][0])

    # ---- the mouse ----

    def random_gesture(self, chance: random.Random) -> Gesture:
        """One that means something now; it may still turn out that it cannot be aimed."""
        names = list(KEYS) + list(MOUSE)
        weights = list(KEYS.values()) + list(MOUSE.values())
        while True:
            kind = chance.choices(names, weights)[0]
            if kind in MOUSE:
                return self._random_aim(kind, chance)
            for_nothing = kind in self.model.keys and self.model.range is None and self.model.picked is None
            if for_nothing and chance.random() < 0.8:
                continue  # rarely a label that stays on
            if self.model.means(kind):
                return Gesture(kind)

    def _random_aim(self, kind: str, chance: random.Random) -> Gesture:
        if kind == "shift drag":
            targets = [grapheme for grapheme in self._aims() if grapheme[2]]
            if not targets:
                return Gesture("Escape")
            one = chance.choice(targets)
            near = [target for target in targets if abs(target[0] - one[0]) < 24]
            other = chance.choice(near)
            return Gesture(kind, one[chance.randint(0, 1)], other[chance.randint(0, 1)])
        targets = self._aims()
        if not targets or (kind == "double click" and self.model.language == "zh"):
            return Gesture("Escape")
        one = chance.choice(targets)
        other = one if kind == "double click" else chance.choice([t for t in targets if abs(t[0] - one[0]) < 40])
        return Gesture(kind, self._token(one[0]), self._token(other[0]))

    def _aimed(self, gesture: Gesture) -> Gesture:
        """The gesture with its points on the screen; without any where a place of it cannot be hit."""
        aims = self._aims()
        points = []
        for place in (gesture.first, gesture.last):
            if gesture.kind == "shift drag":
                found = [self._edge(aim, place) for aim in aims if aim[2] and place in aim[:2]]
            else:
                found = [
                    (left + width / 2, top + height / 2)
                    for start, _, _, (left, top, width, height) in aims
                    if self._token(start) == place
                ]
            if not found:
                return gesture
            points.append(found[0])
        far = max(abs(points[0][0] - self.last_press[0]), abs(points[0][1] - self.last_press[1]))
        if gesture.kind == "double click" and (far < APART or self._is_labelled(gesture.first)):
            return gesture
        return Gesture(gesture.kind, gesture.first, gesture.last, tuple(points))

    def _is_labelled(self, token: int) -> bool:
        """Whether the first click would pick a span, whose grips may then lie under the second."""
        start, end = self.model.starts[token], self.model.ends[token]
        return any(span[0] < end and start < span[1] for span in self.model.state.spans)

    def _token(self, place: int) -> int:
        """The token at a place that is in one."""
        return next(i for i, end in enumerate(self.model.ends) if place < end)

    def _edge(self, aim: Aim, place: int) -> tuple[float, float]:
        """A point just inside the grapheme at one of its borders."""
        start, _, direction, (left, top, width, height) = aim
        at_left = (place == start) == (direction == "L")
        return (left + 1 if at_left else left + width - 1), top + height / 2

    def _aims(self) -> list[Aim]:
        """The graphemes of tokens that the mouse can hit beyond doubt, with their direction."""
        model = self.model
        units = [0]
        for character in model.text:
            units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
        inside = [(start, end) for start, end in model.graphemes if not model.text[start:end].isspace()]
        boxes = self.page.evaluate(BOXES, [[units[start], units[end]] for start, end in inside])
        seen = [(start, end, box) for (start, end), box in zip(inside, boxes, strict=True) if box]
        aims: list[Aim] = []
        for start, end, (left, top, width, height) in seen:
            if width < NARROWEST or not self._is_whole(start, end):
                continue
            x, y = left + width / 2, top + height / 2
            over = [s for s, _, box in seen if _covers(box, x, y)]
            if over == [start]:
                aims.append((start, end, self._direction(start), (left, top, width, height)))
        return aims

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether one token holds the grapheme."""
        token = self._token(start)
        return self.model.starts[token] <= start and end <= self.model.ends[token]

    def _direction(self, place: int) -> str:
        """L or R, as the character is drawn; "" where the neighbours decide."""
        kind = unicodedata.bidirectional(self.model.text[place])
        if kind in ("R", "AL"):
            return "R"
        if kind in ("L", "AN", "EN"):
            return "L"
        kinds = {unicodedata.bidirectional(character) for character in self.model.line_of(place)}
        return "" if kinds & {"R", "AL", "AN", "RLE", "RLO", "LRE", "LRO"} else "L"

    def _move_mouse(self, gesture: Gesture) -> None:
        mouse, keyboard = self.page.mouse, self.page.keyboard
        (from_x, from_y), (to_x, to_y) = gesture.points
        self.last_press = (from_x, from_y)
        if gesture.kind == "double click":
            mouse.dblclick(from_x, from_y)
            self.model.double_click(gesture.first)
            return
        if gesture.kind == "shift drag":
            keyboard.down("Shift")
        mouse.move(from_x, from_y)
        mouse.down()
        mouse.move(from_x + 12, from_y + 3)  # a way of a few pixels would be a click
        mouse.move(to_x, to_y)
        mouse.up()
        if gesture.kind == "shift drag":
            keyboard.up("Shift")
            self.model.shift_drag(gesture.first, gesture.last)
        else:
            self.model.drag(gesture.first, gesture.last)


Aim = tuple[int, int, str, tuple[float, float, float, float]]  # start, end, direction, box


@dataclass
class Torture:
    """Random gestures over a torture set; `gestures` is how many were done, `changes` how many changed something."""

    harness: Harness
    page: Page
    seed: str
    gestures: int = 0
    changes: int = 0

    def walk(self, texts: Sequence[TortureText], *, each: int) -> None:
        """`each` gestures on every text; raises WrongSpans with the shortest way to a difference."""
        for (language, overlap), group in groupby(sorted(texts, key=_project), key=_project):
            self._walk_project([text.text for text in group], language, overlap, each)

    def _walk_project(self, texts: list[str], language: str, overlap: bool, each: int) -> None:
        hand = self._hand(texts, language, overlap)
        chance = random.Random(f"{self.seed}/{language}/{overlap}")
        try:
            for number in range(len(texts)):
                hand.show(number)
                for _ in range(each):
                    for _ in range(5):
                        if hand.perform(hand.random_gesture(chance)):
                            break
                hand.leave(chance.choice("]]]]] ") if number % 3 else "Enter")
        except WrongSpans as wrong:
            done = self._shrunk(texts[hand.number], language, overlap, hand.done)
            raise WrongSpans(
                f"{wrong}\nseed {self.seed!r}, {language}, overlap {overlap}, document {hand.number}: "
                f"{texts[hand.number]!r}\ngestures: {', '.join(map(str, done))}\nof: {', '.join(map(str, hand.done))}"
            ) from None
        finally:
            self.gestures += hand.counted
            self.changes += hand.changes
            hand.close()

    def _hand(self, texts: list[str], language: str, overlap: bool) -> Hand:
        desk = Desk(self.page, self.harness.case(texts, language=language, overlap=overlap), document=0)
        return Hand(desk, DeskModel(language, overlap), texts)

    def _shrunk(self, text: str, language: str, overlap: bool, gestures: list[Gesture]) -> list[Gesture]:
        """The gestures without those that the difference does not need; all of them where it does not come again."""
        left = list(gestures)
        tries = count()
        at = len(left) - 1
        if not self._fails(text, language, overlap, left):
            return left
        while at >= 0 and next(tries) < SHRINKINGS:
            fewer = left[:at] + left[at + 1 :]
            if self._fails(text, language, overlap, fewer):
                left = fewer
            at -= 1
        return left

    def _fails(self, text: str, language: str, overlap: bool, gestures: list[Gesture]) -> bool:
        hand = self._hand([text], language, overlap)
        hand.patience = PATIENCE_SECONDS / 4
        try:
            hand.show(0)
            for gesture in gestures:
                hand.perform(Gesture(gesture.kind, gesture.first, gesture.last))
            self.page.keyboard.press("Control+s")
            hand.compare()
        except WrongSpans:
            return True
        finally:
            hand.close()
        return False


def _covers(box: Sequence[float], x: float, y: float) -> bool:
    left, top, width, height = box
    return left - 1 < x < left + width + 1 and top - 1 < y < top + height + 1


def _project(text: TortureText) -> tuple[str, bool]:
    return text.language, text.overlap
