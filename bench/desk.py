"""The annotator in the real app and a real Chromium: key to paint, submit to next document, opening by address, bytes
on the wire for a label, and the gestures of a scripted person who labels real documents as their gold says.

Figures of peers are quoted from earlier measurements on two cores, by the same clock; no peer runs here.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import data
from bench.desk_gold import Session, gestures_of, suitable
from bench.desk_paint import PROBE, Size, fill, measure, opening
from bench.desk_wire import bytes_per_label
from bench.figures import Figure, arguments, at_most, quantile, show
from tests.browser.annotator_desk import Harness, served
from tests.browser.browsing import open_chromium, opens

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from core.documents import Document

PAINT_P95_MS, PAINT_MEDIAN_MS = 25, 17
OPENINGS = 6
WIRE_LABELS = 20
GOLD_DOCUMENTS = 50
QUOTED = "peer measured before on two cores"

SMALL = Size(50, 0, count=40, labels=3)
MIDDLE = Size(500, 15, count=16, labels=5)
LARGE = Size(5000, 15, count=10, labels=8)
CROWDED = Size(5000, 5, count=8, labels=8)
BOOK = Size(40_000, 15, count=2, labels=8)  # about 200,000 characters
SIZES = (SMALL, MIDDLE, LARGE, CROWDED, BOOK)
SUBMIT_P95_MS = {SMALL: 100, MIDDLE: 200, LARGE: 200, CROWDED: 200}
# name of a figure → peer, its p95 in ms
PAINT_PEERS = {SMALL: ("Label Studio", 55), MIDDLE: ("Label Studio", 53), LARGE: ("doccano", 207)}
SUBMIT_PEERS = {SMALL: ("Label Studio", 485), MIDDLE: ("doccano", 249), LARGE: ("doccano", 375)}
OPEN_PEERS = {LARGE: ("doccano", 2300)}


def quoted(peer: tuple[str, float] | None, value: float) -> dict[str, Any]:
    """The fields of a figure that quote a peer."""
    return {} if peer is None else {"peer": peer[0], "peer_value": peer[1], "ratio": peer[1] / value}


def report(name: str, values: list[float], goal: float | None, peer: tuple[str, float] | None = None) -> None:
    """The 95th percentile against its goal, the median beside it."""
    p95 = quantile(values, 0.95)
    note = f"median {statistics.median(values):.1f} ms" + (f"; {QUOTED}" if peer else "")
    more: dict[str, Any] = {"n": len(values), "note": note, **quoted(peer, p95)}
    if goal is None:
        show(Figure(f"{name}, p95", p95, "ms", **more))
    else:
        at_most(f"{name}, p95", p95, goal, "ms", **more)


def time_sizes(harness: Harness, browser: Browser, sizes: dict[Size, int]) -> None:
    """Key to paint, submit to next, opening, and bytes a label."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    for size, project in sizes.items():
        address = f"{harness.app.address}/annotate?project={project}"
        page.goto(address)
        opens(page, "Document0x")
        page.evaluate(PROBE)
        page.locator(".annotator .text").focus()
        painted, submitted = measure(page, size)
        report(f"key to paint, {size}", painted, PAINT_P95_MS, PAINT_PEERS.get(size))
        at_most(f"key to paint, {size}, median", statistics.median(painted), PAINT_MEDIAN_MS, "ms", n=len(painted))
        if size in SUBMIT_P95_MS:
            report(f"submit to next document, {size}", submitted, SUBMIT_P95_MS[size], SUBMIT_PEERS.get(size))
        if size.spans:
            took = [opening(page, address) for _ in range(OPENINGS)]
            report(f"open by address, {size}", took, 700 if size is LARGE else None, OPEN_PEERS.get(size))
        if size in (SMALL, LARGE):
            count_bytes(page, size)
    page.close()


def count_bytes(page: Page, size: Size) -> None:
    """What a label sends and receives, headers included."""
    labels = WIRE_LABELS if size is not SMALL else 8
    page.locator(".annotator .text").focus()
    wire = bytes_per_label(page, labels)
    requests = f"{wire.requests / labels:.1f} requests, {wire.frames} bytes by web socket in all"
    note = f"{wire.bodies / labels:.0f} of them the edit; {requests}"
    show(Figure(f"bytes sent per label, {size}", wire.sent / labels, "bytes", n=labels, note=note))
    show(Figure(f"bytes received per label, {size}", wire.received / labels, "bytes", n=labels))


def count_gestures(harness: Harness, browser: Browser, name: str, gold: list[Document]) -> None:
    """A person who knows the gold labels `gold`, once by keyboard and once by mouse."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    keyed = Session(harness, page, gold).by_keyboard()
    what = f"{name}, {len(gold)} documents"
    note = f"E is right for {keyed.exact} of {keyed.spans} spans; else the end is moved, a key a token"
    keys = keyed.each("name", "label", "end")
    at_most(f"keys per span from its first token, {what}", keys, 2, "", n=keyed.spans, note=note)
    show(Figure(f"arrow keys from token to token to get there, {what}", keyed.each("steps"), "", n=keyed.spans))
    drawn = Session(harness, page, gold).by_mouse()
    switches = f"{drawn.by['label'] / len(gold):.2f} changes of label a document besides, 1 key to accept"
    drags = drawn.each("drag")
    at_most(f"gestures per span by mouse, a label kept on, {what}", drags, 1, "", n=drawn.spans, note=switches)
    at_most(f"spans not as the gold, {what}", keyed.wrong + drawn.wrong, 0, "", n=2 * keyed.spans)
    page.close()


def count_three(harness: Harness, browser: Browser) -> None:
    """The document of three spans that peers were counted on."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    for what, labels, peer in (
        ("of one label", ["PER"] * 3, ("doccano", 5)),
        ("of three labels", ["PER", "ORG", "LOC"], ("Label Studio", 7)),
    ):
        gestures = gestures_of(harness, page, labels)
        more = quoted(peer, gestures)
        at_most(f"gestures, 50 tokens with three spans {what}", gestures, 5, "", note=QUOTED, **more)
    page.close()


def main() -> None:
    """Measure every size in one server and one browser, then count gestures."""
    options = arguments(__doc__ or "")
    sizes = [replace(size, count=max(2, size.count // 3)) for size in SIZES] if options.quick else list(SIZES)
    count = GOLD_DOCUMENTS // 5 if options.quick else GOLD_DOCUMENTS
    sets = {"news-en": data.sample("news-en", "train")}
    if options.data is not None:
        name, train, _ = data.english(options.data, 4 * GOLD_DOCUMENTS, 1)
        sets[name] = train
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser, served(Path(folder)) as harness:
        time_sizes(harness, browser, {size: fill(harness.store, size) for size in sizes})
        count_three(harness, browser)
        for name, documents in sets.items():
            count_gestures(harness, browser, name, suitable(documents, count))


if __name__ == "__main__":
    main()
