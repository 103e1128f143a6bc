"""A Chromium for all browser tests, and pages of it whose JavaScript errors fail the test."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="requirements-dev.txt is not installed")
from tests.browser.browsing import open_chromium  # noqa: E402 - only where Playwright is there


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
