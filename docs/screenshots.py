"""The pictures of the README, taken from the running app: `python -m docs.screenshots [--variants FOLDER]`.

Starts the app on a fresh data folder with the sample projects, trains two quick models on news-en, and writes
docs/images/*.png at 1440 x 900. `--variants` also writes each screen dark, and at 820 pixels, to FOLDER.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from PIL import Image

from core.documents import Document
from core.training import recipe
from db import documents, edits, jobs, listing, models, projects
from db.accounts import YOU
from db.connection import Store, open_store
from db.jobs import OVER
from jobs.queue import submit_training
from tests.browser.browsing import open_chromium, opens, settled
from tests.browser.server import RunningApp, running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).with_name("images")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 820, "height": 1100}
LONG = {"width": 1728, "height": 1080}  # for screens whose point lies further down; made as small as the others
PROJECT = "news-en"
# Not yet labelled: the annotator shows what a model suggests here.
UNLABELLED = (
    "Ingrid Solberg left Nordhavn Shipping in Bergen on Monday, after nine years at the port authority of Rotterdam."
    "\n\n“We were never short of offers,” said Solberg, who moves to Copenhagen.",
    "Two ferries of the Corran Line collided off Oban on Saturday night; nobody was hurt, said Fiona McRae.",
    "The Lisbon Film Week opens on 4 May with “The Salt Road”, the first film by Teresa Amaral.",
)
PATIENCE_SECONDS = 900


def main() -> None:
    """Prepare the data, then visit each screen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=Path, default=None, help="a folder for dark and narrow pictures")
    variants = parser.parse_args().variants
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["TAGLOOP_HOME"] = str(home)
        with running_app(home) as app, open_chromium() as browser:
            store = open_store(app.database, migrate=False)
            project = prepare(store)
            train(store, project, "minilm-l6", until=over)
            second = train(store, project, "char-bilstm-crf", until=under_way)
            visit = Visit(app, browser, store, project, variants)
            visit.take("train", show_train)
            wait(store, second, over)
            for name, show in SCREENS.items():
                visit.take(name, show)
            store.close()


def prepare(store: Store) -> int:
    """Add some unlabelled documents to the sample project; returns its id."""
    with store.writing() as session:
        project = projects.by_name(session, PROJECT)
        assert project is not None
        added = (Document(text, id=f"wire-{number}") for number, text in enumerate(UNLABELLED, 1))
        documents.add_documents(session, project.id, added, actor="you")
        return project.id


def train(store: Store, project: int, base: str, *, until: Callable[[jobs.Job], bool]) -> int:
    """Queue a quick training and wait until it is as far as `until` says; returns the job's id."""
    config = recipe("quick", base=base, language="en", documents=358)
    run = submit_training(store, project, config, start=False)
    wait(store, run.job_id, until)
    return run.job_id


