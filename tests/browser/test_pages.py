"""Documents, Labels and Settings in a real browser: dialogs, files, narrow windows, both themes."""

from __future__ import annotations

import json
import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
from db import documents, labels, projects  # noqa: E402
from db.connection import open_store  # noqa: E402
from tests.browser.browsing import errors_shown, settled  # noqa: E402
from tests.browser.server import running_app  # noqa: E402

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """One app on the sample projects for all tests here; each leaves the others' data alone."""
    with running_app(tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture
def store(app):
    opened = open_store(app.database, migrate=False)
    yield opened
    opened.close()


def project_of(store, name="news-en"):
    with store.reading() as session:
        return projects.by_name(session, name)


def opened(page, app, path):
    page.goto(app.address + path)
    expect(page.locator("h1").first).to_be_visible()
    settled(page)
    assert not errors_shown(page)


def dialog(page):
    found = page.get_by_role("dialog")
    expect(found).to_be_visible()
    return found


def test_a_file_is_uploaded_shown_and_imported(page, app, store, tmp_path):
    project = project_of(store)
    file = tmp_path / "more.dev.jsonl"
    records = [{"text": f"Kim Lee read page {n}.", "label": [[0, 7, "PER"]]} for n in range(3)]
    file.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    opened(page, app, f"/documents?project={project.id}&section=import")
    page.set_input_files("input[type=file]", str(file))
    expect(page.get_by_text("doccano JSON Lines")).to_be_visible()
    expect(page.get_by_text("dev 3")).to_be_visible()
    expect(page.locator(".tl-mark").first).to_contain_text("Kim Lee")
    page.get_by_role("button", name="Import 3 documents").click()
    expect(page.get_by_text("3 documents and 3 spans were added.")).to_be_visible()
    expect(page.get_by_text("more.dev.jsonl")).to_have_count(0)
    page.get_by_role("button", name="Look at them").click()
    expect(page.locator("[data-testid=stDataFrame]")).to_be_visible()
    assert "section=browse" in page.url
    with store.reading() as session:
        assert documents.list_documents(session, project.id, documents.Filter(search="Kim Lee"))[1] == 3


def test_a_document_is_deleted_only_after_it_was_said_what_goes(page, app, store):
    project = project_of(store)
    with store.reading() as session:
        (row,), _ = documents.list_documents(session, project.id, offset=3, limit=1)
    opened(page, app, f"/documents?project={project.id}&document={row.id}")
    page.locator(".st-key-delete button").click()
    expect(dialog(page)).to_contain_text(f"{row.characters} characters, {row.spans} span")
    page.locator(".st-key-keep button").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(".st-key-delete button").click()
    dialog(page)
    page.locator(".st-key-delete-for-good button").click()
    expect(page.get_by_text(f"{row.name} was deleted.")).to_be_visible()
    with store.reading() as session:
        found = documents.list_documents(session, project.id, documents.Filter(search=row.name))
    assert found == ([], 0)


def test_clicking_a_row_shows_the_document_and_annotate_opens_it(page, app, store):
    project = project_of(store)
    opened(page, app, f"/documents?project={project.id}")
    expect(page.get_by_text("Choose a row")).to_be_visible()
    page.locator("[data-testid=stDataFrame] .dvn-scroller").click(position={"x": 60, "y": 52})
    expect(page.locator(".tl-document-head")).to_be_visible()
    name = page.locator(".tl-document-head b").inner_text()
    page.locator(".st-key-annotate button").click()
    page.wait_for_url(re.compile("/annotate.*document="))
    expect(page.get_by_text(name).first).to_be_visible()


def test_an_export_is_saved_as_a_file(page, app, store):
    project = project_of(store, "service-zh")
    opened(page, app, f"/documents?project={project.id}")
    page.locator(".st-key-export button").click()
    expect(dialog(page)).to_contain_text("Spans")
    with page.expect_download() as waiting:
        page.locator(".st-key-save-export button").click()
    lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
    with store.reading() as session:
        assert len(lines) == projects.summary(session, project.id).accepted
    assert json.loads(lines[0])["text"]
    assert waiting.value.suggested_filename == "service-zh.jsonl"


def test_a_label_is_added_renamed_merged_and_the_spans_follow(page, app, store):
    project = project_of(store)
    opened(page, app, f"/labels?project={project.id}")
    page.get_by_role("button", name="Add label").click()
    dialog(page).get_by_role("textbox", name="Name").fill("EVENT")
    page.locator(".st-key-add-label button").click()
    expect(page.locator(".st-key-label-list")).to_contain_text("EVENT")
    with store.reading() as session:
        ids = labels.ids(session, project.id)
        before = labels.usage(session, project.id)
    page.locator(f".st-key-edit-{ids['PER']} button").first.click()
    dialog(page).get_by_role("textbox", name="Name").fill("PERSON")
    page.locator(".st-key-save-label button").click()
    expect(page.locator(".st-key-label-list")).to_contain_text("PERSON")
    page.locator(f".st-key-edit-{ids['EVENT']} button").first.click()
    dialog(page)
    page.locator(".st-key-delete-label button").click()
    expect(page.locator(".st-key-label-list")).not_to_contain_text("EVENT")
    page.locator(f".st-key-edit-{ids['WORK']} button").first.click()
    dialog(page)
    page.locator(".st-key-merge-label button").click()
    expect(page.get_by_text("WORK is gone")).to_be_visible()
    with store.reading() as session:
        after = labels.usage(session, project.id)
        assert labels.ids(session, project.id)["PERSON"] == ids["PER"]
    assert after[ids["PER"]] == before[ids["PER"]] + before[ids["WORK"]]
    assert ids["WORK"] not in after


def test_a_name_that_is_taken_is_refused_in_the_dialog(page, app, store):
    project = project_of(store, "service-zh")
    opened(page, app, f"/labels?project={project.id}")
    page.get_by_role("button", name="Add label").click()
    dialog(page).get_by_role("textbox", name="Name").fill("地点")
    page.locator(".st-key-add-label button").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("already has a label 地点")


def test_a_project_is_made_in_chinese_and_deleted_with_its_name_typed(page, app, store):
    opened(page, app, "/")
    page.locator(".st-key-new-project button").first.click()
    asked = dialog(page)
    asked.get_by_text("中文", exact=True).click()
    expect(asked).to_contain_text("一字一格")
    asked.get_by_role("textbox", name="Title").fill("短命项目")
    asked.get_by_role("textbox", name="Labels").fill("人名、地点")
    asked.get_by_role("button", name="Create project").click()
    page.wait_for_url(re.compile("/documents"))
    made = project_of(store, "短命项目")
    assert made.language == "zh"
    opened(page, app, f"/settings?project={made.id}")
    page.locator(".st-key-delete-project button").click()
    typed = dialog(page).get_by_role("textbox", name="to confirm")
    expect(page.locator(".st-key-delete-all button")).to_be_disabled()
    typed.fill("短命项目")
    typed.press("Enter")
    page.locator(".st-key-delete-all button").click()
    expect(page.get_by_text("短命项目 was deleted.")).to_be_visible()
    assert project_of(store, "短命项目") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_labels_follow_the_theme_in_page_and_dialog(chromium, app, scheme):
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    opened(page, app, "/labels")
    page.get_by_role("button", name="Add label").click()
    dot = dialog(page).get_by_text("blue").locator("xpath=ancestor::button")
    shown = dot.evaluate("element => getComputedStyle(element, '::before').backgroundColor")
    chip = page.locator(".tl-chip.hue-0").first.evaluate("element => getComputedStyle(element).backgroundColor")
    assert shown == chip == {"light": "rgb(48, 103, 198)", "dark": "rgb(77, 131, 230)"}[scheme]
    context.close()


@pytest.mark.parametrize("screen", ["", "documents", "documents?section=splits", "labels", "settings"])
def test_nothing_is_wider_than_a_narrow_window_and_nothing_is_fetched_from_elsewhere(chromium, app, screen):
    context = chromium.new_context(viewport={"width": 820, "height": 900})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, app, f"/{screen}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth <= main.clientWidth")
    assert not [url for url in asked if not url.startswith((app.address, "data:", "blob:"))]
    context.close()
