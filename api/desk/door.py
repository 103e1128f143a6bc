"""The door of the desk: who may come in, what a request and an answer look like, which error has which status."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.asking import Refused, body_of, parsed
from core.errors import Conflict, InvalidValue, NotFound, StaleRevision, TagloopError
from db import projects
from db.projects import Project
from ui.process import store

Handler = Callable[[Project, Mapping[str, Any]], Mapping[str, Any]]

MAX_BODY_BYTES = 16_000_000
COMPRESSED_FROM_BYTES = 1_000
COMPRESSION = 3  # of 1 to 9: a sheet of 5,000 tokens in 2 ms instead of 8, for 5 % more bytes
STATUS: tuple[tuple[type[TagloopError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (StaleRevision, 409),
    (InvalidValue, 422),
    (TagloopError, 503),
)

log = logging.getLogger("tagloop.web")


def at_the_door(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The route of `handler`: same origin, JSON, a project that exists; then its answer, or why there is none."""

    async def answer(request: Request) -> Response:
        try:
            check_origin(request)
            body = await body_of(request, MAX_BODY_BYTES)
            packed = "gzip" in request.headers.get("accept-encoding", "")
            project_id = request.path_params["project"]
            return await anyio.to_thread.run_sync(_answered, handler, project_id, body, packed)
        except Refused as refused:
            return told(refused.status, str(refused))
        except TagloopError as error:
            return told(_status(error), str(error))
        except Exception:  # the person at the desk is told; what happened stands in the log
            log.exception("The desk failed at %s.", request.url.path)
            return told(500, "The server failed at this; its log says how. Your work is kept in this browser.")

    return answer


def check_origin(request: Request) -> None:
    """Raise Refused for a request that a page of another origin makes a browser send.

    A browser says where a request comes from and pages cannot change that. A program that says nothing is no
    browser that could be misused.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        foreign = site != "same-origin"
    else:
        foreign = origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    if foreign:
        raise Refused(403, "Only Tagloop's own pages may ask here; open the Annotate screen at this address.")


def told(status: int, reason: str) -> Response:
    """An error as the browser gets it."""
    return JSONResponse({"error": reason}, status_code=status, headers={"Cache-Control": "no-store"})


def _answered(handler: Handler, project_id: int, body: bytes, packed: bool) -> Response:
    """The work itself, in a thread."""
    asked = parsed(body)
    if not isinstance(asked, dict):
        raise Refused(422, "The body must be a JSON object.")
    return _sent(handler(_project(project_id), asked), packed)


def _project(project_id: int) -> Project:
    if project_id >= 2**63:
        raise NotFound(f"There is no project with id {project_id}.")
    with store().reading() as session:
        return projects.get(session, project_id)


def _sent(answer: Mapping[str, Any], packed: bool) -> Response:
    content = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if packed and len(content) > COMPRESSED_FROM_BYTES:
        content = gzip.compress(content, COMPRESSION, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type="application/json", headers=headers)


def _status(error: TagloopError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))
