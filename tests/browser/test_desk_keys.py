"""The keyboard at the desk: movement, names, labels, palette, key sheet, a project's own keys, input methods."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from db import labels, projects
from tests.browser.annotator_desk import SHADOW

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich. She met Joe Kaeser there. They talked."
CHINESE = "昨天，马化腾在深圳大学演讲。李彦宏没有来。"
SECOND = "Berlin is the capital."
PALETTE = ".palette:not([hidden])"
MANY = [f"KIND_{number:02d}" for number in range(1, 101)]


def at(text: str, surface: str, label: str) -> list:
    """The code-point offsets of `surface`, and a label."""
    start = text.index(surface)
    return [start, start + len(surface), label]


def compose(work, text: str, *, commit: bool) -> None:
    """What an input method does: text under way in the focused field, then the text itself."""
    devtools = work.page.context.new_cdp_session(work.page)
    devtools.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    if commit:
        devtools.send("Input.insertText", {"text": text})
    devtools.detach()


def own_keys(work, keys: dict[str, tuple[str, ...]]) -> None:
    """Give the project its own keys, and load the screen anew."""
    store = work.case.harness.store
    with store.writing() as session:
        projects.update(session, work.case.project, keys=keys, actor="you")
    work.reload()


def test_a_name_takes_two_keys_from_its_first_token(desk):
    work = desk(NEWS)
    work.press("e", "1")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "PER")]


def test_e_again_takes_one_token_more(desk):
    work = desk(NEWS)
    work.press("e", "e", "2")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel visited", "ORG")]


def test_up_and_down_go_by_sentence_and_shift_takes_the_sentence_along(desk):
    work = desk(NEWS)
    work.press("ArrowDown", "Shift+ArrowDown", "1")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "She met Joe Kaeser there.", "PER")]
    work.press("Backspace", "ArrowDown", "e", "3")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "They", "LOC")]
    work.press("ArrowUp", "ArrowUp", "ArrowUp", "e", "1")
    work.saved()
    assert work.stored()["spans"][0] == at(NEWS, "Angela Merkel", "PER")


def test_chinese_goes_by_sentence_and_joins_words_to_names(desk):
    work = desk(CHINESE, language="zh")
    work.press("ArrowDown", "e", "1")
    work.saved()
    assert work.stored()["spans"] == [at(CHINESE, "李彦宏", "PER")]
    work.press("Control+Home", *["ArrowRight"] * 7, "e", "3")
    work.saved()
    assert at(CHINESE, "深圳大学", "LOC") in work.stored()["spans"]


def test_thirty_labels_are_reached_by_digits_shift_digits_and_letters(desk):
    text = " ".join(f"w{number}" for number in range(30))
    work = desk(text, label_names=MANY[:30], keys={})
    own = [*"1234567890", *(f"Shift+Digit{digit}" for digit in "1234567890"), *"bdhijknpqt"]
    for key in own:
        work.press("Shift+ArrowRight", key)
    work.saved()
    assert [label for _, _, label in work.stored()["spans"]] == MANY[:30]


def test_a_digit_is_found_by_its_place_on_the_keyboard(desk):
    work = desk(NEWS)
    work.press("e")
    # A French keyboard: the key of the 2 types é, and 2 with Shift.
    work.text.dispatch_event("keydown", {"key": "é", "code": "Digit2", "bubbles": True, "composed": True})
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "ORG")]


def test_letters_of_another_script_mean_the_keys_where_they_stand(desk):
    work = desk(NEWS)
    work.text.dispatch_event("keydown", {"key": "а", "code": "KeyF", "bubbles": True, "composed": True})
    work.saved()
    assert work.stored()["flagged"] is True


def test_keys_held_down_act_once_where_once_is_meant(desk):
    work = desk(NEWS, SECOND, "A third one.")
    for key in ("f", "Enter"):
        for _ in range(4):
            work.page.keyboard.down(key)  # again while it is down: the keyboard repeats it
        work.page.keyboard.up(key)
    work.shows("Berlin")
    work.saved()
    assert work.stored(0)["flagged"] is True
    assert [work.stored(number)["status"] for number in range(3)] == ["accepted", "unlabelled", "unlabelled"]


def test_backspace_that_removed_a_span_does_not_leave_the_document(desk):
    work = desk(SECOND, {"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG")]})
    work.press("Enter")
    work.shows("Siemens")
    work.press("Tab", "Backspace", "Backspace", "Backspace")
    work.saved()
    work.shows("Siemens")
    assert work.stored(1)["spans"] == []
    work.page.wait_for_timeout(800)  # the guard is over
    work.press("Backspace")
    work.shows("Berlin")
    assert work.stored(0)["status"] == "accepted"


def test_the_same_keys_work_on_a_span_a_suggestion_and_a_selection(desk):
    row = {"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG")], "suggestions": [[*at(NEWS, "Munich", "LOC"), 0.9]]}
    work = desk(row)
    work.press("e", "1", "Tab", "3", "Tab", "2")
    work.saved()
    found = [at(NEWS, "Angela Merkel", "PER"), at(NEWS, "Siemens", "LOC"), at(NEWS, "Munich", "ORG")]
    assert work.stored()["spans"] == found


def test_keys_mean_the_document_when_nothing_is_focused(desk):
    work = desk(NEWS)
    work.page.evaluate(f"() => {SHADOW}.activeElement.blur()")
    work.press("f")
    work.saved()
    assert work.stored()["flagged"] is True
    expect(work.text).to_be_focused()


def test_the_palette_labels_the_selection_by_a_few_letters_of_a_name(desk):
    work = desk(NEWS, label_names=MANY, keys={})
    work.press("e", "l")
    expect(work.page.locator(PALETTE)).to_contain_text("Label “Angela Merkel”")
    expect(work.page.locator(".palette-row")).to_have_count(100)
    work.page.keyboard.type("_99")
    expect(work.page.locator(".palette-row")).to_have_count(1)
    work.press("Enter")
    expect(work.page.locator(PALETTE)).to_have_count(0)
    expect(work.text).to_be_focused()
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "KIND_99")]


def test_the_palette_goes_by_arrows_and_finds_words_of_a_description(desk):
    work = desk(NEWS)
    with work.case.harness.store.writing() as session:
        known = labels.list_labels(session, work.case.project)
        labels.update(session, known[2].id, description="Orte, 城市和国家", actor="you")
    work.reload()
    work.press("e", "l", "ArrowDown", "Enter")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "ORG")]
    work.press("l")
    work.page.keyboard.insert_text("城市")
    expect(work.page.locator(".palette-row")).to_have_count(1)
    work.press("Enter")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "LOC")]


def test_escape_closes_the_palette_and_gives_the_keys_back(desk):
    work = desk(NEWS)
    work.press("e", "l", "c", "r", "x")  # C and R are Streamlit's, but not while one writes
    expect(work.page.locator(".palette-none")).to_be_visible()
    expect(work.page.get_by_role("dialog", name="Clear caches")).to_have_count(0)
    work.press("Escape", "1")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "PER")]


def test_with_nothing_selected_the_palette_keeps_a_label_on(desk):
    work = desk(NEWS)
    work.press("l", "ArrowDown", "Enter")
    expect(work.page.locator(".label[aria-pressed=true]")).to_contain_text("ORG")
    work.select("Siemens")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_with_a_label_on_the_name_at_the_caret_is_one_key(desk):
    work = desk(NEWS)
    work.press("1", "e")  # PER stays on; Angela Merkel gets it
    work.press("ArrowRight", "2", "e", "e")  # past "visited"; ORG stays on: Siemens, and again: "in" as well
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "PER"), at(NEWS, "Siemens in", "ORG")]
    work.press("Control+z", "Control+z")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "PER")]


def test_an_input_methods_enter_chooses_nothing_in_the_palette(desk):
    work = desk(CHINESE, language="zh", label_names=["人名", "地点", "组织"], keys={})
    work.press("ArrowDown", "e", "l")
    compose(work, "dd", commit=False)
    pressed = {
        "key": "Enter",
        "code": "Enter",
        "keyCode": 229,
        "isComposing": True,
        "bubbles": True,
        "composed": True,
    }
    work.page.locator(".palette-field").dispatch_event("keydown", pressed)
    expect(work.page.locator(PALETTE)).to_be_visible()
    compose(work, "地点", commit=True)
    expect(work.page.locator(".palette-row")).to_have_count(1)
    work.press("Enter")
    work.saved()
    assert work.stored()["spans"] == [at(CHINESE, "李彦宏", "地点")]


def test_an_input_method_in_a_comment_triggers_no_key(desk):
    work = desk(NEWS, SECOND)
    work.press("m")
    field = work.page.locator(".annotator textarea").first
    expect(field).to_be_focused()
    compose(work, "ffaxe", commit=False)
    compose(work, "发现人名 f a x 1 ", commit=True)
    work.press("f", "x", "1", "Space", "Backspace", "Escape")
    expect(work.text).to_be_focused()
    work.press("e", "1")
    work.saved()
    stored = work.stored()
    assert (stored["spans"], stored["status"]) == ([at(NEWS, "Angela Merkel", "PER")], "draft")
    assert (stored["flagged"], stored["revision"]) == (False, 1)


def test_composition_over_the_text_itself_means_nothing(desk):
    work = desk(NEWS)
    for key in ("f", "Enter", "1"):
        pressed = {"key": key, "keyCode": 229, "isComposing": True, "bubbles": True, "composed": True}
        work.text.dispatch_event("keydown", pressed)
    work.press("e", "1")
    work.saved()
    assert work.stored()["revision"] == 1
    assert work.stored()["flagged"] is False


def test_the_sheet_shows_the_projects_own_keys_and_keeps_the_focus(desk):
    work = desk(NEWS)
    own_keys(work, {"skip": ("n",)})
    work.press("?")
    sheet = work.page.locator(".sheet")
    expect(sheet).to_be_visible()
    expect(sheet.locator("dl > div").filter(has_text=re.compile("skip$"))).to_contain_text("N")
    expect(sheet).to_contain_text("PER")
    for _ in range(5):
        work.press("Tab")
        assert work.page.evaluate(f"() => {SHADOW}.querySelector('.sheet').contains({SHADOW}.activeElement)")
    work.press("f", "1", "?")
    expect(sheet).to_be_hidden()
    expect(work.text).to_be_focused()
    work.press("e", "1")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "PER")]
    assert work.stored()["flagged"] is False


def test_changed_keys_work_and_the_old_ones_do_not(desk):
    work = desk(NEWS, SECOND)
    own_keys(work, {"flag": ("ctrl+b",), "phrase": ("q",), "accept": ("j",)})
    work.press("f", "e", "Enter", "q", "1", "Control+b")
    work.saved()
    stored = work.stored()
    assert stored["spans"] == [at(NEWS, "Angela Merkel", "PER")]
    assert (stored["status"], stored["flagged"]) == ("draft", True)
    work.press("j")
    work.shows("Berlin")
    work.saved()
    assert work.stored()["status"] == "accepted"


def test_escape_clears_the_selection_then_the_pick_then_the_label_that_is_on(desk):
    work = desk({"text": NEWS, "spans": [at(NEWS, "Siemens", "ORG")]})
    on = work.page.locator(".label[aria-pressed=true]")
    work.press("d")
    expect(on).to_have_count(1)
    work.press("Tab")
    expect(work.page.locator(".run.selected")).to_have_count(1)
    work.press("Escape")
    expect(work.page.locator(".run.selected")).to_have_count(0)
    expect(on).to_have_count(1)
    work.press("Escape")
    expect(on).to_have_count(0)
    assert work.stored()["spans"] == [at(NEWS, "Siemens", "ORG")]


def test_a_key_changed_on_the_labels_page_is_the_desks_key(desk):
    work = desk(NEWS, SECOND)
    work.press("?")
    work.page.get_by_role("button", name="Change keys").click()
    editor = work.page.locator(".key-editor")
    editor.locator("[data-name=skip] button").click()
    verdict = editor.locator(".verdict")
    work.press("f")
    expect(verdict).to_contain_text("F would mean “skip” and “flag for another look”")
    expect(editor.locator(".save")).to_be_disabled()
    work.press("Control+b")
    expect(verdict).to_have_text("Ctrl B is free.")
    editor.locator(".save").click()
    expect(editor.locator("[data-name=skip] kbd")).to_have_text("Ctrl B")
    editor.locator("[data-name=accept] button").click()
    editor.locator(".field").fill("enter, J")
    expect(verdict).to_have_text("Enter and J are free.")
    editor.locator(".field").press("Enter")
    expect(editor.locator("[data-name=accept] kbd")).to_have_text(["Enter", "J"])
    with work.case.harness.store.reading() as session:
        assert projects.get(session, work.case.project).keys == {"skip": ("ctrl+b",), "accept": ("enter", "j")}
    work.open()
    work.press("Space", "Control+b")
    work.shows("Berlin")
    work.press("j")
    work.saved()
    assert [work.stored(0)["status"], work.stored(1)["status"]] == ["skipped", "accepted"]


def test_a_labels_own_key_is_checked_and_chooses_it(desk):
    work = desk(NEWS, keys={})
    page = work.page
    page.goto(f"{work.case.harness.app.address}/labels?project={work.case.project}")
    page.get_by_role("button", name=re.compile("Change ORG|edit")).nth(1).click()
    field = page.get_by_role("textbox", name="Key")
    field.fill("e")
    field.press("Tab")
    expect(page.get_by_role("dialog")).to_contain_text("E is the key for “the name at the caret")
    field.fill("Shift 7")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    work.open()
    work.press("e", "Shift+Digit7")
    work.saved()
    assert work.stored()["spans"] == [at(NEWS, "Angela Merkel", "ORG")]
