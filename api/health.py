"""GET /healthz: are store, supervisor and models well? 200 when all are, 503 with the reason when one is not."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from db import models, projects
from db.connection import home
from jobs import heartbeat
from jobs.folders import Folders
from jobs.heartbeat import SupervisorState
from ui.process import model_folder, store

# A beat is due each second, a failing round backs off to ten, and one may wait half a minute for the store.
SILENT_SECONDS = 60.0


def check_store() -> dict[str, Any]:
    """Can the store be read, and with which library?"""
    opened = store()
    with opened.reading() as session:
        session.execute(text("SELECT 1"))
    return {"ok": True, "sqlite": opened.sqlite_version()}


def check_supervisor() -> dict[str, Any]:
    """Does a supervisor live, and when did it last look at the ledger?"""
    state = heartbeat.read(Folders(home()))
    answer: dict[str, Any] = {"heartbeat_age_seconds": None if state.age is None else round(state.age, 1)}
    if reason := _trouble(state):
        answer["reason"] = reason
    return {"ok": reason is None, **answer}


def _trouble(state: SupervisorState) -> str | None:
    """Why jobs are not looked after; None when they are. Before the first beat there is nothing to say."""
    if not state.running:
        return (
            "No supervisor runs for this data folder; jobs wait. The app starts one within moments; if it does not, "
            "see supervisor.log."
        )
    if state.beat is None or state.age is None:
        return None
    if state.age > SILENT_SECONDS:
        return (
            f"The supervisor, process {state.beat.pid}, has not reported for {state.age:.0f} seconds (limit "
            f"{SILENT_SECONDS:.0f}); jobs wait. End that process and restart the app; running jobs go on."
        )
    if state.beat.trouble is not None:
        return f"The supervisor's last round failed: {state.beat.trouble} It tries again; see supervisor.log."
    return None


def check_models() -> dict[str, Any]:
    """Does every published model still have its folder?"""
    with store().reading() as session:
        found = [m for p in projects.list_projects(session) for m in models.list_models(session, p.id)]
    missing = [m.name for m in found if not (model_folder(m.folder) / "tagger.json").is_file()]
    answer: dict[str, Any] = {"ok": not missing, "published": len(found)}
    if missing:
        answer["reason"] = f"No files for: {', '.join(missing)}. Restore the data folder or retire these models."
    return answer


CHECKS = {"store": check_store, "supervisor": check_supervisor, "models": check_models}


def examine() -> tuple[int, dict[str, Any]]:
    """Run all checks; one that raises is not well and says why."""
    answer: dict[str, Any] = {}
    for name, check in CHECKS.items():
        try:
            answer[name] = check()
        except Exception as error:  # a health check reports, whatever it is that failed
            answer[name] = {"ok": False, "reason": f"{type(error).__name__}: {error}"}
    well = all(part["ok"] for part in answer.values())
    return (200 if well else 503), {"ok": well, **answer}


async def healthz(request: Request) -> JSONResponse:
    """The answer for probes and people."""
    status, answer = await anyio.to_thread.run_sync(examine)
    return JSONResponse(answer, status_code=status, headers={"Cache-Control": "no-store"})
