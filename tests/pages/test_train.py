"""Train: what will be learned from, the click, the runs as they go on and as they end."""

from __future__ import annotations

import pytest

from core.documents import Document, Span
from core.training import TrainingConfig
from core.training.progress import DevScores, Progress
from db import documents, events, jobs, models, projects, runs
from jobs import queue
from jobs.training import metrics_of
from tests import published
from tests.pages.conftest import checked, html_of
from ui import run_details, training_runs

PER_LABEL = {
    "PER": {"precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 40},
    "LOC": {"precision": None, "recall": 0.0, "f1": 0.0, "support": 6},
}


@pytest.fixture(autouse=True)
def no_supervisor(monkeypatch):
    """Jobs stay queued: workers have tests of their own."""
    monkeypatch.setattr(queue, "ensure_running", lambda: None)


@pytest.fixture
def desk(store):
    """A project with train, dev and test."""
    with store.writing() as session:
        made = projects.create(
            session, name="desk", title="Desk", language="en", labels=list(published.LABELS), actor="you"
        )
        for split, some in (("train", slice(0, 8)), ("dev", slice(8, 10)), ("test", slice(10, 12))):
            chosen = [Document(d.text, d.spans, meta={"split": split}) for d in published.DOCUMENTS[some]]
            documents.add_documents(session, made.id, chosen, actor="you")
    return made


def add(store, project, *found, split="train"):
    with store.writing() as session:
        documents.add_documents(
            session, project.id, [Document(d.text, d.spans, d.id, {"split": split}) for d in found], actor="you"
        )


def started(store, project, **progress):
    """A run whose worker has begun and reported."""
    run = queue.submit_training(store, project.id, TrainingConfig(base="char-bilstm-crf", language="en", epochs=4))
    with store.writing() as session:
        attempt = jobs.claim(session, slots=("cpu",))
        jobs.report(session, run.job_id, attempt.number, progress)
    return run, attempt.number


def reached(store, run, number, *moments):
    with store.writing() as session:
        for moment in moments:
            runs.add_metrics(session, run.id, number, metrics_of(moment))


def labels_of_buttons(app):
    return [button.label for button in app.main.button]


def test_what_will_be_learned_from_is_shown_before_the_click(visit, desk):
    page = html_of(visit("train"))
    assert ">8<" in page
    assert "16 spans" in page
    assert "scored on 2 documents of dev while it trains, and on 2 of test at the end" in page


def test_the_click_queues_a_run_on_a_snapshot_and_says_so(visit, desk, store):
    app = visit("train")
    (start,) = [button for button in app.main.button if button.label == "Start training"]
    app = checked(start.click().run())
    with store.reading() as session:
        (run,) = runs.list_runs(session, desk.id)
        job = jobs.get(session, run.job_id)
    assert job.state == "queued"
    assert run.config["base"] == "minilm-l6"
    assert "Run 1" in html_of(app)
    assert "starts in a moment" in html_of(app)
    assert app.toast[0].value == "Run 1 is queued; you may leave this page."


def test_expert_settings_reach_the_run_and_are_named_as_changes(visit, desk, store):
    app = visit("train")
    (epochs,) = [field for field in app.number_input if field.label == "Epochs (passes)"]
    before = epochs.value
    app = checked(epochs.set_value(7).run())
    assert any(f"epochs 7 instead of {before}" in caption.value for caption in app.caption)
    (start,) = [button for button in app.main.button if button.label == "Start training"]
    checked(start.click().run())
    with store.reading() as session:
        assert runs.list_runs(session, desk.id)[0].config["epochs"] == 7


def test_settings_that_exclude_each_other_are_refused_where_they_stand(visit, desk):
    app = visit("train")
    (overlap,) = [field for field in app.number_input if field.label.startswith("Window overlap")]
    app = checked(overlap.set_value(200).run())
    assert "overlap is at most half of max_length (128); it is 200." in app.error[0].value
    (start,) = [button for button in app.main.button if button.label == "Start training"]
    assert start.disabled


def test_spans_that_tags_cannot_say_are_listed_with_the_reason(visit, desk, store):
    add(store, desk, Document("Mannheim is wet.", (Span(0, 4, "PER"),), "cut"))
    app = visit("train")
    assert [e.label for e in app.expander if "cannot be learned" in e.label] == [
        "1 span cannot be learned from: show"
    ]
    page = html_of(app)
    assert "<td>cut</td>" in page
    assert "<td>Mann</td>" in page
    assert "cuts a token" in page


def test_labels_with_few_examples_and_duplicates_across_splits_are_said(visit, desk, store):
    twin = published.DOCUMENTS[0]
    add(
        store,
        desk,
        Document(f" {twin.text}", tuple(Span(s.start + 1, s.end + 1, s.label) for s in twin.spans)),
        split="dev",
    )
    warnings = " ".join(warning.value for warning in visit("train").warning)
    assert "Fewer than 10 examples to learn from: LOC (8), PER (8)." in warnings
    assert "1 dev document also stands in train" in warnings


def test_without_a_dev_split_the_page_offers_to_make_splits(visit, store):
    with store.writing() as session:
        made = projects.create(session, name="a", title="A", language="en", labels=["LOC", "PER"], actor="you")
    add(store, made, *published.DOCUMENTS[:4])
    add(store, made, *published.DOCUMENTS[4:6], split=None)
    app = visit("train")
    assert "There is no dev split" in app.warning[0].value
    assert "2 accepted documents are in no split and will be left out." in app.info[0].value
    assert "Make splits" in labels_of_buttons(app)
    assert "Start training" in labels_of_buttons(app)


def test_without_training_documents_there_is_no_start_but_a_reason(visit, project):
    app = visit("train")
    assert "There is no training document" in app.error[0].value
    assert "Start training" not in labels_of_buttons(app)


def test_an_encoder_that_cannot_read_the_texts_is_warned_of_with_the_way_out(visit, chinese, store):
    with store.writing() as session:
        rows, _ = documents.list_documents(session, chinese.id)
        documents.set_split(session, [row.id for row in rows], "train", actor="you")
    app = visit("train", project=chinese.id)
    base = next(box for box in app.main.selectbox if box.label == "Base")
    assert base.value == "char-bilstm-crf"
    app = checked(base.set_value("minilm-l6").run())
    assert "of the characters of these documents are unknown to MiniLM-L6" in " ".join(w.value for w in app.warning)
    app = checked(app.button(key="use-characters").click().run())
    assert next(box for box in app.main.selectbox if box.label == "Base").value == "char-bilstm-crf"


def test_a_folder_that_is_no_encoder_is_refused_before_anything_is_queued(visit, desk, tmp_path):
    app = visit("train")
    app = checked(next(box for box in app.main.selectbox if box.label == "Base").set_value("folder").run())
    app = checked(next(field for field in app.text_input if field.label == "Folder").set_value(str(tmp_path)).run())
    assert "has no config.json" in app.error[0].value
    assert next(button for button in app.main.button if button.label == "Start training").disabled


def test_a_running_job_shows_where_it_is_and_its_curves(visit, desk, store):
    dev = DevScores(1, 0.9, 0.7, 0.79, PER_LABEL)
    run, number = started(
        store,
        desk,
        **Progress("training", 2, 4, 30, 100, 0.5, 2.5e-4, 4310.0, 0.02, 65.0, dev=dev).to_json(),
    )
    reached(
        store,
        run,
        number,
        Progress("training", 1, 4, 10, 100, loss=1.2, learning_rate=1e-4),
        Progress("evaluating", 1, 4, 25, 100, dev=dev),
    )
    app = visit("train")
    page = html_of(app)
    for said in (
        "epoch 2 of 4",
        "step 30 of 100",
        "65 s left",
        "loss 0.500",
        "tokens/s 4,310",
        "padding 2 %",
        "dev F1 0.79",
    ):
        assert f"<span>{said}</span>" in page
    assert "dev, epoch 1" in page
    assert len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart")) == 2
    assert any(caption.value.startswith("F1 of LOC stays 0.00") for caption in app.caption)


def test_an_early_zero_is_called_normal_only_in_the_first_epochs():
    def history(epochs, f1):
        return run_details.History((), {"all labels": tuple((n, f1) for n in range(1, epochs + 1))})

    assert "normal" in run_details.zero_hint(history(2, 0.0))
    assert run_details.zero_hint(history(9, 0.0)) is None
    assert run_details.zero_hint(history(2, 0.4)) is None


def test_pause_cancel_and_resume_answer_at_once(visit, desk, store):
    run, number = started(store, desk, phase="training", step=1, steps=10)
    app = visit("train")
    app = checked(app.button(key=f"Pause-{run.job_id}").click().run())
    assert "pausing …" in html_of(app)
    with store.writing() as session:
        jobs.stop(session, run.job_id, number)
    app = visit("train")
    assert "paused" in html_of(app)
    app = checked(app.button(key=f"Resume-{run.job_id}").click().run())
    assert "queued" in html_of(app)
    app = checked(app.button(key=f"Cancel-{run.job_id}").click().run())
    with store.reading() as session:
        assert jobs.get(session, run.job_id).state == "cancelled"
    assert "stopped by a person" in html_of(app)


def test_a_failed_job_shows_message_traceback_and_retry_and_the_memory_note_was_shown(visit, desk, store):
    note = "Out of memory with 32 sub-tokens a batch; going on with 16."
    run, number = started(store, desk, phase="training", step=3, steps=10, notes=[note])
    assert note in [info.value for info in visit("train").info]
    with store.writing() as session:
        jobs.fail(session, run.job_id, number, "The loss became nan at step 3.", "Traceback: line 7")
    app = visit("train")
    assert app.error[0].value == "The loss became nan at step 3."
    assert "Traceback: line 7" in [code.value for code in app.code]
    app = checked(app.button(key=f"Retry-{run.job_id}").click().run())
    with store.reading() as session:
        assert jobs.get(session, run.job_id).state == "queued"


def test_a_wish_that_comes_too_late_is_answered_with_the_reason(visit, desk, store):
    run, number = started(store, desk, phase="training", step=1, steps=10)
    queue.submit_training(store, desk.id, TrainingConfig(base="char-bilstm-crf", language="en"))
    app = visit("train")
    with store.writing() as session:
        jobs.fail(session, run.job_id, number, "gone")
    app = checked(app.button(key=f"Pause-{run.job_id}").click().run())
    assert any("is failed, so it cannot be asked to pause" in error.value for error in app.error)


def test_a_finished_run_shows_its_scores_its_ledger_and_leads_on(visit, desk, store):
    run, number = started(store, desk, phase="training", step=10, steps=10)
    scores = {"micro": {"precision": 0.8, "recall": 0.7, "f1": 0.75, "support": 46}, "per_label": PER_LABEL}
    ledger = {
        "documents": 8, "dev_documents": 2, "characters": 200, "characters_unread": 0, "windows": 8, "tokens": 50,
        "spans": 16, "spans_represented": 16, "unrepresented": [], "dev_spans": 4, "dev_unrepresented": [],
        "padding_share": 0.03, "labels_unseen_in_train": [], "duplicates_across_splits": 0,
    }  # fmt: skip
    with store.writing() as session:
        result = {"best_epoch": 3, "seconds": 48.0, "tokens_per_second": 900.0, "dev": scores}
        runs.set_result(session, run.id, number, ledger=ledger, result=result)
        models.publish(
            session, project_id=desk.id, run_id=run.id, attempt_number=number, name=run.name, base="char-bilstm-crf",
            kind="character", language="en", labels=published.LABELS, folder="models/x", metrics={"dev": scores},
            actor="worker",
        )  # fmt: skip
    app = visit("train")
    page = html_of(app)
    assert "dev F1 0.75 on 46 spans · 48 s" in page
    assert "<span>best epoch 3</span>" in page
    assert 'title="only 6 gold spans"' in page
    assert "What was read: 0 characters unread, 0 spans lost" in [expander.label for expander in app.expander]
    assert {"See its mistakes", "Try it"} <= set(labels_of_buttons(app))


def test_a_queued_job_says_how_many_are_before_it_in_any_project(visit, desk, store, chinese):
    started(store, desk, phase="training", step=1, steps=10)
    with store.writing() as session:
        rows, _ = documents.list_documents(session, chinese.id)
        documents.set_split(session, [row.id for row in rows], "train", actor="you")
    queue.submit_training(store, chinese.id, TrainingConfig(base="char-bilstm-crf", language="zh"))
    assert "1 job before it" in html_of(visit("train", project=chinese.id))


def test_the_survey_is_kept_until_something_changes_in_the_project(visit, desk, store):
    assert ">8<" in html_of(visit("train"))
    add(store, desk, Document("Grace Hopper went to Rome.", (Span(0, 12, "PER"),)))
    assert ">9<" in html_of(visit("train"))
    with store.reading() as session:
        assert events.recent(session, desk.id, 1)


def test_the_run_looked_at_is_the_running_one_until_another_is_chosen(visit, desk, store):
    run, number = started(store, desk, phase="training", step=1, steps=10)
    with store.writing() as session:
        jobs.fail(session, run.job_id, number, "first failed")
    second, _ = started(store, desk, phase="training", step=1, steps=10)
    app = visit("train")
    assert not app.error
    app = checked(app.button(key=f"details-{run.id}").click().run())
    assert app.error[0].value == "first failed"
    assert app.session_state[training_runs.SELECTED] == run.id
    assert second.id != run.id


def test_a_run_cancelled_before_it_began_does_not_take_the_place_of_the_one_that_goes_on(visit, desk, store):
    going, _ = started(store, desk, phase="training", step=1, steps=10)
    waiting = queue.submit_training(store, desk.id, TrainingConfig(base="char-bilstm-crf", language="en"))
    app = visit("train")
    app.session_state[training_runs.SELECTED] = waiting.id
    app = checked(app.button(key=f"Cancel-{waiting.job_id}").click().run())
    assert training_runs.SELECTED not in app.session_state
    with store.reading() as session:
        found = [training_runs.Entry(run, jobs.get(session, run.job_id), None) for run in (waiting, going)]
    assert training_runs.looked_at(found).run.id == going.id


def test_overlapping_spans_are_told_with_a_choice_of_what_is_learned(visit, store):
    nested = (Span(0, 15, "ORG"), Span(8, 15, "LOC"))
    with store.writing() as session:
        made = projects.create(
            session, name="n", title="N", language="en", labels=["ORG", "LOC"], overlap=True, actor="you"
        )
        found = [Document("Bank of England wins", nested, meta={"split": "train"})]
        found.append(Document("Paris falls", (Span(0, 5, "LOC"),), meta={"split": "dev"}))
        documents.add_documents(session, made.id, found, actor="you")
    app = visit("train")
    assert any("2 spans overlap" in told.value and "it learns the outermost" in told.value for told in app.info)
    (choice,) = [group for group in app.main.button_group if group.label == "Of overlapping spans, learn"]
    app = checked(choice.set_value("innermost").run())
    assert any("it learns the innermost; 1 span is left out" in told.value for told in app.info)
    (start,) = [button for button in app.main.button if button.label == "Start training"]
    checked(start.click().run())
    with store.reading() as session:
        (run,) = runs.list_runs(session, made.id)
    assert run.config["flat_rule"] == "innermost"


def test_without_overlapping_spans_nothing_is_asked_about_them(visit, desk):
    app = visit("train")
    assert all(group.label != "Of overlapping spans, learn" for group in app.main.button_group)
