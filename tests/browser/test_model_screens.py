"""Inspect and Demo in a real browser: clicks on numbers and cells, the way to Annotate and back, side by side."""

from __future__ import annotations

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
from db import annotations, predictions, projects  # noqa: E402
from db.connection import open_store  # noqa: E402
from tests import published  # noqa: E402
from tests.browser.browsing import errors_shown, settled  # noqa: E402
from tests.browser.server import running_app  # noqa: E402

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """One app on the sample projects; "weak" knows little of them, "perfect" has the gold as its predictions."""
    with running_app(tmp_path_factory.mktemp("models")) as running:
        store = open_store(running.database, migrate=False)
        with store.reading() as session:
            project = projects.by_name(session, "news-en")
            gold = annotations.gold(session, project.id, split="dev")
        for name in ("weak", "perfect"):
            model = published.publish(store, project.id, name, folder_of_data=running.home)
        with store.writing() as session:
            predictions.put(session, model.id, {key: document.spans for key, document in gold})
        store.close()
        yield running


def opened(page, app, path):
    page.goto(app.address + path)
    expect(page.locator("h1").first).to_be_visible()
    settled(page)
    assert not errors_shown(page)


def main_text(page):
    return page.locator("[data-testid=stMain]").inner_text()


def test_a_click_on_a_number_lists_the_documents_of_its_label(page, app):
    opened(page, app, "/inspect?project=1&split=dev&a=1&b=2")
    expect(page.get_by_text(re.compile("Over all, B is .* better than A"))).to_be_visible()
    table = page.locator("[data-testid=stDataFrame]")
    box = table.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 1.5 * 35)  # the first row: the label with most support
    chosen = page.locator("[data-testid=stMain] button[aria-checked=true], button[kind=pillsActive]")
    expect(chosen.filter(has_text="LOC ·")).to_be_visible()
    assert re.search(r"1–10 of (\d+) documents", main_text(page))


def test_a_click_on_a_cell_lists_what_was_taken_for_what_and_can_be_taken_back(page, app):
    opened(page, app, "/inspect?project=1&split=dev&a=1")
    page.get_by_text("Which label is taken for which").click()
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    expect(chart.locator("canvas, svg").first).to_be_visible()
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = chart.bounding_box()
    for share in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):  # the first filled cell of the middle row
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.42)
        settled(page)
        if page.locator(".st-key-clear-cell").count():
            break
    clear = page.locator(".st-key-clear-cell button")
    expect(clear).to_contain_text(re.compile("A: gold .+, predicted .+"))
    clear.click()
    expect(page.locator(".st-key-clear-cell")).to_have_count(0)


def test_fix_gold_leads_to_annotate_and_back_to_the_same_filters(page, app):
    opened(page, app, "/inspect?project=1&split=dev&a=1&b=2")
    page.locator("[data-testid=stMain] button").filter(has_text="B right, A wrong").first.click()
    settled(page)
    page.wait_for_timeout(300)
    before = page.locator(".tl-run-facts .tl-strong").all_inner_texts()
    page.get_by_role("button", name="Fix gold").first.click()
    page.wait_for_url(re.compile(r"/annotate\?.*document=\d+"))
    page.get_by_role("button", name="Back to Inspect").click()
    page.wait_for_url(re.compile("/inspect"))
    expect(page.locator(".tl-run-facts .tl-strong").first).to_have_text(before[0])
    assert page.locator(".tl-run-facts .tl-strong").all_inner_texts() == before


def test_a_text_is_read_by_two_models_side_by_side_and_by_http_alike(page, app):
    text = "Kurt Gödel went to Munich."
    opened(page, app, "/demo?project=1&model=1&beside=2")
    page.get_by_role("textbox").first.fill(text)
    page.get_by_role("button", name="Find names").click()
    expect(page.locator("mark.tl-prediction")).to_have_count(4)
    expect(page.get_by_text(re.compile(r"2 names found in [\d,]+ ms|under 1 ms"))).to_have_count(2)
    answer = app.ask("/api/v1/predict", json_body={"text": text, "model": 1}).json()
    assert [span["text"] for span in answer["results"][0]["spans"]] == ["Kurt Gödel", "Munich"]
