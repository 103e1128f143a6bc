"""Where the files of jobs lie inside the data folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """The paths below one data folder (`home`, absolute); nothing is created by asking for one."""

    home: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", self.home.resolve())

    @property
    def supervisor_lock(self) -> Path:
        """Held by the one supervisor of this data folder for its whole life."""
        return self.home / "supervisor.lock"

    @property
    def supervisor_beat(self) -> Path:
        """Rewritten by the supervisor once a second: its age tells whether the supervisor works."""
        return self.home / "supervisor.json"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor prints."""
        return self.home / "supervisor.log"

    @property
    def alive(self) -> Path:
        """One lock file for each attempt whose worker lives."""
        return self.home / "alive"

    @property
    def models(self) -> Path:
        """Published models; a folder here counts only when a row of the store names it."""
        return self.home / "models"

    @property
    def runs(self) -> Path:
        """Working folders of trainings: checkpoints, result before it is published, log."""
        return self.home / "runs"

    @property
    def jobs(self) -> Path:
        """Working folders of other jobs: their logs."""
        return self.home / "jobs"

    def run(self, run_id: int) -> Path:
        """The working folder of one training."""
        return self.runs / str(run_id)

    def job(self, job_id: int) -> Path:
        """The working folder of a job that is not a training."""
        return self.jobs / str(job_id)

    def relative(self, path: Path) -> str:
        """`path` as the store names it: relative to the data folder, so that the folder can be moved."""
        return path.resolve().relative_to(self.home).as_posix()


def file_name(title: str) -> str:
    """`title` as a part of a file name: letters of any script, digits, dots and hyphens; at most 40 characters."""
    plain = re.sub(r"[^\w.]+", "-", title.strip().lower()).strip("-._")
    return plain[:40].rstrip("-._") or "model"
