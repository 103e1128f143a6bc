"""The annotator in a real Chromium: what hands do with it, and what Python gets to know."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser.submitting_desk import SHADOW, Desk, served

pytestmark = pytest.mark.browser

LABELS = [
    {"id": 11, "name": "PER", "hue": 0},
    {"id": 12, "name": "ORG", "hue": 1},
    {"id": 13, "name": "LOC", "hue": 2},
    {"id": 14, "name": "DATE", "hue": 3, "key": "d"},
]
NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
NEXT = "The second document is about Paris."
CHINESE = "彭小军认为,浙商银行在杭州市。"
MIXED = "Cafe\u0301 with 👨‍👩‍👧 and 😀 in Paris.\nالتقى محمد في باريس اليوم."


def at(text: str, surface: str) -> list[int]:
    """The code-point offsets of `surface`."""
    start = text.index(surface)
    return [start, start + len(surface)]


def long_document() -> dict:
    sentence = "Anna Berg of Siemens said that many people would meet again in Munich before the end of May. "
    text = sentence * 280
    spans = [[n * len(sentence), n * len(sentence) + 9, "PER"] for n in range(280)]
    return {"text": text, "spans": spans}


SIEMENS = [*at(NEWS, "Siemens"), "ORG"]
SUGGESTED = [[*SIEMENS, 0.9], [*at(NEWS, "Munich"), "LOC", 0.8], [*at(NEWS, "Tuesday"), "DATE", 0.3]]
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
CASES = {
    "news": {"documents": [{"text": NEWS}, {"text": NEXT}]},
    "labelled": {"documents": [{"text": NEWS, "spans": [SIEMENS], "revision": 3}, {"text": NEXT}]},
    "labelled later": {"documents": [{"text": NEWS, "revision": 5}]},
    "chinese": {"documents": [{"text": CHINESE, "language": "zh"}, {"text": NEXT}]},
    "mixed": {"documents": [{"text": MIXED}, {"text": NEXT}]},
    "suggested": {"threshold": 0.5, "documents": [{"text": NEWS, "suggestions": SUGGESTED}, {"text": NEXT}]},
    "stale": {
        "documents": [{"text": NEWS, "revision": 4, "theirs": [[*at(NEWS, "Munich"), "LOC"]]}, {"text": NEXT}],
    },
    "refused": {"documents": [{"text": NEWS, "refuse": "The disk is full."}, {"text": NEXT}]},
    "long": {"documents": [long_document(), {"text": NEXT}]},
}


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    """The address of a Streamlit server that shows the cases, and the folder where submissions arrive."""
    folder = tmp_path_factory.mktemp("annotator")
    cases = {name: {"labels": LABELS, **case} for name, case in CASES.items()}
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    with served(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def profile(chromium):
    """One browser profile for all tests: its cache holds the app's own scripts."""
    context = chromium.new_context(viewport={"width": 1300, "height": 860})
    yield context
    context.close()


@pytest.fixture
def desk(profile, harness):
    """`desk(case)` opens a case with nothing stored in the browser; errors of the page fail the test."""
    errors = []
    page = profile.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{harness[0]}/_stcore/health")
    page.evaluate("localStorage.clear()")
    yield lambda case: Desk(page, harness, case)
    page.close()
    assert not errors


def test_a_drag_selects_whole_words_and_a_digit_labels_them(desk):
    work = desk("news")
    work.drag(work.point("ngela"), work.point("Merk"))
    work.press("1")
    assert work.spans() == ["PER Angela Merkel"]
    expect(work.state()).to_have_text("unsaved")
    work.press("Enter")
    told = work.submitted()
    assert told["spans"] == [[*at(NEWS, "Angela Merkel"), "PER"]]
    assert (told["action"], told["document_id"], told["base_revision"]) == ("accept", 0, 0)
    assert told["seconds"] > 0
    work.shows(NEXT)
    expect(work.text).to_be_focused()


def test_the_keyboard_alone_labels_relabels_resizes_and_removes(desk):
    work = desk("news")
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
    work.press("Enter")
    assert work.submitted()["spans"] == [[*at(NEWS, "Siemens"), "LOC"], [*at(NEWS, "Tuesday"), "DATE"]]


