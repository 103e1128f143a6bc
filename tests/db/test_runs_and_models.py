from __future__ import annotations

import pytest

from core.errors import Conflict, InvalidValue, JobError, NotFound
from db import jobs, models, runs, snapshots
from db.runs import Metric


@pytest.fixture
def run(store, project):
    """A run whose job is at its first attempt."""
    with store.writing() as s:
        snapshot = snapshots.freeze(s, project.id, actor="you")
        job = jobs.submit(s, kind="train", project_id=project.id, payload={}, actor="you")
        made = runs.create(
            s, project_id=project.id, snapshot_id=snapshot.id, job_id=job.id, config={"epochs": 3}, actor="you"
        )
        jobs.claim(s, slots=("cpu",))
    return made


def publish(s, project, **options):
    values = {
        "project_id": project.id,
        "name": "first",
        "base": "minilm-l6",
        "kind": "encoder",
        "language": "en",
        "labels": ["PER", "LOC"],
        "folder": "models/first",
        "metrics": {"f1": 0.5},
        "actor": "worker",
    }
    return models.publish(s, **(values | options))


def give_up_the_first_attempt(s, run):
    jobs.requeue(s, run.job_id, 1, reason="was killed")
    assert jobs.claim(s, slots=("cpu",)).number == 2


def test_a_run_is_found_again_by_id_project_and_job(store, project, run):
    with store.reading() as s:
        assert runs.get(s, run.id) == runs.of_job(s, run.job_id) == run
        assert runs.list_runs(s, project.id) == [run]
        assert (run.name, dict(run.config), run.ledger, run.result) == ("Run 1", {"epochs": 3}, None, None)
        assert runs.of_job(s, 99) is None
        with pytest.raises(NotFound):
            runs.get(s, 99)


def test_the_steps_that_a_resumed_attempt_repeats_replace_the_old_figures(store, run):
    with store.writing() as s:
        runs.add_metrics(s, run.id, 1, [(1, "loss", 3.0), (2, "loss", 2.0), (2, "dev/f1", 0.1)])
        give_up_the_first_attempt(s, run)
        runs.add_metrics(s, run.id, 2, [(2, "loss", 1.5), (3, "loss", float("nan")), (3, "loss", float("inf"))])
        assert runs.metrics(s, run.id) == [
            Metric(1, "loss", 3.0),
            Metric(2, "dev/f1", 0.1),
            Metric(2, "loss", 1.5),
            Metric(3, "loss", None),
        ]
        assert runs.metrics(s, run.id, ["dev/f1"]) == [Metric(2, "dev/f1", 0.1)]


def test_an_attempt_that_was_given_up_stores_no_figure_result_or_model(store, project, run):
    with store.writing() as s:
        give_up_the_first_attempt(s, run)
        late = (
            lambda: runs.add_metrics(s, run.id, 1, [(1, "loss", 1.0)]),
            lambda: runs.set_result(s, run.id, 1, result={"f1": 1}),
            lambda: publish(s, project, run_id=run.id, attempt_number=1),
        )
        for write in late:
            with pytest.raises(JobError):
                write()
        assert (runs.metrics(s, run.id), runs.get(s, run.id).result) == ([], None)
        assert models.list_models(s) == []
        assert jobs.get(s, run.job_id).state == "running"


def test_publishing_makes_the_model_and_its_job_done_in_one_transaction(store, project, run):
    with store.writing() as s:
        runs.set_result(s, run.id, 1, ledger={"spans": 3}, result={"f1": 0.5})
        model = publish(s, project, run_id=run.id, attempt_number=1)
    with store.reading() as s:
        assert jobs.get(s, run.job_id).state == "done"
        assert models.get(s, model.id) == models.of_run(s, run.id) == model
        assert (model.labels, model.folder, dict(model.metrics)) == (("PER", "LOC"), "models/first", {"f1": 0.5})
        assert dict(runs.get(s, run.id).result) == {"f1": 0.5}
    with pytest.raises(JobError), store.writing() as s:
        publish(s, project, run_id=run.id, attempt_number=1)


def test_a_publication_that_fails_leaves_the_job_running(store, project, run):
    with pytest.raises(InvalidValue), store.writing() as s:
        publish(s, project, run_id=run.id, attempt_number=1, name="")
    with store.reading() as s:
        assert jobs.get(s, run.job_id).state == "running"
        assert models.list_models(s) == []


def test_a_name_that_is_taken_gets_a_number_when_published_and_is_refused_when_renamed(store, project):
    with store.writing() as s:
        names = [publish(s, project).name for _ in range(3)]
        assert names == ["first", "first 2", "first 3"]
        last = models.list_models(s, project.id)[0]
        with pytest.raises(Conflict, match="already has a model named 'first'"):
            models.rename(s, last.id, "first", actor="you")
        assert models.rename(s, last.id, " best ", actor="you").name == "best"
        with pytest.raises(InvalidValue):
            models.rename(s, last.id, "a\nb", actor="you")


def test_a_retired_model_leaves_the_lists_and_stays_known(store, project):
    with store.writing() as s:
        model = publish(s, project)
        models.retire(s, model.id, actor="you")
        assert models.list_models(s, project.id) == []
        (found,) = models.list_models(s, project.id, retired=True)
        assert found.retired is not None
        assert models.get(s, model.id) == found
        with pytest.raises(NotFound):
            models.get(s, 99)


def test_the_model_of_a_run_needs_its_attempt(store, project, run):
    with store.writing() as s, pytest.raises(InvalidValue, match="by an attempt"):
        publish(s, project, run_id=run.id)
