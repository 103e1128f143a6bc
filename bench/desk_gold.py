"""A scripted person labels real documents exactly as their gold says, and every key and move of the mouse is counted.

By keyboard: the caret goes to the first token of a span (counted apart), a label key where another label is on, E
takes the name, and where it is off the end is moved a token a key. By mouse: a label stays on, each span is one drag.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.documents import Document, LabelSet, Span
from core.tokens import tokenize
from tests.browser.annotator_desk import Desk, Harness
from tests.browser.browsing import saved
from tests.browser.torture_hand import BOXES

DETOUR = 12  # px: a way of a few pixels would be a click


@dataclass
class Count:
    """What a session took: `by` kind of gesture, `exact` spans at the first guess, `wrong` spans at its end."""

    spans: int = 0
    exact: int = 0
    wrong: int = 0
    by: Counter[str] = field(default_factory=Counter)

    def each(self, *kinds: str) -> float:
        """Gestures of these kinds per span."""
        return sum(self.by[kind] for kind in kinds) / self.spans


def suitable(documents: Sequence[Document], count: int) -> list[Document]:
    """The first `count` documents of different texts whose spans are whole tokens and lie apart."""
    found: dict[str, Document] = {}
    for document in documents:
        borders = tokenize(document.text, "en")
        starts, ends = {token.start for token in borders}, {token.end for token in borders}
        whole = all(span.start in starts and span.end in ends for span in document.spans)
        apart = all(a.end <= b.start for a, b in zip(document.spans, document.spans[1:], strict=False))
        if document.spans and whole and apart and len(found) < count:
            found.setdefault(document.text, document)
    return list(found.values())


class Session:
    """One walk through a project of unlabelled documents."""

    def __init__(self, harness: Harness, page: object, documents: Sequence[Document]) -> None:
        self.documents = documents
        names = LabelSet.of(documents).names
        self.key = {name: str((place + 1) % 10) for place, name in enumerate(names)}
        assert len(names) <= 10, "A label beyond the tenth has no digit of its own."
        case = harness.case([document.text for document in documents], label_names=names, keys={})
        self.desk = Desk(page, case, document=0)  # type: ignore[arg-type]
        self.page = self.desk.page
        self.count = Count(spans=sum(len(document.spans) for document in documents))
        database = harness.app.home / "tagloop.db"
        self.connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)

    def by_keyboard(self) -> Count:
        """A label stays on, E for each span."""
        on = ""
        for number, document in enumerate(self.documents):
            self._arrive(number)
            tokens = tokenize(document.text, "en")
            starts, ends = [token.start for token in tokens], [token.end for token in tokens]
            at = 0  # the token that the caret is on
            for place, span in enumerate(document.spans):
                first, last = starts.index(span.start), ends.index(span.end)
                for _ in range(first - at):
                    self._key("ArrowRight", "steps")
                if place and first == at:
                    self._key("Escape", "label")  # lets go of the span before: the caret has not left it
                if span.label != on:
                    self._key(self.key[span.label], "label")
                    on = span.label
                self._key("e", "name")
                off = last - ends.index(self._stored(number)[place][1])
                self.count.exact += off == 0
                for _ in range(abs(off)):
                    self._key(f"Control+Shift+Arrow{'Right' if off > 0 else 'Left'}", "end")
                at = last + 1
            self._leave(number, document)
        return self.count

    def by_mouse(self) -> Count:
        """A label stays on, a drag for each span; spans of one label after each other."""
        on = ""
        for number, document in enumerate(self.documents):
            self._arrive(number)
            for span in sorted(document.spans, key=lambda span: (span.label != on, span.label, span.start)):
                if span.label != on:
                    self._key(self.key[span.label], "label")
                    on = span.label
                self._drag(document.text, span)
            self._leave(number, document)
        return self.count

    def _arrive(self, number: int) -> None:
        self.page.wait_for_function(
            "(id) => new URLSearchParams(location.search).get('document') === id", arg=str(self.desk.case.ids[number])
        )

    def _leave(self, number: int, document: Document) -> None:
        """Accept, and compare what is stored with the gold."""
        stored = self._stored(number)
        self.count.wrong += len({(span.start, span.end, span.label) for span in document.spans} ^ set(stored))
        self._key("Enter", "document")

    def _key(self, key: str, kind: str) -> None:
        self.page.keyboard.press(key)
        self.count.by[kind] += 1

    def _drag(self, text: str, span: Span) -> None:
        """From the first character of a span to its last."""
        places = (span.start, span.start + 1, span.end - 1, span.end)
        units = [len(text[:place].encode("utf-16-le")) // 2 for place in places]
        first, last = self.page.evaluate(BOXES, [units[:2], units[2:]])
        mouse = self.page.mouse
        mouse.move(first[0] + 1, first[1] + first[3] / 2)
        mouse.down()
        mouse.move(first[0] + DETOUR, first[1] + first[3] / 2 + 3)
        mouse.move(last[0] + last[2] - 1, last[1] + last[3] / 2)
        mouse.up()
        self.count.by["drag"] += 1

    def _stored(self, number: int) -> list[tuple[int, int, str]]:
        """The spans in the database; saved by a key that counts for nothing."""
        self.page.keyboard.press("Control+s")
        saved(self.page)
        return self.connection.execute(
            'SELECT s.start, s."end", l.name FROM span s JOIN annotation a ON a.id = s.annotation_id '
            "JOIN label l ON l.id = s.label_id WHERE a.document_id = ? ORDER BY s.start",
            [self.desk.case.ids[number]],
        ).fetchall()


def gestures_of(harness: Harness, page: object, labels: Sequence[str]) -> int:
    """Gestures by mouse for a document of 50 tokens with a span of each of these labels; no label is on before."""
    words = [f"word{number}" for number in range(50)]
    text = " ".join(words)
    places = [text.index(f"word{10 * (place + 1)} ") for place in range(len(labels))]
    spans = [Span(start, start + 6, label) for start, label in zip(places, labels, strict=True)]
    count = Session(harness, page, [Document(text, tuple(spans))]).by_mouse()
    assert count.wrong == 0, "The document was not labelled as it should be."
    return sum(count.by.values())
