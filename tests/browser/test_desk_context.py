"""Context and rules in reach: guide, comments, cards, the queue's filter, one's own pace."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from db import comments, labels

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
GUIDE = "# What we mark\n\nFirms and people. See [more](https://example.org/x) or [not](javascript:alert(1)).\n"
SIEMENS = (22, 29)


def stored_comments(work, number=0):
    with work.case.harness.store.reading() as session:
        found = comments.of(session, work.case.ids[number])
    return [(comment.start, comment.end, comment.body, comment.resolved) for comment in found]


def told(work, words):
    """Wait until the list of comments says something, and nothing of it is still on its way."""
    expect(work.page.locator(".remark-list")).to_contain_text(words)
    expect(work.page.locator(".remark.waiting")).to_have_count(0)


def told_late(work, words):
    """Wait until the list says of a comment that it did not arrive."""
    expect(work.page.locator(".remark.late")).to_contain_text(words)


def says_of(work, name, **values):
    """Give a label a description or a guideline, and load the screen anew."""
    with work.case.harness.store.writing() as session:
        known = labels.ids(session, work.case.project)
        labels.update(session, known[name], actor="you", **values)
    work.reload()


def test_a_comment_on_a_selection_keeps_its_range_and_its_characters(desk):
    work = desk("默克尔😀访问了西门子公司。", language="zh")
    work.select("西门子")
    work.press("m")
    expect(work.page.locator(".remark-field")).to_be_focused()
    work.page.keyboard.insert_text("“公司”算不算？\nR and C")
    work.press("Control+Enter")
    told(work, "“公司”算不算？")
    expect(work.text).to_be_focused()
    start = "默克尔😀访问了西门子公司。".index("西门子")
    assert stored_comments(work) == [(start, start + 3, "“公司”算不算？\nR and C", False)]
    expect(work.page.locator(".remarks-count")).to_have_text("1")
    expect(work.page.locator(".remark-mark")).to_have_text("西门子")
    assert work.stored()["spans"] == []


def test_a_comment_on_the_document_is_resolved_reopened_removed_and_brought_back(desk):
    work = desk(NEWS)
    work.press("m")
    work.page.keyboard.type("Is this one ours? rc1")
    work.press("Control+Enter")
    row = work.page.locator(".remark")
    told(work, "Is this one ours? rc1")
    row.get_by_role("button", name="Resolve").click()
    expect(work.page.locator(".remarks-count")).to_be_hidden()
    assert stored_comments(work) == [(None, None, "Is this one ours? rc1", True)]
    work.page.get_by_role("button", name="1 resolved").click()
    row.get_by_role("button", name="Reopen").click()
    expect(work.page.locator(".remarks-count")).to_have_text("1")
    assert stored_comments(work) == [(None, None, "Is this one ours? rc1", False)]
    row.get_by_role("button", name="Remove").click()
    told(work, "Removed")
    assert stored_comments(work) == []
    row.get_by_role("button", name="Undo").click()
    told(work, "Is this one ours? rc1")
    assert stored_comments(work) == [(None, None, "Is this one ours? rc1", False)]
    assert work.spans() == []


def test_an_input_method_in_the_box_never_reaches_the_desk(desk):
    work = desk(NEWS)
    work.select("Siemens")
    work.press("m")
    session = work.page.context.new_cdp_session(work.page)
    session.send("Input.imeSetComposition", {"text": "x", "selectionStart": 1, "selectionEnd": 1})
    session.send("Input.imeSetComposition", {"text": "xi", "selectionStart": 2, "selectionEnd": 2})
    for key, code, number in (("Process", "Digit1", 229), ("Process", "Enter", 229), ("Process", "Space", 229)):
        session.send("Input.dispatchKeyEvent", {
            "type": "rawKeyDown", "key": key, "code": code, "windowsVirtualKeyCode": number,
        })  # fmt: skip
    session.send("Input.insertText", {"text": "西门子"})
    expect(work.page.locator(".remark-field")).to_have_value("西门子")
    expect(work.page.locator(".remark-field")).to_be_focused()
    assert (work.spans(), stored_comments(work)) == ([], [])
    work.press("Control+Enter")
    told(work, "西门子")
    assert stored_comments(work) == [(*SIEMENS, "西门子", False)]
    assert work.stored()["status"] == "unlabelled"


def test_a_comment_waits_for_the_server_and_survives_a_reload(desk):
    work = desk(NEWS)
    work.page.route("**/comments", lambda route: route.abort())
    work.press("m")
    work.page.keyboard.type("kept")
    work.press("Control+Enter")
    told_late(work, "Not sent yet")
    work.press("m")
    work.page.keyboard.type("half a thou")
    assert stored_comments(work) == []
    work.page.unroute("**/comments")
    work.reload()
    told(work, "kept")
    expect(work.page.locator(".remark.waiting")).to_have_count(0)
    assert stored_comments(work) == [(None, None, "kept", False)]
    expect(work.page.locator(".remark-field")).to_have_value("half a thou")


def test_a_comment_whose_answer_was_lost_is_not_written_twice(desk):
    work = desk(NEWS)

    def lose(route):
        route.fetch()
        route.abort()

    work.page.route("**/comments", lose)
    work.press("m")
    work.page.keyboard.type("once")
    work.press("Control+Enter")
    told_late(work, "Not sent yet")
    work.page.unroute("**/comments")
    expect(work.page.locator(".remark.waiting")).to_have_count(0)
    assert stored_comments(work) == [(None, None, "once", False)]


def test_a_click_leads_from_the_text_to_the_comment_and_back(desk):
    work = desk(NEWS)
    with work.case.harness.store.writing() as session:
        comments.add(session, work.case.ids[0], body="a firm?", start=22, end=29, actor="you")
    work.reload()
    work.page.mouse.click(*work.point("Siemens"))
    expect(work.page.locator("#panel-comments")).to_be_visible()
    expect(work.page.locator(".remark")).to_contain_text("a firm?")
    work.press("Escape")
    work.page.locator(".remark-quote").click()
    work.press("2")
    assert work.page.locator(".row-text").first.text_content() == "Siemens"
    work.saved()
    assert work.stored()["spans"] == [[*SIEMENS, "ORG"]]


def test_the_guide_opens_at_the_label_of_the_picked_span(desk):
    work = desk({"text": NEWS, "spans": [[*SIEMENS, "ORG"]], "status": "accepted"}, document=0, guideline=GUIDE)
    says_of(work, "ORG", description="Firms", guideline="Firms and parties.\n\n- <b>not</b> brands")
    work.press("Tab", "g")
    meant = work.page.locator(".guide-label.meant")
    expect(meant).to_contain_text("Firms and parties.")
    expect(meant).to_contain_text("<b>not</b> brands")
    expect(meant.locator(".guide-example")).to_contain_text("Siemens")
    expect(meant).to_be_in_viewport()
    link = work.page.locator(".guide-text a")
    assert [link.get_attribute(name) for name in ("href", "target", "rel")] == [
        "https://example.org/x", "_blank", "noopener noreferrer",
    ]  # fmt: skip
    work.press("g")
    expect(work.page.locator("#panel-guide")).to_be_hidden()


def test_the_guide_is_searched_without_touching_the_document(desk):
    work = desk(NEWS, guideline=GUIDE)
    says_of(work, "LOC", guideline="Places, such as Munich Airport.")
    work.press("g")
    work.page.locator(".guide-search").fill("airport")
    expect(work.page.locator(".guide-section:visible")).to_have_count(1)
    expect(work.page.locator(".guide-hits")).to_have_text("1")
    work.press("Enter", "Escape", "Escape")
    expect(work.text).to_be_focused()
    assert work.stored()["status"] == "unlabelled"


def test_the_tab_beside_the_text_is_kept_and_reached_by_arrows(desk):
    work = desk(NEWS)
    work.page.get_by_role("tab", name="Spans").focus()
    work.press("ArrowRight")
    expect(work.page.get_by_role("tab", name="Guide")).to_be_focused()
    expect(work.page.locator("#panel-guide")).to_be_visible()
    work.press("End")
    work.reload()
    expect(work.page.locator("#panel-comments")).to_be_visible()


def test_cards_say_what_a_label_means_and_where_a_suggestion_comes_from(desk):
    work = desk({"text": NEWS, "suggestions": [[*SIEMENS, "ORG", 0.91]]})
    says_of(work, "ORG", description="Firms", guideline="Firms and parties. Not brands.")
    card = work.page.locator(".card")
    work.page.locator(".label", has_text="ORG").hover()
    expect(card).to_contain_text("Firms and parties.")
    expect(card).not_to_contain_text("Not brands")
    work.page.mouse.move(*work.point("Siemens"))
    expect(card).to_contain_text(re.compile(r"Suggested by model suggesting 0\.91"))
    work.press("Tab")
    expect(card).to_contain_text("suggesting 0.91")
    work.press("Escape")
    expect(card).to_be_hidden()


def test_the_filter_narrows_the_queue_says_so_and_goes_part_by_part(desk):
    work = desk(
        {"text": "Nothing here.", "split": "train"},
        {"text": "Kim Lee in Paris.", "split": "dev"},
        {"text": "Kim Lee in Rome.", "split": "dev", "flagged": True},
    )
    page = work.page
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Text or name contains").fill("kim lee")
    page.get_by_label("Text or name contains").press("Enter")
    work.shows("Kim Lee in Paris.")
    page.get_by_text("Flagged only").click()
    work.shows("Kim Lee in Rome.")
    expect(page.locator(".place-text")).to_have_text("1 of 1 · to do")
    page.keyboard.press("Escape")
    page.locator(".narrowed-part", has_text="flagged").click()
    expect(page.locator(".narrowed-part")).to_have_text(["“kim lee”✕"])
    work.shows("Kim Lee in Paris.")
    page.get_by_role("button", name="As a list").click()
    expect(page.get_by_label("Search", exact=True)).to_have_value("kim lee")


def test_a_filter_that_lets_nothing_through_says_which_and_is_cleared_by_one_click(desk):
    work = desk(NEWS)
    page = work.page
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Text or name contains").fill("nowhere")
    page.get_by_label("Text or name contains").press("Enter")
    expect(page.locator(".finished-title")).to_contain_text("“nowhere”")
    page.keyboard.press("Escape")
    page.locator(".finished").get_by_role("button").first.click()
    work.shows(NEWS)
    expect(page.locator(".narrowed")).to_be_hidden()


def test_the_list_of_queues_counts_anew_when_it_is_opened(desk):
    work = desk(NEWS, "A second one.", "A third one.")
    work.press("Enter")
    work.shows("A second one.")
    work.saved()
    work.page.get_by_role("button", name="To do").click()
    expect(work.page.get_by_role("radiogroup")).to_contain_text("To do 2")
    expect(work.page.get_by_role("radiogroup")).to_contain_text("Accepted 1")


def test_the_pace_is_told_and_can_be_switched_off(desk):
    work = desk(NEWS, "A second one.", "A third one.")
    expect(work.page.locator(".pace-clock")).to_have_text(re.compile(r"^0:0\d$"))
    work.press("Enter")
    work.shows("A second one.")
    work.saved()
    work.press("Enter")
    work.shows("A third one.")
    work.saved()
    work.reload()
    expect(work.page.locator(".pace-facts")).to_contain_text("2 today")
    work.page.get_by_role("button", name="Hide the clock").click()
    work.reload()
    expect(work.page.locator(".pace-clock")).to_be_hidden()
    expect(work.page.get_by_role("button", name="Show time and speed")).to_be_visible()
