"""Fingers on a tablet: what they scroll, pick, select and label, and what the database holds afterwards."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser.annotator_desk import SHADOW, Desk

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
LONG = "\n".join(" ".join(f"w{line}x{word}" for word in range(6)) for line in range(120))
SELECTED = f"() => {SHADOW}.querySelectorAll('.selected-box:not([hidden])').length"
SCROLLED = f"() => {SHADOW}.querySelector('.scroll').scrollTop"
HOLDS = f"() => {SHADOW}.querySelectorAll('.selected-box:not([hidden])').length > 0"
PICKED = f"() => {SHADOW}.querySelector('.row[aria-current=true] .row-text')?.textContent ?? null"


def at(text: str, surface: str, label: str) -> list:
    """The code-point offsets of `surface`, and a label."""
    start = text.index(surface)
    return [start, start + len(surface), label]


class Finger:
    """One finger on the glass."""

    def __init__(self, page):
        self.page = page
        self.cdp = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def down(self, point: tuple[float, float]) -> None:
        self.at = point
        self._send("touchStart", point)

    def move(self, point: tuple[float, float], steps: int = 6) -> None:
        (x, y), (to_x, to_y) = self.at, point
        for step in range(1, steps + 1):
            share = step / steps
            self._send("touchMove", (x + (to_x - x) * share, y + (to_y - y) * share))
        self.at = point

    def up(self) -> None:
        self._send("touchEnd")

    def tap(self, point: tuple[float, float]) -> None:
        self.down(point)
        self.up()

    def hold(self, point: tuple[float, float]) -> None:
        """Rest on a word until it is selected."""
        self.down(point)
        self.page.wait_for_function(HOLDS)


@pytest.fixture(scope="module")
def tablet(chromium):
    """A browser profile with a touch screen, 820 × 1180."""
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True)
    yield context
    context.close()


@pytest.fixture
def touched(tablet, harness):
    """`touched(*documents, **of_the_project)`: a desk on the tablet and a finger."""
    errors = []
    page = tablet.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{harness.app.address}/healthz")
    page.evaluate("localStorage.clear()")

    def opened(*rows, **of_the_project):
        return Desk(page, harness.case(rows, **of_the_project)), Finger(page)

    yield opened
    page.close()
    assert not errors


def label(work: Desk, name: str):
    """The chip of a label."""
    return work.page.locator(".label", has_text=name)


def test_a_tap_places_the_caret_or_picks_a_span_and_a_chip_relabels_it(touched):
    work, finger = touched({"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG")]})
    finger.tap(work.point("Munich"))
    assert work.page.evaluate(SELECTED) == 0
    finger.tap(work.point("Siemens"))
    assert work.page.evaluate(PICKED) == "Siemens"
    label(work, "LOC").tap()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "LOC")]


def test_a_double_tap_takes_a_word(touched):
    work, finger = touched(NEWS)
    finger.tap(work.point("Siemens"))
    finger.tap(work.point("Siemens"))
    expect(work.page.locator(".selected-box:not([hidden])")).to_have_count(1)
    label(work, "ORG").tap()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_a_finger_that_rests_selects_and_the_selection_follows_it(touched):
    work, finger = touched(LONG)
    finger.hold(work.point("w1x1"))
    finger.move(work.point("w1x3"))
    finger.move(work.point("w4x2"))
    finger.up()
    assert work.page.evaluate(SCROLLED) == 0
    label(work, "PER").tap()
    work.saved()
    start, end = LONG.index("w1x1"), LONG.index("w4x2") + 4
    assert work.stored()["spans"] == [[start, end, "PER"]]


def test_a_finger_that_moves_at_once_scrolls_and_selects_nothing(touched):
    work, finger = touched(LONG)
    finger.down(work.point("w9x1"))
    finger.move(work.point("w1x1"), steps=12)
    finger.up()
    work.page.wait_for_function(f"() => {SHADOW}.querySelector('.scroll').scrollTop > 50")
    assert work.page.evaluate(SELECTED) == 0
    assert work.stored()["spans"] == []


def test_with_a_label_on_the_end_of_the_gesture_labels(touched):
    work, finger = touched(NEWS)
    label(work, "PER").tap()
    finger.hold(work.point("Angela"))
    finger.move(work.point("Merkel"))
    finger.up()
    finger.tap(work.point("Siemens"))  # a tap alone marks nothing
    finger.tap(work.point("Tuesday"))
    finger.tap(work.point("Tuesday"))
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "PER"), at(NEWS, "Tuesday", "PER")]


def test_grips_of_44_px_change_a_selection_and_a_span(touched):
    work, finger = touched(NEWS)
    finger.hold(work.point("visited"))
    finger.up()
    end = work.page.locator(".grip-end").bounding_box()
    start = work.page.locator(".grip-start").bounding_box()
    for grip in (start, end):
        assert grip["width"] >= 44
        assert grip["height"] >= 44
    finger.down((end["x"] + 16, end["y"] + end["height"] - 20))
    finger.move(_from(finger.at, work.point("visited", 1), work.point("Siemens", 0.7)))
    finger.up()
    label(work, "ORG").tap()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "visited Siemens", "ORG")]
    start = work.page.locator(".grip-start").bounding_box()
    finger.down((start["x"] + 28, start["y"] + start["height"] - 20))
    finger.move(_from(finger.at, work.point("visited", 0), work.point("Siemens", 0.3)))
    finger.up()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def _from(held: tuple[float, float], old: tuple[float, float], new: tuple[float, float]) -> tuple[float, float]:
    """Where a finger goes that takes what it holds from one point to another."""
    return held[0] + new[0] - old[0], held[1] + new[1] - old[1]


def test_a_tap_beside_a_picked_span_means_the_word_there_not_the_grip(touched):
    work, finger = touched({"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG"), at(NEWS, "in", "LOC")]})
    finger.tap(work.point("Siemens"))
    expect(work.page.locator(".grip-end")).to_be_visible()
    finger.tap(work.point(" in ", 0.5))
    assert work.page.evaluate(PICKED) == "in"
    work.page.locator(".row[aria-current=true] .remove").tap()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_a_refused_span_is_settled_by_a_tap_and_everything_to_tap_is_large(touched):
    work, finger = touched({"text": NEWS, "spans": [at(NEWS, "Siemens", "LOC")]})
    finger.hold(work.point("visited"))
    finger.move(work.point("Munich"))
    finger.up()
    label(work, "ORG").tap()
    ways = work.toast().get_by_role("button")
    expect(ways).to_have_count(3)
    sizes = [way.bounding_box()["height"] for way in ways.all()]
    sizes += [chip.bounding_box()["height"] for chip in work.page.locator(".label").all()]
    sizes += [action.bounding_box()["height"] for action in work.page.locator(".action:visible").all()]
    assert min(sizes) >= 44
    ways.first.tap()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "visited Siemens in Munich", "ORG")]
    work.page.locator(".row .remove").tap()
    work.saved()
    assert work.stored()["spans"] == []
