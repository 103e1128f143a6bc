"""Real workers on real trainings, started from the test; what they leave in the ledger and on the disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys

from core.documents import Document
from core.errors import StoreError
from core.evaluation import Report
from core.inference.predictor import Predictor
from db import documents as store_documents
from db import evaluations, jobs, models, predictions, runs, suggestions
from db.documents import Filter
from jobs import queue, worker
from jobs.devices import CPU_SLOT
from jobs.reconcile import Patience, Reconciler
from jobs.reporting import Reporter
from tests.core.training.toy import toy_documents
from tests.jobs.house import ENDLESS, ROOT, is_alive


def test_a_training_publishes_a_model_with_its_scores_predictions_and_ledger(house):
    run = house.train()
    assert house.end(house.start()) == 0
    job = house.job(run.job_id)
    assert (job.state, job.error) == ("done", None)
    assert job.progress["dev"]["epoch"] == 2
    with house.store.reading() as session:
        model = models.of_run(session, run.id)
        run = runs.get(session, run.id)
        test = [row.id for row in _rows(session, house, split="test")]
        found = predictions.load(session, model.id, test)
        report = evaluations.load(session, model.id, split="test", kind="strict")
        names = {metric.name for metric in runs.metrics(session, run.id)}
        missing = predictions.missing(session, model.id, split="dev")
    assert run.ledger["documents"] == 20
    assert run.ledger["dev_spans"] == sum(len(document.spans) for document in toy_documents(32)[20:26])  # not of test
    assert run.ledger["characters_unread"] == 0
    assert len(run.result["history"]) == 2
    assert len(found) == 6
    assert missing == []
    assert Report.from_json(report.report).micro.f1 == model.metrics["test"]["micro"]["f1"]
    assert {"loss", "learning_rate", "dev_f1", "dev_f1/PER", "dev_recall/LOC"} <= names
    folder = house.folders.home / model.folder
    assert Predictor.load(folder).labels.names == ("LOC", "PER")
    assert [path.name for path in house.folders.run(run.id).iterdir()] == ["worker.log"]


def test_a_running_job_is_cancelled_within_moments_and_keeps_its_log_only(house):
    run = house.train(**ENDLESS)
    attempt = house.start()
    house.wait_checkpoint(run)
    assert queue.cancel(house.store, run.job_id).state == "running"
    assert house.end(attempt) == 0
    assert house.job(run.job_id).state == "cancelled"
    assert [path.name for path in house.folders.run(run.id).iterdir()] == ["worker.log"]
    assert not house.folders.models.exists()
    assert queue.cancel(house.store, run.job_id).state == "cancelled"


def test_a_paused_job_frees_its_slot_and_goes_on_where_it_was(house):
    run, other = house.train(**ENDLESS), house.train(epochs=1)
    attempt = house.start()
    house.wait_checkpoint(run)
    queue.pause(house.store, run.job_id)
    assert house.end(attempt) == 0
    paused = house.job(run.job_id)
    assert paused.state == "paused"
    assert house.end(house.start()) == 0
    assert house.job(other.job_id).state == "done"
    assert queue.resume(house.store, run.job_id, start=False).state == "queued"
    attempt = house.start()
    assert (attempt.job_id, attempt.number) == (run.job_id, 2)
    house.wait("the second attempt", lambda: "Going on from the checkpoint" in house.log(run.id))
    house.wait("more steps", lambda: house.job(run.job_id).progress["step"] > paused.progress["step"])
    assert house.job(run.job_id).deaths == 0


def test_sigterm_means_write_a_checkpoint_and_give_the_job_back_which_is_no_death(house):
    run = house.train(**ENDLESS)
    attempt = house.start()
    house.wait("a step", lambda: house.job(run.job_id).progress.get("step"))
    os.kill(house.worker_pid(run.job_id), signal.SIGTERM)
    assert house.end(attempt) == 0
    job = house.job(run.job_id)
    assert (job.state, job.deaths) == ("queued", 0)
    assert any((house.folders.run(run.id) / "checkpoints").iterdir())
    queue.cancel(house.store, run.job_id)
    assert not (house.folders.run(run.id) / "checkpoints").exists()


def test_a_worker_that_raises_leaves_message_traceback_and_log(house, tmp_path):
    run = house.train(base=str(tmp_path / "no-such-encoder"))
    assert house.end(house.start()) == 0
    job = house.job(run.job_id)
    assert job.state == "failed"
    assert "no-such-encoder" in job.error
    assert not job.error.startswith("EncoderUnavailable")
    assert "Traceback" in job.traceback
    assert "EncoderUnavailable" in job.traceback
    assert "The end of the log" in job.traceback
    assert "attempt 1" in job.traceback
    assert "Traceback" in house.log(run.id)


def test_a_refused_rename_publishes_nothing_and_a_retry_needs_no_second_training(house):
    house.folders.models.write_text("not a folder")
    run = house.train()
    assert house.end(house.start()) == 0
    job = house.job(run.job_id)
    assert job.state == "failed"
    assert "models" in job.error
    with house.store.reading() as session:
        assert models.list_models(session) == []
    house.folders.models.unlink()
    queue.retry(house.store, run.job_id, start=False)
    assert house.end(house.start()) == 0
    assert house.job(run.job_id).state == "done"
    assert house.log(run.id).count("characters not read") == 1


def test_a_result_that_was_damaged_before_it_was_published_is_trained_again(house):
    house.folders.models.write_text("not a folder")
    run = house.train(epochs=1)
    house.end(house.start())
    (house.folders.run(run.id) / "result" / "model.onnx").write_bytes(b"torn")
    house.folders.models.unlink()
    queue.retry(house.store, run.job_id, start=False)
    assert house.end(house.start()) == 0
    job = house.job(run.job_id)
    assert (job.state, job.error) == ("done", None)
    assert "model.onnx was altered" in house.log(run.id)


def test_a_store_that_is_busy_for_too_long_gives_the_job_back_and_only_the_last_time_fails_it(house, monkeypatch):
    run = house.train()

    def busy(*arguments):
        raise StoreError("Another process has been writing for more than 30 seconds.")

    monkeypatch.setattr(worker, "_perform", busy)
    states = []
    for number in (1, 2, 3):
        with house.store.writing() as session:
            jobs.claim(session, slots=["cpu"])
        assignment = worker.Assignment(house.job(run.job_id), number, run.id)
        reporter = Reporter(house.store, job_id=run.job_id, number=number, run_id=run.id)
        assert worker._work(house.store, house.folders, reporter, assignment) == 0
        states.append(house.job(run.job_id).state)
    job = house.job(run.job_id)
    assert states == ["queued", "queued", "failed"]
    assert "Another process has been writing" in job.error
    assert "StoreError" in job.traceback


def test_a_disk_that_takes_no_more_fails_the_job_in_plain_words_and_leaves_no_half_model(house):
    run = house.train()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        attempt = house.start()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    house.end(attempt)
    job = house.job(run.job_id)
    assert job.state == "failed"
    assert "The disk took no more" in job.error
    assert "retry" in job.error
    with house.store.reading() as session:
        assert models.list_models(session) == []
    assert not house.folders.models.exists() or not list(house.folders.models.iterdir())


def test_an_attempt_that_was_given_up_and_wakes_up_can_change_nothing(house):
    run = house.train(epochs=12, checkpoint_seconds=0.0)
    old = house.start()
    house.wait_checkpoint(run)
    pid = house.worker_pid(run.job_id)
    os.kill(pid, signal.SIGSTOP)
    with house.store.writing() as session:
        jobs.requeue(session, run.job_id, old.number, reason="was given up")
    assert house.end(house.start()) == 0
    before = house.job(run.job_id)
    files = sorted(house.folders.models.rglob("*"))
    os.kill(pid, signal.SIGCONT)
    assert house.end(old) == 0
    assert house.job(run.job_id) == before
    assert (before.state, before.attempts) == ("done", 2)
    assert sorted(house.folders.models.rglob("*")) == files
    with house.store.reading() as session:
        assert len(models.list_models(session)) == 1


def test_a_hung_worker_is_killed_and_its_job_starts_again(house):
    now = [0.0]
    reconciler = Reconciler(
        house.store, house.engine, [CPU_SLOT], house.folders,
        patience=Patience(hung=600, grace=30), clock=lambda: now[0],
    )  # fmt: skip
    run = house.train(**ENDLESS)
    reconciler.round()
    pid = house.worker_pid(run.job_id)
    house.wait_checkpoint(run)
    os.kill(pid, signal.SIGSTOP)
    reconciler.round()
    now[0] = 599.0
    reconciler.round()
    assert is_alive(pid)
    now[0] = 601.0
    reconciler.round()
    assert is_alive(pid)
    now[0] = 640.0
    reconciler.round()
    house.wait("the worker to be killed", lambda: not house.engine.living())
    reconciler.round()
    assert not is_alive(pid)
    first, second = house.attempts(run.job_id)
    assert first.error == "did not answer and was killed"
    assert second.state == "running"
    assert reconciler.busy == ("cpu",)


def test_predictions_are_stored_as_suggestions_where_nobody_has_answered(house):
    run = house.train(epochs=8)
    assert house.end(house.start()) == 0
    with house.store.writing() as session:
        model = models.of_run(session, run.id)
        texts = [f"Anna visits Paris. Bob works in London {n}." for n in range(70)]
        added = store_documents.add_documents(
            session, house.project_id, [Document(text) for text in texts], actor="you"
        )
    assert added.added == 70
    job = queue.submit_prediction(house.store, model.id, as_suggestions=True, start=False)
    assert house.end(house.start()) == 0
    job = house.job(job.id)
    assert (job.state, job.progress["step"], job.progress["steps"]) == ("done", 70, 70)
    with house.store.reading() as session:
        fresh = [row.id for row in _rows(session, house, status="unlabelled")]
        labelled = [row.id for row in _rows(session, house, split="train")]
        stored = predictions.load(session, model.id, fresh)
        proposed = [suggestions.load(session, document_id) for document_id in fresh]
        assert not any(suggestions.load(session, document_id) for document_id in labelled)
    assert len(stored) == 70
    assert [len(spans) for spans in stored.values()] == [len(found) for found in proposed]
    assert {item.source for found in proposed for item in found} == {suggestions.source_of(model.id)}


def test_a_worker_without_a_current_attempt_leaves_without_a_trace(house):
    run = house.train()
    with house.store.writing() as session:
        attempt = jobs.claim(session, slots=["cpu"])
        jobs.requeue(session, run.job_id, attempt.number, reason="was given up")
    before = house.job(run.job_id)
    command = [sys.executable, "-m", "jobs.worker", str(attempt.id)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
    assert house.job(run.job_id) == before


def _rows(session, house, **chosen):
    return store_documents.list_documents(session, house.project_id, Filter(**chosen), offset=0, limit=100)[0]
