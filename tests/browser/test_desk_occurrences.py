"""Every occurrence: previewed with its context, unticked, labelled in one edit over many documents, undone in one."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

pytestmark = pytest.mark.browser

FIRST = "Siemens grows. Analysts like Siemens, and SIEMENS likes them; Siemensstadt is in Berlin. Siemens again."
SECOND = "In Munich, Siemens hired."
THIRD = "Nothing of the kind."
FOURTH = "Bosch and Siemens met."
ORG = [[0, 7, "ORG"]]


def at(text: str, surface: str, label: str, nth: int = 0) -> list:
    """The code-point offsets of the n-th `surface`, and a label."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    return [start, start + len(surface), label]


def mentions(work):
    return work.page.locator(".mention")


def confirm(work):
    return work.page.locator(".mentions-confirm")


def opened(work):
    """Pick the first span and ask where else it occurs."""
    work.press("Tab", "o")
    expect(work.page.locator(".mentions")).to_be_visible()


def test_other_mentions_in_the_document_are_labelled_by_two_keys_and_undone_by_one(desk):
    work = desk({"text": FIRST, "spans": ORG}, SECOND)
    opened(work)
    expect(mentions(work)).to_have_count(2)
    expect(confirm(work)).to_contain_text("Label 2 here")
    expect(mentions(work).first.locator("mark")).to_have_text("Siemens")
    work.press("Enter")
    expect(work.toast()).to_contain_text("2 labelled")
    expect(work.text).to_be_focused()
    assert work.stored()["spans"] == [at(FIRST, "Siemens", "ORG", n) for n in (0, 1, 3)]
    work.press("Control+z")
    work.saved()
    assert work.stored()["spans"] == ORG
    work.press("Control+y")
    work.saved()
    assert len(work.stored()["spans"]) == 3


def test_in_any_case_and_one_unticked_by_space(desk):
    work = desk({"text": FIRST, "spans": ORG})
    opened(work)
    work.press("i")
    expect(mentions(work)).to_have_count(3)
    expect(confirm(work)).to_contain_text("Label 3 here")
    work.press("ArrowDown", "Space")
    expect(confirm(work)).to_contain_text("Label 2 here")
    work.press("Enter")
    expect(work.toast()).to_contain_text("2 labelled")
    assert work.stored()["spans"] == [at(FIRST, "Siemens", "ORG", n) for n in (0, 1, 3)]


def test_over_the_project_it_is_one_undo_step_and_statuses_are_kept_or_made_drafts(desk):
    accepted = {"text": SECOND, "status": "accepted", "spans": [at(SECOND, "Munich", "LOC")]}
    work = desk({"text": FIRST, "spans": ORG}, accepted, THIRD, FOURTH)
    opened(work)
    work.press("ArrowRight")
    expect(confirm(work)).to_contain_text("Label 4 in 3 documents")
    expect(work.page.locator(".mention-status").nth(1)).to_have_text("accepted: stays accepted")
    expect(work.page.locator(".mention-status").nth(2)).to_have_text("not labelled yet: becomes a draft")
    work.press("Enter")
    expect(work.toast()).to_contain_text("4 labelled in 3 documents")
    assert len(work.stored(0)["spans"]) == 3
    assert work.stored(1)["spans"] == [at(SECOND, "Munich", "LOC"), at(SECOND, "Siemens", "ORG")]
    assert work.stored(3)["spans"] == [at(FOURTH, "Siemens", "ORG")]
    assert [work.stored(n)["status"] for n in range(4)] == ["draft", "accepted", "unlabelled", "draft"]
    work.press("Control+z")
    work.saved()
    assert [work.stored(n)["spans"] for n in range(4)] == [ORG, [at(SECOND, "Munich", "LOC")], [], []]
    assert [work.stored(n)["status"] for n in range(4)] == ["draft", "accepted", "unlabelled", "unlabelled"]


def test_what_is_taken_is_greyed_with_its_reason_and_never_labelled(desk):
    other = {"text": SECOND, "spans": [at(SECOND, "Munich, Siemens", "LOC")]}
    work = desk({"text": "Siemens and Siemens.", "spans": [*ORG, [12, 19, "PER"]]}, other)
    opened(work)
    work.press("ArrowRight")
    expect(mentions(work)).to_have_count(2)
    expect(work.page.locator(".mention-taken").first).to_have_text("already PER")
    expect(work.page.locator(".mention-taken").nth(1)).to_have_text("overlaps LOC “Munich, Siemens”")
    expect(confirm(work)).to_be_disabled()
    work.press("Space", "Enter", "Escape")
    expect(work.page.locator(".mentions")).to_be_hidden()
    work.press("f")
    work.saved()
    assert len(work.stored(0)["spans"]) == 2
    assert len(work.stored(1)["spans"]) == 1


