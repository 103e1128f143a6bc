"""Each screen's address, asked first of a fresh server, goes through the guard and gets the frame around it."""

from __future__ import annotations

import http.client
import os

import psutil
import pytest

expect = pytest.importorskip("playwright.sync_api").expect
from db import projects  # noqa: E402
from db.connection import open_store  # noqa: E402
from tests.browser.browsing import errors_shown, settled  # noqa: E402
from tests.browser.server import load_samples, running_app, workers_of  # noqa: E402

pytestmark = pytest.mark.browser

SCREENS = ("documents", "annotate", "train", "inspect", "demo", "labels", "settings")
LINKS = ["Home", *(screen.capitalize() for screen in SCREENS)]
CHINESE = "客服与财经"


def sidebar_links(page) -> list[str]:
    links = page.locator("[data-testid=stSidebar] [data-testid=stPageLink]")
    expect(links).to_have_count(len(LINKS))
    return [link.inner_text().strip().splitlines()[-1] for link in links.all()]


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("filled")
    load_samples(home)
    return home


@pytest.mark.parametrize("screen", SCREENS)
def test_a_fresh_server_asked_first_for_a_screen_shows_it_through_its_guard(page, filled_home, screen):
    store = open_store(f"sqlite:///{filled_home / 'tagloop.db'}", migrate=False)
    with store.reading() as session:
        project = projects.by_name(session, "service-zh")
    store.close()
    with running_app(filled_home, samples=False) as app:
        page.goto(f"{app.address}/{screen}?project={project.id}")
        assert sidebar_links(page) == LINKS
        settled(page)
        expect(page.get_by_role("combobox", name="Project")).to_have_value(CHINESE)
        assert f"project={project.id}" in page.url
        assert f"/{screen}" in page.url
        assert not errors_shown(page)
        # more than the frame is there: the screen drew something of its own
        assert page.locator("[data-testid=stMain]").inner_text().strip()
        assert "Page not found" not in page.locator("body").inner_text()


def test_without_any_project_every_screen_offers_to_create_one(page, tmp_path):
    with running_app(tmp_path / "empty", samples=False) as app:
        for screen in ("", *SCREENS):
            page.goto(f"{app.address}/{screen}")
            expect(page.get_by_role("heading", name="Start with a project")).to_be_visible()
            expect(page.get_by_role("button", name="Create project")).to_be_visible()
            assert sidebar_links(page) == LINKS
            assert not errors_shown(page)


@pytest.fixture(scope="module")
def app(filled_home):
    with running_app(filled_home, samples=False) as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/annotate", "/healthz", "/_stcore/health", "/_stcore/stream"])
def test_a_foreign_host_is_refused_at_every_address(app, path):
    answer = app.ask(path, headers={"Host": "evil.example"})
    assert answer.status == 403


def test_a_prediction_asked_through_a_foreign_host_is_refused(app):
    assert app.ask("/api/v1/predict", json_body={"text": "x"}, headers={"Host": "evil.example"}).status == 403


@pytest.mark.parametrize(("sent", "status"), [("http://evil.example", 403), (None, 101)])
def test_a_websocket_from_a_foreign_page_is_refused(app, sent, status):
    host, port = app.address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Origin": sent or app.address,
        },
    )
    assert connection.getresponse().status == status
    connection.close()


def test_the_server_listens_on_the_loopback_only(app):
    listening = [c.laddr for c in psutil.Process(app.process.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert [(place.ip, place.port) for place in listening] == [("127.0.0.1", int(app.address.rsplit(":", 1)[1]))]


def test_nothing_is_left_running_when_the_app_was_stopped(tmp_path):
    with running_app(tmp_path / "home", samples=False) as running:
        assert workers_of(running.home)
        web = running.process.pid
    assert not workers_of(tmp_path / "home")
    assert not os.path.exists(f"/proc/{web}")
