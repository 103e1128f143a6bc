"""What one selects is what is stored: nasty texts, grapheme by grapheme, by keys and by mouse, against the database.

Python's graphemes are those of `regex` (\\X, Unicode's extended grapheme clusters); the browser's come from its own
library. A grapheme of white space alone cannot be labelled and is stepped over.
"""

from __future__ import annotations

import unicodedata

import pytest

pytest.importorskip("playwright.sync_api")

import regex
from playwright.sync_api import expect

from tests.browser.annotator_desk import SHADOW

pytestmark = pytest.mark.browser

LINES = {
    "accents": "Cafe\u0301 A\u030a\u0323 x\u0336y Zoe\u0308.",
    "emoji": "a👍🏽b 👩\u200d👩\u200d👧\u200d👦 🇩🇪🇫🇷 1️⃣ ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👁️\u200d🗨️ z",
    "surrogates": "𝔘𝔫 😀😁 𠮷野家 end",
    "unseen": "zero\u200bwidth soft\u00adhyphen \ufeffmark join\u2060er \u202aembed\u202c.",
    "tabs": "name\tage\tcity\nAnn\t31\tOslo",
    "table": "name   age   city\nAnn     31   Oslo",
    "jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af 한국 각",
    "indic": "हिन्दी क्षत्रिय தமிழ் বাংলা",
    "thai": "สวัสดี กำลัง",
    "arabic": "التقى محمدٌ في ٣ باريس",
    "hebrew": "שָׁלוֹם 12 עולם",
    "numbers": "٢٠٢٦ ٣٤ and من15 3.5",
    "first strong": "𠮷 12 שלום",
    "mixed": "Order 15 من باريس to Paris",
    "ends": "one\r\ntwo\rthree\n\nfour",
    "chinese": "彭小军，浙商银行。",
}
# The box of [start, end) in UTF-16 units, with the place of the text node that the units lie in.
UNITS = f"""([start, end]) => {{
    const walker = document.createTreeWalker({SHADOW}.querySelector(".blocks"), NodeFilter.SHOW_TEXT);
    let from = 0;
    const range = document.createRange();
    while (walker.nextNode()) {{
        const node = walker.currentNode;
        const to = from + node.length;
        if (from <= start && start < to) range.setStart(node, start - from);
        if (from < end && end <= to) {{
            range.setEnd(node, end - from);
            break;
        }}
        from = to;
    }}
    const {{ left, top, width, height }} = range.getBoundingClientRect();
    return [left, top, width, height];
}}"""


def graphemes(text: str) -> list[tuple[int, int]]:
    """The extended grapheme clusters of a text as code-point ranges."""
    return [match.span() for match in regex.finditer(r"\X", text)]


def units(text: str, point: int) -> int:
    """A code-point offset in UTF-16 units."""
    return len(text[:point].encode("utf-16-le")) // 2


def forward(line: str) -> str:
    """The arrow that goes on in a line: left where its first strong character runs from right to left."""
    for character in line:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return "ArrowRight" if direction == "L" else "ArrowLeft"
    return "ArrowRight"


def line_of(text: str, start: int) -> str:
    """The line of a code point; a carriage return of its own ends one too."""
    before = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start))
    return regex.split(r"\r\n|\r|\n", text[before + 1 :])[0]


def shift_drag(work, left: float, right: float, y: float) -> None:
    """Drag from `left` to `right` with Shift held, by a detour: a way of a few pixels would be a click."""
    mouse = work.page.mouse
    work.page.keyboard.down("Shift")
    mouse.move(left, y)
    mouse.down()
    mouse.move(left + 12, y + 3, steps=2)
    mouse.move(right, y, steps=2)
    mouse.up()
    work.page.keyboard.up("Shift")


def boxes(work, text: str) -> list[list[float]]:
    """Where each grapheme of the text lies."""
    return [work.page.evaluate(UNITS, [units(text, start), units(text, end)]) for start, end in graphemes(text)]


