from __future__ import annotations

import itertools

import pytest

from core.errors import InvalidValue, JobError, NotFound
from db import attempts, events, jobs

SLOTS = ("cpu",)


def submit(s, project, **options):
    values = {"kind": "train", "project_id": project.id, "payload": {"x": 1}, "actor": "you"} | options
    return jobs.submit(s, **values)


def started(s, project):
    job = submit(s, project)
    return jobs.claim(s, slots=("a", "b", "c", "d", "e", "f")), job.id


def in_state(s, project, state):
    """A job brought into `state` by the public functions alone; returns its id and attempt number."""
    if state == "queued":
        return submit(s, project).id, 0
    attempt, job_id = started(s, project)
    if state == "done":
        jobs.finish(s, job_id, 1)
    elif state == "failed":
        jobs.fail(s, job_id, 1, "it broke", "Traceback …")
    elif state in ("paused", "cancelled"):
        jobs.set_desired(s, job_id, {"paused": "pause", "cancelled": "cancel"}[state], actor="you")
        jobs.stop(s, job_id, 1)
    assert jobs.get(s, job_id).state == state
    return job_id, attempt.number


# What each function turns each state into; a pair that is missing is refused.
ACTS = {
    "claim": lambda s, job_id, number: jobs.claim(s, slots=SLOTS),
    "finish": lambda s, job_id, number: jobs.finish(s, job_id, number),
    "fail": lambda s, job_id, number: jobs.fail(s, job_id, number, "it broke"),
    "requeue": lambda s, job_id, number: jobs.requeue(s, job_id, number, reason="died"),
    "stop": lambda s, job_id, number: jobs.stop(s, job_id, number),
    "report": lambda s, job_id, number: jobs.report(s, job_id, number, {"step": 1}),
    "run": lambda s, job_id, number: jobs.set_desired(s, job_id, "run", actor="you"),
    "pause": lambda s, job_id, number: jobs.set_desired(s, job_id, "pause", actor="you"),
    "cancel": lambda s, job_id, number: jobs.set_desired(s, job_id, "cancel", actor="you"),
    "retry": lambda s, job_id, number: jobs.retry(s, job_id, actor="you"),
}
BECOMES = {
    ("queued", "claim"): "running",
    ("queued", "run"): "queued",
    ("queued", "pause"): "paused",
    ("queued", "cancel"): "cancelled",
    ("running", "finish"): "done",
    ("running", "fail"): "failed",
    ("running", "requeue"): "queued",
    ("running", "report"): "running",
    ("running", "run"): "running",
    ("running", "pause"): "running",
    ("running", "cancel"): "running",
    ("paused", "run"): "queued",
    ("paused", "pause"): "paused",
    ("paused", "cancel"): "cancelled",
    ("failed", "retry"): "queued",
}


@pytest.mark.parametrize(("state", "act"), itertools.product(jobs.STATES, ACTS))
def test_every_act_on_every_state_is_either_in_the_table_or_refused_without_a_trace(store, project, state, act):
    with store.writing() as s:
        job_id, number = in_state(s, project, state)
        before, seen = jobs.get(s, job_id), events.recent(s, limit=1)
        if (state, act) in BECOMES:
            ACTS[act](s, job_id, number)
            after = jobs.get(s, job_id)
            assert after.state == BECOMES[state, act]
            assert after.state == state or after.state in jobs.TRANSITIONS[state]
            assert after.version > before.version or after == before
            return
        if act == "claim":
            assert jobs.claim(s, slots=SLOTS) is None
        else:
            with pytest.raises(JobError):
                ACTS[act](s, job_id, number)
        assert jobs.get(s, job_id) == before
        assert events.recent(s, limit=1) == seen


@pytest.mark.parametrize(("state", "other"), itertools.product(jobs.STATES, jobs.STATES))
def test_no_state_becomes_another_against_the_table(store, project, state, other):
    with store.writing() as s:
        job_id, _ = in_state(s, project, state)
        row = jobs._row(s, job_id)
        if other in jobs.TRANSITIONS[state]:
            assert jobs._move(s, row, other, actor="you").state == other
        else:
            with pytest.raises(JobError, match=f"is {state} and cannot become {other}"):
                jobs._move(s, row, other, actor="you")