def test_shift_lifts_the_snap_and_the_span_says_that_it_cuts_a_token(desk):
    work = desk("news")
    work.page.keyboard.down("Shift")
    work.drag(work.point("Siemens", 0.01), work.point("Siem", 0.99))
    work.page.keyboard.up("Shift")
    work.press("2")
    assert work.spans() == ["ORG Siem"]
    expect(work.page.locator(".run.misfit")).to_have_attribute("title", re.compile("cuts a token"))


def test_a_label_that_is_on_makes_each_double_click_a_span(desk):
    work = desk("news")
    work.press("3")
    expect(work.page.get_by_role("button", name="LOC")).to_have_attribute("aria-pressed", "true")
    work.page.mouse.dblclick(*work.point("Munich"))
    work.drag(work.point("visited"), work.point("Siemens"))
    assert work.spans() == ["LOC visited Siemens", "LOC Munich"]
    work.press("Escape")
    expect(work.page.get_by_role("button", name="LOC")).to_have_attribute("aria-pressed", "false")


def test_double_and_triple_clicks_select_word_and_sentence(desk):
    work = desk("news")
    work.page.mouse.click(*work.point("Siemens"), click_count=2)
    work.press("2")
    work.page.mouse.click(*work.point("visited"), click_count=3)
    work.press("Delete")  # a selection is not a span: nothing is removed
    assert work.spans() == ["ORG Siemens"]
    work.press("1")  # the sentence overlaps Siemens
    expect(work.page.locator(".toast.shown")).to_contain_text("Overlaps ORG")


