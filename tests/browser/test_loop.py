"""The whole loop as a person walks it: create, import, split, label, train, inspect, demo."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import product

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
from core.documents import Span  # noqa: E402
from db import annotations, listing, models, predictions, projects  # noqa: E402
from db.annotations import Annotation  # noqa: E402
from db.connection import Store, open_store  # noqa: E402
from tests.browser.browsing import annotator_text, drag, errors_shown, go, opens, point, saved, settled  # noqa: E402
from tests.browser.server import RunningApp, running_app  # noqa: E402

pytestmark = pytest.mark.browser

# A family emoji (five code points, eight UTF-16 units), a combining accent, Chinese, a right-to-left word.
MIXED = "👨‍👩‍👧 😀 Paris greets Rene\u0301 Dupont, 李小龙 and محمد today."
PLAIN = "Anna Berg sings in Munich, they say."
PEOPLE = ("Anna Berg", "Karl Stein", "Lucy Hall", "Omar Reed", "Nina Frost", "Paul Wolf")
PLACES = ("Munich", "Paris", "Lisbon", "Vienna", "Oslo", "Prague")
SENTENCES = (
    "{person} lives in {place}.",
    "Yesterday {person} flew to {place} again.",
    "The mayor of {place} thanked {person} for the gift.",
)


@dataclass(frozen=True)
class Visit:
    """A person in front of the screens, and a look into the store behind them."""

    page: object
    app: RunningApp
    store: Store

    def project(self):
        with self.store.reading() as session:
            return projects.by_name(session, "test-desk")

    def annotation(self, text: str) -> Annotation:
        with self.store.reading() as session:
            rows, _ = listing.list_documents(session, self.project().id, listing.Filter(search=text[-20:]))
            return annotations.load(session, rows[0].id)

    def model(self):
        with self.store.reading() as session:
            return models.list_models(session, self.project().id)[0]


@pytest.fixture
def visit(page, tmp_path):
    with running_app(tmp_path / "home") as app:
        store = open_store(app.database, migrate=False)
        yield Visit(page, app, store)
        store.close()


def labelled_lines() -> str:
    """Documents with gold spans in Prodigy's shape, by few patterns so that a quick training learns them."""
    lines = []
    for number, (person, place) in enumerate(product(PEOPLE, PLACES)):
        for pattern in (SENTENCES[number % 3], SENTENCES[(number + 1) % 3]):
            text = pattern.format(person=person, place=place)
            spans = [
                {"start": text.index(surface), "end": text.index(surface) + len(surface), "label": label}
                for surface, label in ((person, "PER"), (place, "LOC"))
            ]
            lines.append(json.dumps({"text": text, "spans": sorted(spans, key=lambda span: span["start"])}))
    return "\n".join(lines)


def surface_spans(text: str, *marked: tuple[str, str]) -> tuple[Span, ...]:
    """The spans of (surface, label), in code points."""
    found = [Span(text.index(surface), text.index(surface) + len(surface), label) for surface, label in marked]
    return tuple(sorted(found, key=lambda span: span.start))


def test_a_person_walks_the_whole_loop(visit):
    visit.page.goto(visit.app.address)
    create_a_project(visit)
    import_two_files(visit)
    make_splits(visit)
    label_by_mouse_and_keys(visit)
    train_and_watch(visit)
    look_at_the_mistakes(visit)
    try_the_model(visit)
    see_the_remaining_screens(visit)
    assert "Traceback" not in visit.app.log()


def create_a_project(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_role("heading", name="News in English")).to_be_visible()
    page.locator(".st-key-new-project button:visible").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Title").fill("Test desk")
    dialog.get_by_role("textbox", name="Labels").fill("PER, LOC")
    dialog.get_by_role("button", name="Create project").click()
    page.wait_for_url(re.compile("/documents"))
    expect(page.get_by_role("combobox", name="Project")).to_have_value("Test desk")