@pytest.mark.parametrize("name", LINES)
def test_each_grapheme_is_labelled_by_keys_and_stored_as_python_counts_it(desk, name):
    text = LINES[name]
    work = desk({"text": text}, language="zh" if name == "chinese" else "en")
    work.press("Control+Home")
    for start, end in graphemes(text):
        arrow = forward(line_of(text, start))
        if text[start:end].isspace():
            work.press(f"Alt+{arrow}")
            continue
        work.press(f"Alt+Shift+{arrow}", "1", "Control+s")
        work.saved()
        assert work.stored()["spans"] == [[start, end, "PER"]], f"{text[start:end]!r} at {start}"
        work.press("Backspace", "Control+s")
        work.saved()
        assert work.stored()["spans"] == []


@pytest.mark.parametrize("name", LINES)
def test_each_grapheme_is_labelled_by_mouse_and_stored_as_python_counts_it(desk, name):
    text = LINES[name]
    work = desk({"text": text}, language="zh" if name == "chinese" else "en")
    tried = 0
    for start, end in graphemes(text):
        left, top, width, height = work.page.evaluate(UNITS, [units(text, start), units(text, end)])
        if text[start:end].isspace() or width < 3:
            continue
        tried += 1
        shift_drag(work, left + 1, left + width - 1, top + height / 2)
        work.press("2", "Control+s")
        work.saved()
        assert work.stored()["spans"] == [[start, end, "ORG"]], f"{text[start:end]!r} at {start}"
        work.press("Control+z", "Control+s")
        work.saved()
        assert work.stored()["spans"] == []
    assert tried


@pytest.mark.parametrize("name", LINES)
def test_no_character_moves_when_everything_is_labelled(desk, name):
    text = LINES[name]
    work = desk({"text": text}, language="zh" if name == "chinese" else "en")
    before = boxes(work, text)
    work.press("Control+Home")
    for start, end in graphemes(text):
        arrow = forward(line_of(text, start))
        if text[start:end].isspace():
            work.press(f"Alt+{arrow}")
        else:
            work.press(f"Alt+Shift+{arrow}", "3", "Escape")
    for was, now in zip(before, boxes(work, text), strict=True):
        assert now == pytest.approx(was, abs=0.6)  # glyphs stand on fractions of a pixel
    work.press("Control+s")
    work.saved()
    wanted = [[start, end, "LOC"] for start, end in graphemes(text) if not text[start:end].isspace()]
    assert work.stored()["spans"] == wanted


def test_characters_that_cannot_be_seen_are_marked_with_their_names(desk):
    work = desk(LINES["unseen"] + "\tx\u00a0y" + LINES["emoji"])
    marks = work.page.locator(".mark")
    names = ["zero-width space", "soft hyphen", "byte order mark", "word joiner", "U+202A", "U+202C"]
    expect(marks).to_have_count(len(names) + 2)  # nothing within an emoji is marked
    assert [mark.get_attribute("title") for mark in marks.all()] == [*names, "tab", "no-break space"]


def test_a_carriage_return_of_its_own_ends_a_line(desk):
    work = desk(LINES["ends"])
    tops = [work.point(word)[1] for word in ("one", "two", "three", "four")]
    assert tops == sorted(set(tops))
    work.press("Control+Home", "End", "ArrowRight", "ArrowRight", "Shift+Home", "1", "Control+s")
    work.saved()
    start = LINES["ends"].index("three")
    assert work.stored()["spans"] == [[start, start + 5, "PER"]]


def test_a_long_paragraph_runs_as_it_began_in_every_block(desk):
    words = [f"word{number}" for number in range(200)]
    text = " ".join([*words, "שלום", "עולם", *words])
    work = desk(text)
    directions = work.page.evaluate(
        f'() => [...{SHADOW}.querySelectorAll(".block")].map((block) => getComputedStyle(block).direction)'
    )
    assert len(directions) > 2
    assert set(directions) == {"ltr"}
    work.press("Control+End", "Home", "Shift+ArrowRight", "1")  # to the right is forward in the last block as well
    work.saved()
    ((begin, end, _),) = work.stored()["spans"]
    assert begin > text.index("שלום")
    assert text[begin:end].startswith("word")
