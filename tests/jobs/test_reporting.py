from __future__ import annotations

import os
import signal

import pytest

from core.errors import JobError
from db import jobs, runs
from jobs.reporting import Reporter, Stop


@pytest.fixture
def working(house):
    """A reporter of a claimed job, on a clock that the test moves."""
    run = house.train()
    with house.store.writing() as session:
        attempt = jobs.claim(session, slots=["cpu"])
    now = [0.0]
    reporter = Reporter(house.store, job_id=run.job_id, number=attempt.number, run_id=run.id, clock=lambda: now[0])
    return house, reporter, run, now


def test_progress_is_written_at_most_once_a_second_and_metrics_are_not_lost(working):
    house, reporter, run, now = working
    reporter.tell({"phase": "training", "step": 1}, [(1, "loss", 2.0)])
    for step in range(2, 6):
        now[0] += 0.2
        reporter.tell({"phase": "training", "step": step}, [(step, "loss", 1.0)])
    assert house.job(run.job_id).progress["step"] == 1
    now[0] += 0.5
    reporter.tell({"phase": "training", "step": 6, "loss": None}, [(6, "loss", None)])
    assert house.job(run.job_id).progress == {"phase": "training", "step": 6, "notes": []}
    with house.store.reading() as session:
        assert [metric.step for metric in runs.metrics(session, run.id)] == [1, 2, 3, 4, 5, 6]


def test_notes_pile_up_and_the_last_dev_scores_stay(working):
    house, reporter, run, now = working
    reporter.tell({"note": "one"})
    reporter.tell({"dev": {"f1": 0.5}})
    now[0] += 1
    reporter.tell({"note": "two", "dev": None})
    assert house.job(run.job_id).progress == {"dev": {"f1": 0.5}, "notes": ["one", "two"]}


def test_a_wish_is_seen_within_half_a_second_and_asked_for_no_more_often(working):
    house, reporter, run, now = working
    assert not reporter.should_stop()
    with house.store.writing() as session:
        jobs.set_desired(session, run.job_id, "pause", actor="you")
    now[0] += 0.3
    assert not reporter.should_stop()
    now[0] += 0.3
    assert reporter.should_stop()
    assert reporter.reason is Stop.PAUSE


def test_a_ledger_that_is_away_stops_nothing_and_gets_everything_later(working):
    house, reporter, run, now = working
    house.store.engine.dispose()
    database, aside = house.folders.home / "tagloop.db", house.folders.home / "aside.db"
    database.rename(aside)
    database.mkdir()
    reporter.tell({"step": 1}, [(1, "loss", 3.0)])
    now[0] += 2
    assert not reporter.should_stop()
    reporter.tell({"step": 2}, [(2, "loss", 2.0)])
    database.rmdir()
    aside.rename(database)
    now[0] += 2
    assert not reporter.should_stop()
    assert house.job(run.job_id).progress["step"] == 2
    with house.store.reading() as session:
        assert [metric.value for metric in runs.metrics(session, run.id)] == [3.0, 2.0]


def test_a_replaced_attempt_is_told_to_stop_and_writes_nothing_more(working):
    house, reporter, run, now = working
    with house.store.writing() as session:
        jobs.requeue(session, run.job_id, 1, reason="was given up")
        jobs.claim(session, slots=["cpu"])
    before = house.job(run.job_id)
    now[0] += 10
    reporter.tell({"step": 9}, [(9, "loss", 1.0)])
    with pytest.raises(JobError, match="was replaced"):  # an answer of True would make it write a checkpoint
        reporter.should_stop()
    assert reporter.reason is Stop.SUPERSEDED
    reporter.flush()
    assert house.job(run.job_id) == before
    with house.store.reading() as session:
        assert runs.metrics(session, run.id) == []


def test_sigterm_asks_the_worker_to_leave(working):
    _, reporter, _, _ = working
    before = signal.getsignal(signal.SIGTERM)
    try:
        reporter.leave_on_sigterm()
        os.kill(os.getpid(), signal.SIGTERM)
        assert reporter.should_stop()
        assert reporter.reason is Stop.LEAVE
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_silent_worker_still_sends_a_sign_of_life(working):
    house, reporter, run, now = working
    reporter.tell({"step": 1})
    first = house.attempts(run.job_id)[0].heartbeat
    now[0] += 6
    assert not reporter.should_stop()
    assert house.attempts(run.job_id)[0].heartbeat > first
