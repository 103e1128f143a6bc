"""Keep the app to this machine until it has accounts.

Whoever reaches the port can read every document, so only loopback is served unless a named setting says that a
proxy with a login of its own stands in front.
"""

from __future__ import annotations

import ipaddress
import os
import sys

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

SETTING = "TAGLOOP_BEHIND_PROXY"
MESSAGE = (
    "Tagloop has no accounts yet, so it serves this machine only (127.0.0.1). "
    f"If a proxy with a login guards it, set {SETTING}=1."
)


def behind_proxy() -> bool:
    """True when the person who runs the app says that a proxy guards it."""
    return os.environ.get(SETTING, "") == "1"


def is_loopback(address: str) -> bool:
    """True for 127.0.0.0/8, ::1 (also IPv4 written as IPv6) and localhost."""
    if address == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def refuse_open_address() -> None:
    """End the process with a message when the server was told to listen beyond loopback."""
    address = config.get_option("server.address") or "0.0.0.0"
    if not is_loopback(address) and not behind_proxy():
        sys.exit(f"Tagloop does not start on {address}. {MESSAGE}")


class LoopbackOnly:
    """Answers 403 to whoever is not on this machine, however the server was started."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] in ("http", "websocket") and not behind_proxy():
            client = scope.get("client")
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            name = host.rsplit(":", 1)[0].strip("[]") if not host.endswith("]") else host.strip("[]")
            if (client and not is_loopback(client[0])) or not is_loopback(name):
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close", "code": 1008})
                else:
                    await PlainTextResponse(MESSAGE, status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)
