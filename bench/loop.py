"""The app as a person meets it: cold start to the first page, a training by one click, memory after every screen."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bench.figures import Figure, arguments, at_most, show
from core.training import recipe
from db import jobs, models, projects
from db.connection import Store, open_store
from db.jobs import OVER
from db.runs import Run
from jobs.queue import submit_training
from tests.browser.browsing import annotator_text, go, open_chromium, opens, settled
from tests.browser.server import RunningApp, load_samples, running_app, workers_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MEGABYTE = 1e6
PATIENCE_SECONDS = 900
IDLE_SECONDS = 5


def cold_start(home: Path, browser: Browser) -> float:
    """Seconds from the command to the first page painted, data folder and browser being there."""
    with running_app(home, samples=False) as app:
        page = browser.new_page()
        page.goto(app.address)
        page.locator("[data-testid=stMain] h1").first.wait_for()
        took = time.monotonic() - app.started
        page.close()
    return took


def train_sample(store: Store) -> Run:
    """Train news-en by the quick recipe in the running app; returns the run when its model is published."""
    with store.reading() as session:
        project = projects.by_name(session, "news-en")
    assert project is not None
    config = recipe("quick", base="minilm-l6", language="en", documents=358)
    run = submit_training(store, project.id, config, start=False)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with store.reading() as session:
            job = jobs.get(session, run.job_id)
        if job.state in OVER:
            break
        time.sleep(0.2)
    if job.state != "done":
        raise RuntimeError(f"The training is {job.state}: {job.error}\n{job.traceback}")
    return run


def use_every_screen(page: Page, app: RunningApp) -> None:
    """What somebody does in some minutes: reads, labels, watches, compares, tries."""
    page.goto(app.address)
    for screen in ("Documents", "Labels", "Settings", "Train"):
        go(page, screen)
    for name in ("Import", "Splits"):
        go(page, "Documents")
        page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).first.click()
        settled(page)
    go(page, "Annotate")
    opens(page, " ")
    annotator_text(page).focus()
    for _ in range(20):
        page.keyboard.press("Enter")
        page.wait_for_timeout(150)
    go(page, "Inspect")
    page.locator(".tl-lanes").first.wait_for()
    go(page, "Demo")
    page.locator(".tl-text").first.wait_for()
    app.ask("/api/v1/predict", json_body={"texts": ["Angela Merkel visited Siemens in Munich."] * 64})
    go(page, "Home")


def memory(app: RunningApp) -> None:
    """What the web process and the supervisor hold, and what the supervisor burns while nothing happens."""
    web = psutil.Process(app.process.pid).memory_full_info()
    at_most(
        "web process after every screen, RSS", web.rss / MEGABYTE, 300, "MB", note=f"PSS {web.pss / MEGABYTE:.0f} MB"
    )
    supervisor = next(p for p in workers_of(app.home) if "jobs.supervisor" in p.cmdline())
    held = supervisor.memory_full_info()
    show(Figure("idle supervisor, RSS", held.rss / MEGABYTE, "MB", note=f"PSS {held.pss / MEGABYTE:.0f} MB"))
    before = sum(supervisor.cpu_times()[:2])
    time.sleep(IDLE_SECONDS)
    burnt = 100 * (sum(supervisor.cpu_times()[:2]) - before) / IDLE_SECONDS
    show(Figure("idle supervisor, CPU", burnt, "%", note="of one core"))
    heavy = sum(name.startswith("libtorch") for name in app.mapped_libraries())
    at_most("torch libraries mapped by the web process", heavy, 0, "files")


def main() -> None:
    """Start the app some times, then use it once from end to end."""
    options = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser:
        home = Path(folder)
        os.environ["TAGLOOP_HOME"] = str(home)
        load_samples(home)
        starts = [cold_start(home, browser) for _ in range(2 if options.quick else 5)]
        at_most("cold start to the first page, median", statistics.median(starts), 5, "s", n=len(starts))
        with running_app(home, samples=False) as app:
            store = open_store(app.database, migrate=False)
            began = time.monotonic()
            run = train_sample(store)
            took = time.monotonic() - began
            with store.reading() as session:
                model = next(m for m in models.list_models(session, run.project_id) if m.run_id == run.id)
            store.close()
            scores = model.metrics["dev"]["micro"]
            note = f"dev F1 {scores['f1']:.3f} on {scores['support']} spans"
            at_most("news-en, quick recipe, click to published", took, 90, "s", note=note)
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.set_default_timeout(60_000)
            use_every_screen(page, app)
            memory(app)


if __name__ == "__main__":
    main()
