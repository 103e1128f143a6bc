"""A real Chromium, and the moves of a person in front of the app's screens."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Where a piece of the annotator's text lies on the screen: its box, or null while it is not there.
_BOX = """([surface, occurrence]) => {
  const host = document.querySelector("[data-testid=stBidiComponentIsolated]");
  const blocks = host && host.shadowRoot && host.shadowRoot.querySelector(".blocks");
  if (!blocks) return null;
  const walker = document.createTreeWalker(blocks, NodeFilter.SHOW_TEXT);
  const nodes = []; let text = "";
  while (walker.nextNode()) { nodes.push([text.length, walker.currentNode]); text += walker.currentNode.data; }
  let start = -1;
  for (let i = 0; i <= occurrence; i++) start = text.indexOf(surface, start + 1);
  if (start < 0) return null;
  const place = (unit) => {
    const [from, node] = nodes.findLast(([from]) => from <= unit);
    return [node, unit - from];
  };
  const range = document.createRange();
  range.setStart(...place(start));
  const last = place(start + surface.length - 1);
  range.setEnd(last[0], last[1] + 1);
  const { left, top, width, height } = range.getBoundingClientRect();
  return [left, top, width, height];
}"""


@contextlib.contextmanager
def open_chromium() -> Iterator[Browser]:
    """A headless browser: TAGLOOP_CHROMIUM, else the one on the path, else Playwright's own."""
    executable = os.environ.get("TAGLOOP_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def settled(page: Page) -> None:
    """Wait until the script has run and no element is stale."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=30_000)


def errors_shown(page: Page) -> list[str]:
    """Exceptions that the screen shows."""
    return page.locator("[data-testid=stException]").all_inner_texts()


def annotator_text(page: Page) -> Locator:
    """The annotator's text, which takes the keys."""
    return page.locator(".annotator .text")


def opens(page: Page, text: str) -> None:
    """Wait until the annotator shows a document that contains `text`, ready for keys."""
    expect(page.locator(".annotator .blocks")).to_contain_text(text)


def saved(page: Page) -> None:
    """Wait until the annotator says that nothing waits for the server any more."""
    expect(page.locator(".annotator")).to_have_attribute("data-state", re.compile("^(saved|clean)$"))


def point(page: Page, surface: str, share: float = 0.5, occurrence: int = 0) -> tuple[float, float]:
    """Where a piece of the annotator's text lies, `share` of its width from the left."""
    box = page.evaluate(_BOX, [surface, occurrence])
    assert box is not None, f"{surface!r} is not on the screen"
    return box[0] + box[2] * share, box[1] + box[3] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move, let go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(*end, steps=3)
    page.mouse.up()


def go(page: Page, screen: str) -> None:
    """Open a screen through the sidebar, as people do."""
    links = page.locator("[data-testid=stSidebar] [data-testid=stPageLink]")
    links.filter(has_text=re.compile(f"{screen}$")).click()
    page.wait_for_url(re.compile(r"//[^/]+/(\?|$)" if screen == "Home" else rf"/{screen.lower()}\b"))
    settled(page)
