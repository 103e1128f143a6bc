"""Spans over each other, refusals with their ways out, and what a model can carry."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from core.documents import Span
from core.tags import CUTS, OVERLAPS, spans_to_tags
from core.tokens import tokenize
from tests.browser.annotator_desk import SHADOW

pytestmark = pytest.mark.browser

BANK = "The Bank of China (Hong Kong) Limited branch in Kowloon opened."
NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
CHINESE = "北京大学附属第三医院在北京市。"
# Of each label drawn: the top of its name and of its line, in px under the text.
LANES = f"""() => [...{SHADOW}.querySelectorAll(".run.last")].map((run) => {{
    const chip = run.querySelector(":scope > .chip");
    return [chip.dataset.label, Number(getComputedStyle(run).getPropertyValue("--at"))];
}})"""
HEIGHTS = f"""() => [...{SHADOW}.querySelectorAll(".block")].map((block) => block.getBoundingClientRect().height)"""
MARKED = f"""() => {{
    const runs = [...{SHADOW}.querySelectorAll(".run.first")];
    return runs.map((run) => run.className.match(/misfit|untrained|$/)[0]);
}}"""
PICKED = f"""() => {{
    const rows = {SHADOW}.querySelectorAll(".row[aria-current=true]");
    return [...rows].map((row) => row.querySelector(".row-text").textContent);
}}"""


def at(text: str, surface: str, label: str, nth: int = 0) -> list:
    """The code-point offsets of the n-th `surface`, and a label."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    return [start, start + len(surface), label]


def test_spans_stack_three_deep_and_cross_without_moving_a_line(desk):
    work = desk(BANK, overlap=True)
    before = work.page.evaluate(HEIGHTS)
    work.select("Bank", "Limited")
    work.press("2")
    work.select("China")
    work.press("3")
    work.select("Bank", "Kowloon")
    work.press("1")
    work.select("Limited", "opened")  # crosses both
    work.press("d")
    lanes = {label: lane for label, lane in work.page.evaluate(LANES)}
    assert lanes == {"ORG": 0, "LOC": 1, "PER": 2, "DATE": 1}
    assert work.page.evaluate(HEIGHTS) == before
    work.saved()
    assert work.stored()["spans"] == [
        at(BANK, "Bank of China (Hong Kong) Limited", "ORG"),
        at(BANK, "Bank of China (Hong Kong) Limited branch in Kowloon", "PER"),
        at(BANK, "China", "LOC"),
        at(BANK, "Limited branch in Kowloon opened", "DATE"),
    ]


def test_five_spans_over_one_word_have_a_lane_each_within_the_line(desk):
    text = "alpha beta gamma delta epsilon stands here."
    ends = ["alpha", "alpha beta", "alpha beta gamma", "alpha beta gamma delta", "alpha beta gamma delta epsilon"]
    spans = [
        at(text, surface, label) for surface, label in zip(ends, ["PER", "ORG", "LOC", "DATE", "PER"], strict=True)
    ]
    work = desk({"text": text, "spans": spans}, overlap=True)
    expect(work.page.locator(".run.last")).to_have_count(5)
    assert [lane for _, lane in work.page.evaluate(LANES)] == [0, 1, 2, 3, 4]
    bottoms = work.page.evaluate(
        f"""() => [...{SHADOW}.querySelectorAll(".run.last")].map((run) => run.getBoundingClientRect().bottom)"""
    )
    line = work.page.evaluate(f"""() => parseFloat(getComputedStyle({SHADOW}.querySelector(".text")).lineHeight)""")
    assert all(low < high for low, high in pairwise(bottoms))
    assert bottoms[-1] - bottoms[0] < line - 20


def test_a_span_keeps_its_lane_while_others_come_and_go(desk):
    work = desk(BANK, overlap=True)
    work.select("Bank", "Limited")
    work.press("2")
    work.select("China")
    work.press("3")
    work.select("Hong", "Limited")
    work.press("1")
    lanes = dict(work.page.evaluate(LANES))
    work.page.mouse.click(*work.point("Bank"))
    work.press("Backspace")
    expect(work.page.locator(".run.last")).to_have_count(2)
    now = dict(work.page.evaluate(LANES))
    assert now == {label: lanes[label] for label in ("LOC", "PER")}
    work.press("Control+z")
    expect(work.page.locator(".run.last")).to_have_count(3)
    assert dict(work.page.evaluate(LANES)) == lanes
    work.saved()


