"""A training job, from its snapshot to a published model. Runs in a worker."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core import training
from core.documents import Document, Span
from core.errors import JobError, ModelUnusable, NotFound, TrainingInterrupted
from core.evaluation import Report, evaluate
from core.inference.predictor import Predictor
from core.models.manifest import read_manifest
from core.training import DevScores, Progress, TrainingConfig, TrainingResult
from db import evaluations, models, predictions, runs, snapshots
from db.connection import Store
from db.jobs import WORKER
from db.runs import Run
from jobs.folders import Folders, file_name
from jobs.publishing import FINISHED, RESULT, discard, publish_folder
from jobs.reporting import Metric, Reporter

SCORED_SPLITS = ("dev", "test")
STRICT = "strict"
PREDICTION_CHUNK = 64

log = logging.getLogger("tagloop.worker")


@dataclass(frozen=True, slots=True)
class Scored:
    """What a fresh model finds in one split of its snapshot: {document id: spans}, and how good that is."""

    split: str
    found: Mapping[int, list[Span]]
    report: Report


def do_training(store: Store, folders: Folders, reporter: Reporter, run_id: int, number: int) -> bool:
    """Train, predict dev and test, publish; False when asked to stop on the way, with a checkpoint written."""
    with store.reading() as session:
        run = runs.get(session, run_id)
        splits = {split: snapshots.contents(session, run.snapshot_id, split) for split in ("train", *SCORED_SPLITS)}
    folder = folders.run(run.id)
    try:
        summary = _finished(folders, run.id) or _train(store, run, number, splits, folder, reporter)
    except TrainingInterrupted as interruption:
        log.info("%s", interruption)
        return False
    scored = _score(folder / RESULT, splits, reporter)
    if scored is None:
        return False
    target = folders.models / f"{run.id}-{number}-{file_name(run.name)}"
    _publish(store, folders, run, number, summary, scored, target, reporter)
    discard(folder)
    return True


def _train(
    store: Store,
    run: Run,
    number: int,
    splits: Mapping[str, Sequence[Document]],
    folder: Path,
    reporter: Reporter,
) -> dict[str, Any]:
    """Train to the end and write down what the store will be told: the checkpoints are gone then, and a worker
    that dies while it predicts or publishes must not begin again from nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    result = training.train(
        TrainingConfig.from_json(run.config),
        splits["train"],
        splits["dev"],
        folder,
        on_progress=_listener(reporter),
        should_stop=reporter.should_stop,
        snapshot_id=run.snapshot_id,
    )
    summary = _summary(result)
    log.info("%s", result.ledger.describe())
    fresh = folder / f"{FINISHED}.tmp"
    fresh.write_text(json.dumps(summary), encoding="utf-8")
    os.replace(fresh, folder / FINISHED)
    return summary


