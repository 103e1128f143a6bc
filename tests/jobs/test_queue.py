from __future__ import annotations

import pytest

from core.errors import Conflict, InvalidConfig, InvalidValue, JobError, NotFound
from db import documents, jobs, models, projects, runs, snapshots
from jobs import queue
from tests.jobs.house import settings


def test_submitting_a_training_freezes_the_gold_and_names_everything(house):
    run = queue.submit_training(house.store, house.project_id, settings().to_json(), name="first", start=False)
    job = house.job(run.job_id)
    assert (job.kind, job.state, job.attempts) == ("train", "queued", 0)
    with house.store.reading() as session:
        assert snapshots.get(session, run.snapshot_id).documents == {"train": 20, "dev": 6, "test": 6}
        assert runs.of_job(session, job.id).name == "first"
    assert not house.folders.supervisor_lock.exists()


def test_a_refused_submission_leaves_no_job_no_run_and_no_snapshot(house):
    with house.store.writing() as session:
        empty = projects.create(session, name="empty", title="Empty", language="en", labels=("PER",), actor="you")
    with pytest.raises(Conflict, match="train"):
        queue.submit_training(house.store, empty.id, settings(), start=False)
    with pytest.raises(InvalidConfig, match="epochs"):
        queue.submit_training(house.store, house.project_id, settings().to_json() | {"epochs": 0}, start=False)
    with pytest.raises(JobError, match="'en'"):
        queue.submit_training(house.store, house.project_id, settings(language="zh"), start=False)
    with pytest.raises(NotFound):
        queue.submit_training(house.store, 99, settings(), start=False)
    with house.store.reading() as session:
        assert jobs.list_jobs(session) == []
        assert runs.list_runs(session, empty.id) == []


@pytest.mark.parametrize("name", ["two\nlines", "x" * 121])
def test_a_name_that_no_model_can_have_is_refused_before_the_training_and_not_after_it(house, name):
    with pytest.raises(InvalidValue, match="1 to 120 printable characters"):
        queue.submit_training(house.store, house.project_id, settings(), name=name, start=False)
    with house.store.reading() as session:
        assert jobs.list_jobs(session) == []


def test_a_name_of_white_space_is_no_name(house):
    run = queue.submit_training(house.store, house.project_id, settings(), name="  ", start=False)
    assert run.name == "Run 1"


def test_a_queued_job_is_cancelled_at_once_and_cancelling_again_changes_nothing(house):
    run = house.train()
    cancelled = queue.cancel(house.store, run.job_id)
    assert cancelled.state == "cancelled"
    assert queue.cancel(house.store, run.job_id) == cancelled
    with house.store.writing() as session:
        assert jobs.claim(session, slots=["cpu"]) is None


def test_a_queued_job_is_paused_and_resumed_and_keeps_its_place(house):
    first, second = house.train(), house.train()
    assert queue.pause(house.store, first.job_id).state == "paused"
    assert queue.resume(house.store, first.job_id, start=False).state == "queued"
    with house.store.writing() as session:
        assert jobs.claim(session, slots=["cpu"]).job_id == first.job_id
        assert jobs.queue_place(session, second.job_id) == 1


def test_what_a_state_does_not_allow_is_refused_with_a_way_out(house):
    run = house.train()
    with pytest.raises(JobError, match="only a failed job"):
        queue.retry(house.store, run.job_id, start=False)
    queue.cancel(house.store, run.job_id)
    for refused in (queue.pause, queue.resume):
        with pytest.raises(JobError, match="cancelled"):
            refused(house.store, run.job_id)
    with pytest.raises(NotFound):
        queue.pause(house.store, 99)


def test_a_prediction_names_its_model_and_one_way_to_choose_documents(house):
    with house.store.writing() as session:
        model = models.publish(
            session,
            project_id=house.project_id,
            name="m",
            base="b",
            kind="character",
            language="en",
            labels=("PER",),
            folder="models/m",
            metrics={},
            actor="you",
        )
        ids = [
            row.id
            for row in documents.list_documents(session, house.project_id, documents.Filter(), offset=0, limit=3)[0]
        ]
    job = queue.submit_prediction(house.store, model.id, document_ids=ids, start=False)
    assert job.payload == {"model_id": model.id, "split": None, "document_ids": ids, "as_suggestions": False}
    with pytest.raises(JobError, match="not by both"):
        queue.submit_prediction(house.store, model.id, split="dev", document_ids=ids, start=False)
    with pytest.raises(JobError, match="train, dev, test"):
        queue.submit_prediction(house.store, model.id, split="held-out", start=False)
    with house.store.writing() as session:
        models.retire(session, model.id, actor="you")
    with pytest.raises(JobError, match="retired"):
        queue.submit_prediction(house.store, model.id, split="dev", start=False)