def test_the_same_text_takes_two_labels_where_overlaps_are_allowed(desk):
    work = desk(NEWS, overlap=True)
    work.select("Siemens")
    work.press("2")
    work.select("Siemens")
    work.press("3")
    work.select("Siemens")
    work.press("3")  # is there already: nothing twice
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "LOC"), at(NEWS, "Siemens", "ORG")]


def test_clicks_on_a_shared_character_go_from_the_innermost_outwards_and_tab_reaches_all(desk):
    spans = [at(BANK, "Bank of China (Hong Kong) Limited", "ORG"), at(BANK, "China", "LOC")]
    spans += [at(BANK, "Bank of China (Hong Kong) Limited branch in Kowloon", "PER")]
    work = desk({"text": BANK, "spans": spans}, overlap=True)
    expect(work.page.locator(".run.last")).to_have_count(3)
    picked = []
    for share in (0.3, 0.7, 0.3, 0.7):  # apart, so that no two are a double click
        work.page.mouse.click(*work.point("China", share))
        picked += work.page.evaluate(PICKED)
    assert [len(surface) for surface in picked] == [5, 33, 51, 5]
    work.press("Escape", "Control+Home")
    walked = []
    for _ in range(3):
        work.press("Tab")
        walked += work.page.evaluate(PICKED)
    assert sorted(len(surface) for surface in walked) == [5, 33, 51]
    work.press("Backspace")
    work.saved()
    assert len(work.stored()["spans"]) == 2


def test_chinese_spans_within_each_other_are_stored_exactly(desk):
    work = desk(CHINESE, overlap=True, language="zh")
    work.select("北", "院")
    work.press("2")
    work.drag(work.point("北", 0.3), work.point("学", 0.7))
    work.press("2")
    work.drag(work.point("北", 0.3), work.point("京", 0.7))
    work.press("3")
    work.saved()
    assert work.stored()["spans"] == [[0, 2, "LOC"], [0, 4, "ORG"], [0, 10, "ORG"]]
    expect(work.page.locator(".misfits")).to_contain_text("2 inside or across longer ones")


def test_a_refused_span_replaces_what_lies_there_at_the_same_key_again(desk):
    spans = [at(NEWS, "Angela", "ORG"), at(NEWS, "Siemens", "LOC"), at(NEWS, "Munich", "LOC")]
    work = desk({"text": NEWS, "spans": spans})
    work.select("Merkel", "Munich")
    work.press("1")
    expect(work.toast()).to_contain_text("LOC “Siemens” and LOC “Munich” are there already")
    expect(work.page.locator(".selected-box").first).to_be_visible()
    work.press("1")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela", "ORG"), at(NEWS, "Merkel visited Siemens in Munich", "PER")]
    work.press("Control+z")
    work.saved()
    assert work.stored()["spans"] == spans


@pytest.mark.parametrize("way", ["key", "button"])
def test_a_refused_span_shrinks_to_what_is_free(desk, way):
    spans = [at(NEWS, "Siemens", "LOC")]
    work = desk({"text": NEWS, "spans": spans})
    work.select("Angela", "Siemens")
    work.press("1")
    if way == "key":
        work.press("s")
    else:
        work.toast().get_by_role("button", name="only “Angela Merkel visited”").click()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel visited", "PER"), *spans]


def test_a_refused_span_gives_way_to_the_one_that_is_there_at_tab(desk):
    work = desk({"text": NEWS, "spans": [at(NEWS, "Siemens", "LOC")]})
    work.select("Siemens", "Munich")
    work.press("1", "Tab", "2")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_moving_on_ends_the_offer_to_replace(desk):
    spans = [at(NEWS, "Siemens", "LOC")]
    work = desk({"text": NEWS, "spans": spans})
    work.select("visited", "Siemens")
    work.press("1", "Shift+ArrowRight")
    expect(work.toast()).to_have_count(0)
    work.press("1")  # another selection: refused anew, not replaced
    expect(work.toast()).to_contain_text("is there already")
    assert work.stored()["spans"] == spans


