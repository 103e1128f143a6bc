"""What the app tells browsers about their host."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.host_config import NoDialogs, without_dialogs

TOLD = {"allowedOrigins": ["https://example.org"], "blockErrorDialogs": False, "metricsUrl": ""}


async def told(request):
    """The framework's answer."""
    return JSONResponse(TOLD, headers={"Cache-Control": "no-cache"})


@pytest.fixture
def client():
    """A framework behind the middleware, at the root and under a path."""
    paths = ["/_stcore/host-config", "/tagloop/_stcore/host-config", "/_stcore/health"]
    return TestClient(NoDialogs(Starlette(routes=[Route(path, told) for path in paths])))


@pytest.mark.parametrize("path", ["/_stcore/host-config", "/tagloop/_stcore/host-config"])
def test_dialogs_are_blocked_and_the_rest_is_as_the_framework_says(client, path):
    answer = client.get(path)
    assert answer.json() == TOLD | {"blockErrorDialogs": True}
    assert answer.headers["cache-control"] == "no-cache"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_other_answers_pass_untouched(client):
    assert client.get("/_stcore/health").json() == TOLD


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[1, 2]", json.dumps("text").encode()])
def test_what_is_no_configuration_stays_as_it_is(body):
    assert without_dialogs(body) == body
