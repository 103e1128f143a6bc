"""HTTP beside the screens: prediction, health, and the guard in front of both."""

from __future__ import annotations

import json
import time

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from api import predict as predicting
from api.guard import MESSAGE, SETTING, LoopbackOnly, is_loopback
from api.routes import ROUTES
from db import models, projects
from db.connection import home, open_store
from jobs import heartbeat, locks
from jobs.folders import Folders
from tests import published
from ui import process

HERE = "http://127.0.0.1"


@pytest.fixture
def store(own_home):
    """The store that the routes open as well."""
    process.store.cache_clear()
    opened = open_store()
    yield opened
    opened.close()
    if process.store.cache_info().currsize:
        process.store().close()
    process.store.cache_clear()


@pytest.fixture
def project(store):
    with store.writing() as session:
        return projects.create(
            session, name="desk", title="Desk", language="en", labels=list(published.LABELS), actor="you"
        )


def client(*, base_url: str = HERE, address: str = "127.0.0.1") -> TestClient:
    app = Starlette(routes=ROUTES, middleware=[Middleware(LoopbackOnly)])
    return TestClient(app, base_url=base_url, client=(address, 50000))


def ask(body: object, **options: str):
    return client(**options).post("/api/v1/predict", json=body)


def test_a_text_comes_back_with_its_spans_offsets_and_scores(store, project):
    model = published.publish(store, project.id)
    answer = ask({"text": "Ada Byron went to Munich."})
    assert answer.status_code == 200
    body = answer.json()
    assert body["model"] == {"id": model.id, "name": "tiny"}
    (result,) = body["results"]
    assert [(s["start"], s["end"], s["label"], s["text"]) for s in result["spans"]] == [
        (0, 9, "PER", "Ada Byron"),
        (18, 24, "LOC", "Munich"),
    ]
    assert all(0 < span["score"] <= 1 for span in result["spans"])
    assert body["milliseconds"] >= 0


def test_many_texts_come_back_in_their_order_and_an_empty_one_has_no_span(store, project):
    published.publish(store, project.id)
    results = ask({"texts": ["", "Kurt Gödel went to Lisbon."], "model": "tiny"}).json()["results"]
    assert results[0] == {"spans": []}
    assert [span["text"] for span in results[1]["spans"]] == ["Kurt Gödel", "Lisbon"]


def test_the_newest_model_answers_unless_one_is_named_by_name_or_id(store, project):
    old = published.publish(store, project.id, "old")
    published.publish(store, project.id, "new")
    for asked, expected in ((None, "new"), ("old", "old"), (old.id, "old"), (str(old.id), "old")):
        body = {"text": "Ada"} if asked is None else {"text": "Ada", "model": asked}
        assert ask(body).json()["model"]["name"] == expected


def test_a_name_that_two_projects_gave_is_422_and_lists_the_ids(store, project):
    with store.writing() as session:
        other = projects.create(session, name="two", title="Two", language="en", labels=("PER",), actor="you")
        first, second = (
            models.publish(
                session, project_id=owner, name="Run 1", base="b", kind="character", language="en", labels=("PER",),
                folder=f"models/{owner}", metrics={}, actor="you",
            )
            for owner in (project.id, other.id)
        )  # fmt: skip
    answer = ask({"text": "Ada", "model": "Run 1"})
    assert answer.status_code == 422
    assert f"give an id: {second.id}, {first.id}" in answer.json()["error"]


def test_without_any_model_the_answer_is_404_and_says_where_to_train(store, project):
    answer = ask({"text": "Ada"})
    assert answer.status_code == 404
    assert "Train screen" in answer.json()["error"]


