"""Who may ask the desk, and in which form: origins, content types, sizes, packing."""

from __future__ import annotations

import gzip
import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.desk import door
from api.desk.routes import HANDLERS
from api.routes import routes_under
from tests.api.conftest import HERE, OWN_PAGE


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another port of this machine
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://127.0.0.1:8501.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
@pytest.mark.parametrize("what", HANDLERS)
def test_a_page_of_another_origin_is_refused_before_anything_is_read(asking, what, headers):
    answer = asking.client.post(f"/api/desk/{asking.project.id}/{what}", content=b"{", headers=headers)
    assert answer.status_code == 403
    assert "Tagloop's own pages" in answer.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        OWN_PAGE,
        {"Origin": HERE},
        {"Origin": HERE.upper().replace("HTTP", "http")},
        {"Sec-Fetch-Site": "same-origin"},
        {},
    ],
)
def test_the_apps_own_pages_and_programs_are_served(asking, headers):
    answer = asking.client.post(f"/api/desk/{asking.project.id}/open", json={}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("what", HANDLERS)
def test_only_post_is_answered(asking, what):
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = asking.client.request(method, f"/api/desk/{asking.project.id}/{what}", headers=OWN_PAGE)
        assert answer.status_code in (404, 405)


@pytest.mark.parametrize("what", HANDLERS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_anything_but_json_is_415(asking, what, kind):
    headers = {**OWN_PAGE, "Content-Type": kind}
    answer = asking.client.post(f"/api/desk/{asking.project.id}/{what}", content=b"{}", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("what", HANDLERS)
@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"x"', b"1" * 10_000, b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b"{} {}"],
)
def test_a_body_that_is_no_object_is_422(asking, what, raw):
    headers = {**OWN_PAGE, "Content-Type": "application/json"}
    answer = asking.client.post(f"/api/desk/{asking.project.id}/{what}", content=raw, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("The body")


@pytest.mark.parametrize("what", HANDLERS)
@pytest.mark.parametrize("body", [{"\ud800": 1}, {"unknown": float("nan")}, {"x" * 10_000: {}}])
def test_a_field_that_nobody_knows_is_422_and_named(asking, what, body):
    headers = {**OWN_PAGE, "Content-Type": "application/json"}
    content = json.dumps(body).encode()
    answer = asking.client.post(f"/api/desk/{asking.project.id}/{what}", content=content, headers=headers)
    assert answer.status_code == 422
    assert len(answer.json()["error"]) < 300


def test_a_body_beyond_the_limit_is_413(asking, monkeypatch):
    monkeypatch.setattr(door, "MAX_BODY_BYTES", 1_000)
    answer = asking.post("open", {"filter": {"search": "a" * 2_000}})
    assert answer.status_code == 413
    assert "1,000 bytes" in answer.json()["error"]


@pytest.mark.parametrize("project", [0, 99, 2**62, 2**63, 10**40])
@pytest.mark.parametrize("what", HANDLERS)
def test_a_project_that_is_not_there_is_404(asking, project, what):
    answer = asking.client.post(f"/api/desk/{project}/{what}", json={}, headers=OWN_PAGE)
    assert answer.status_code == 404
    assert "project" in answer.json()["error"]


def test_an_address_that_is_none_is_404_as_json(asking):
    for path in (f"{asking.project.id}/delete", "x/open", "-1/open", f"{asking.project.id}/open/more", ""):
        answer = asking.client.post(f"/api/desk/{path}", json={}, headers=OWN_PAGE)
        assert answer.status_code == 404
        assert "error" in answer.json()


def test_a_large_answer_is_packed_for_who_can_unpack_it_and_nothing_is_kept(asking):
    body = {"document": asking.ids[0]}
    with asking.client.stream(
        "POST", f"/api/desk/{asking.project.id}/open", json=body, headers={**OWN_PAGE, "Accept-Encoding": "gzip"}
    ) as small:
        assert "content-encoding" not in small.headers
    remark = {"document": asking.ids[0], "add": {"body": "long " * 400, "start": None, "end": None}}
    asking.ask("comments", remark)
    with asking.client.stream(
        "POST", f"/api/desk/{asking.project.id}/open", json=body, headers={**OWN_PAGE, "Accept-Encoding": "gzip, br"}
    ) as large:
        raw = b"".join(large.iter_raw())
    assert large.headers["content-encoding"] == "gzip"
    assert len(raw) < 1_000
    assert json.loads(gzip.decompress(raw))["sheet"]["id"] == asking.ids[0]
    plain = asking.post("open", body, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert {small.headers["cache-control"], large.headers["cache-control"]} == {"no-store"}


def test_what_fails_inside_is_500_in_words_and_stands_in_the_log(asking, monkeypatch, caplog):
    def failing(*_):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(door, "_answered", failing)
    answer = asking.post("open", {})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "a secret detail" in caplog.text


def test_a_path_before_the_apps_addresses_leads_to_the_same_places(asking):
    client = TestClient(Starlette(routes=routes_under("/tagloop/")), base_url=HERE)
    for path in ("/tagloop/api/desk", "/api/desk"):
        answer = client.post(f"{path}/{asking.project.id}/open", json={}, headers=OWN_PAGE)
        assert answer.json()["sheet"]["id"] == asking.ids[0]
    assert len(routes_under("")) == len(routes_under(None)) == len(routes_under("x")) - 1
