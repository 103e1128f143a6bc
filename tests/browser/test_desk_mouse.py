"""The mouse at the desk: drags, clicks, edges, and how many gestures a document takes."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser.annotator_desk import SHADOW

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
THREE = "Anna Berg met Carla Dorn. Eva Fink stayed at home."
TWO_SENTENCES = "Merkel came. Siemens pays well."
SELECTED = f"() => {SHADOW}.querySelectorAll('.selected-box:not([hidden])').length"
SCROLLED = f"() => {SHADOW}.querySelector('.scroll').scrollTop"
VIEW = f"""() => {{
    const box = {SHADOW}.querySelector(".scroll").getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
}}"""
CURSOR = f"""([x, y]) => getComputedStyle({SHADOW}.elementFromPoint(x, y)).cursor"""


def at(text: str, surface: str, label: str) -> list:
    """The code-point offsets of `surface`, and a label."""
    start = text.index(surface)
    return [start, start + len(surface), label]


def long_text(lines: int = 120) -> str:
    """Lines of six words, each word once."""
    return "\n".join(" ".join(f"w{line}x{word}" for word in range(6)) for line in range(lines))


def test_a_label_that_stays_on_takes_one_gesture_a_span_and_five_for_the_document(desk):
    work = desk(THREE, "The next one.")
    gestures = 0
    work.press("1")
    gestures += 1
    for first, last in (("Anna", "Berg"), ("Carla", "Dorn"), ("Eva", "Fink")):
        work.select(first, last)
        gestures += 1
    work.press("Enter")
    gestures += 1
    assert gestures == 5
    work.shows("The next one.")
    work.saved()
    stored = work.stored(0)
    assert stored["spans"] == [
        at(THREE, "Anna Berg", "PER"),
        at(THREE, "Carla Dorn", "PER"),
        at(THREE, "Eva Fink", "PER"),
    ]
    assert stored["status"] == "accepted"


def test_with_a_label_on_a_double_click_labels_and_a_single_click_does_not(desk):
    work = desk(NEWS)
    work.press("2")
    work.page.mouse.click(*work.point("visited"))
    work.page.mouse.dblclick(*work.point("Siemens"))
    work.page.mouse.click(*work.point("Munich"))
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_a_double_click_takes_a_word_and_a_triple_one_its_sentence(desk):
    work = desk(TWO_SENTENCES)
    work.page.mouse.dblclick(*work.point("Merkel"))
    work.press("1")
    work.page.mouse.click(*work.point("pays"), click_count=3)
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [
        at(TWO_SENTENCES, "Merkel", "PER"),
        at(TWO_SENTENCES, "Siemens pays well.", "ORG"),
    ]


def test_a_chinese_double_click_takes_the_whole_word(desk):
    text = "他在北京大学读书。"
    work = desk(text, language="zh")
    work.page.mouse.dblclick(*work.point("学"))
    work.press("2")
    work.saved()
    (span,) = work.stored()["spans"]
    assert span[2] == "ORG"
    assert span[1] == text.index("读")
    assert span[1] - span[0] > 1


def test_shift_click_extends_from_the_caret_and_grows_the_picked_span(desk):
    work = desk(NEWS)
    work.page.mouse.click(*work.point("Angela", 0.1))
    work.page.keyboard.down("Shift")
    work.page.mouse.click(*work.point("Merkel", 0.9))
    work.page.keyboard.up("Shift")
    work.press("1")
    work.page.keyboard.down("Shift")
    work.page.mouse.click(*work.point("visited", 0.3))
    work.page.keyboard.up("Shift")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel visited", "PER")]


def test_an_edge_of_the_picked_span_is_dragged_and_the_cursor_tells(desk):
    work = desk({"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG")]})
    work.page.mouse.click(*work.point("Siemens"))
    grip = work.page.locator(".grip-end").bounding_box()
    middle = (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    assert work.page.evaluate(CURSOR, list(middle)) == "ew-resize"
    assert grip["width"] >= 14
    work.drag(middle, work.point("Munich", 0.6))
    start = work.page.locator(".grip-start").bounding_box()
    work.drag((start["x"] + start["width"] / 2, start["y"] + start["height"] / 2), work.point("visited", 0.4))
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "visited Siemens in Munich", "ORG")]


def test_shift_lifts_the_snap_at_any_moment_of_a_drag_and_the_selection_turns_wavy(desk):
    work = desk(NEWS)
    work.page.mouse.move(*work.point("Siemens", 0.02))
    work.page.mouse.down()
    work.page.mouse.move(*work.point("Siem", 0.99), steps=4)
    expect(work.page.locator(".selection.misfit")).to_have_count(0)
    work.page.keyboard.down("Shift")
    expect(work.page.locator(".selection.misfit")).to_have_count(1)
    expect(work.page.locator(".hint-reason")).to_contain_text("cuts a token")
    work.page.mouse.up()
    work.page.keyboard.up("Shift")
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siem", "ORG")]


def test_a_drag_may_begin_on_a_span(desk):
    work = desk({"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG")]}, overlap=True)
    work.select("Siemens", "Munich")
    work.press("3")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG"), at(NEWS, "Siemens in Munich", "LOC")]


def test_a_right_click_leaves_selection_and_spans_as_they_are(desk):
    work = desk(NEWS)
    work.select("Siemens")
    work.page.mouse.click(*work.point("Tuesday"), button="right")
    assert work.page.evaluate(SELECTED) == 1
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_a_drag_out_of_the_window_and_back_goes_on_and_ends_outside_as_well(desk):
    work = desk(NEWS)
    mouse = work.page.mouse
    mouse.move(*work.point("visited"))
    mouse.down()
    mouse.move(*work.point("Munich"), steps=3)
    mouse.move(-40, -60, steps=3)
    mouse.move(*work.point("Siemens"), steps=3)
    mouse.up()
    work.press("2")
    x, y = work.point("Tuesday", 0.3)
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 2000, y, steps=3)
    mouse.up()
    work.press("d")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "visited Siemens", "ORG"), at(NEWS, "Tuesday.", "DATE")]


def test_escape_ends_a_drag(desk):
    work = desk(NEWS)
    mouse = work.page.mouse
    mouse.move(*work.point("Angela"))
    mouse.down()
    mouse.move(*work.point("Merkel"), steps=3)
    work.press("Escape")
    mouse.move(*work.point("Siemens"), steps=3)
    mouse.up()
    assert work.page.evaluate(SELECTED) == 0
    assert work.stored()["spans"] == []


def test_a_drag_below_the_text_scrolls_and_reaches_words_that_were_out_of_sight(desk):
    text = long_text()
    work = desk(text)
    left, _, _, bottom = work.page.evaluate(VIEW)
    work.page.mouse.move(*work.point("w2x1"))
    work.page.mouse.down()
    work.page.mouse.move(left + 120, bottom + 30, steps=4)
    work.page.wait_for_function(f"() => {SHADOW}.querySelector('.scroll').scrollTop > 1500")
    work.page.mouse.move(left + 120, bottom - 120, steps=4)
    work.page.mouse.up()
    work.press("1")
    work.saved()
    ((start, end, label),) = work.stored()["spans"]
    assert label == "PER"
    assert start == text.index("w2x1")
    assert end > text.index("w40x0")


def test_a_drag_held_at_the_end_of_a_page_goes_on_on_the_next_one(desk):
    text = long_text(1400)
    assert len(text) > 40_000
    work = desk(text)
    left, _, _, bottom = work.page.evaluate(VIEW)
    work.page.evaluate(f"() => {{ {SHADOW}.querySelector('.scroll').scrollTop = 1e6; }}")
    shown = work.page.evaluate(f"() => {SHADOW}.querySelector('.blocks').textContent")
    last = shown.split("\n")[-6].split(" ")[2]
    work.page.mouse.move(*work.point(last))
    work.page.mouse.down()
    work.page.mouse.move(left + 150, bottom + 20, steps=4)
    expect(work.page.locator(".pager-place")).to_have_text("2 / 3", timeout=10_000)
    view = work.page.evaluate(VIEW)
    work.page.mouse.move(left + 150, view[1] + 90, steps=4)
    work.page.mouse.up()
    work.press("1")
    work.saved()
    ((start, end, _),) = work.stored()["spans"]
    assert start == text.index(last)
    assert end > len(shown)


def test_a_pen_selects_as_a_mouse_does(desk):
    work = desk(NEWS)
    pen = work.page.context.new_cdp_session(work.page)

    def send(kind: str, point: tuple[float, float]) -> None:
        event = {"type": kind, "x": point[0], "y": point[1], "button": "left", "buttons": 1, "pointerType": "pen"}
        pen.send("Input.dispatchMouseEvent", {**event, "clickCount": 1})

    send("mousePressed", work.point("Siemens"))
    send("mouseMoved", work.point("in"))
    send("mouseMoved", work.point("Munich"))
    send("mouseReleased", work.point("Munich"))
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens in Munich", "ORG")]