def test_a_suggestion_over_a_span_is_refused_with_the_same_ways_out(desk):
    row = {
        "text": NEWS,
        "spans": [at(NEWS, "Siemens", "LOC")],
        "suggestions": [[*at(NEWS, "visited Siemens", "ORG"), 0.9]],
    }
    work = desk(row)
    expect(work.page.locator(".suggested").first).to_be_visible()
    work.press("a")
    expect(work.toast()).to_contain_text("LOC “Siemens” is there already")
    work.press("a")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "visited Siemens", "ORG")]
    assert work.stored()["decisions"] == {tuple(at(NEWS, "visited Siemens", "ORG")): "accepted"}
    work.press("Control+z", "a", "s")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "visited", "ORG"), at(NEWS, "Siemens", "LOC")]
    assert work.stored()["decisions"] == {tuple(at(NEWS, "visited Siemens", "ORG")): "corrected"}


def test_what_no_model_can_learn_is_said_while_it_is_selected_and_s_takes_the_nearest(desk):
    work = desk(NEWS)
    work.page.mouse.click(*work.point("Siemens", 0.02))
    work.press(*["Alt+Shift+ArrowRight"] * 6)
    expect(work.page.locator(".selection.misfit")).to_have_count(1)
    expect(work.page.locator(".hint-reason")).to_contain_text("cuts a token")
    expect(work.page.locator(".hint")).to_contain_text("“Siemens” instead")
    work.press("s")
    expect(work.page.locator(".selection.misfit")).to_have_count(0)
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_a_span_that_cuts_a_token_is_kept_counted_and_mended_by_one_key(desk):
    work = desk(NEWS)
    work.page.mouse.click(*work.point("Angela", 0.02))
    work.press(*["Alt+Shift+ArrowRight"] * 8, "1")  # "Angela M"
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela M", "PER")]
    expect(work.page.locator(".misfits")).to_have_text("1 span no model can learn as marked")
    expect(work.page.locator(".run.misfit")).to_have_count(1)
    work.press("s")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela", "PER")]  # two characters less, against five more
    expect(work.page.locator(".misfits")).to_be_hidden()


def test_the_count_leads_to_the_spans_that_no_model_can_learn(desk):
    work = desk(
        {"text": NEWS, "spans": [at(NEWS, "Angela", "PER"), at(NEWS, "iemens", "ORG"), at(NEWS, "Mun", "LOC")]}
    )
    work.page.locator(".misfits").click()
    assert work.page.evaluate(PICKED) == ["iemens"]
    work.press("s", "Escape", "s")
    assert work.page.evaluate(PICKED) == ["Mun"]
    work.press("s")
    work.saved()
    assert work.stored()["spans"] == [
        at(NEWS, "Angela", "PER"), at(NEWS, "Siemens", "ORG"), at(NEWS, "Munich", "LOC")
    ]  # fmt: skip


def test_the_desk_marks_just_what_the_tags_cannot_say(desk):
    words = [f"w{number}" for number in range(60)]
    text = " ".join(words)
    places = [(text.index(f"w{n} ") if n < 59 else len(text) - 3) for n in range(60)]
    random.seed(7)
    spans = set()
    while len(spans) < 40:
        first = random.randrange(58)
        last = min(59, first + random.choice((0, 1, 2, 4, 9)))
        start, end = places[first], places[last] + len(words[last])
        if random.random() < 0.15:
            end -= 1  # cuts the last word
        if end > start:
            spans.add((start, end, random.choice(("PER", "ORG", "LOC"))))
    expected = spans_to_tags([Span(*span) for span in spans], tokenize(text, "en")).unrepresented
    work = desk({"text": text, "spans": sorted(spans)}, overlap=True)
    work.page.wait_for_function(f"() => {SHADOW}.querySelectorAll('.run.first').length === 40")
    drawn = work.page.evaluate(MARKED)
    assert drawn.count("misfit") == sum(item.reason == CUTS for item in expected)
    assert drawn.count("untrained") == sum(item.reason == OVERLAPS for item in expected)


def test_what_is_left_of_a_refused_span_does_not_begin_with_a_comma(desk):
    text = "Anna Berg, chairman of Siemens, came."
    spans = [at(text, "Anna Berg", "PER"), at(text, "Siemens", "ORG")]
    work = desk({"text": text, "spans": spans})
    work.select("Berg", "Siemens")
    work.press("d", "s")
    work.saved()
    assert work.stored()["spans"] == [spans[0], at(text, "chairman of", "DATE"), spans[1]]
