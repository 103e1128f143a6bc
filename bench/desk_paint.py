"""Times of the desk, as the browser itself has them: key to paint, submit to next document, opening by address.

A key's clock runs from the input event's own time stamp to the end of the frame that shows the change: the change is
seen by a MutationObserver, then comes the next animation frame, then the task after it. Peers were measured so too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.documents import Document, Span
from db import documents, projects
from db.connection import Store
from tests.browser.browsing import opens

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAUSE_MS = 250  # between two labels: long enough for the one before to be on its way
LABELS = ("PER", "ORG", "LOC")
APART = 4  # tokens from one label to the next

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


@dataclass(frozen=True, slots=True)
class Size:
    """`count` documents of one length; a span is there before at every `stretch`-th token; `labels` more are set."""

    tokens: int
    stretch: int
    count: int = field(compare=False)
    labels: int

    @property
    def spans(self) -> int:
        """How many spans a document has before."""
        return len(range(self.stretch, self.tokens, self.stretch)) if self.stretch else 0

    def __str__(self) -> str:
        return f"{self.tokens:,} tokens" + (f" with {self.spans:,} spans" if self.spans else "")


def text_of(size: Size, number: int) -> str:
    """Sentences of made-up words, `size.tokens` tokens in all; the first word names the document."""
    chance = random.Random(f"{size.tokens}/{size.stretch}/{number}")
    words = [f"Document{number}x"]
    while len(words) < size.tokens:
        syllables = chance.randint(1, 3)
        word = "".join(chance.choice("bdfgklmnprstv") + chance.choice("aeiou") for _ in range(syllables))
        words.append(word.capitalize() if chance.random() < 0.1 else word)
    lines = [" ".join(words[start : start + 15]) for start in range(0, len(words), 15)]
    return "\n".join(lines)


def made(size: Size, number: int) -> Document:
    """A document with its spans."""
    text, spans, end = text_of(size, number), [], 0
    for place, word in enumerate(text.split()):
        start = text.index(word, end)
        end = start + len(word)
        if size.stretch and place and place % size.stretch == 0:
            spans.append(Span(start, end, LABELS[place % 3]))
    return Document(text, spans=tuple(spans), id=f"{size.tokens}-{size.stretch}-{number}")


def fill(store: Store, size: Size) -> int:
    """A project of documents of one size; returns its id."""
    with store.writing() as session:
        name = f"size-{size.tokens}-{size.stretch}"
        project = projects.create(session, name=name, title=name, language="en", labels=list(LABELS), actor="you")
        made_documents = (made(size, number) for number in range(size.count))
        documents.add_documents(session, project.id, made_documents, actor="you", accept=False)
        return project.id


def steps(size: Size) -> Iterator[int]:
    """How many tokens to move on before each label, so that it lies on none that is labelled."""
    token, caret = 2, 0
    for _ in range(size.labels):
        if size.stretch and token % size.stretch == 0:
            token += 1
        yield token - caret
        caret = token + 1
        token += APART


def measure(page: Page, size: Size) -> tuple[list[float], list[float]]:
    """Label and submit the documents of a project; milliseconds of each label and of each submission."""
    painted, submitted = [], []
    for number in range(size.count - 1):
        opens(page, f"Document{number}x")
        page.keyboard.press("Control+Home")
        for count in steps(size):
            for _ in range(count):
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
