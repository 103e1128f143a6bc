"""kill -9 of the server at random moments of a stream of labels: what was called saved is in the database at that
very moment, and in the end everything is that the screen shows."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from db.connection import open_store
from tests.browser.annotator_desk import SHADOW, Desk, Harness
from tests.browser.server import free_port, running_app

pytestmark = pytest.mark.browser

LIVES = 4  # how often the server is started
WORDS = [f"word{number}" for number in range(90)]
TEXT = "\n".join(" ".join(WORDS[start : start + 9]) for start in range(0, len(WORDS), 9))
# In one look: whether all is called saved, how many spans there are, and how the text shows them.
SEEN = f"""() => {{
    const root = {SHADOW};
    const runs = [...root.querySelectorAll(".blocks .run")].map((run) => run.textContent);
    const saved = root.querySelector(".annotator").dataset.state === "saved";
    return [saved, Number(root.querySelector(".total").textContent), runs];
}}"""


def label_the_next_word(work: Desk, chance: random.Random) -> None:
    """One word more, now and then with a step back and forth again."""
    work.press("Shift+ArrowRight", chance.choice("123"))
    if chance.random() < 0.2:
        work.press("Control+z", "Control+y")


def check_promise(work: Desk) -> None:
    """What the screen calls saved is in the database, whatever becomes of the server."""
    saved, shown, _ = work.page.evaluate(SEEN)
    if saved:
        assert len(work.stored()["spans"]) >= shown


def stream(work: Desk, chance: random.Random, labels: int) -> None:
    for _ in range(labels):
        label_the_next_word(work, chance)
        check_promise(work)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_killed_at_random_moments_loses_nothing_that_was_called_saved(page, tmp_path: Path, seed: int):
    chance = random.Random(seed)
    port = free_port()
    store = work = None
    for life in range(LIVES):
        with running_app(tmp_path, samples=False, port=port) as app:
            if work is None:
                store = open_store(app.database, migrate=False)
                work = Desk(page, Harness(app, store).case([TEXT, "Another text."]), document=0)
            if life == LIVES - 1:
                break
            killer = threading.Timer(chance.uniform(0.05, 1.5), app.kill)
            killer.start()
            stream(work, chance, labels=12)
            killer.join()
            stream(work, chance, labels=6)  # with nobody there
    assert work is not None
    assert store is not None
    with running_app(tmp_path, samples=False, port=port):
        stream(work, chance, labels=10)
        expect(work.root).to_have_attribute("data-state", "saved", timeout=30_000)
        words = WORDS[: (LIVES - 1) * 18 + 10]
        for _ in ("as it stands", "loaded anew"):
            assert [TEXT[start:end] for start, end, _ in work.stored()["spans"]] == words
            assert work.page.evaluate(SEEN) == [True, len(words), words]
            work.reload()
    store.close()


def test_a_server_killed_in_the_middle_of_an_answer_applies_each_edit_once(page, tmp_path: Path):
    port = free_port()
    with running_app(tmp_path, samples=False, port=port) as app:
        store = open_store(app.database, migrate=False)
        work = Desk(page, Harness(app, store).case([TEXT]), document=0)
        work.press("Shift+ArrowRight", "1", "Control+s")
        until = time.monotonic() + 10
        while not work.stored()["spans"] and time.monotonic() < until:
            pass  # not a moment is lost between the commit and the end of the server
        app.kill()
        work.press("Shift+ArrowRight", "2")
    with running_app(tmp_path, samples=False, port=port):
        expect(work.root).to_have_attribute("data-state", "saved", timeout=30_000)
        assert [TEXT[start:end] for start, end, _ in work.stored()["spans"]] == WORDS[:2]
        assert work.stored()["revision"] == 2
    store.close()
