"""Real supervisors, real workers, real training, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from db import attempts, jobs, models, runs
from jobs import heartbeat, queue, supervisor
from tests.jobs.house import ENDLESS, ROOT, is_alive


def test_a_killed_worker_is_noticed_and_its_job_goes_on_from_the_checkpoint(house):
    house.supervise()
    run = house.train(epochs=12, checkpoint_seconds=0.0)
    house.wait_checkpoint(run)
    os.kill(house.worker_pid(run.job_id), signal.SIGKILL)
    house.wait_state(run.job_id, "done")
    first, second = house.attempts(run.job_id)
    assert (first.state, second.state) == ("lost", "done")
    assert "SIGKILL" in first.error
    assert "Going on from the checkpoint at step" in house.log(run.id)
    with house.store.reading() as session:
        scored = [metric.step for metric in runs.metrics(session, run.id, ["dev_f1"])]
        assert len(models.list_models(session, house.project_id)) == 1
    assert len(scored) == len(set(scored)) == 12


def test_a_killed_supervisor_leaves_its_worker_alone_and_the_next_one_adopts_it(house):
    house.supervise()
    run = house.train(**ENDLESS)
    house.wait_checkpoint(run)
    pid = house.worker_pid(run.job_id)
    house.kill_supervisor()
    before = house.job(run.job_id).progress["step"]
    house.supervise()
    house.wait("the worker to go on", lambda: house.job(run.job_id).progress["step"] > before)
    house.wait("the new supervisor to see it", lambda: heartbeat.read(house.folders).beat.busy == ("cpu",))
    assert [attempt.number for attempt in house.attempts(run.job_id)] == [1]
    assert house.worker_pid(run.job_id) == pid
    os.kill(pid, signal.SIGKILL)
    house.worker_pid(run.job_id, attempt=2)
    assert "nobody saw" in house.attempts(run.job_id)[0].error


def test_when_both_are_killed_the_next_supervisor_starts_the_job_again(house):
    house.supervise()
    run = house.train(**ENDLESS)
    house.wait_checkpoint(run)
    pid = house.worker_pid(run.job_id)
    house.kill_supervisor()
    os.kill(pid, signal.SIGKILL)
    house.supervise()
    house.wait("the next attempt", lambda: "Going on from the checkpoint" in house.log(run.id))
    assert [attempt.state for attempt in house.attempts(run.job_id)] == ["lost", "running"]


def test_of_two_supervisors_one_leaves_quietly_and_no_job_runs_twice(house):
    run = house.train()
    pair = [house.supervise(), house.supervise(), house.supervise()]
    house.wait("two to leave", lambda: sum(process.poll() == 0 for process in pair) == 2)
    house.wait_state(run.job_id, "done")
    assert len(house.attempts(run.job_id)) == 1
    assert sum(process.poll() is None for process in pair) == 1


def test_sigterm_ends_the_supervisor_and_leaves_the_worker_running(house):
    process = house.supervise()
    run = house.train(**ENDLESS)
    house.wait_checkpoint(run)
    pid = house.worker_pid(run.job_id)
    process.terminate()
    assert process.wait(timeout=30) == 0
    before = house.job(run.job_id).progress["step"]
    house.wait("the worker to go on", lambda: house.job(run.job_id).progress["step"] > before)
    assert is_alive(pid)


def test_a_second_job_waits_for_the_slot_in_order(house):
    first, second, third = house.train(**ENDLESS), house.train(epochs=1), house.train(epochs=1)
    house.supervise()
    house.wait_checkpoint(first)
    assert [house.job(run.job_id).state for run in (second, third)] == ["queued", "queued"]
    queue.cancel(house.store, first.job_id)
    house.wait_state(third.job_id, "done")
    assert house.job(second.job_id).finished <= house.job(third.job_id).started


def test_each_gpu_has_a_slot_of_its_own_and_workers_see_only_theirs(house):
    waiting = [house.train(**ENDLESS) for _ in range(3)]
    house.supervise(CUDA_VISIBLE_DEVICES="3,5")
    house.wait("two workers", lambda: sum(bool(house.attempts(run.job_id)) for run in waiting) == 2)
    pids = [house.worker_pid(run.job_id) for run in waiting[:2]]
    seen = [
        variable
        for pid in pids
        for variable in Path(f"/proc/{pid}/environ").read_text().split("\0")
        if variable.startswith("CUDA_VISIBLE_DEVICES=")
    ]
    assert seen == ["CUDA_VISIBLE_DEVICES=3", "CUDA_VISIBLE_DEVICES=5"]
    assert house.job(waiting[2].job_id).state == "queued"


def test_a_worker_that_dies_again_and_again_fails_with_signal_step_and_log(house):
    house.supervise()
    run = house.train(**ENDLESS)
    for number in (1, 2, 3):
        pid = house.worker_pid(run.job_id, attempt=number)
        if number == 1:
            house.wait_checkpoint(run)
        os.kill(pid, signal.SIGKILL)
    job = house.wait_state(run.job_id, "failed")
    assert "SIGKILL" in job.error
    assert "at step" in job.error
    assert "death 3 of at most 3" in job.error
    assert "attempt 3" in job.traceback
    queue.retry(house.store, run.job_id, start=False)
    house.worker_pid(run.job_id, attempt=4)


def test_a_supervisor_leaves_when_its_data_folder_is_gone(house):
    process = house.supervise()
    house.wait("a beat", lambda: heartbeat.read(house.folders).age is not None)
    house.folders.supervisor_lock.unlink()
    assert process.wait(timeout=30) == 0


def test_a_supervisor_tries_again_until_the_store_can_be_opened(house):
    run = house.train()
    database, aside = house.folders.home / "tagloop.db", house.folders.home / "aside.db"
    house.store.close()
    database.rename(aside)
    database.write_text("This is no database, and long enough for SQLite to be sure of that. " * 20)
    house.supervise()
    trouble = house.wait("trouble to be told", lambda: (b := heartbeat.read(house.folders).beat) and b.trouble)
    assert "cannot be opened" in trouble
    for path in house.folders.home.glob("tagloop.db*"):
        path.unlink()
    aside.rename(database)
    house.wait_state(run.job_id, "done")
    assert heartbeat.read(house.folders).beat.trouble is None
    assert house.supervisors[-1].poll() is None


def test_ensure_running_from_many_processes_at_once_leaves_one_supervisor(house, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    code = "from jobs.supervisor import ensure_running; ensure_running(); ensure_running()"
    callers = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(4)]
    assert [caller.wait(timeout=60) for caller in callers] == [0, 0, 0, 0]
    state = house.wait("a beat", lambda: (found := heartbeat.read(house.folders)).age is not None and found)
    assert state.running
    assert supervisor.is_running()
    supervisor.ensure_running()
    pid = state.beat.pid
    assert os.getsid(pid) != os.getsid(0)
    assert house.folders.supervisor_log.read_text().count("slots: cpu") == 1
    house.wait("the late copies to give up", lambda: supervisors(house) == [pid])
    os.kill(pid, signal.SIGTERM)
    house.wait("it to leave", lambda: not supervisor.is_running())


def supervisors(house) -> list[int]:
    """The supervisors of this data folder that live, also those that have not found out yet that one is enough."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-1:] != ["jobs.supervisor"]:
            continue
        try:
            if process.environ().get("TAGLOOP_HOME") == str(house.folders.home):
                found.append(process.pid)
        except psutil.Error:
            continue  # it has just left
    return found


def test_the_supervisor_loads_neither_torch_nor_streamlit():
    heavy = "{'torch', 'transformers', 'streamlit', 'numpy'}"
    code = f"import sys, jobs.supervisor; print(sorted({heavy} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_an_attempt_that_was_claimed_but_never_started_costs_no_death(house):
    run = house.train()
    with house.store.writing() as session:
        jobs.claim(session, slots=["cpu"])
    house.supervise()
    job = house.wait_state(run.job_id, "done")
    assert job.deaths == 0
    assert [attempt.number for attempt in house.attempts(run.job_id)] == [1, 2]
    with house.store.reading() as session:
        assert attempts.running(session) == []
