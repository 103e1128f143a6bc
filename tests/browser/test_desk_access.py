"""The desk for those who hear it, use no mouse, need large letters, strong contrast or a quiet screen."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich on Tuesday."
SIEMENS = [22, 29, "ORG"]
MUNICH = [33, 39, "LOC", 0.91]
OUTLINE = """(element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
}"""
# What the focused element is called, through all shadow roots, and whether its focus can be seen.
FOCUSED = """() => {
    let element = document.activeElement;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const name = element.getAttribute("aria-label") ?? element.textContent.trim();
    const style = getComputedStyle(element.matches(".text") ? element.closest(".page") : element);
    const visible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [name, visible, Boolean(element.closest(".annotator"))];
}"""
FAINT = """(element) => {
    const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgb = (colour, under) => {
        brush.fillStyle = under; brush.fillRect(0, 0, 1, 1);
        brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1);
        return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (channels) => {
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = channels.map((c) => linear(c / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = getComputedStyle(element).getPropertyValue("--st-background-color") || "#ffffff";
    const faint = [];
    for (const child of element.querySelectorAll("*")) {
        const text = [...child.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const left = ":disabled, [aria-hidden=true], .live, .toast";
        if (!text || !child.checkVisibility({ visibilityProperty: true }) || child.closest(left)) continue;
        const layers = [];
        let opacity = 1;
        for (let node = child; node && node instanceof Element; node = node.parentElement) {
            layers.unshift(getComputedStyle(node).backgroundColor);
            opacity *= Number(getComputedStyle(node).opacity);
        }
        let under = ground;
        for (const layer of layers) under = `rgb(${rgb(layer, under)})`;
        const back = rgb(under, under);
        const ink = rgb(getComputedStyle(child).color, under).map((c, i) => c * opacity + back[i] * (1 - opacity));
        const [high, low] = [light(ink), light(back)].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < 4.5) faint.push(`${child.className}: ${child.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
    }
    return faint;
}"""


def tree(page) -> list[dict]:
    """The accessibility tree as a screen reader gets it: role, name, description and properties of each node."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        {
            "role": node.get("role", {}).get("value"),
            "name": node.get("name", {}).get("value", ""),
            "description": node.get("description", {}).get("value", ""),
            "properties": {entry["name"]: entry["value"] for entry in node.get("properties", [])},
        }
        for node in nodes
        if not node.get("ignored")
    ]


def named(page, role: str) -> list[str]:
    """The names of all nodes of a role."""
    return [node["name"] for node in tree(page) if node["role"] == role and node["name"]]


def becomes(page, role: str, names: list[str]) -> None:
    """Wait until these names are among those of a role: the ones that count spans are told in idle moments."""
    for _ in range(50):
        found = named(page, role)
        if set(names) <= set(found):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{names} are not all among {found}")


def dark(page) -> None:
    """Open the same address in the dark theme."""
    page.goto(page.url + "&embed_options=dark_theme&embed=true")
    expect(page.locator(".annotator")).to_have_attribute("data-theme", "dark", timeout=20_000)
    expect(page.locator(".block").first).to_be_visible()


def test_spans_suggestions_and_rows_are_named(desk):
    work = desk({"text": NEWS, "spans": [SIEMENS], "suggestions": [MUNICH]})
    becomes(work.page, "group", ["ORG: Siemens, span 1 of 1", "LOC: Munich, suggestion 1 of 1, score 0.91"])
    becomes(work.page, "listitem", ["ORG: Siemens", "LOC: Munich, suggestion, score 0.91"])
    work.press("Control+Home", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    becomes(work.page, "group", ["PER: Angela Merkel, span 1 of 2", "ORG: Siemens, span 2 of 2"])
    work.saved()
    assert work.stored()["spans"] == [[0, 13, "PER"], SIEMENS]


def test_the_text_says_how_to_begin_and_which_span_is_picked(desk):
    work = desk({"text": NEWS, "spans": [SIEMENS]})
    (text,) = [node for node in tree(work.page) if node["name"] == "Text to label"]
    assert re.search(r"Arrow keys .* 1 PER, 2 ORG, .*Tab .*Enter", text["description"])
    assert text["properties"]["focused"]["value"] is True
    assert "activedescendant" not in text["properties"]
    work.press("Tab")
    (text,) = [node for node in tree(work.page) if node["name"] == "Text to label"]
    assert text["properties"]["activedescendant"]["relatedNodes"]
    picked = work.page.locator("#picked-span")
    expect(picked).to_have_attribute("aria-label", "ORG: Siemens, span 1 of 1")
    expect(picked).to_have_attribute("aria-current", "true")
    expect(work.page.locator('.row[aria-current="true"]')).to_have_count(1)
    work.press("Escape")
    expect(work.text).not_to_have_attribute("aria-activedescendant", re.compile("."))


def test_every_change_and_every_step_is_spoken(desk):
    work = desk({"text": NEWS, "suggestions": [MUNICH]})
    live = work.page.locator(".annotator .live")
    work.press("Control+Home")
    expect(live).to_have_text("Angela")
    work.press("Shift+ArrowRight", "Shift+ArrowRight")
    expect(live).to_have_text("Angela Merkel, selected")
    work.press("1")
    expect(live).to_contain_text("PER")
    expect(live).to_contain_text("Angela Merkel")
    work.press("2")
    expect(live).to_contain_text("ORG")
    work.press("Backspace")
    expect(live).to_contain_text("removed")
    work.press("a")
    expect(live).to_contain_text("accepted LOC")
    work.press("f")
    expect(live).to_contain_text("flag")
    work.saved()
    assert work.stored()["spans"] == [MUNICH[:3]]
    assert work.stored()["flagged"] is True


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_is_seen_on_every_control(desk, theme):
    work = desk({"text": NEWS})
    if theme == "dark":
        dark(work.page)
    work.text.focus()
    work.press("Shift+Tab", "Tab")
    for key in ["Shift+Tab", "Tab"]:
        work.text.focus()
        seen = 0
        for _ in range(30):
            work.press(key)
            name, visible, inside = work.page.evaluate(FOCUSED)
            if not inside:
                break
            assert visible, f"the focus on {name!r} cannot be seen"
            seen += 1
        assert seen


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_of_the_desk_has_enough_contrast(desk, theme):
    work = desk({"text": NEWS, "spans": [SIEMENS], "suggestions": [MUNICH]})
    if theme == "dark":
        dark(work.page)
    expect(work.page.locator(".run")).to_have_count(2)
    assert work.root.evaluate(FAINT) == []


def test_letters_grow_lines_part_and_the_choice_is_kept(desk):
    work = desk({"text": NEWS * 20})
    size = lambda: work.text.evaluate("(text) => getComputedStyle(text).fontSize")  # noqa: E731
    assert size() == "18px"
    work.page.get_by_role("button", name="Reading settings").click()
    panel = work.page.get_by_role("dialog", name="Reading settings")
    expect(panel).to_be_visible()
    work.press("ArrowRight", "ArrowRight", "1", "Enter", "Space", "f")  # the panel's keys label nothing
    assert size() == "25.2px"
    panel.get_by_role("radio", name="Wide").check(force=True)
    panel.get_by_role("radio", name="Narrow").check(force=True)
    assert work.text.evaluate("(text) => parseFloat(getComputedStyle(text).lineHeight)") == pytest.approx(25.2 * 2.3)
    work.press("Escape")
    expect(panel).to_be_hidden()
    expect(work.text).to_be_focused()
    work.select("Siemens")
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [SIEMENS]
    work.reload()
    assert size() == "25.2px"
    work.page.get_by_role("button", name="Reading settings").click()
    panel.get_by_role("button", name="Reset").click()
    assert size() == "18px"
    work.reload()
    assert size() == "18px"


def test_a_label_moves_nothing_at_any_setting(desk):
    work = desk({"text": NEWS * 20})
    work.page.get_by_role("button", name="Reading settings").click()
    work.press("ArrowLeft", "ArrowLeft", "Escape")
    before = work.page.locator(".blocks").bounding_box(), work.point("Tuesday", occurrence=19)
    work.press("Control+Home", "Shift+ArrowRight", "1", "Escape", "ArrowDown", "Shift+ArrowRight", "2")
    assert (work.page.locator(".blocks").bounding_box(), work.point("Tuesday", occurrence=19)) == before
    work.saved()
    assert len(work.stored()["spans"]) == 2


def test_forced_colours_keep_spans_selection_and_caret_visible(desk):
    work = desk({"text": NEWS, "spans": [SIEMENS], "suggestions": [MUNICH]})
    work.page.emulate_media(forced_colors="active")
    for run in work.page.locator(".run").all():
        assert run.evaluate(OUTLINE)
    work.press("Tab")
    assert work.page.locator(".run.selected").evaluate("(run) => parseFloat(getComputedStyle(run).outlineWidth)") >= 2
    work.press("Control+Home")
    caret = work.page.locator(".caret").evaluate("(caret) => getComputedStyle(caret).forcedColorAdjust")
    assert caret == "none"
    work.page.emulate_media(forced_colors="none")


def test_a_quiet_screen_moves_nothing(desk):
    work = desk({"text": NEWS, "spans": [SIEMENS]})
    work.page.emulate_media(reduced_motion="reduce")
    moving = work.root.evaluate("""(root) => [...root.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        const lasts = (list) => list.split(",").some((value) => parseFloat(value) > 0);
        return (style.animationName !== "none" && lasts(style.animationDuration)) || lasts(style.transitionDuration);
    }).map((element) => element.className)""")
    assert moving == []
    work.page.emulate_media(reduced_motion="no-preference")


def test_dialogs_are_dialogs_and_give_the_keys_back(desk):
    work = desk({"text": NEWS})
    work.press("?")
    expect(work.page.get_by_role("dialog", name=re.compile("key", re.IGNORECASE))).to_be_visible()
    work.press("Escape")
    expect(work.text).to_be_focused()
    work.press("Shift+ArrowRight", "1")
    work.saved()
    assert work.stored()["spans"] == [[0, 6, "PER"]]
