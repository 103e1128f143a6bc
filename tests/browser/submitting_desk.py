"""A person's moves in front of the annotator, for the browser tests."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
SHADOW = 'document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot'
# Client box of the n-th occurrence of a piece of text, from the text nodes alone.
BOX = f"""([surface, occurrence]) => {{
    const walker = document.createTreeWalker({SHADOW}.querySelector(".blocks"), NodeFilter.SHOW_TEXT);
    const nodes = [];
    let text = "";
    while (walker.nextNode()) {{
        nodes.push([text.length, walker.currentNode]);
        text += walker.currentNode.data;
    }}
    let start = -1;
    for (let i = 0; i <= occurrence; i++) start = text.indexOf(surface, start + 1);
    const place = (unit) => {{
        const [from, node] = nodes.findLast(([from]) => from <= unit);
        return [node, unit - from];
    }};
    const range = document.createRange();
    range.setStart(...place(start));
    const last = place(start + surface.length - 1);
    range.setEnd(last[0], last[1] + 1);
    const {{ left, top, width, height }} = range.getBoundingClientRect();
    return [left, top, width, height];
}}"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server that shows the cases in `folder`; submissions arrive there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("annotator_app.py"))]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--server.port", str(port), "--server.headless", "true", "--", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def wait_until_healthy(url: str, process: subprocess.Popen) -> None:
    for _ in range(300):
        assert process.poll() is None, "The server ended before it answered."
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within 30 seconds.")


class Desk:
    """A page with the annotator, and the moves of a person in front of it."""

    def __init__(self, page, harness, case):
        self.page = page
        self.address, self.folder = harness
        self.case = case
        self.before = len(self.lines())
        self.open()

    def open(self):
        self.page.goto(f"{self.address}/?case={self.case}")
        self.text = self.page.locator(".text")
        expect(self.page.locator(".block").first).to_be_visible(timeout=20_000)
        expect(self.text).to_be_focused()

    def lines(self) -> list[dict]:
        path = self.folder / "submitted.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def submitted(self) -> dict:
        """The next submission, waited for."""
        for _ in range(100):
            lines = self.lines()
            if len(lines) > self.before:
                self.before += 1
                return lines[self.before - 1]
            time.sleep(0.1)
        raise AssertionError("Nothing was submitted within 10 seconds.")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def spans(self) -> list[str]:
        """'LABEL surface' of each span in the side list."""
        rows = self.page.locator(".row:not(.row-suggested)")
        return [
            f"{row.locator('.row-label').inner_text()} {row.locator('.row-text').inner_text()}" for row in rows.all()
        ]

    def point(self, surface: str, share: float = 0.5, occurrence: int = 0) -> tuple[float, float]:
        """Where on the screen a piece of text lies, `share` of its width from the left."""
        box = self.page.evaluate(BOX, [surface, occurrence])
        return box[0] + box[2] * share, box[1] + box[3] / 2

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        mouse.move(*end, steps=3)
        mouse.up()

    def state(self):
        return self.page.locator(".state-text")

    def shows(self, text: str) -> None:
        expect(self.page.locator(".blocks")).to_contain_text(text)