def test_a_selection_goes_along_with_the_label_of_a_key(desk):
    work = desk(FIRST, SECOND)
    work.press("Shift+ArrowRight", "o")
    work.press("2")
    expect(confirm(work)).to_contain_text("Label 3 here")
    work.press("Enter")
    expect(work.toast()).to_contain_text("3 labelled")
    assert work.stored()["spans"] == [at(FIRST, "Siemens", "ORG", n) for n in (0, 1, 3)]


def test_the_mouse_does_it_too_from_the_row_of_a_span(desk):
    work = desk({"text": FIRST, "spans": ORG}, SECOND, FOURTH)
    work.page.locator(".row").first.hover()
    work.page.locator(".row-button.every").first.click()
    work.page.get_by_role("button", name="Project").click()
    expect(mentions(work)).to_have_count(4)
    mentions(work).nth(2).click()
    expect(confirm(work)).to_contain_text("Label 3 in 2 documents")
    confirm(work).click()
    expect(work.toast()).to_contain_text("3 labelled in 2 documents")
    assert [len(work.stored(n)["spans"]) for n in range(3)] == [3, 0, 1]


def test_a_row_of_a_document_ticks_all_of_it(desk):
    work = desk({"text": FIRST, "spans": ORG}, SECOND)
    opened(work)
    work.press("ArrowRight")
    expect(mentions(work)).to_have_count(3)
    work.page.locator(".mention-document").first.click()
    expect(confirm(work)).to_contain_text("Label 1 in one document")
    work.press("Enter")
    expect(work.toast()).to_contain_text("1 labelled")
    assert [len(work.stored(n)["spans"]) for n in range(2)] == [1, 1]


def test_what_was_saved_elsewhere_meanwhile_is_never_overwritten(desk):
    work = desk({"text": FIRST, "spans": ORG}, SECOND)
    opened(work)
    work.press("ArrowRight")
    expect(mentions(work)).to_have_count(3)
    work.case.change(1, spans=[at(SECOND, "Siemens hired", "PER")])
    work.press("Enter")
    expect(work.page.locator(".mentions-said")).to_contain_text("Somebody saved in between")
    expect(work.page.locator(".mention-taken").last).to_have_text("overlaps PER “Siemens hired”")
    assert [len(work.stored(n)["spans"]) for n in range(2)] == [1, 1]
    work.press("Enter")
    expect(work.toast()).to_contain_text("2 labelled")
    assert work.stored(1)["spans"] == [at(SECOND, "Siemens hired", "PER")]
    assert len(work.stored(0)["spans"]) == 3


def test_in_chinese_characters_are_matched_and_surrogates_keep_offsets_right(desk):
    text = "😀北京大学在北京，😀北京。"
    work = desk({"text": text, "spans": [[6, 8, "LOC"], [1, 5, "ORG"]]}, "去北京吧", language="zh")
    work.press("Tab", "Tab", "o")
    work.press("ArrowRight")
    expect(mentions(work)).to_have_count(3)
    expect(work.page.locator(".mention-taken").first).to_have_text("overlaps ORG “北京大学”")
    work.press("Enter")
    expect(work.toast()).to_contain_text("2 labelled in 2 documents")
    assert work.stored(0)["spans"] == [[1, 5, "ORG"], [6, 8, "LOC"], at(text, "北京", "LOC", 2)]
    assert work.stored(1)["spans"] == [[1, 3, "LOC"]]


def test_a_project_of_two_thousand_documents_is_labelled_in_one_step(desk):
    texts = [f"Number {number}: {'Siemens' if number % 4 else 'nobody'} called." for number in range(1, 2_000)]
    work = desk({"text": FIRST, "spans": ORG}, *texts)
    opened(work)
    work.press("ArrowRight")
    expect(work.page.locator(".mentions-said")).to_contain_text("more than 1,000")
    expect(confirm(work)).to_contain_text("Label 1,000 in 999 documents")
    work.press("Enter")
    expect(work.toast()).to_contain_text("1,000 labelled in 999 documents", timeout=60_000)
    assert work.stored(1)["spans"] == [at(texts[0], "Siemens", "ORG")]
    work.press("Control+z")
    expect(work.state()).to_contain_text("saved ✓", timeout=60_000)
    assert work.stored(0)["spans"] == ORG
    assert work.stored(1)["spans"] == []


def test_nothing_picked_says_what_to_do(desk):
    work = desk(THIRD)
    work.press("o")
    expect(work.toast()).to_contain_text("Pick a span with Tab")
