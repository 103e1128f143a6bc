"""A data folder with a project, and real supervisors and workers on it, all of them ended when the test is over."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.documents import Document
from core.training import TrainingConfig
from db import attempts, documents, jobs, projects, runs
from db.connection import Store
from jobs import locks, logs, queue
from jobs.devices import CPU_SLOT
from jobs.engines import Order
from jobs.engines.local import LocalEngine
from jobs.folders import Folders
from tests.core.training.toy import toy_documents

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0


def settings(**changes: Any) -> TrainingConfig:
    """A character tagger that takes short steps, with a checkpoint at each epoch's end."""
    values: dict[str, Any] = {
        "base": "char-bilstm-crf",
        "language": "en",
        "epochs": 2,
        "learning_rate": 3e-3,
        "batch_tokens": 256,
        "threads": 1,
        "device": "cpu",
        "checkpoint_seconds": 3600.0,
    }
    return TrainingConfig(**(values | changes))


ENDLESS: dict[str, Any] = {"epochs": 500}


class House:
    """What the tests of this folder do: submit, wait, kill."""

    def __init__(self, home: Path, store: Store) -> None:
        self.folders = Folders(home)
        self.store = store
        self.engine = LocalEngine(self.folders)
        self.supervisors: list[subprocess.Popen[bytes]] = []
        with store.writing() as session:
            project = projects.create(
                session, name="toy", title="Toy", language="en", labels=("PER", "LOC"), actor="you"
            )
            splits = ["train"] * 20 + ["dev"] * 6 + ["test"] * 6
            made = [
                Document(document.text, document.spans, document.id, {"split": split})
                for document, split in zip(toy_documents(len(splits)), splits, strict=True)
            ]
            documents.add_documents(session, project.id, made, actor="you")
        self.project_id = project.id

    # asking

    def train(self, **changes: Any) -> runs.Run:
        """Queue a training; nobody is started by it."""
        return queue.submit_training(self.store, self.project_id, settings(**changes), start=False)

    def job(self, job_id: int) -> jobs.Job:
        with self.store.reading() as session:
            return jobs.get(session, job_id)

    def attempts(self, job_id: int) -> list[attempts.Attempt]:
        with self.store.reading() as session:
            return attempts.of_job(session, job_id)

    def log(self, run_id: int) -> str:
        return (self.folders.run(run_id) / "worker.log").read_text(encoding="utf-8")

    # supervising

    def supervise(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a supervisor that sees no GPU, or only those that the environment names."""
        self.folders.home.mkdir(exist_ok=True)
        with self.folders.supervisor_log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jobs.supervisor"],
                cwd=ROOT,
                env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.supervisors.append(process)
        return process

    def kill_supervisor(self) -> None:
        process = self.supervisors[-1]
        process.kill()
        process.wait()

    # working without a supervisor

    def start(self, **environment: str) -> attempts.Attempt:
        """Claim the next job and start its worker from this process."""
        with self.store.writing() as session:
            attempt = jobs.claim(session, slots=["cpu"])
            assert attempt is not None
            run = runs.of_job(session, attempt.job_id)
        path = logs.log_path(self.folders, run_id=run.id if run else None, job_id=attempt.job_id)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            self.engine.start(Order(attempt.id, CPU_SLOT, path))
        return attempt

    def end(self, attempt: attempts.Attempt) -> int | None:
        """Wait for the worker of an attempt to end; returns its exit code."""
        self.wait("the worker to end", lambda: attempt.id not in self.engine.living())
        return self.engine.ending(attempt.id).code

    # waiting

    def wait(self, what: str, condition: Callable[[], Any]) -> Any:
        """The first true value of `condition`; fails with the logs when it stays false."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.05)
        logs = "\n".join(path.read_text(errors="replace") for path in sorted(self.folders.home.rglob("*.log")))
        raise AssertionError(f"Waited in vain for: {what}\n{logs}")

    def wait_state(self, job_id: int, *states: str) -> jobs.Job:
        self.wait(f"job {job_id} to be {states}", lambda: self.job(job_id).state in states)
        return self.job(job_id)

    def wait_checkpoint(self, run: runs.Run) -> int:
        """Wait until a worker has reported a step after a checkpoint of that run; returns the step."""
        folder = self.folders.run(run.id) / "checkpoints"
        self.wait("a checkpoint", lambda: any(path.suffix != ".partial" for path in folder.glob("checkpoint-*")))
        return int(self.wait("a reported step", lambda: self.job(run.job_id).progress.get("step")))

    def worker_pid(self, job_id: int, *, attempt: int = 1) -> int:
        """Process of the worker that does this attempt, once it has registered."""

        def registered() -> int | None:
            made = self.attempts(job_id)
            return made[-1].pid if made and made[-1].number == attempt else None

        return int(self.wait(f"a worker of attempt {attempt}", registered))

    # ending

    def close(self) -> None:
        for process in self.supervisors:
            if process.poll() is None:
                process.kill()
            process.wait()
        for path in self.folders.alive.glob("*.lock"):
            with contextlib.suppress(OSError, ValueError):
                pid = json.loads(path.read_bytes()).get("pid")
                if pid and locks.is_held(path):
                    os.kill(pid, signal.SIGKILL)
            self.wait("the worker to be gone", lambda path=path: not locks.is_held(path))
            self.engine.ending(int(path.stem))
        self.store.close()


def is_alive(pid: int) -> bool:
    """True while the process runs; a zombie that nobody waited for is dead."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