def test_the_oldest_job_is_claimed_and_no_more_run_than_there_are_slots(store, project):
    with store.writing() as s:
        first, second, third = (submit(s, project) for _ in range(3))
        assert jobs.queue_place(s, third.id) == 3
        a = jobs.claim(s, slots=("cuda:0", "cuda:1"))
        b = jobs.claim(s, slots=("cuda:0", "cuda:1"))
        assert [(x.job_id, x.number, x.slot) for x in (a, b)] == [(first.id, 1, "cuda:0"), (second.id, 1, "cuda:1")]
        assert jobs.claim(s, slots=("cuda:0", "cuda:1")) is None
        assert jobs.queue_place(s, third.id) == 1
        jobs.finish(s, first.id, 1)
        c = jobs.claim(s, slots=("cuda:0", "cuda:1"))
        assert (c.job_id, c.slot) == (third.id, "cuda:0")
        assert [x.id for x in attempts.running(s)] == [b.id, c.id]
        assert jobs.queue_place(s, third.id) is None


def test_fewer_slots_than_running_attempts_start_nothing(store, project):
    with store.writing() as s:
        started(s, project)
        submit(s, project)
        assert jobs.claim(s, slots=("cpu",)) is None


def test_an_attempt_that_was_given_up_can_change_nothing(store, project):
    with store.writing() as s:
        _, job_id = started(s, project)
        jobs.report(s, job_id, 1, {"step": 5})
        jobs.requeue(s, job_id, 1, reason="was killed")
        again = jobs.claim(s, slots=SLOTS)
        assert again.number == 2
        late = (
            lambda: jobs.report(s, job_id, 1, {"step": 99}),
            lambda: jobs.finish(s, job_id, 1),
            lambda: jobs.fail(s, job_id, 1, "late"),
            lambda: jobs.stop(s, job_id, 1),
            lambda: jobs.requeue(s, job_id, 1, reason="late"),
            lambda: jobs.set_pid(s, job_id, 1, 4),
        )
        before = jobs.get(s, job_id)
        for write in late:
            with pytest.raises(
                JobError, match=r"Attempt 1 of job \d+ may not write: the job is running at attempt 2"
            ):
                write()
        assert jobs.get(s, job_id) == before
        assert jobs.get(s, job_id).progress == {"step": 5}
        assert jobs.report(s, job_id, 2, {"step": 6}) == "run"


def test_a_report_brings_back_what_is_desired_and_raises_the_version(store, project):
    with store.writing() as s:
        _, job_id = started(s, project)
        before = jobs.get(s, job_id).version
        assert jobs.report(s, job_id, 1, {"loss": float("nan"), "step": 3}) == "run"
        jobs.set_desired(s, job_id, "pause", actor="you")
        assert jobs.report(s, job_id, 1, {"step": 4}) == "pause"
        jobs.set_desired(s, job_id, "run", actor="you")
        assert jobs.report(s, job_id, 1, {"step": 5}) == "run"
        assert jobs.get(s, job_id).version == before + 5
        with pytest.raises(JobError, match="is to run"):
            jobs.stop(s, job_id, 1)


def test_a_loss_that_is_no_number_is_stored_as_nothing(store, project):
    with store.writing() as s:
        _, job_id = started(s, project)
        jobs.report(s, job_id, 1, {"loss": float("nan"), "rates": [float("inf"), 1.0]})
    with store.reading() as s:
        assert jobs.get(s, job_id).progress == {"loss": None, "rates": [None, 1.0]}


