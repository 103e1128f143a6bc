"""What goes over the wire for a label, both ways: requests and answers with their headers, web socket frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.browser import browsing

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Wire:
    """Counts bytes between a page and its server from the moment it is made."""

    def __init__(self, page: Page) -> None:
        self.requests = self.sent = self.bodies = self.received = self.frames = 0
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.requestWillBeSentExtraInfo", self._head)
        session.on("Network.loadingFinished", self._answered)
        session.on("Network.webSocketFrameSent", self._frame)
        session.on("Network.webSocketFrameReceived", self._frame)
        session.send("Network.enable")
        self.session = session

    def close(self) -> None:
        """Count no more."""
        self.session.detach()

    def _asked(self, event: dict[str, Any]) -> None:
        request = event["request"]
        body = len(request.get("postData", "").encode())
        self.requests += 1
        self.bodies += body
        self.sent += body + len(f"{request['method']} {request['url']} HTTP/1.1\r\n\r\n")

    def _head(self, event: dict[str, Any]) -> None:
        self.sent += sum(len(name) + len(value) + 4 for name, value in event["headers"].items())

    def _answered(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])

    def _frame(self, event: dict[str, Any]) -> None:
        self.frames += len(event["response"]["payloadData"])


def bytes_per_label(page: Page, labels: int) -> Wire:
    """Set `labels` labels, each saved before the next; what that took."""
    browsing.saved(page)
    wire = Wire(page)
    page.keyboard.press("Control+Home")
    for _ in range(labels):
        for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "1", "Control+s"):
            page.keyboard.press(key)
        page.wait_for_timeout(30)  # the state is told anew in the next task
        browsing.saved(page)
    page.wait_for_timeout(200)
    wire.close()
    return wire