def test_chinese_is_selected_by_character(desk):
    work = desk("chinese")
    work.drag(work.point("浙"), work.point("行", 0.7))
    work.press("2")
    work.press("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    assert work.spans() == ["PER 彭小军", "ORG 浙商银行"]
    work.press("Enter")
    assert work.submitted()["spans"] == [[*at(CHINESE, "彭小军"), "PER"], [*at(CHINESE, "浙商银行"), "ORG"]]


def test_a_double_click_takes_a_chinese_word_not_a_character(desk):
    work = desk("chinese")
    work.page.mouse.dblclick(*work.point("银"))
    work.press("2")
    assert work.spans() == ["ORG 银行"]


def test_a_short_text_has_a_low_box_and_labels_move_nothing(desk):
    work = desk("news")
    window = work.page.viewport_size["height"]
    box = work.page.locator(".page").bounding_box()
    actions = work.page.locator(".actions").bounding_box()
    assert 240 <= box["height"] <= 300
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
    work = desk("long")
    bottom = work.page.locator(".annotator").bounding_box()
    assert 800 <= bottom["y"] + bottom["height"] <= 900
    expect(work.page.get_by_role("button", name="Accept and next")).to_be_in_viewport(ratio=1)


def test_emoji_accents_families_and_arabic_arrive_as_code_points(desk):
    work = desk("mixed")
    pairs = [("Cafe\u0301", "1"), ("👨‍👩‍👧", "2"), ("😀", "3"), ("Paris", "d"), ("محمد", "1"), ("باريس", "3")]
    for surface, key in pairs:
        work.page.mouse.dblclick(*work.point(surface))
        work.press(key, "Escape")
    names = {"1": "PER", "2": "ORG", "3": "LOC", "d": "DATE"}
    work.press("Enter")
    assert work.submitted()["spans"] == [[*at(MIXED, surface), names[key]] for surface, key in pairs]


def test_single_character_steps_never_stop_inside_a_cluster(desk):
    work = desk("mixed")
    work.page.keyboard.down("Shift")
    work.drag(work.point("Cafe\u0301", 0.01), work.point("Caf", 0.99))
    work.page.keyboard.up("Shift")
    work.press("Alt+Shift+ArrowRight", "1")  # e and its accent are one step
    work.page.mouse.click(*work.point("😀", 0.1))
    work.press("Alt+Shift+ArrowRight", "2")
    work.press("Enter")
    assert work.submitted()["spans"] == [[0, 5, "PER"], [*at(MIXED, "😀"), "ORG"]]


def test_left_moves_forward_in_arabic(desk):
    work = desk("mixed")
    work.press("Control+Home", "ArrowDown", "Home", "Shift+ArrowLeft", "Shift+ArrowLeft", "1")
    work.press("Enter")
    assert work.submitted()["spans"] == [[*at(MIXED, "التقى محمد"), "PER"]]


def test_an_overlap_is_refused_with_the_way_out(desk):
    work = desk("labelled")
    work.drag(work.point("visited"), work.point("Munich"))
    work.press("3")
    expect(work.page.locator(".toast.shown")).to_contain_text("Overlaps ORG “Siemens”: relabel that one")
    assert work.spans() == ["ORG Siemens"]
    work.drag(work.point("Sie"), work.point("ens"))
    work.press("1")  # the same range: relabelled
    assert work.spans() == ["PER Siemens"]


def test_undo_and_redo_go_through_everything(desk):
    work = desk("suggested")
    work.press("Shift+ArrowRight", "1", "f", "Escape", "a", "x")
    assert work.spans() == ["PER Angela", "ORG Siemens"]
    expect(work.page.locator(".row-suggested")).to_have_count(0)
    flag = work.page.get_by_role("button", name="Flag")
    expect(flag).to_have_attribute("aria-pressed", "true")
    work.press("Control+z", "Control+z", "Control+z", "Control+z")
    assert work.spans() == []
    expect(work.page.locator(".row-suggested")).to_have_count(2)
    expect(flag).to_have_attribute("aria-pressed", "false")
    expect(work.state()).to_have_text("")
    work.press("Control+Shift+z", "Control+y", "Control+Shift+Z", "Control+y")
    assert work.spans() == ["PER Angela", "ORG Siemens"]
    work.press("Enter")
    told = work.submitted()
    assert told["flagged"] is True
    assert told["decisions"] == {"100": "accepted", "101": "rejected"}


def test_suggestions_below_the_threshold_are_neither_shown_nor_accepted(desk):
    work = desk("suggested")
    expect(work.page.locator(".row-suggested")).to_have_count(2)
    work.press("Shift+A")
    assert work.spans() == ["ORG Siemens", "LOC Munich"]
    work.press("Control+z", "Tab", "3")  # one step back; then Siemens is taken as something else
    assert work.spans() == ["LOC Siemens"]
    work.press("Enter")
    assert work.submitted()["decisions"] == {"100": "rejected"}


def test_a_draft_survives_a_reload_and_can_be_discarded(desk):
    work = desk("labelled")
    work.press("Shift+ArrowRight", "1")
    work.open()  # at once: the page writes its draft when it is left
    assert work.spans() == ["PER Angela", "ORG Siemens"]
    expect(work.state()).to_have_text("draft restored")
    work.page.get_by_role("button", name="discard").click()
    assert work.spans() == ["ORG Siemens"]
    expect(work.state()).to_have_text("saved ✓")
    work.open()
    assert work.spans() == ["ORG Siemens"]


def test_a_draft_of_an_older_revision_is_offered_not_laid_over(desk):
    work = desk("labelled")
    work.press("Shift+ArrowRight", "1")
    work.case = "labelled later"
    work.open()
    assert work.spans() == []
    expect(work.page.locator(".notice")).to_contain_text("Your unsaved version of revision 3")
    work.page.get_by_role("button", name="Use mine").click()
    assert work.spans() == ["PER Angela", "ORG Siemens"]
    work.press("Enter")
    assert work.submitted()["base_revision"] == 5


def test_a_rerun_of_the_page_leaves_unsaved_work_alone(desk):
    work = desk("news")
    work.press("Shift+ArrowRight", "1")
    work.page.get_by_role("button", name="Rerun the page").click()
    expect(work.page.get_by_text("reruns 1")).to_be_visible()
    assert work.spans() == ["PER Angela"]


def test_a_stale_submission_loses_nothing(desk):
    work = desk("stale")
    work.press("Shift+ArrowRight", "Shift+ArrowRight", "1", "Enter")
    assert work.submitted()["base_revision"] == 4
    expect(work.page.locator(".notice")).to_contain_text("Somebody saved revision 5 in between.")
    assert work.spans() == ["PER Angela Merkel"]
    work.press("Enter")  # not before the question is answered
    work.page.get_by_role("button", name="Take theirs").click()
    assert work.spans() == ["LOC Munich"]
    work.press("Control+z")
    assert work.spans() == ["PER Angela Merkel"]
    work.press("Enter")
    told = work.submitted()
    assert told["base_revision"] == 5
    assert told["spans"] == [[*at(NEWS, "Angela Merkel"), "PER"]]
    work.shows(NEXT)


def test_mine_can_be_kept_on_top_of_theirs(desk):
    work = desk("stale")
    work.press("Shift+ArrowRight", "1", "Control+s")
    work.submitted()
    work.page.get_by_role("button", name="Keep mine on top").click()
    assert work.spans() == ["PER Angela"]
    expect(work.state()).to_have_text("unsaved")
    work.press("Control+s")
    assert work.submitted()["base_revision"] == 5
    expect(work.state()).to_have_text("saved ✓")


def test_a_refused_submission_says_why_and_keeps_the_work(desk):
    work = desk("refused")
    work.press("Shift+ArrowRight", "1", "Enter")
    work.submitted()
    expect(work.page.locator(".notice")).to_contain_text("The disk is full.")
    assert work.spans() == ["PER Angela"]
    work.press("Enter")
    assert work.submitted()["spans"] == [[0, 6, "PER"]]
    work.shows(NEXT)


def test_keys_during_input_composition_do_nothing(desk):
    work = desk("labelled")
    work.page.evaluate(COMPOSING)
    work.press("f")  # a real key still works, and shows that the others did not
    assert work.spans() == ["ORG Siemens"]
    expect(work.page.get_by_role("button", name="Flag")).to_have_attribute("aria-pressed", "true")
    expect(work.page.get_by_role("button", name="LOC")).to_have_attribute("aria-pressed", "false")
    assert len(work.lines()) == work.before


def test_r_and_c_are_left_to_streamlit(desk):
    work = desk("labelled")
    taken = work.page.evaluate(TAKEN, ["r", "c", "R", "C", "f"])
    assert taken == [False, False, False, False, True]
    assert work.spans() == ["ORG Siemens"]


def test_the_key_sheet_opens_and_closes(desk):
    work = desk("news")
    work.press("?")
    sheet = work.page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    work.press("1", "Enter", "Escape")  # keys below the sheet are asleep
    expect(sheet).to_be_hidden()
    assert len(work.lines()) == work.before
    assert work.spans() == []


def test_skip_and_moving_on_say_so_without_accepting(desk):
    work = desk("news")
    work.press("Space")
    assert work.submitted()["action"] == "skip"
    work.shows(NEXT)
    work.press("[")
    assert work.submitted()["action"] == "previous"
    work.shows(NEWS)
    work.press("PageDown")
    assert work.submitted()["action"] == "next"
    work.shows(NEXT)


def test_a_grip_is_dragged_to_another_word(desk):
    work = desk("labelled")
    work.page.mouse.click(*work.point("Siemens"))
    box = work.page.locator(".grip-end").bounding_box()
    work.drag((box["x"] + 6, box["y"] + box["height"] / 2), work.point("Munich", 0.8))
    assert work.spans() == ["ORG Siemens in Munich"]


def test_five_thousand_tokens_open_and_are_labelled_at_the_end(desk):
    work = desk("long")
    assert work.page.locator(".run.gold").count() == 280
    assert work.page.locator(".row").count() < 60  # only the rows in view exist
    work.press("Control+End", "ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "3")
    expect(work.page.locator(".run.selected")).to_be_in_viewport()
    work.press("Control+Home", "ArrowDown", "ArrowUp", "Enter")
    told = work.submitted()
    text = CASES["long"]["documents"][0]["text"]
    assert len(told["spans"]) == 281
    assert text[told["spans"][-1][0] : told["spans"][-1][1]] == "of"
    work.shows(NEXT)
