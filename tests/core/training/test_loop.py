from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import core.training.run as run_module
from core.documents import Document, Span
from core.errors import InvalidConfig, OutOfMemory, TrainingDiverged, TrainingInterrupted
from core.evaluation import evaluate
from core.inference.predictor import Predictor
from core.training import Ledger, Progress, TrainingConfig, TrainingResult, train
from tests.core.training.toy import toy_config, toy_documents

TRAIN = toy_documents(24, seed=1)
DEV = toy_documents(8, seed=2)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Bit-for-bit equality is promised for one thread; the count is given back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def weights(result: TrainingResult) -> dict[str, torch.Tensor]:
    return load_file(result.model_dir / "model.safetensors")


def equal(ours: TrainingResult, theirs: TrainingResult) -> bool:
    a, b = weights(ours), weights(theirs)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def stop_after(steps: int) -> Callable[[], bool]:
    """True from the call after `steps` calls on."""
    calls = iter(range(10**9))
    return lambda: next(calls) >= steps


def test_a_run_learns_and_its_dev_scores_are_those_of_the_published_model(tiny_encoder: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    config = toy_config(tiny_encoder, epochs=20, batch_tokens=128)
    result = train(config, TRAIN, DEV, tmp_path, on_progress=seen.append, snapshot_id=5)
    assert result.dev is not None
    assert result.dev.micro.f1 is not None
    assert result.dev.micro.f1 > 0.8
    predictor = Predictor.load(result.model_dir)
    assert evaluate(DEV, predictor.predict([document.text for document in DEV])) == result.dev
    assert predictor.manifest.snapshot_id == 5
    card = (result.model_dir / "README.md").read_text(encoding="utf-8")
    assert f"| all (micro) | {result.dev.micro.precision:.3f} |" in card
    assert predictor.labels.names == ("LOC", "PER")
    assert len(predictor.labels.tags) == 5
    assert [scores.epoch for scores in result.history] == list(range(1, 21))
    assert result.history[result.best_epoch - 1].f1 == max(scores.f1 or 0.0 for scores in result.history)
    assert seen[0].phase == "preparing"
    assert seen[-1].phase == "exporting"
    assert sum(p.dev is not None for p in seen) == 20
    assert all(p.loss is not None and p.tokens_per_second for p in seen if p.dev)
    assert json.loads(json.dumps(seen[-1].to_json()))["steps"] == seen[-1].step
    assert not (tmp_path / "checkpoints").exists()


@pytest.mark.parametrize("kind", ["encoder", "character"])
def test_the_same_seed_gives_the_same_weights_and_another_does_not(
    tiny_encoder: Path, tmp_path: Path, kind: str
) -> None:
    config = toy_config(tiny_encoder if kind == "encoder" else "char-bilstm-crf", epochs=1)
    first = train(config, TRAIN, [], tmp_path / "a")
    second = train(config, TRAIN, [], tmp_path / "b")
    third = train(dataclasses.replace(config, seed=8), TRAIN, [], tmp_path / "c")
    assert equal(first, second)
    assert not equal(first, third)


@pytest.mark.parametrize("kind", ["encoder", "character"])
@pytest.mark.parametrize("stop", [0, 1, 4, 7])
def test_a_run_that_was_stopped_and_resumed_equals_the_unbroken_one(
    tiny_encoder: Path, tmp_path: Path, kind: str, stop: int
) -> None:
    base = tiny_encoder if kind == "encoder" else "char-bilstm-crf"
    config = toy_config(base, epochs=3, batch_tokens=128 if kind == "encoder" else 400)
    unbroken = train(config, TRAIN, DEV, tmp_path / "a")
    with pytest.raises(TrainingInterrupted):
        train(config, TRAIN, DEV, tmp_path / "b", should_stop=stop_after(stop))
    assert list((tmp_path / "b").rglob("*.safetensors"))
    resumed = train(config, TRAIN, DEV, tmp_path / "b")
    assert equal(unbroken, resumed)
    assert resumed.history == unbroken.history
    assert resumed.best_epoch == unbroken.best_epoch


def test_a_run_killed_at_once_goes_on_from_its_checkpoint_and_equals_the_unbroken_one(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    config = toy_config(tiny_encoder, epochs=3, batch_tokens=128, checkpoint_seconds=0.0)
    unbroken = train(config, TRAIN, DEV, tmp_path / "a")
    code = (
        "import itertools, json, os, signal, sys; from pathlib import Path\n"
        "from core.training import TrainingConfig, train\n"
        "from tests.core.training.toy import toy_documents\n"
        "config = TrainingConfig.from_json(json.loads(sys.argv[1]))\n"
        "calls = itertools.count()\n"
        "stop = lambda: next(calls) == 8 and os.kill(os.getpid(), signal.SIGKILL)\n"
        "train(config, toy_documents(24, seed=1), toy_documents(8, seed=2), Path(sys.argv[2]), should_stop=stop)\n"
    )
    arguments = [sys.executable, "-c", code, json.dumps(config.to_json()), str(tmp_path / "b")]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
    (tmp_path / "b" / "checkpoints" / "checkpoint-000099.partial").mkdir()  # as a kill in mid-write leaves one
    notes: list[str | None] = []
    resumed = train(config, TRAIN, DEV, tmp_path / "b", on_progress=lambda p: notes.append(p.note))
    assert any(note and note.startswith("Going on from the checkpoint") for note in notes)
    assert equal(unbroken, resumed)
    assert resumed.history == unbroken.history


def test_checkpoints_hold_no_pickle_and_only_the_newest_stays(tiny_encoder: Path, tmp_path: Path) -> None:
    config = toy_config(tiny_encoder, checkpoint_seconds=0.0)
    with pytest.raises(TrainingInterrupted):
        train(config, TRAIN, DEV, tmp_path, should_stop=stop_after(5))
    (folder,) = (tmp_path / "checkpoints").iterdir()
    assert {path.suffix for path in folder.iterdir()} == {".json", ".safetensors"}


def test_a_checkpoint_of_other_settings_or_documents_is_ignored_with_a_note(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    config = toy_config(tiny_encoder, epochs=1)
    with pytest.raises(TrainingInterrupted):
        train(config, TRAIN, DEV, tmp_path, should_stop=stop_after(1))
    notes: list[str | None] = []
    other = toy_documents(20, seed=9)
    result = train(config, other, DEV, tmp_path, on_progress=lambda p: notes.append(p.note))
    assert any(note and "other settings or documents" in note for note in notes)
    assert equal(result, train(config, other, DEV, tmp_path / "fresh"))


def failing(times: int, error: Exception) -> Callable[..., Any]:
    """backward_step that raises `error` the first `times` times."""
    real, left = run_module.backward_step, iter(range(times))

    def step(*arguments: Any) -> Any:
        if next(left, None) is not None:
            raise error
        return real(*arguments)

    return step


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("x"), MemoryError(), RuntimeError("DefaultCPUAllocator: not enough memory: you tried")],
)
def test_memory_that_runs_out_once_halves_the_batch_and_says_so(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(run_module, "backward_step", failing(1, error))
    notes: list[str | None] = []
    config = toy_config(tiny_encoder, epochs=1)
    result = train(config, TRAIN, [], tmp_path, on_progress=lambda p: notes.append(p.note))
    assert any(note and "Starting over with 128 and 2 batches a step" in note for note in notes)
    assert Predictor.load(result.model_dir).manifest.config["batch_tokens"] == 128


def test_memory_that_runs_out_twice_is_an_error_with_a_way_out(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "backward_step", failing(2, MemoryError()))
    with pytest.raises(OutOfMemory, match=r"128 sub-tokens.*Lower batch_tokens"):
        train(toy_config(tiny_encoder), TRAIN, [], tmp_path)


def test_other_errors_are_not_taken_for_memory(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "backward_step", failing(1, RuntimeError("shapes differ")))
    with pytest.raises(RuntimeError, match="shapes differ"):
        train(toy_config(tiny_encoder), TRAIN, [], tmp_path)


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_no_damaged_checkpoint(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = run_module.backward_step
    monkeypatch.setattr(run_module, "backward_step", lambda *arguments: real(*arguments) * float("nan"))
    with pytest.raises(TrainingDiverged, match="lower learning rate"):
        train(toy_config(tiny_encoder), TRAIN, DEV, tmp_path)
    assert not (tmp_path / "checkpoints").exists()


def test_without_dev_or_without_anything_found_the_last_epoch_is_kept(tiny_encoder: Path, tmp_path: Path) -> None:
    without = train(toy_config(tiny_encoder), TRAIN, [], tmp_path / "a")
    assert without.dev is None
    assert without.best_epoch == 2
    assert without.history == ()
    nothing = [Document("works in the")]
    hopeless = train(toy_config(tiny_encoder), TRAIN, nothing, tmp_path / "b")
    assert hopeless.best_epoch == 2
    assert not any(scores.f1 for scores in hopeless.history)


def test_the_ledger_accounts_for_every_span_and_character(tiny_encoder: Path, tmp_path: Path) -> None:
    odd = Document("Anderson visits Paris", (Span(0, 4, "PER"), Span(0, 15, "PER"), Span(9, 21, "LOC")), id="odd")
    dev = [TRAIN[0], Document("Bob visits Acme", (Span(11, 14, "ORG"),), id="dev-odd")]
    train_set = [*TRAIN, odd, *toy_documents(2, seed=4, long=True)]
    result = train(toy_config(tiny_encoder, epochs=1), train_set, dev, tmp_path)
    ledger = result.ledger
    assert ledger.characters_unread == 0
    assert ledger.characters == sum(not c.isspace() for document in train_set for c in document.text)
    assert ledger.spans == sum(len(document.spans) for document in train_set)
    assert ledger.spans - ledger.spans_represented == len(ledger.unrepresented) == 2
    assert {name for name, _ in ledger.unrepresented} == {"odd"}
    assert [name for name, _ in ledger.dev_unrepresented] == ["dev-odd"]
    assert ledger.windows > ledger.documents
    assert ledger.labels_unseen_in_train == ("ORG",)
    assert ledger.duplicates_across_splits == 1
    assert result.dev is not None
    assert result.dev.per_label["ORG"].gold == 1
    assert Ledger.from_json(json.loads(json.dumps(ledger.to_json()))) == ledger
    for part in ("odd: PER 0-4 cuts a token", "characters not read: 0", "ORG", "also in train: 1"):
        assert part in ledger.describe()


@pytest.mark.parametrize(
    ("train_set", "dev", "labels", "message"),
    [
        ([], [], None, "no training document"),
        ([], DEV, None, "in dev and none in train"),
        ([Document("Anna")], [], None, "no span"),
        ([Document(" ")], [], None, "empty"),
        (TRAIN, DEV, ("LOC", "ORG", "PER"), "example of ORG"),
        (TRAIN, DEV, ("LOC",), "spans of PER"),
        ([Document("Anna", (Span(0, 2, "PER"),))], [], None, "cuts a token"),
    ],
)
def test_too_little_data_is_refused_by_name(
    tiny_encoder: Path,
    tmp_path: Path,
    train_set: list[Document],
    dev: list[Document],
    labels: tuple[str, ...] | None,
    message: str,
) -> None:
    with pytest.raises(InvalidConfig, match=message):
        train(toy_config(tiny_encoder, labels=labels), train_set, dev, tmp_path)


def test_frozen_parts_stay_as_they_are(tiny_encoder: Path, tmp_path: Path) -> None:
    config = toy_config(tiny_encoder, epochs=1, freeze_embeddings=True, freeze_layers=1)
    trained = weights(train(config, TRAIN, DEV, tmp_path))
    original = load_file(tiny_encoder / "model.safetensors")
    same = {name: torch.equal(trained[f"bert.{name}"], original[name]) for name in original if "pooler" not in name}
    for name, unchanged in same.items():
        assert unchanged == name.startswith(("embeddings.", "encoder.layer.0.")), name


def test_a_window_longer_than_the_batch_budget_still_trains(tiny_encoder: Path, tmp_path: Path) -> None:
    config = toy_config(tiny_encoder, epochs=1, batch_tokens=8)
    assert train(config, toy_documents(2, long=True), [], tmp_path).ledger.padding_share == 0.0


def test_the_order_of_given_labels_is_that_of_the_model(tiny_encoder: Path, tmp_path: Path) -> None:
    config = toy_config(tiny_encoder, epochs=1, labels=("PER", "LOC"))
    predictor = Predictor.load(train(config, TRAIN, DEV, tmp_path).model_dir)
    assert predictor.labels.tags == ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


def test_the_built_in_minilm_learns_the_toy_documents(tmp_path: Path) -> None:
    config = TrainingConfig(
        base="minilm-l6",
        language="en",
        epochs=8,
        learning_rate=5e-4,
        batch_tokens=256,
        freeze_embeddings=True,
        threads=1,
        device="cpu",
    )
    result = train(config, toy_documents(40, seed=1), DEV, tmp_path)
    assert result.dev is not None
    assert result.dev.micro.f1 is not None
    assert result.dev.micro.f1 > 0.95