def import_two_files(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Import documents").click()
    upload = page.locator("input[type=file]")
    upload.set_input_files({"name": "people.jsonl", "mimeType": "text/plain", "buffer": labelled_lines().encode()})
    expect(page.get_by_text("Prodigy JSON Lines")).to_be_visible()
    page.get_by_role("button", name="Import 72 documents").click()
    expect(page.get_by_text("72 documents and 144 spans were added.")).to_be_visible()
    notes = f"{MIXED}\n{PLAIN}\n".encode()
    upload.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": notes})
    page.get_by_role("button", name="Import 2 documents").click()
    expect(page.get_by_text("2 documents and 0 spans were added.")).to_be_visible()


def make_splits(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("radio", name="Splits").or_(page.get_by_role("button", name="Splits")).first.click()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text(re.compile("Assigned: "))).to_be_visible()
    with visit.store.reading() as session:
        assert projects.summary(session, visit.project().id).unassigned == 0


def label_by_mouse_and_keys(visit: Visit) -> None:
    page = visit.page
    go(page, "Annotate")
    opens(page, "Paris greets")
    drag(page, point(page, "Rene", 0.3), point(page, "Dupont", 0.7))
    page.keyboard.press("1")
    page.mouse.dblclick(*point(page, "محمد"))
    page.keyboard.press("1")
    drag(page, point(page, "李", 0.2), point(page, "龙", 0.8))
    page.keyboard.press("1")
    annotator_text(page).focus()
    for key in ("Escape", "Control+Home", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "2", "Enter"):
        page.keyboard.press(key)
    opens(page, "Anna Berg sings")
    saved(page)
    stored = visit.annotation(MIXED)
    assert stored.status == "accepted"
    marked = (("Paris", "LOC"), ("Rene\u0301 Dupont", "PER"), ("李小龙", "PER"), ("محمد", "PER"))
    assert stored.spans == surface_spans(MIXED, *marked)
    for key in ("Control+Home", "Shift+ArrowRight", "Shift+ArrowRight", "1", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Nothing left in")).to_be_visible()
    saved(page)
    assert visit.annotation(PLAIN).spans == surface_spans(PLAIN, ("Anna Berg", "PER"))


def train_and_watch(visit: Visit) -> None:
    page = visit.page
    go(page, "Train")
    expect(page.get_by_text("Train on", exact=True)).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile("is queued"))).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("button", name="See its mistakes")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.locator(".tl-table").first).to_contain_text("PER")
    assert visit.model().metrics["dev"]["micro"]["f1"] > 0.5


def look_at_the_mistakes(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="See its mistakes").click()
    page.wait_for_url(re.compile("/inspect"))
    expect(page.locator(".tl-lanes").first).to_be_visible()
    cells = page.locator("[data-testid=stDataFrame] [role=gridcell]")
    for row in ("PER", "LOC", "all · micro"):
        expect(cells.filter(has_text=row).first).to_be_attached()
    names = page.locator(".tl-lanes").first.locator(".tl-lane-name").all_inner_texts()
    assert len(names) >= 2
    assert names[0] == "gold"
    with visit.store.reading() as session:
        rows, _ = listing.list_documents(session, visit.project().id, listing.Filter(split="dev"))
        assert predictions.missing(session, visit.model().id, document_ids=[row.id for row in rows]) == []


def try_the_model(visit: Visit) -> None:
    page, text = visit.page, "Nina Frost moved from 😀 Oslo to Vienna."
    go(page, "Demo")
    area = page.get_by_label("Text", exact=True).last
    area.fill(text)
    area.press("Control+Enter")
    expect(page.locator(".tl-text")).to_contain_text("moved from")
    expect(page.locator(".tl-text .tl-mark").first).to_be_visible()
    shown = [mark.inner_text().splitlines()[0] for mark in page.locator(".tl-text .tl-mark").all()]
    answer = visit.app.ask("/api/v1/predict", json_body={"text": text, "model": visit.model().name})
    assert answer.status == 200
    spans = answer.json()["results"][0]["spans"]
    assert spans
    assert len(shown) == len(spans)
    for mark, span in zip(shown, spans, strict=True):
        assert text[span["start"] : span["end"]] == span["text"]
        assert mark.startswith(span["text"])
    assert visit.app.ask("/api/v1/predict", json_body={"text": text, "model": "nobody"}).status == 404
    assert visit.app.ask("/api/v1/predict", json_body={"txet": text}).status == 422


def see_the_remaining_screens(visit: Visit) -> None:
    """Every screen has been used now; still the web process has loaded neither torch nor transformers."""
    page = visit.page
    for screen in ("Labels", "Settings", "Documents", "Home"):
        go(page, screen)
        settled(page)
        assert not errors_shown(page)
    health = visit.app.ask("/healthz")
    assert health.status == 200
    assert health.json()["models"]["published"] == 1
    mapped = visit.app.mapped_libraries()
    assert any("onnxruntime" in name for name in mapped)
    assert not {name for name in mapped if name.startswith("libtorch") or "_C.cpython" in name}
