"""The desk's addresses."""

from __future__ import annotations

from starlette.routing import Route

from api.desk.door import Handler, at_the_door
from api.desk.edits import check, history, take_edits
from api.desk.occurrences import find_occurrences
from api.desk.opening import open_document
from api.desk.remarks import change_comments

HANDLERS: dict[str, Handler] = {
    "open": open_document,
    "edits": take_edits,
    "history": history,
    "check": check,
    "comments": change_comments,
    "occurrences": find_occurrences,
}
DESK_ROUTES = [
    Route(f"/api/desk/{{project:int}}/{name}", at_the_door(handler), methods=["POST"])
    for name, handler in HANDLERS.items()
]
