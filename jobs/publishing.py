"""A finished result folder becomes a published one: written out to the disk, then renamed into place.

A rename is all or nothing, and a folder below `models/` counts only when a row of the store names it. So whatever
happens in between, there is either a whole model with a row or a folder that the sweeper removes.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from pathlib import Path

TEMPORARY_PREFIX = ".tmp-"
RESULT = "result"
FINISHED = "finished.json"


def publish_folder(source: Path, target: Path) -> None:
    """Move the folder `source` to `target`, which must not exist, so that it survives a power cut.

    Raises OSError and leaves no `target` behind when the disk refuses any part of it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Its age begins now: the sweeper removes folders that have been without a row for an hour.
    os.utime(source)
    sync_tree(source)
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # models/ is a disk of its own: copy beside the target first, the rename stays the last step.
        _copy_and_rename(source, target)
    _sync(target.parent)


def _copy_and_rename(source: Path, target: Path) -> None:
    temporary = target.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
    try:
        shutil.copytree(source, temporary)
        sync_tree(temporary)
        os.rename(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(source, ignore_errors=True)


def sync_tree(folder: Path) -> None:
    """Write every file and folder below `folder`, and itself, out to the disk."""
    for place, _, files in os.walk(folder):
        for name in files:
            _sync(Path(place, name))
        _sync(Path(place))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(folder: Path) -> None:
    """Remove what a run that is over no longer needs: checkpoints and results. Its log stays."""
    for name in ("checkpoints", RESULT, f"{RESULT}.partial"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / FINISHED).unlink(missing_ok=True)
