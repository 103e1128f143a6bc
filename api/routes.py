"""All addresses beside the screens. Streamlit answers every other path with the app's page, so /api ends in a 404."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from api.desk.routes import DESK_ROUTES
from api.health import healthz
from api.predict import predict


async def unknown(request: Request) -> JSONResponse:
    """404 for everything under /api that is not an address of ours."""
    return JSONResponse(
        {"error": f"There is nothing at {request.url.path}. Try POST /api/v1/predict."}, status_code=404
    )


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz, methods=["GET"]),
    Route("/api/v1/predict", predict, methods=["POST"]),
    *DESK_ROUTES,
    Route("/api/{path:path}", unknown, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
]


def routes_under(base_path: str | None) -> list[BaseRoute]:
    """ROUTES, and again below the path that Streamlit's `server.baseUrlPath` puts before every address, if any."""
    below = (base_path or "").strip("/")
    return [*ROUTES, *([Mount(f"/{below}", routes=ROUTES)] if below else [])]
