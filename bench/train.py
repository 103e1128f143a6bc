"""Training: speed against the classic recipe, and the F1 that both reach, by the same scorer."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import torch

from bench import data
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


def against_classic(options) -> None:  # noqa: ANN001
    """WNUT17, MiniLM, three epochs, nothing frozen, one thread; classic epochs between our runs."""
    name, train_set, dev_set = data.english(
        options.data, 300 if options.quick else 1000, 300 if options.quick else 1009
    )
    labels = LabelSet.of(train_set)
    torch.set_num_threads(1)
    classic = Classic(train_set, labels)
    config = TrainingConfig(
        base="minilm-l6", language="en", epochs=3, learning_rate=3e-4, batch_tokens=512, threads=1, patience=None
    )
    classic_speed, ours = [], []
    for seed in range(1 if options.quick else 3):
        tokens, seconds = classic.epoch()
        classic_speed.append(tokens / seconds)
        result = run(TrainingConfig(**{**config.to_json(), "seed": seed}), train_set, dev_set)
        ours.append(result)
        print(f"classic {classic_speed[-1]:.0f} tokens/s, ours {result.tokens_per_second:.0f}", file=sys.stderr)
    if options.quick:
        for _ in range(2):
            classic.epoch()
    speed = sorted(r.tokens_per_second for r in ours)[len(ours) // 2]
    peer = sorted(classic_speed)[len(classic_speed) // 2]
    at_least(
        f"{name}: training throughput, nothing frozen", speed, 4 * peer, "real sub-tokens/s",
        peer="classic recipe", peer_value=peer, ratio=speed / peer, n=len(ours),
    )  # fmt: skip
    scores = [result.dev.micro.f1 or 0.0 for result in ours]
    f1, classic_f1 = sum(scores) / len(scores), classic.score(dev_set).micro.f1 or 0.0
    goal = 0.38 if name == "wnut17" and not options.quick else 0.0
    note = f"seeds: {', '.join(f'{score:.3f}' for score in scores)}; {len(train_set)} documents, 3 epochs"
    at_least(
        f"{name}: dev F1 after 3 epochs", f1, goal, "F1", peer="classic recipe", peer_value=classic_f1,
        ratio=f1 / classic_f1 if classic_f1 else None, n=len(scores), note=note,
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
    against_classic(chosen)
