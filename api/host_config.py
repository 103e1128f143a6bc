"""No dialog of the framework over the desk: while the server is away people go on labelling.

The framework's own dialog about a lost connection covers the page and takes the keys. The desk says itself what is
safe and what to do, and the other screens show "connecting" in their corner. Browsers ask for the switch at
`/_stcore/host-config`, which cannot be a route of ours, so the answer is changed on its way out.
"""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/_stcore/host-config"


class NoDialogs:
    """Middleware that adds `blockErrorDialogs` to what the framework tells browsers about their host."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the one answer changed."""
        if scope["type"] != "http" or not scope["path"].endswith(PATH):
            await self.app(scope, receive, send)
            return
        start: MutableMapping[str, Any] = {}
        body = b""

        async def changed(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                told = without_dialogs(body)
                headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
                await send({**start, "headers": [*headers, (b"content-length", str(len(told)).encode())]})
                await send({"type": "http.response.body", "body": told})

        await self.app(scope, receive, changed)


def without_dialogs(body: bytes) -> bytes:
    """The host's configuration with dialogs blocked; what is no JSON object stays as it is."""
    try:
        told = json.loads(body)
    except ValueError:
        return body
    return json.dumps(told | {"blockErrorDialogs": True}).encode() if isinstance(told, dict) else body
