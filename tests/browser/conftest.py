"""A real Chromium for the browser tests: TAGLOOP_CHROMIUM, else the one on the path, else Playwright's own."""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """A running browser, shared by all tests; each test opens a context of its own."""
    from playwright.sync_api import Error, sync_playwright

    executable = os.environ.get("TAGLOOP_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable, headless=True, args=CHROMIUM_ARGUMENTS)
        except Error as error:
            pytest.skip(f"No Chromium to drive (set TAGLOOP_CHROMIUM to one): {error}")
        yield browser
        browser.close()
