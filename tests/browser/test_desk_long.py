"""Long texts at the desk: a thousand spans on one page, and texts of 200,000 characters in pages."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser.annotator_desk import SHADOW

pytestmark = pytest.mark.browser

PLACE = re.compile(r"^(\d+) / (\d+)$")
WIDEST = f"() => {SHADOW}.querySelector('.blocks').textContent.length"


def words(count: int, *, line: int = 15) -> str:
    """Words w0, w1, … each once, `line` of them a line (0: all in one line)."""
    made = [f"w{number}" for number in range(count)]
    if not line:
        return " ".join(made)
    return "\n".join(" ".join(made[start : start + line]) for start in range(0, count, line))


def ranges(text: str) -> list[tuple[int, int]]:
    """The words of a text as code-point ranges."""
    return [match.span() for match in re.finditer(r"\S+", text)]


def every(text: str, step: int, label: str = "ORG") -> list[list]:
    """A span over each `step`-th word, from the second on."""
    return [[start, end, label] for start, end in ranges(text)[1::step]]


def page_of(work) -> int:
    """The page shown, counted from 1."""
    return int(PLACE.match(work.page.locator(".pager-place").inner_text())[1])


def shown(work) -> str:
    """The text of the page shown."""
    return work.page.locator(".blocks").evaluate("(blocks) => blocks.textContent")


def store(work) -> list[list]:
    """Save, and what the database then holds."""
    work.press("Control+s")
    work.saved()
    return work.stored()["spans"]


LONG = words(30_000)  # about 207,000 characters
LONG_RANGES = ranges(LONG)


def test_a_thousand_spans_among_five_thousand_tokens_lose_none(desk):
    text = words(5_000)
    spans = every(text, 5)
    work = desk({"text": text, "spans": spans})
    expect(work.page.locator(".pager")).to_be_hidden()
    expect(work.page.locator(".run.gold.first")).to_have_count(1_000)  # those out of sight a moment later
    assert work.page.locator(".row").count() < 60  # only the rows in view exist
    work.press("Shift+ArrowRight", "1", "Control+End", "Shift+ArrowLeft", "3")
    expect(work.page.locator(".run.selected")).to_be_in_viewport()
    places = ranges(text)
    assert store(work) == [[*places[0], "PER"], *spans, [*places[-1], "LOC"]]
    work.press("Control+z", "Control+z")
    assert store(work) == spans


def test_a_long_text_opens_in_pages_and_the_caret_crosses_them(desk):
    work = desk(LONG)
    expect(work.page.locator(".pager-place")).to_have_text(PLACE)
    pages = int(PLACE.match(work.page.locator(".pager-place").inner_text())[2])
    assert 8 <= pages <= 13
    assert work.page.evaluate(WIDEST) < 32_000
    work.press("Control+End", "Shift+ArrowLeft", "1")
    assert page_of(work) == pages
    work.press("Control+Home", "Shift+ArrowRight", "2")
    assert page_of(work) == 1
    first_page = shown(work)
    last_word = LONG_RANGES[len(ranges(first_page)) - 1]
    work.page.get_by_role("button", name="Next page").click()
    assert page_of(work) == 2
    assert shown(work) == LONG[len(first_page) : len(first_page) + len(shown(work))]
    work.press("ArrowLeft")  # from the first word of the page back to the page before
    assert page_of(work) == 1
    work.press("Shift+ArrowRight", "3", "Escape")
    assert page_of(work) == 1
    work.press("ArrowDown")
    assert page_of(work) == 2
    work.press("ArrowUp")
    assert page_of(work) == 1
    assert store(work) == [[*LONG_RANGES[0], "ORG"], [*last_word, "LOC"], [*LONG_RANGES[-1], "PER"]]


def test_a_span_over_a_page_border_is_drawn_on_both_pages(desk):
    work = desk(LONG)
    first_page = shown(work)
    count = len(ranges(first_page))
    work.page.get_by_role("button", name="Next page").click()
    work.press("ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    wanted = [LONG_RANGES[count - 1][0], LONG_RANGES[count + 1][1], "PER"]
    assert store(work) == [wanted]
    expect(work.page.locator(".run.gold")).not_to_have_count(0)
    assert page_of(work) == 2
    work.page.get_by_role("button", name="Page before").click()
    expect(work.page.locator(".run.gold")).not_to_have_count(0)
    work.press("Tab", "Control+Shift+ArrowLeft")
    assert store(work) == [[wanted[0], LONG_RANGES[count][1], "PER"]]


def test_pages_end_outside_of_spans(desk):
    first_page = shown(desk(LONG))
    around = [len(first_page) - 400, len(first_page) + 400, "PER"]
    work = desk({"text": LONG + " again", "spans": [around]})
    page = shown(work)
    assert len(page) <= around[0] or len(page) >= around[1]
    assert work.stored()["spans"] == [around]


def test_spans_on_other_pages_are_reached_by_tab_by_the_list_and_by_undo(desk):
    spans = [[*LONG_RANGES[place], "ORG"] for place in (3, 13_000, 29_900)]
    work = desk({"text": LONG, "spans": spans})
    work.press("Tab", "Tab")
    expect(work.page.locator(".run.selected")).to_be_in_viewport()
    middle = page_of(work)
    assert middle > 1
    work.press("1", "Tab")
    last = page_of(work)
    assert last > middle
    work.page.locator(".row").first.click()
    expect(work.page.locator(".run.selected")).to_be_in_viewport()
    assert page_of(work) == 1
    assert store(work) == [spans[0], [*spans[1][:2], "PER"], spans[2]]
    work.press("Control+z")
    expect(work.page.locator(".pager-place")).to_have_text(f"{middle} / {last}")
    assert store(work) == spans
    work.press("Control+Home", "Control+Shift+z")
    expect(work.page.locator(".pager-place")).to_have_text(f"{middle} / {last}")
    assert store(work) == [spans[0], [*spans[1][:2], "PER"], spans[2]]


def test_page_down_and_up_go_through_all_pages(desk):
    text = words(10_000)
    work = desk(text)
    seen = {page_of(work)}
    for _ in range(400):
        work.press("PageDown")
        seen.add(page_of(work))
        if shown(work).endswith(text[-20:]) and work.page.locator(".scroll").evaluate(
            "(view) => view.scrollTop + view.clientHeight > view.scrollHeight - 60"
        ):
            break
    assert seen == set(range(1, max(seen) + 1))
    assert len(seen) > 1
    work.press("Control+End", "Shift+Control+Home", "1")
    assert store(work) == [[0, len(text), "PER"]]


def test_a_selection_is_extended_on_another_page_by_a_click(desk):
    work = desk(LONG)
    work.press("Shift+ArrowRight")
    work.page.get_by_role("button", name="Next page").click()
    surface = shown(work).split()[60]
    start = LONG.index(f"{surface} ")
    word = start, start + len(surface)
    x, y = work.point(surface, 0.9)
    work.page.keyboard.down("Shift")
    work.page.mouse.click(x, y)
    work.page.keyboard.up("Shift")
    work.press("2")
    assert store(work) == [[0, word[1], "ORG"]]


@pytest.mark.parametrize("line", [0, 1])
def test_one_line_of_200_000_characters_and_one_word_a_line_work(desk, line):
    text = words(30_000, line=line)
    places = ranges(text)
    work = desk(text)
    work.press("Control+End", "Shift+ArrowLeft", "1", "Control+Home")
    work.press("Control+ArrowDown", "Control+ArrowDown", "Control+ArrowUp", "Home", "Shift+End", "2")
    spans = store(work)
    assert spans[-1] == [*places[-1], "PER"]
    start, end, label = spans[0]
    assert label == "ORG"
    assert start in {place[0] for place in places[:40]}
    assert end in {place[1] for place in places[:40]}


def test_a_hundred_thousand_blank_lines_work(desk):
    text = "first" + "\n" * 100_000 + "last word"
    work = desk(text)
    work.press("Shift+ArrowRight", "1", "Escape", "ArrowRight", "Shift+ArrowLeft", "2")
    assert PLACE.match(work.page.locator(".pager-place").inner_text())[1] != "1"
    assert store(work) == [[0, 5, "PER"], [100_005, 100_009, "ORG"]]


def test_a_word_of_five_thousand_characters_is_one_span(desk):
    text = "start " + "ab" * 2_500 + " end"
    work = desk(text)
    work.press("ArrowRight", "ArrowRight", "Control+End", "ArrowLeft", "Shift+Control+Home", "1")
    assert store(work) == [[0, 5_006, "PER"]]
    work.press("Backspace", "Control+Home", "ArrowRight", "Alt+ArrowRight", "Alt+Shift+ArrowRight", "2")
    assert store(work) == [[6, 7, "ORG"]]


def test_five_thousand_tokens_are_drawn_before_they_are_scrolled_to(desk):
    text = words(5_000)
    spans = every(text, 5)
    work = desk({"text": text, "spans": spans})
    work.page.locator(".scroll").evaluate("(view) => view.scrollTo(0, view.scrollHeight)")
    expect(work.page.locator(".run.gold").last).to_be_in_viewport()
    start, end, _ = spans[-1]
    work.page.mouse.click(*work.point(text[start:end]))
    work.press("3")
    assert store(work) == [*spans[:-1], [start, end, "LOC"]]
