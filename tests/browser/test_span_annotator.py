"""The annotator in a real Chromium: what hands do with it, and what the database holds afterwards."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser.annotator_desk import SHADOW

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
NEXT = "The second document is about Paris."
CHINESE = "彭小军认为,浙商银行在杭州市。"
MIXED = "Cafe\u0301 with 👨‍👩‍👧 and 😀 in Paris.\nالتقى محمد في باريس اليوم."
SENTENCE = "Anna Berg of Siemens said that many people would meet again in Munich before the end of May. "


def at(text: str, surface: str) -> list[int]:
    """The code-point offsets of `surface`."""
    start = text.index(surface)
    return [start, start + len(surface)]


SIEMENS = [*at(NEWS, "Siemens"), "ORG"]
LABELLED = {"text": NEWS, "spans": [SIEMENS]}
SUGGESTED = {
    "text": NEWS,
    "suggestions": [[*SIEMENS, 0.9], [*at(NEWS, "Munich"), "LOC", 0.8], [*at(NEWS, "Tuesday"), "DATE", 0.3]],
}
LONG = {
    "text": SENTENCE * 280,
    "spans": [[n * len(SENTENCE), n * len(SENTENCE) + 9, "PER"] for n in range(280)],
}
COMPOSING = f"""() => {{
    const text = {SHADOW}.querySelector(".text");
    for (const key of ["1", "Enter", " ", "Backspace", "f"]) {{
        const init = {{ key, bubbles: true, composed: true, cancelable: true }};
        text.dispatchEvent(new KeyboardEvent("keydown", {{ ...init, isComposing: true }}));
        text.dispatchEvent(new KeyboardEvent("keydown", {{ ...init, keyCode: 229 }}));
    }}
}}"""
TAKEN = f"""(keys) => keys.map((key) => {{
    const event = new KeyboardEvent("keydown", {{ key, bubbles: true, cancelable: true }});
    return !{SHADOW}.querySelector(".text").dispatchEvent(event);
}})"""


def test_a_drag_selects_whole_words_and_a_digit_labels_them(desk):
    work = desk(NEWS, NEXT)
    work.drag(work.point("ngela"), work.point("Merk"))
    work.press("1")
    assert work.spans() == ["PER Angela Merkel"]
    work.saved()
    assert work.stored()["status"] == "draft"
    work.press("Enter")
    work.shows(NEXT)
    expect(work.text).to_be_focused()
    work.saved()
    stored = work.stored()
    assert (stored["spans"], stored["status"]) == ([[*at(NEWS, "Angela Merkel"), "PER"]], "accepted")
    assert stored["seconds"] > 0


def test_the_keyboard_alone_labels_relabels_resizes_and_removes(desk):
    work = desk(NEWS, NEXT)
    work.press("Shift+ArrowRight", "Shift+ArrowRight", "1")
    work.press("ArrowRight", "Shift+ArrowRight", "2")  # past "visited", over "Siemens"
    assert work.spans() == ["PER Angela Merkel", "ORG Siemens"]
    work.press("3")
    assert work.spans() == ["PER Angela Merkel", "LOC Siemens"]
    work.press("Control+Shift+ArrowRight")
    assert work.spans()[1] == "LOC Siemens in"
    work.press("Control+Shift+ArrowLeft", "Alt+Shift+ArrowLeft")
    assert work.spans()[1] == "LOC visited Siemens"
    work.press("Alt+Shift+ArrowRight", "Shift+Tab", "Backspace")
    assert work.spans() == ["LOC Siemens"]
    work.press("Control+End", "ArrowLeft", "Shift+ArrowLeft", "d")
    assert work.spans() == ["LOC Siemens", "DATE Tuesday"]
    work.saved()
    assert work.stored()["spans"] == [[*at(NEWS, "Siemens"), "LOC"], [*at(NEWS, "Tuesday"), "DATE"]]


def test_shift_lifts_the_snap_and_the_span_says_that_it_cuts_a_token(desk):
    work = desk(NEWS)
    work.page.keyboard.down("Shift")
    work.drag(work.point("Siemens", 0.01), work.point("Siem", 0.99))
    work.page.keyboard.up("Shift")
    work.press("2")
    assert work.spans() == ["ORG Siem"]
    work.page.locator(".run.misfit").hover()
    expect(work.page.locator(".card")).to_contain_text("It cuts a token")
    work.saved()
    assert work.stored()["spans"] == [[*at(NEWS, "Siem"), "ORG"]]


def test_a_label_that_is_on_makes_each_double_click_a_span(desk):
    work = desk(NEWS)
    work.press("3")
    chip = work.page.locator(".label", has_text="LOC")
    expect(chip).to_have_attribute("aria-pressed", "true")
    work.page.mouse.dblclick(*work.point("Munich"))
    work.drag(work.point("visited"), work.point("Siemens"))
    assert work.spans() == ["LOC visited Siemens", "LOC Munich"]
    work.press("Escape")
    expect(chip).to_have_attribute("aria-pressed", "false")
    work.saved()
    assert work.stored()["spans"] == [[*at(NEWS, "visited Siemens"), "LOC"], [*at(NEWS, "Munich"), "LOC"]]


def test_double_and_triple_clicks_select_word_and_sentence(desk):
    work = desk(NEWS)
    work.page.mouse.click(*work.point("Siemens"), click_count=2)
    work.press("2")
    work.page.mouse.click(*work.point("visited"), click_count=3)
    work.press("Delete")  # a selection is not a span: nothing is removed
    assert work.spans() == ["ORG Siemens"]
    work.press("1")  # the sentence overlaps Siemens
    expect(work.toast()).to_contain_text("ORG “Siemens” is there already")
    work.saved()
    assert work.stored()["spans"] == [SIEMENS]


def test_chinese_is_selected_by_character(desk):
    work = desk(CHINESE, NEXT, language="zh")
    work.drag(work.point("浙"), work.point("行", 0.7))
    work.press("2")
    work.press("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    assert work.spans() == ["PER 彭小军", "ORG 浙商银行"]
    work.saved()
    assert work.stored()["spans"] == [[*at(CHINESE, "彭小军"), "PER"], [*at(CHINESE, "浙商银行"), "ORG"]]


def test_a_double_click_takes_a_chinese_word_not_a_character(desk):
    work = desk(CHINESE, language="zh")
    work.page.mouse.dblclick(*work.point("银"))
    work.press("2")
    assert work.spans() == ["ORG 银行"]
    work.saved()
    assert work.stored()["spans"] == [[*at(CHINESE, "银行"), "ORG"]]


def test_a_short_text_has_a_low_box_and_labels_move_nothing(desk):
    work = desk(NEWS)
    window = work.page.viewport_size["height"]
    box = work.page.locator(".page").bounding_box()
    actions = work.page.locator(".actions").bounding_box()
    work.press("Shift+ArrowRight", "1", "Shift+ArrowRight", "Shift+ArrowRight", "2")
    assert len(work.spans()) == 2
    assert work.page.locator(".page").bounding_box() == box
    assert work.page.locator(".actions").bounding_box() == actions
    work.page.set_viewport_size({"width": 820, "height": window})
    actions = work.page.locator(".actions").bounding_box()
    work.press("Shift+ArrowRight", "3")
    assert len(work.spans()) == 3
    assert work.page.locator(".actions").bounding_box() == actions


def test_a_long_text_fills_the_window_and_scrolls(desk):
    work = desk(LONG)
    bottom = work.page.locator(".annotator").bounding_box()
    assert 780 <= bottom["y"] + bottom["height"] <= 900
    expect(work.page.get_by_role("button", name="Accept and next")).to_be_in_viewport(ratio=1)


def test_emoji_accents_families_and_arabic_are_stored_as_code_points(desk):
    work = desk(MIXED, NEXT)
    pairs = [("Cafe\u0301", "1"), ("👨‍👩‍👧", "2"), ("😀", "3"), ("Paris", "d"), ("محمد", "1"), ("باريس", "3")]
    for surface, key in pairs:
        work.page.mouse.dblclick(*work.point(surface))
        work.press(key, "Escape")
    names = {"1": "PER", "2": "ORG", "3": "LOC", "d": "DATE"}
    work.saved()
    assert work.stored()["spans"] == [[*at(MIXED, surface), names[key]] for surface, key in pairs]


def test_single_character_steps_never_stop_inside_a_cluster(desk):
    work = desk(MIXED, NEXT)
    work.page.keyboard.down("Shift")
    work.drag(work.point("Cafe\u0301", 0.01), work.point("Caf", 0.99))
    work.page.keyboard.up("Shift")
    work.press("Alt+Shift+ArrowRight", "1")  # e and its accent are one step
    work.page.mouse.click(*work.point("😀", 0.1))
    work.press("Alt+Shift+ArrowRight", "2")
    work.saved()
    assert work.stored()["spans"] == [[0, 5, "PER"], [*at(MIXED, "😀"), "ORG"]]


def test_left_moves_forward_in_arabic(desk):
    work = desk(MIXED, NEXT)
    work.press("Control+Home", "Control+ArrowDown", "Home", "Shift+ArrowLeft", "Shift+ArrowLeft", "1")
    work.saved()
    assert work.stored()["spans"] == [[*at(MIXED, "التقى محمد"), "PER"]]


def test_an_overlap_is_refused_and_the_same_range_is_relabelled(desk):
    work = desk(LABELLED)
    work.drag(work.point("visited"), work.point("Munich"))
    work.press("3")
    expect(work.toast()).to_contain_text("ORG “Siemens” is there already")
    assert work.spans() == ["ORG Siemens"]
    work.press("Escape")
    work.drag(work.point("Sie"), work.point("ens"))
    work.press("1")
    assert work.spans() == ["PER Siemens"]
    work.saved()
    assert work.stored()["spans"] == [[*at(NEWS, "Siemens"), "PER"]]


def test_undo_and_redo_go_through_everything(desk):
    work = desk(SUGGESTED, NEXT)
    work.press("Shift+ArrowRight", "1", "f", "Escape", "a", "x")
    assert work.spans() == ["PER Angela", "ORG Siemens"]
    expect(work.page.locator(".row-suggested")).to_have_count(0)
    flag = work.page.get_by_role("button", name="Flag")
    expect(flag).to_have_attribute("aria-pressed", "true")
    work.press("Control+z", "Control+z", "Control+z", "Control+z")
    assert work.spans() == []
    expect(work.page.locator(".row-suggested")).to_have_count(2)
    expect(flag).to_have_attribute("aria-pressed", "false")
    work.saved()
    assert (work.stored()["spans"], work.stored()["flagged"], work.stored()["decisions"]) == ([], False, {})
    work.press("Control+Shift+z", "Control+y", "Control+Shift+Z", "Control+y")
    assert work.spans() == ["PER Angela", "ORG Siemens"]
    work.saved()
    stored = work.stored()
    assert stored["spans"] == [[0, 6, "PER"], SIEMENS]
    assert stored["flagged"] is True
    assert stored["decisions"] == {tuple(SIEMENS): "accepted", (*at(NEWS, "Munich"), "LOC"): "rejected"}


def test_suggestions_below_the_threshold_are_neither_shown_nor_accepted(desk):
    work = desk(SUGGESTED, NEXT)
    expect(work.page.locator(".row-suggested")).to_have_count(2)
    work.press("Shift+A")
    assert work.spans() == ["ORG Siemens", "LOC Munich"]
    work.saved()
    assert (*at(NEWS, "Tuesday"), "DATE") not in work.stored()["decisions"]
    work.press("Control+z", "Control+Home", "Tab", "3")  # one step back; then Siemens is taken as something else
    assert work.spans() == ["LOC Siemens"]
    work.saved()
    assert work.stored()["decisions"] == {tuple(SIEMENS): "corrected"}


def test_keys_during_input_composition_do_nothing(desk):
    work = desk(LABELLED)
    work.page.evaluate(COMPOSING)
    work.press("f")  # a real key still works, and shows that the others did not
    assert work.spans() == ["ORG Siemens"]
    expect(work.page.get_by_role("button", name="Flag")).to_have_attribute("aria-pressed", "true")
    work.saved()
    stored = work.stored()
    assert (stored["spans"], stored["status"], stored["flagged"], stored["revision"]) == ([SIEMENS], "draft", True, 2)


def test_r_and_c_are_left_to_streamlit(desk):
    work = desk(LABELLED)
    taken = work.page.evaluate(TAKEN, ["r", "c", "R", "C", "f"])
    assert taken == [False, False, False, False, True]
    assert work.spans() == ["ORG Siemens"]


def test_the_key_sheet_opens_and_closes(desk):
    work = desk(NEWS, NEXT)
    work.press("?")
    sheet = work.page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    work.press("1", "Enter", "Escape")  # keys below the sheet are asleep
    expect(sheet).to_be_hidden()
    assert work.spans() == []
    work.shows(NEWS)
    assert work.stored()["revision"] == 0


def test_skip_and_moving_on_do_not_accept(desk):
    work = desk(NEWS, NEXT)
    work.press("Space")
    work.shows(NEXT)
    work.saved()
    assert work.stored()["status"] == "skipped"
    work.queue("All")
    work.shows(NEWS)
    work.text.focus()
    work.press("]")
    work.shows(NEXT)
    work.press("[")
    work.shows(NEWS)
    work.saved()
    assert [work.stored(n)["status"] for n in (0, 1)] == ["skipped", "unlabelled"]


def test_a_grip_is_dragged_to_another_word(desk):
    work = desk(LABELLED)
    work.page.mouse.click(*work.point("Siemens"))
    box = work.page.locator(".grip-end").bounding_box()
    work.drag((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), work.point("Munich", 0.8))
    assert work.spans() == ["ORG Siemens in Munich"]
    work.saved()
    assert work.stored()["spans"] == [[*at(NEWS, "Siemens in Munich"), "ORG"]]


def test_five_thousand_tokens_open_and_are_labelled_at_the_end(desk):
    work = desk(LONG, NEXT)
    assert work.page.locator(".row").count() < 60  # only the rows in view exist
    work.press("Control+End", "ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "3")
    expect(work.page.locator(".run.selected")).to_be_in_viewport()
    work.press("Control+Home", "ArrowDown", "ArrowUp", "Enter")
    work.shows(NEXT)
    work.saved()
    spans = work.stored()["spans"]
    assert len(spans) == 281
    assert LONG["text"][spans[-1][0] : spans[-1][1]] == "of"


def test_a_change_above_the_text_leaves_the_open_document_and_its_spans_alone(desk):
    work = desk(NEWS, NEXT)
    work.press("Enter")
    work.shows(NEXT)
    work.press("Shift+ArrowRight", "1")
    work.page.get_by_role("button", name="Suggestions").click()
    work.page.get_by_text("Suggestions are dashed").first.wait_for()
    work.page.keyboard.press("Escape")
    work.shows(NEXT)
    assert work.spans() == ["PER The"]
    work.saved()
    assert work.stored(1)["spans"] == [[0, 3, "PER"]]


def test_an_empty_queue_leads_on(desk):
    work = desk(NEWS)
    work.press("Enter")
    expect(work.page.get_by_text("Nothing left in “to do”")).to_be_visible()
    work.page.get_by_role("button", name="All documents").click()
    work.shows(NEWS)
    expect(work.page.get_by_role("button", name="All", exact=True)).to_be_visible()
    work.saved()
    assert work.stored()["status"] == "accepted"