def _finished(folders: Folders, run_id: int) -> dict[str, Any] | None:
    """What an earlier attempt of this run left when it had trained to the end but not published."""
    folder = folders.run(run_id)
    try:
        summary: dict[str, Any] = json.loads((folder / FINISHED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not (folder / RESULT).is_dir():
        # It may have died between the rename and the row.
        for published in sorted(folders.models.glob(f"{run_id}-*")):
            _take_back(published, folder / RESULT)
    try:
        read_manifest(folder / RESULT)
    except ModelUnusable as damage:
        # A power cut may have torn the files; without this every retry would fail over them again.
        log.warning("%s Training again.", damage)
        discard(folder)
        return None
    return summary


def _summary(result: TrainingResult) -> dict[str, Any]:
    return {
        "ledger": result.ledger.to_json(),
        "result": {
            "best_epoch": result.best_epoch,
            "seconds": result.seconds,
            "tokens_per_second": result.tokens_per_second,
            "history": [asdict(scores) for scores in result.history],
        },
    }


def _listener(reporter: Reporter) -> Callable[[Progress], None]:
    def listen(progress: Progress) -> None:
        if progress.note:
            log.info("%s", progress.note)
        if progress.phase == "note":
            reporter.tell({"note": progress.note})
        else:
            reporter.tell(progress.to_json(), metrics_of(progress))
            if progress.dev is not None:
                reporter.flush()  # before the epoch's checkpoint, after which nobody scores the epoch again

    return listen


def metrics_of(progress: Progress) -> list[Metric]:
    """The figures of a moment as rows (step, name, value).

    Names: loss, learning_rate, tokens_per_second, padding_share; at an epoch's end dev_precision, dev_recall, dev_f1
    and the same with "/" and a label.
    """
    names = ("loss", "learning_rate", "tokens_per_second", "padding_share") if progress.phase == "training" else ()
    rows: list[Metric] = [
        (progress.step, name, value) for name in names if (value := getattr(progress, name)) is not None
    ]
    if progress.dev is not None:
        scores: Mapping[str, Mapping[str, Any]] = {"": asdict(progress.dev)} | {
            f"/{label}": row for label, row in progress.dev.per_label.items()
        }
        for suffix, row in scores.items():
            rows += [(progress.step, f"dev_{name}{suffix}", row[name]) for name in ("precision", "recall", "f1")]
    return rows


def _score(model_dir: Path, splits: Mapping[str, Sequence[Document]], reporter: Reporter) -> list[Scored] | None:
    """Predict dev and test with the very files that will be published; None when asked to stop."""
    predictor = Predictor.load(model_dir)
    total = sum(len(splits[split]) for split in SCORED_SPLITS)
    done = 0
    scored: list[Scored] = []
    for split in SCORED_SPLITS:
        documents = splits[split]
        found: list[list[Span]] = []
        for begin in range(0, len(documents), PREDICTION_CHUNK):
            if reporter.should_stop():
                return None
            chunk = documents[begin : begin + PREDICTION_CHUNK]
            found += predictor.predict([document.text for document in chunk])
            done += len(chunk)
            reporter.tell({"phase": "predicting", "predicted": done, "to_predict": total})
        if documents:
            by_id = {int(document.id or 0): spans for document, spans in zip(documents, found, strict=True)}
            scored.append(Scored(split, by_id, evaluate(documents, found)))
    return scored


def _publish(
    store: Store,
    folders: Folders,
    run: Run,
    number: int,
    summary: Mapping[str, Any],
    scored: Sequence[Scored],
    target: Path,
    reporter: Reporter,
) -> None:
    """Rename the result into place, then say so in one transaction; when that is refused the folder goes again."""
    reporter.flush()
    result = folders.run(run.id) / RESULT
    publish_folder(result, target)
    try:
        with store.writing() as session:
            _write_rows(session, folders, run, number, summary, scored, target)
    except (JobError, NotFound):
        # Another attempt has taken over and publishes by itself.
        shutil.rmtree(target, ignore_errors=True)
        raise
    except BaseException:
        _take_back(target, result)
        raise
    log.info("published %s", folders.relative(target))


def _write_rows(
    session: Session,
    folders: Folders,
    run: Run,
    number: int,
    summary: Mapping[str, Any],
    scored: Sequence[Scored],
    target: Path,
) -> None:
    manifest = read_manifest(target)
    scores = {item.split: scores_of(item.report) for item in scored}
    result = {**summary["result"], **scores}
    runs.set_result(session, run.id, number, ledger=summary["ledger"], result=result)
    model = models.publish(
        session,
        project_id=run.project_id,
        name=run.name,
        base=manifest.base,
        kind=manifest.kind,
        language=manifest.language,
        labels=manifest.labels,
        folder=folders.relative(target),
        metrics=scores | {"best_epoch": summary["result"]["best_epoch"]},
        run_id=run.id,
        attempt_number=number,
        actor=WORKER,
    )
    for item in scored:
        predictions.put(session, model.id, item.found)
        evaluations.put(session, model.id, split=item.split, kind=STRICT, report=item.report.to_json())


def scores_of(report: Report) -> dict[str, Any]:
    """Scores as plain values: micro, macro, and each label's, every one with its support."""
    scores = DevScores.of(0, report)
    return {"micro": asdict(report.micro), "macro": asdict(report.macro), "per_label": dict(scores.per_label)}


def _take_back(target: Path, result: Path) -> None:
    """Undo the rename, so that the next attempt can publish the same files; where that fails, remove them."""
    try:
        os.rename(target, result)
    except OSError:
        shutil.rmtree(target, ignore_errors=True)
