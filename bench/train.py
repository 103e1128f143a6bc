"""Training: speed against the classic recipe and Hugging Face's Trainer, and the F1 of each by the same scorer."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch

from bench import data, hugging_face
from bench.classic import Classic
from bench.figures import Figure, arguments, at_least, at_most, show
from core.documents import LabelSet
from core.evaluation import evaluate
from core.inference.predictor import Predictor
from core.training import TrainingConfig, TrainingResult, recipe, train


def run(config: TrainingConfig, train_set: list, dev_set: list) -> TrainingResult:
    """Train in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return train(config, train_set, dev_set, Path(folder))


def against_peers(options) -> None:  # noqa: ANN001
    """WNUT17, MiniLM, three epochs, nothing frozen, one thread; every round runs all of them in turn."""
    name, train_set, dev_set = data.english(
        options.data, 300 if options.quick else 1000, 300 if options.quick else 1009
    )
    labels = LabelSet.of(train_set)
    torch.set_num_threads(1)
    classic = Classic(train_set, labels)
    config = TrainingConfig(
        base="minilm-l6", language="en", epochs=3, learning_rate=3e-4, batch_tokens=512, threads=1, patience=None
    )
    speeds: dict[str, list[float]] = {peer: [] for peer in ("classic", "example", "best", "ours", "frozen")}
    scores: dict[str, list[float]] = {peer: [] for peer in speeds}
    for seed in range(1 if options.quick else 3):
        tokens, seconds = classic.epoch()
        speeds["classic"].append(tokens / seconds)
        for peer, switches in (("example", hugging_face.EXAMPLE), ("best", hugging_face.BEST)):
            theirs = hugging_face.run(train_set, dev_set, labels, switches, epochs=3, seed=seed)
            speeds[peer].append(theirs.tokens_per_second)
            scores[peer].append(theirs.dev.micro.f1 or 0.0)
        for peer, frozen in (("ours", False), ("frozen", True)):
            result = run(replace(config, seed=seed, freeze_embeddings=frozen), train_set, dev_set)
            speeds[peer].append(result.tokens_per_second)
            scores[peer].append(result.dev.micro.f1 or 0.0)
        print({peer: round(values[-1]) for peer, values in speeds.items()}, file=sys.stderr)
    for _ in range(2 if options.quick else 0):
        classic.epoch()
    scores["classic"].append(classic.score(dev_set).micro.f1 or 0.0)
    report(name, len(train_set), speeds, scores, goal=0.38 if name == "wnut17" and not options.quick else 0.0)


PEERS = {
    "classic": "classic recipe, padded to 128",
    "example": "HF Trainer, its example",
    "best": "HF Trainer, best switches",
}


def report(name: str, documents: int, speeds: dict, scores: dict, *, goal: float) -> None:
    """Medians of speed and means of F1 against each peer."""
    middle = {peer: statistics.median(values) for peer, values in speeds.items()}
    mean = {peer: statistics.fmean(values) for peer, values in scores.items()}
    goals = [("ours", "classic", 5.0), ("ours", "example", 1.0), ("ours", "best", 1.3), ("frozen", "classic", 6.0)]
    for ours, peer, factor in goals:
        what = "nothing frozen" if ours == "ours" else "embeddings frozen"
        at_least(
            f"{name}: training throughput, {what}", middle[ours], factor * middle[peer], "real sub-tokens/s",
            peer=PEERS[peer], peer_value=middle[peer], ratio=middle[ours] / middle[peer], n=len(speeds[ours]),
        )  # fmt: skip
    for peer, words in PEERS.items():
        note = f"seeds: {', '.join(f'{score:.3f}' for score in scores['ours'])}; {documents} documents, 3 epochs"
        at_least(
            f"{name}: dev F1 after 3 epochs", mean["ours"], max(goal, mean[peer]), "F1", peer=words,
            peer_value=mean[peer], ratio=mean["ours"] / mean[peer] if mean[peer] else None, n=len(scores["ours"]),
            note=note,
        )  # fmt: skip


def sample_project() -> None:
    """news-en by the quick recipe, as the button does it."""
    train_set, dev_set = data.sample("news-en", "train"), data.sample("news-en", "dev")
    began = time.perf_counter()
    result = run(recipe("quick", base="minilm-l6", language="en", documents=len(train_set)), train_set, dev_set)
    at_most("news-en: quick recipe, click to model", time.perf_counter() - began, 90, "s")
    show(Figure("news-en: dev F1 of the quick recipe", result.dev.micro.f1, "F1", n=result.dev.micro.support))
    show(Figure("news-en: training throughput of the quick recipe", result.tokens_per_second, "real sub-tokens/s"))


def characters(options) -> None:  # noqa: ANN001
    """CLUENER with the character tagger: the epoch is chosen on one part of dev, the score is of the other."""
    name, train_set, dev_set, unseen = data.chinese(options.data, 300 if options.quick else 1000)
    config = recipe("balanced", base="char-bilstm-crf", language="zh", documents=len(train_set))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        result = train(config, train_set, dev_set, Path(folder))
        seconds = time.perf_counter() - began
        found = Predictor.load(result.model_dir).predict([document.text for document in unseen])
    report = evaluate(unseen, found)
    at_most(f"{name}: character tagger, {len(train_set)} documents", seconds, 150, "s")
    at_least(f"{name}: F1 on documents never looked at", report.micro.f1 or 0.0, 0.5, "F1", n=report.micro.support)


if __name__ == "__main__":
    chosen = arguments(__doc__ or "")
    sample_project()
    characters(chosen)
    against_peers(chosen)
