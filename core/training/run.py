"""Run: one attempt at a training, from a fresh tagger or a checkpoint to a model folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.documents import Document, LabelSet
from core.errors import TrainingDiverged, TrainingInterrupted
from core.evaluation import Report, evaluate
from core.models.build import build
from core.models.folder import write_model_folder
from core.training.batches import collate, padding_share, plan_epoch, steps_of
from core.training.checkpoint import (
    Checkpoint,
    Checkpoints,
    Position,
    Weights,
    load_trained_weights,
    trained_weights,
)
from core.training.config import TrainingConfig
from core.training.examples import encode, make_ledger
from core.training.hardware import Hardware, choose_hardware
from core.training.objectives import backward_step
from core.training.optimization import (
    make_optimizer,
    rate_factor,
    seed_everything,
    set_rate,
    trained_parameters,
)
from core.training.pace import Pace
from core.training.progress import DevScores, OnProgress, Progress, TrainingResult
from core.training.row_adamw import clip_gradients
from core.training.scoring import predict
from core.training.selection import Selection

RESULT = "result"


class Run:
    """Everything is prepared when made; `go` trains."""

    def __init__(
        self,
        config: TrainingConfig,
        labels: LabelSet,
        train: Sequence[Document],
        dev: Sequence[Document],
        out_dir: Path,
        *,
        fingerprint: str,
        tell: OnProgress,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.started = time.monotonic()
        self.config, self.labels, self.out_dir = config, labels, out_dir
        self._on_progress = tell
        self._stop = stop or (lambda: False)
        self.position = Position()
        self.selection = Selection()
        self.pace = Pace()
        self.best: Weights | None = None
        self.loss: float | None = None
        self.steps = 0
        self._tell("preparing")
        self.hardware = choose_hardware(config)
        seed_everything(config.seed)
        self.tagger, self.encoder = build(config, labels, [document.text for document in train])
        rule = config.flat_rule
        self.train = encode(train, config.language, self.encoder, labels, flat_rule=rule)
        self.dev = encode(dev, config.language, self.encoder, labels, flat_rule=rule)
        self.lengths = np.array([len(example.window) for example in self.train.examples])  # (examples,)
        plans = [self._plan(epoch) for epoch in range(1, config.epochs + 1)]
        padding = padding_share(plans[0], self.lengths)
        self.ledger = make_ledger(self.train, self.dev, padding_share=padding, flat_rule=rule)
        self.steps = sum(-(-len(plan) // config.accumulation_steps) for plan in plans)
        self.tagger.to(self.hardware.device)
        self.optimizer = make_optimizer(self.tagger, config, self.hardware)
        self.checkpoints = Checkpoints(
            out_dir,
            fingerprint=fingerprint,
            batch_tokens=config.batch_tokens,
            accumulation_steps=config.accumulation_steps,
        )
        self._loss_sum = torch.zeros((), device=self.hardware.device)
        self._loss_tokens = 0
        self._saved = time.monotonic()

    def go(self, checkpoint: Checkpoint | None, *, snapshot_id: int | str | None) -> TrainingResult:
        """Train from the beginning or from `checkpoint`, and write the model folder."""
        seed_everything(self.config.seed)
        if checkpoint is not None:
            self._restore(checkpoint)
        self.tagger.train()
        while self.position.epoch <= self.config.epochs and not self.position.ended:
            self._train_epoch()
            self._close_epoch()
        return self._finish(snapshot_id)

    def _train_epoch(self) -> None:
        """Take the steps of the epoch that are still to be taken."""
        position, config = self.position, self.config
        steps = list(steps_of(self._plan(position.epoch), config.accumulation_steps))
        self.pace.begin_epoch()
        for step in steps[position.step_in_epoch :]:
            self._stop_if_asked()
            self._take_step(step)
            overdue = time.monotonic() - self._saved >= config.checkpoint_seconds
            if overdue and position.step_in_epoch < len(steps):
                self._save()
        self._settle()

    def _take_step(self, step: Sequence[np.ndarray]) -> None:
        """One optimiser step over the batches of example indices in `step`."""
        begun = time.monotonic()
        batches = [collate([self.train.examples[index] for index in chosen], self.encoder) for chosen in step]
        factor = rate_factor(self.position.step, self.steps, self.config)
        rate = set_rate(self.optimizer, factor)
        self.optimizer.zero_grad(set_to_none=True)
        loss = backward_step(self.tagger, batches, self.hardware)
        clip_gradients(trained_parameters(self.tagger), self.config.clip_norm)
        self.optimizer.step()
        self.position.step += 1
        self.position.step_in_epoch += 1
        labelled = sum(batch.labelled for batch in batches)
        self._loss_sum += loss * labelled
        self._loss_tokens += labelled
        due = self.pace.due()
        if due:
            self._read_loss()
        self.pace.step(
            time.monotonic() - begun,
            pieces=sum(batch.pieces for batch in batches),
            padded=sum(batch.padded for batch in batches),
        )
        if due:
            self.pace.settle()
            self._tell("training", learning_rate=rate)

    def _settle(self) -> None:
        """Bring weights, loss and pace up to date at an epoch's end."""
        self.optimizer.settle()
        self._read_loss()
        self.pace.settle()

    def _read_loss(self) -> None:
        """Set `loss` to the mean a labelled token since the last reading; waits for the device.

        Raises TrainingDiverged for a loss that is no number.
        """
        if not self._loss_tokens:
            return
        mean = float(self._loss_sum) / self._loss_tokens
        self._loss_sum.zero_()
        self._loss_tokens = 0
        if not np.isfinite(mean):
            raise TrainingDiverged(
                f"The loss became {mean} at step {self.position.step:,} of {self.steps:,} with learning rate "
                f"{self.config.learning_rate:g} and clip_norm {self.config.clip_norm:g}. Train again with a lower "
                "learning rate, or precision fp32."
            )
        self.loss = mean

    def _close_epoch(self) -> None:
        """Score the epoch, keep its weights when they are the best, decide whether it was the last, and save."""
        position = self.position
        scores = self._score() if self.dev.documents else None
        if scores is not None:
            position.history = (*position.history, asdict(scores))
            if self.selection.offer(position.epoch, scores.f1):
                position.best_epoch, position.best_f1 = self.selection.best_epoch, self.selection.best_f1
                position.best_report = position.last_report
                self.best = trained_weights(self.tagger)
        self._tell("evaluating" if scores else "training", dev=scores)
        position.ended = self.selection.should_end(
            position.epoch, epochs=self.config.epochs, patience=self.config.patience
        )
        position.epoch += 1
        position.step_in_epoch = 0
        self._save()

    def _score(self) -> DevScores:
        """An epoch's dev scores."""
        begun = time.monotonic()
        self._tell("evaluating")
        report = self._evaluate(self.hardware, between=self._stop_if_asked)
        self.position.last_report = report.to_json()
        self.pace.scored(time.monotonic() - begun)
        return DevScores.of(self.position.epoch, report)

    def _evaluate(self, hardware: Hardware, *, between: Callable[[], None] = lambda: None) -> Report:
        """The dev documents against their full gold, spans that tags cannot say included."""
        predicted = predict(
            self.tagger, self.encoder, self.dev, hardware, batch_tokens=self.config.batch_tokens, between=between
        )
        return evaluate(self.dev.documents, predicted)

    def _finish(self, snapshot_id: int | str | None) -> TrainingResult:
        """Take the best weights, write the model folder in one move, and drop the checkpoints."""
        position = self.position
        done = position.epoch - 1
        self._tell("exporting")
        if self.best is not None:
            load_trained_weights(self.tagger, self.best)
        report = self._final_report()
        best_epoch = position.best_epoch if position.best_epoch is not None else done
        self._export(report, best_epoch, snapshot_id)
        self._count_time()
        self.checkpoints.remove()
        return TrainingResult(
            model_dir=self.out_dir / RESULT,
            dev=report,
            ledger=self.ledger,
            best_epoch=best_epoch,
            seconds=position.seconds,
            tokens_per_second=position.pieces / max(position.training_seconds, 1e-9),
            history=tuple(DevScores(**scores) for scores in position.history),
        )

    def _final_report(self) -> Report | None:
        """The dev scores of the weights as they are published, which predict in full precision."""
        if not self.dev.documents:
            return None
        if not self.hardware.exact:
            return self._evaluate(Hardware(self.hardware.device))
        kept = self.position.best_report if self.best is not None else self.position.last_report
        return None if kept is None else Report.from_json(kept)

    def _export(self, report: Report | None, best_epoch: int, snapshot_id: int | str | None) -> None:
        partial = self.out_dir / f"{RESULT}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        metrics: dict[str, Any] = {}
        if report is not None:
            scores = asdict(DevScores.of(best_epoch, report))
            metrics = {"epoch": scores.pop("epoch"), "per_label": scores.pop("per_label"), "micro": scores}
            metrics["report"] = report.to_json()  # counts, from which the card is written
        write_model_folder(
            partial,
            self.tagger.to("cpu"),
            self.encoder,
            config=self.config,
            labels=self.labels,
            metrics=metrics,
            snapshot_id=snapshot_id,
        )
        shutil.rmtree(self.out_dir / RESULT, ignore_errors=True)
        os.replace(partial, self.out_dir / RESULT)

    def _plan(self, epoch: int) -> list[np.ndarray]:
        """The batches of an epoch, as arrays of example indices."""
        return plan_epoch(self.lengths, batch_tokens=self.config.batch_tokens, seed=self.config.seed, epoch=epoch)

    def _stop_if_asked(self) -> None:
        if self._stop():
            self._read_loss()
            self._save()
            raise TrainingInterrupted(
                f"Stopped at step {self.position.step:,} of {self.steps:,}; the run can go on from there."
            )

    def _save(self) -> None:
        """Write a checkpoint, unless the weights are damaged."""
        self._read_loss()
        self._count_time()
        self.checkpoints.save(self.position, self.tagger, self.optimizer, self.best)
        self._saved = time.monotonic()

    def _count_time(self) -> None:
        """Move the time and work of this attempt so far into the position."""
        now = time.monotonic()
        self.position.seconds += now - self.started
        self.started = now
        self.position.training_seconds += self.pace.training_seconds
        self.position.pieces += self.pace.pieces
        self.pace.training_seconds, self.pace.pieces = 0.0, 0

    def _restore(self, checkpoint: Checkpoint) -> None:
        self.best = Checkpoints.restore(checkpoint, self.tagger, self.optimizer)
        if self.hardware.device.type != "cpu":
            self.optimizer.settle()  # the checkpoint may be of a CPU, which updates embeddings by rows
        self.position = checkpoint.position
        self.selection = Selection(self.position.best_epoch, self.position.best_f1)

    def _tell(self, phase: str, **values: Any) -> None:
        """Report where the run stands."""
        position = self.position
        left = self.pace.seconds_left(
            steps=self.steps - position.step, epochs=self.config.epochs - position.epoch + 1
        )
        self._on_progress(
            Progress(
                phase=phase,
                epoch=min(position.epoch, self.config.epochs) if self.steps else 0,
                epochs=self.config.epochs,
                step=position.step,
                steps=self.steps,
                loss=self.loss,
                tokens_per_second=self.pace.tokens_per_second,
                padding_share=self.pace.padding_share,
                seconds_left=None if phase == "exporting" else left,
                **values,
            )
        )
