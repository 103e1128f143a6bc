"""The logs that workers leave: their last lines, read from the end, however long the file is."""

from __future__ import annotations

import os
from pathlib import Path

from jobs.folders import Folders

LOG_NAME = "worker.log"
# A line of a progress bar or of a dumped array can be long; a page wants a tail, not a megabyte.
MOST_BYTES = 64 * 1024


def log_path(folders: Folders, *, run_id: int | None, job_id: int) -> Path:
    """The log of a training lies beside its checkpoints, that of any other job in a folder of the job."""
    return (folders.job(job_id) if run_id is None else folders.run(run_id)) / LOG_NAME


def tail(path: Path, *, lines: int = 40) -> str:
    """The last `lines` lines of a log, "" when there is none; bytes that are not UTF-8 are replaced."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - MOST_BYTES))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
