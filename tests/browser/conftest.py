"""A Chromium for all browser tests, and pages of it whose JavaScript errors fail the test."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="requirements-dev.txt is not installed")
from tests.browser.annotator_desk import Desk, served  # noqa: E402 - only where Playwright is there
from tests.browser.browsing import open_chromium  # noqa: E402


@pytest.fixture(scope="session")
def chromium():
    """A running browser, shared by all tests; each test opens a context of its own."""
    opened = open_chromium()
    try:
        browser = opened.__enter__()
    except playwright.Error as error:
        pytest.skip(f"No Chromium to drive (set TAGLOOP_CHROMIUM to one): {error}")
    yield browser
    opened.__exit__(None, None, None)


@pytest.fixture
def page(chromium):
    """A page of a fresh browser profile; an error in the page's JavaScript fails the test."""
    errors = []
    context = chromium.new_context(viewport={"width": 1360, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    """One app for all cases of a module; each case is a project of its own."""
    with served(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def profile(chromium):
    """One browser profile for the cases of a module: its cache holds the app's own scripts."""
    context = chromium.new_context(viewport={"width": 1300, "height": 860})
    yield context
    context.close()


@pytest.fixture
def desk(profile, harness):
    """`desk(*documents, document=None, **of_the_project)` opens Annotate on a project made for the test.

    Nothing is stored in the browser before; errors of the page fail the test. See annotator_desk.py.
    """
    errors = []
    page = profile.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{harness.app.address}/healthz")
    page.evaluate("localStorage.clear()")

    def opened(*rows, document=None, **of_the_project):
        return Desk(page, harness.case(rows, **of_the_project), document=document)

    yield opened
    page.close()
    assert not errors