def test_an_unknown_model_is_404_and_lists_those_there_are(store, project):
    published.publish(store, project.id)
    answer = ask({"text": "Ada", "model": "other"})
    assert answer.status_code == 404
    assert "'other'" in answer.json()["error"]
    assert "tiny" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([], "JSON object"),
        ({}, "either"),
        ({"text": "a", "texts": ["b"]}, "either"),
        ({"texts": "a"}, "list of strings"),
        ({"text": 3}, "list of strings"),
        ({"texts": ["a", None]}, "list of strings"),
        ({"text": "a", "modell": "b"}, "'modell'"),
        ({"text": "a", "model": 1.5}, "name or the id"),
        ({"text": "a", "model": True}, "name or the id"),
    ],
)
def test_a_request_that_makes_no_sense_is_422_with_the_reason(store, project, body, reason):
    answer = ask(body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"{", "not JSON"), (b"[" * 100_000, "not JSON"), (b'{"text": "\\ud800"}', "surrogate"), (b"\xff", "not JSON")],
)
def test_a_body_that_is_no_text_is_422_with_the_reason(store, project, raw, reason):
    answer = client().post("/api/v1/predict", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


def test_another_content_type_is_415_and_says_which_one_is_read(store, project):
    answer = client().post("/api/v1/predict", content=b"text=Ada", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"texts": ["a"] * (predicting.MAX_TEXTS + 1)},
        {"text": "a" * (predicting.MAX_CHARACTERS + 1)},
        {"text": "a" * (predicting.MAX_BODY_BYTES + 1)},
    ],
)
def test_too_much_at_once_is_413_with_the_limit_and_the_way_out(store, project, body):
    answer = ask(body)
    assert answer.status_code == 413
    assert "Send several" in answer.json()["error"]


def test_a_damaged_model_folder_is_503_with_the_reason_and_no_traceback(store, project):
    model = published.publish(store, project.id, "damaged")
    (home() / model.folder / "model.onnx").write_bytes(b"nothing")
    answer = ask({"text": "Ada"})
    assert answer.status_code == 503
    assert "model.onnx" in answer.json()["error"]
    assert "Traceback" not in answer.text


def test_everything_else_below_api_is_404_as_json_and_predict_wants_post(store):
    assert client().get("/api/v1/models").json()["error"].startswith("There is nothing at /api/v1/models")
    assert client().get("/api/v1/predict").status_code in (404, 405)


def test_healthz_says_what_is_well_and_what_is_not(store, project):
    answer = client().get("/healthz")
    body = json.loads(answer.text)
    assert answer.status_code == 503  # no supervisor runs in a test
    assert body["store"]["ok"] is True
    assert body["models"] == {"ok": True, "published": 0}
    assert body["supervisor"]["ok"] is False
    assert "supervisor.log" in body["supervisor"]["reason"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("age", "trouble", "reason"),
    [(0.0, None, None), (3600.0, None, "3600 seconds"), (0.0, "The disk is full.", "The disk is full.")],
)
def test_healthz_asks_whether_the_supervisor_works_and_not_only_whether_it_lives(
    store, project, age, trouble, reason
):
    folders = Folders(home())
    lock = locks.take(folders.supervisor_lock)
    heartbeat.write(folders, heartbeat.Beat(4711, time.time() - age, ("cpu",), (), trouble))
    body = client().get("/healthz").json()
    lock.release()
    assert body["supervisor"]["ok"] is (reason is None)
    assert body["ok"] is (reason is None)
    assert (reason or "") in body["supervisor"].get("reason", "")


def test_healthz_names_a_model_whose_files_are_gone(store, project):
    model = published.publish(store, project.id, "gone")
    (home() / model.folder / "tagger.json").unlink()
    body = client().get("/healthz").json()
    assert body["models"]["ok"] is False
    assert "gone" in body["models"]["reason"]


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://evil.example"},
        {"base_url": "http://192.168.1.5:8501"},
        {"address": "192.168.1.5"},
        {"address": "::ffff:10.0.0.1"},
    ],
)
def test_a_foreign_host_or_address_is_refused_with_the_way_out(store, monkeypatch, options):
    monkeypatch.delenv(SETTING, raising=False)
    for answer in (client(**options).get("/healthz"), ask({"text": "Ada"}, **options)):
        assert answer.status_code == 403
        assert answer.text == MESSAGE


def test_a_named_setting_lets_a_guarded_proxy_through(store, monkeypatch):
    monkeypatch.setenv(SETTING, "1")
    assert client(base_url="http://tagloop.example", address="10.0.0.2").get("/healthz").status_code == 503


@pytest.mark.parametrize("host", ["http://localhost", "http://127.0.0.1:8501", "http://[::1]:8501", "http://[::1]"])
def test_every_way_of_writing_this_machine_is_served(store, monkeypatch, host):
    monkeypatch.delenv(SETTING, raising=False)
    assert client(base_url=host).get("/api/nothing").status_code == 404


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_only_loopback_counts_as_this_machine(address, expected):
    assert is_loopback(address) is expected
