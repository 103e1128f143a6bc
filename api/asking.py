"""What every address that takes JSON does first: read no further than a limit, and refuse in words."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request


class Refused(Exception):
    """The request cannot be answered; `status` and the message go to the caller."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


async def body_of(request: Request, limit: int) -> bytes:
    """The body, read no further than `limit` bytes; raises Refused (413), and unless JSON is announced (415)."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refused(415, "Send JSON, with the header Content-Type: application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refused(413, f"The body is larger than {limit:,} bytes. Send several requests.")
    return bytes(body)


def parsed(body: bytes) -> Any:
    """The JSON value in `body`; raises Refused (422)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(422, f"The body is not JSON: {error}.") from None
