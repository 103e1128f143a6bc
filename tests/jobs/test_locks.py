from __future__ import annotations

import os
import subprocess
import sys
import time

from jobs import locks


def test_a_lock_that_is_held_cannot_be_taken_a_second_time(tmp_path):
    path = tmp_path / "folder" / "one.lock"
    first = locks.take(path)
    assert first is not None
    assert locks.is_held(path)
    assert locks.take(path, patience=0.0) is None
    first.release()
    assert not locks.is_held(path)
    second = locks.take(path, patience=0.0)
    assert second is not None
    second.release()


def test_a_lock_on_a_removed_file_knows_that_it_guards_nothing(tmp_path):
    lock = locks.take(tmp_path / "one.lock")
    assert lock is not None
    assert lock.in_place()
    (tmp_path / "one.lock").unlink()
    assert not lock.in_place()
    lock.release()


def test_a_missing_lock_file_is_not_held_and_is_not_created_by_asking(tmp_path):
    assert not locks.is_held(tmp_path / "none.lock")
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_inherits_a_lock_holds_it_until_it_is_killed(tmp_path):
    path = tmp_path / "one.lock"
    lock = locks.take(path)
    assert lock is not None
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=(lock.descriptor,))
    lock.release()
    assert locks.is_held(path)
    child.kill()
    child.wait()
    assert not locks.is_held(path)


def test_taking_a_lock_waits_for_somebody_who_only_looks(tmp_path):
    path = tmp_path / "one.lock"
    looker = locks.take(path)
    assert looker is not None
    pid = os.fork()
    if pid == 0:
        time.sleep(0.2)
        os._exit(0)
    # The forked child shares the open file, so the lock is free only when both have let go.
    looker.release()
    taken = locks.take(path, patience=10.0)
    assert taken is not None
    taken.release()
    os.waitpid(pid, 0)