def test_a_job_dies_at_most_three_times_and_then_says_why_and_where(store, project):
    with store.writing() as s:
        _, job_id = started(s, project)
        for number in (1, 2, 3):
            jobs.report(s, job_id, number, {"step": 40 + number})
            job = jobs.requeue(s, job_id, number, reason="was killed by SIGKILL")
            if number < 3:
                assert job.state == "queued"
                assert jobs.claim(s, slots=SLOTS).number == number + 1
        assert (job.state, job.attempts, job.deaths) == ("failed", 3, 3)
        assert "was killed by SIGKILL at step 43" in job.error
        assert [attempt.state for attempt in attempts.of_job(s, job_id)] == ["lost"] * 3
        again = jobs.retry(s, job_id, actor="you")
        assert (again.state, again.deaths, again.finished) == ("queued", 0, None)
        assert jobs.claim(s, slots=SLOTS).number == 4
        assert jobs.get(s, job_id).error is None


def test_pauses_and_orderly_returns_are_no_deaths(store, project):
    with store.writing() as s:
        _, job_id = started(s, project)
        for number in range(1, 6):
            if number % 2:
                jobs.set_desired(s, job_id, "pause", actor="you")
                assert jobs.stop(s, job_id, number).state == "paused"
                jobs.set_desired(s, job_id, "run", actor="you")
            else:
                assert jobs.requeue(s, job_id, number, reason="shut down", died=False).state == "queued"
            assert jobs.claim(s, slots=SLOTS).number == number + 1
        assert jobs.get(s, job_id).deaths == 0
        assert jobs.requeue(s, job_id, 6, reason="died").state == "queued"


@pytest.mark.parametrize(("desired", "state"), [("cancel", "cancelled"), ("pause", "paused")])
def test_a_worker_that_dies_after_a_wish_leaves_the_job_as_wished(store, project, desired, state):
    with store.writing() as s:
        _, job_id = started(s, project)
        jobs.set_desired(s, job_id, desired, actor="you")
        assert jobs.requeue(s, job_id, 1, reason="died").state == state


def test_a_failure_keeps_message_and_traceback(store, project):
    with store.writing() as s:
        job_id, _ = in_state(s, project, "failed")
        job = jobs.get(s, job_id)
        assert (job.error, job.traceback) == ("it broke", "Traceback …")
        assert job.finished is not None
        assert attempts.of_job(s, job_id)[0].error == "it broke"


def test_every_change_of_state_leaves_its_event(store, project):
    with store.writing() as s:
        job_id, _ = in_state(s, project, "cancelled")
        found = [event for event in events.recent(s, project.id) if event.subject == f"job {job_id}"]
    actions = [event.action for event in reversed(found)]
    assert actions == ["job.queued", "job.running", "job.cancel.asked", "job.cancelled"]
    assert found[0].before == {"state": "running"}


def test_the_process_of_an_attempt_is_noted(store, project):
    with store.writing() as s:
        attempt, job_id = started(s, project)
        jobs.set_pid(s, job_id, 1, 4711)
        found = attempts.get(s, attempt.id)
        assert found.pid == 4711
        assert found.heartbeat >= attempt.heartbeat
        with pytest.raises(NotFound):
            attempts.get(s, 99)


def test_jobs_are_listed_newest_first_and_by_state(store, project):
    with store.writing() as s:
        ids = [in_state(s, project, state)[0] for state in ("done", "failed", "queued")]
        submitted = submit(s, project, kind="predict")
        assert [job.id for job in jobs.list_jobs(s)] == [submitted.id, *reversed(ids)]
        assert [job.id for job in jobs.list_jobs(s, states=("failed", "done"), limit=1)] == [ids[1]]
        assert [job.id for job in jobs.list_jobs(s, kind="predict", project_id=project.id)] == [submitted.id]


def test_jobs_that_cannot_be_are_refused(store, project):
    with store.writing() as s:
        with pytest.raises(InvalidValue, match="train, predict"):
            submit(s, project, kind="dance")
        with pytest.raises(InvalidValue, match="at least one attempt"):
            submit(s, project, max_attempts=0)
        with pytest.raises(InvalidValue, match="run, pause, cancel"):
            jobs.set_desired(s, submit(s, project).id, "stop", actor="you")
        with pytest.raises(NotFound):
            jobs.get(s, 99)