def wait(store: Store, job_id: int, until: Callable[[jobs.Job], bool]) -> None:
    """Look at a job until it is as far as wanted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with store.reading() as session:
            job = jobs.get(session, job_id)
        if job.state == "failed":
            raise RuntimeError(job.traceback or job.error or "the training failed")
        if until(job):
            return
        time.sleep(0.1)
    raise RuntimeError(f"Job {job_id} did not get there within {PATIENCE_SECONDS} seconds.")


def over(job: jobs.Job) -> bool:
    """The job has ended."""
    return job.state in OVER


def under_way(job: jobs.Job) -> bool:
    """Half of the epochs are scored: there is a curve to see."""
    dev = job.progress.get("dev") or {}
    return over(job) or 2 * (dev.get("epoch") or 0) >= job.progress.get("epochs", 99)


class Visit:
    """Takes a screen light and wide for the README, and where wanted dark and narrow beside it."""

    def __init__(self, app: RunningApp, browser: Browser, store: Store, project: int, variants: Path | None) -> None:
        self.app, self.browser, self.store, self.project, self.variants = app, browser, store, project, variants

    def take(self, name: str, show: Callable[[Visit, Page], None]) -> None:
        """Open the screen, let `show` bring it into the state to be pictured, and write the pictures."""
        if name in README:
            size = LONG if name in ("train", "inspect") else WIDE
            self._picture(IMAGES / f"{name}.png", show, size, "light")
        if self.variants is not None:
            for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
                self._picture(self.variants / f"{name}-{scheme}-{size['width']}.png", show, size, scheme)

    def _picture(self, target: Path, show: Callable[[Visit, Page], None], size: dict, scheme: str) -> None:
        context = self.browser.new_context(viewport=size, color_scheme=scheme)
        page = context.new_page()
        page.set_default_timeout(60_000)
        show(self, page)
        settled(page)
        page.wait_for_timeout(900)  # charts fade in
        save(page.screenshot(), target)
        context.close()

    def go(self, page: Page, screen: str, **query: object) -> None:
        """Open a screen by its address."""
        parts = "".join(f"&{name}={value}" for name, value in query.items())
        page.goto(f"{self.app.address}/{screen}?project={self.project}{parts}")
        page.locator("[data-testid=stMain] [data-testid=stElementContainer]").first.wait_for()
        settled(page)


def save(picture: bytes, target: Path) -> None:
    """Write a PNG with a palette of 256 colours, a third of the size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if image.width > WIDE["width"]:
        image = image.resize((WIDE["width"], WIDE["height"]), Image.Resampling.LANCZOS)
    image.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def show_home(visit: Visit, page: Page) -> None:
    """Home as it is."""
    visit.go(page, "")


def show_documents(visit: Visit, page: Page) -> None:
    """Documents with one of them chosen."""
    with visit.store.reading() as session:
        rows, _ = listing.list_documents(session, visit.project, listing.Filter(split="train"), limit=12)
    chosen = max(rows, key=lambda row: row.spans)
    visit.go(page, "documents", document=chosen.id)
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for()


def show_annotate(visit: Visit, page: Page) -> None:
    """The first unlabelled document, two suggestions accepted and the next one picked."""
    with visit.store.writing() as session:  # the picture before has left it labelled
        for edit in reversed(edits.recent(session, visit.project, actor=YOU)):
            if edit.state == "done":
                edits.undo(session, visit.project, key=str(uuid4()), of=edit.key, actor=YOU)
    visit.go(page, "annotate")
    opens(page, UNLABELLED[0][:30])
    page.locator(".annotator .suggested").first.wait_for()
    page.locator(".annotator .text").focus()
    for _ in range(2):
        page.keyboard.press("a")


def show_train(visit: Visit, page: Page) -> None:
    """Train while a run goes on, or with the last one."""
    visit.go(page, "train")
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for()


def show_inspect(visit: Visit, page: Page) -> None:
    """Both models side by side on dev."""
    with visit.store.reading() as session:
        a, b = sorted(models.list_models(session, visit.project), key=lambda model: model.id)[:2]
    visit.go(page, "inspect", a=a.id, b=b.id, split="dev")
    page.locator(".tl-lanes").first.wait_for()


def show_demo(visit: Visit, page: Page) -> None:
    """The first example, read."""
    visit.go(page, "demo")
    page.locator(".tl-text .tl-mark").first.wait_for()


def show_labels(visit: Visit, page: Page) -> None:
    """The labels and the guideline."""
    visit.go(page, "labels")


def show_settings(visit: Visit, page: Page) -> None:
    """Settings as they are."""
    visit.go(page, "settings")


README = ("home", "documents", "annotate", "train", "inspect", "demo")
SCREENS: dict[str, Callable[[Visit, Page], None]] = {
    "home": show_home,
    "documents": show_documents,
    "annotate": show_annotate,
    "inspect": show_inspect,
    "demo": show_demo,
    "labels": show_labels,
    "settings": show_settings,
}

if __name__ == "__main__":
    main()
