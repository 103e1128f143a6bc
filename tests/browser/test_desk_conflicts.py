"""Two hands on one document: merged where both fit, asked about where not, and noticed between tabs."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from db import documents, labels
from tests.browser.annotator_desk import Desk
from tests.browser.browsing import go
from tests.browser.sync_moves import (
    ANGELA,
    NEWS,
    PARIS,
    fetched_ahead,
    hold_edits,
    label_first_two_words,
    let_go,
    rows,
    stored_soon,
    under_way,
)

pytestmark = pytest.mark.browser


def test_changes_of_two_hands_that_fit_together_are_merged(desk):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    work.case.change(0, spans=[[33, 39, "LOC"]])
    let_go(work, held)
    work.saved()
    expect(work.toast()).to_contain_text("merged with changes saved elsewhere")
    assert work.stored()["spans"] == [ANGELA, [33, 39, "LOC"]]
    expect(rows(work)).to_have_text(["PER", "LOC"])


@pytest.mark.parametrize(
    ("choice", "kept", "undone"),
    [
        ("Keep mine on top of theirs", [ANGELA], [[7, 13, "ORG"]]),
        ("Take theirs", [[7, 13, "ORG"]], [ANGELA]),
    ],
)
def test_changes_that_do_not_fit_together_are_asked_about(desk, choice, kept, undone):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    work.case.change(0, spans=[[7, 13, "ORG"]])
    let_go(work, held)
    expect(work.notice()).to_contain_text("saved elsewhere")
    assert work.stored()["spans"] == [[7, 13, "ORG"]]
    assert work.spans() == ["PER Angela Merkel"]
    work.notice().get_by_role("button", name=choice).click()
    work.saved()
    stored_soon(work, spans=kept)
    work.press("Control+z")
    work.saved()
    stored_soon(work, spans=undone)


def test_a_question_that_was_left_open_is_asked_again_on_return(desk):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    work.case.change(0, spans=[[7, 13, "ORG"]])
    let_go(work, held)
    expect(work.notice()).to_contain_text("saved elsewhere")
    go(work.page, "Labels")
    go(work.page, "Annotate")
    work.notice().get_by_role("button", name="Keep mine").click()
    work.saved()
    stored_soon(work, spans=[ANGELA])


def test_an_edit_that_is_refused_is_taken_out_with_its_reason_and_is_one_click_away(desk):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    with work.case.harness.store.writing() as session:
        labels.remove(session, labels.ids(session, work.case.project)["PER"], actor="you")
    let_go(work, held)
    expect(work.notice()).to_contain_text("Not saved: PER “Angela Merkel”. This project has no label")
    expect(rows(work)).to_have_count(0)
    work.press("Shift+ArrowRight", "2")
    work.saved()
    [[_, _, label]] = work.stored()["spans"]
    assert label == "ORG"
    work.notice().get_by_role("button", name="Show mine again").click()
    expect(rows(work).filter(has_text="PER")).to_have_count(1)
    expect(work.notice()).to_contain_text("Not saved: brought my version back")
    expect(rows(work)).to_have_text("ORG")


def test_what_another_browser_saved_is_seen_when_one_looks_again(desk):
    work = desk(NEWS)
    work.case.change(0, spans=[ANGELA])
    work.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(rows(work)).to_have_text("PER")
    expect(work.toast()).to_contain_text("changed elsewhere")


def test_a_document_deleted_elsewhere_is_said_and_the_next_is_opened(desk):
    work = desk(NEWS, PARIS)
    label_first_two_words(work)
    work.saved()
    fetched_ahead(work, questions=2)
    with work.case.harness.store.writing() as session:
        documents.delete(session, [work.case.ids[0]], actor="you")
    work.press("Shift+ArrowRight", "2")
    work.shows("Paris")
    expect(work.toast()).to_contain_text("deleted elsewhere")


def test_two_tabs_on_one_document_notice_each_other_and_show_each_others_spans(desk):
    work = desk(NEWS, PARIS)
    page = work.page.context.new_page()
    try:
        other = Desk(page, work.case, document=0)
        expect(work.page.locator(".shared")).to_be_visible()
        expect(other.page.locator(".shared")).to_be_visible()
        label_first_two_words(other)
        other.saved()
        expect(rows(work)).to_have_text("PER")
        work.page.bring_to_front()
        work.press("Enter")
        work.shows("Paris")
        expect(other.page.locator(".shared")).to_be_hidden()
        stored_soon(work, 0, spans=[ANGELA], status="accepted")
    finally:
        page.close()
