"""What the tests of saving at the desk share: texts, waiting for the database, a server that goes away."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.annotator_desk import Desk

NEWS = "Angela Merkel visited Siemens in Munich."
PARIS = "The second document is about Paris."
ROME = "Anna lives in Rome."
OSLO = "Bob works in Oslo."
ANGELA = [0, 13, "PER"]
EDITS = re.compile(r"/api/desk/\d+/edits$")
DESK = re.compile(r"/api/desk/")
OFFLINE = re.compile("offline")


def label_first_two_words(work: Desk) -> None:
    """Angela Merkel, by keyboard."""
    work.press("Shift+ArrowRight", "Shift+ArrowRight", "1")


def stored_soon(work: Desk, number: int = 0, **wanted: object) -> None:
    """Wait until the database holds it; 5 seconds, for slow machines."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        stored = work.stored(number)
        if all(stored[name] == value for name, value in wanted.items()):
            return
        work.page.wait_for_timeout(20)
    assert {name: work.stored(number)[name] for name in wanted} == wanted


def server_away(page: Page) -> None:
    """From now on no question of the desk arrives."""
    page.route(DESK, lambda route: route.abort("connectionrefused"))


def server_back(page: Page) -> None:
    page.unroute(DESK)


def sent(work: Desk) -> None:
    """Wait until all that was kept while the server was away has arrived; it is tried again every 10 seconds."""
    expect(work.root).to_have_attribute("data-state", "saved", timeout=20_000)


def rows(work: Desk) -> Locator:
    """The labels of the spans in the side list."""
    return work.page.locator(".list .row-label")


def hold_edits(work: Desk) -> list[Route]:
    """From now on edits do not arrive; they gather here."""
    held: list[Route] = []
    work.page.route(EDITS, lambda route: held.append(route))
    return held


def under_way(work: Desk, held: list[Route]) -> None:
    """Wait until edits were sent."""
    while not held:
        work.page.wait_for_timeout(20)


def let_go(work: Desk, held: list[Route]) -> None:
    """What was held back arrives now, and what follows at once."""
    held[0].continue_()
    work.page.unroute(EDITS)


def fetched_ahead(work: Desk, questions: int) -> None:
    """Wait until so many questions for a document have been answered."""
    work.page.wait_for_function(
        """(least) => {
            const asked = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/open"));
            return asked.length >= least;
        }""",
        arg=questions,
    )
