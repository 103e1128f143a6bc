"""The real app, started as the README says, on a data folder of its own; nothing of it is left running afterwards.

Browser tests, benches and the screenshots use it alike.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to a request: status and body."""

    status: int
    text: str

    def json(self) -> dict:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class RunningApp:
    """A web process that answers, its data folder, and the `time.monotonic()` at which it was started."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]
    started: float

    @property
    def database(self) -> str:
        """The URL of the store, for looking at it from outside."""
        return f"sqlite:///{self.home / 'tagloop.db'}"

    def ask(self, path: str, *, json_body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """One HTTP request: GET, or POST when there is a body; an error status is an answer too."""
        body = None if json_body is None else json.dumps(json_body).encode()
        sent = {"Content-Type": "application/json"} if body else {}
        request = urllib.request.Request(self.address + path, data=body, headers=sent | (headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode())

    def mapped_libraries(self) -> set[str]:
        """Names of the shared libraries in the memory of the web process."""
        lines = Path(f"/proc/{self.process.pid}/maps").read_text().splitlines()
        return {Path(line.split(maxsplit=5)[5]).name for line in lines if ".so" in line}

    def kill(self) -> None:
        """End the web process as a crash would: at once, with nothing said or finished."""
        self.process.kill()
        self.process.wait()

    def log(self) -> str:
        """What the web process has printed."""
        return (self.home / "web.log").read_text(errors="replace")


def load_samples(home: Path) -> None:
    """Fill a data folder with the sample projects, as `make run` does."""
    subprocess.run([sys.executable, "-m", "jobs.samples"], cwd=ROOT, env=environment(home), check=True, timeout=120)


@contextlib.contextmanager
def running_app(home: Path, *, samples: bool = True, port: int | None = None) -> Iterator[RunningApp]:
    """Start the app on `home` and wait until it answers; at the end it, its supervisor and its workers are gone.

    With `port` it can be started again where browsers know it.
    """
    home.mkdir(parents=True, exist_ok=True)
    if samples:
        load_samples(home)
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    started = time.monotonic()
    with (home / "web.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(home), stdout=log, stderr=log)
    app = RunningApp(f"http://127.0.0.1:{port}", home, process, started)
    try:
        _wait_until_well(app)
        yield app
    finally:
        stop([psutil.Process(process.pid)] if process.poll() is None else [])
        process.wait()
        stop(workers_of(home))


def environment(home: Path) -> dict[str, str]:
    """The environment of a process that works on `home` and on nothing else."""
    kept = {name: value for name, value in os.environ.items() if name != "TAGLOOP_DATABASE_URL"}
    return kept | {"TAGLOOP_HOME": str(home), "PYTHONUTF8": "1"}


def workers_of(home: Path) -> list[psutil.Process]:
    """The supervisor and the workers of a data folder, the supervisor first so that it starts no other."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            if any(part.startswith("jobs.") for part in line) and process.environ().get("TAGLOOP_HOME") == str(home):
                found.append(process)
    return sorted(found, key=lambda process: "jobs.supervisor" not in process.cmdline())


def stop(processes: list[psutil.Process]) -> None:
    """End processes politely, and after some seconds for certain."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(processes, timeout=8)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(5)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_well(app: RunningApp) -> None:
    """Wait for /healthz to say 200, the supervisor included."""
    said = "nothing"
    while time.monotonic() - app.started < PATIENCE_SECONDS:
        if app.process.poll() is not None:
            raise RuntimeError(f"The app ended with {app.process.returncode}:\n{app.log()}")
        with contextlib.suppress(OSError):
            answer = app.ask("/healthz")
            if answer.status == 200:
                return
            said = answer.text
        time.sleep(0.05)
    raise RuntimeError(f"/healthz was not well within {PATIENCE_SECONDS:.0f} seconds; last: {said}\n{app.log()}")
