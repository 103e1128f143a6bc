"""The annotator in the real app and a real Chromium: key to paint, submit to next document, opening by address.

A key's clock runs from the input event's own time stamp to the end of the frame that shows the change: the change is
seen by a MutationObserver, then comes the next animation frame, then the task after it. Peers were measured so too.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import arguments, at_most, quantile
from core.documents import Document, Span
from db import documents, projects
from db.connection import Store, open_store
from tests.browser.browsing import open_chromium, opens
from tests.browser.server import running_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAUSE_MS = 250  # between two labels: long enough for the draft of the one before to be kept
STRETCH = 16  # tokens from one span that is there already to the next
OPENINGS = 6


@dataclass(frozen=True, slots=True)
class Size:
    """Documents of one length; `spans` are there before, `labels` are set in each document, of `count` documents."""

    tokens: int
    spans: int
    count: int
    labels: int
    paint_goal_ms: float
    submit_goal_ms: float


SIZES = (
    Size(50, 0, count=40, labels=3, paint_goal_ms=25, submit_goal_ms=150),
    Size(500, 30, count=16, labels=5, paint_goal_ms=30, submit_goal_ms=185),
    Size(5000, 310, count=10, labels=8, paint_goal_ms=35, submit_goal_ms=375),
)

# Waits for the next change that a key brings about; `whole` asks for another document instead of a redrawn block.
PROBE = """() => {
  const blocks = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot.querySelector(".blocks");
  const wanted = { whole: false, key: null, done: null, from: 0 };
  const pressed = (event) => { if (event.key === wanted.key) wanted.from = event.timeStamp; };
  document.addEventListener("keydown", pressed, true);
  new MutationObserver((records) => {
    if (!wanted.done || !wanted.from) return;
    if (wanted.whole && !records.some((record) => record.target === blocks)) return;
    const { done, from } = wanted;
    wanted.done = null;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now() - from);
      channel.port2.postMessage(0);
    });
  }).observe(blocks, { childList: true, subtree: true });
  window.expectChange = (key, whole) => {
    window.changed = new Promise((resolve) => Object.assign(wanted, { key, whole, done: resolve, from: 0 }));
  };
}"""


def text_of(size: Size, number: int) -> str:
    """Sentences of made-up words, `size.tokens` tokens in all; the first word names the document."""
    random.seed(f"{size.tokens}/{number}")
    words = [f"Document{number}x"]
    while len(words) < size.tokens:
        word = "".join(random.choice("bdfgklmnprstv") + random.choice("aeiou") for _ in range(random.randint(1, 3)))
        words.append(word.capitalize() if random.random() < 0.1 else word)
    lines = [" ".join(words[start : start + 15]) for start in range(0, len(words), 15)]
    return "\n".join(lines)


def made(size: Size, number: int) -> Document:
    """A document with spans over the first two tokens of each stretch."""
    text, spans, end = text_of(size, number), [], 0
    for place, word in enumerate(text.split()):
        start = text.index(word, end)
        end = start + len(word)
        if place and place % STRETCH == 0 and len(spans) < size.spans:
            spans.append(Span(start, end, ("PER", "ORG", "LOC")[place % 3]))
    return Document(text, spans=tuple(spans), id=f"{size.tokens}-{number}")


def fill(store: Store, size: Size, count: int) -> int:
    """A project of documents of one size; returns its id."""
    with store.writing() as session:
        name = f"size-{size.tokens}"
        project = projects.create(
            session, name=name, title=name, language="en", labels=["PER", "ORG", "LOC"], actor="you"
        )
        made_documents = (made(size, number) for number in range(count))
        documents.add_documents(session, project.id, made_documents, actor="you", accept=False)
        return project.id


def places(labels: int) -> Iterator[int]:
    """How many tokens to move on before each label, so that it lies clear of what is there and of the one before."""
    yield 2
    for number in range(1, labels):
        yield 5 if number % 4 == 0 else 3


def measure(page: Page, size: Size, count: int) -> tuple[list[float], list[float]]:
    """Label and submit `count` documents; milliseconds of each label and of each submission."""
    painted, submitted = [], []
    for number in range(count - 1):
        opens(page, f"Document{number}x")
        page.keyboard.press("Control+Home")
        for steps in places(size.labels):
            for _ in range(steps):
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Shift+ArrowRight")
            painted.append(timed(page, "2"))
            page.wait_for_timeout(PAUSE_MS)
        submitted.append(timed(page, "Enter", whole=True))
    return painted, submitted


def timed(page: Page, key: str, *, whole: bool = False) -> float:
    """Press a key; the milliseconds until what it changes has been painted."""
    page.evaluate("([key, whole]) => window.expectChange(key, whole)", [key, whole])
    page.keyboard.press(key)
    return float(page.evaluate("() => window.changed"))


def opening(page: Page, address: str) -> float:
    """Milliseconds from navigation to the document painted, as the page's own clock has it."""
    page.goto(address, wait_until="commit")
    page.wait_for_function(
        """() => { const host = document.querySelector("[data-testid=stBidiComponentIsolated]");
        return host && host.shadowRoot && host.shadowRoot.querySelector(".blocks .run"); }""",
        polling="raf",
    )
    return float(page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))"))


def report(name: str, values: list[float], goal: float) -> None:
    """The 95th percentile against its goal, the median beside it."""
    note = f"median {statistics.median(values):.1f} ms"
    at_most(f"{name}, p95", quantile(values, 0.95), goal, "ms", n=len(values), note=note)


def main() -> None:
    """Measure every size in one server and one browser."""
    options = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser:
        home = Path(folder)
        store = open_store(f"sqlite:///{home / 'tagloop.db'}")
        counts = {size: max(5, size.count // 3) if options.quick else size.count for size in SIZES}
        ids = {size: fill(store, size, count) for size, count in counts.items()}
        store.close()
        with running_app(home, samples=False) as app:
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            for size, project in ids.items():
                address = f"{app.address}/annotate?project={project}"
                page.goto(address)
                opens(page, "Document0x")
                page.evaluate(PROBE)
                page.locator(".annotator .text").focus()
                painted, submitted = measure(page, size, counts[size])
                what = f"{size.tokens:,} tokens" + (f" with {size.spans} spans" if size.spans else "")
                report(f"key to paint, {what}", painted, size.paint_goal_ms)
                report(f"submit to next document, {what}", submitted, size.submit_goal_ms)
            took = [opening(page, address) for _ in range(OPENINGS)]
            report(f"open by address, {what}", took, 1900)


if __name__ == "__main__":
    main()
