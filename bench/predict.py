"""Prediction: texts per second against transformers' token-classification pipeline, same model, same texts."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

from bench import data
from bench.figures import arguments, at_least, interleaved
from core.inference.predictor import Predictor
from core.training import recipe, train


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Wall seconds of one call."""

    def measure() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return measure


def main() -> None:
    """Train a small model, then measure both ways of using it in turn."""
    options = arguments(__doc__ or "")
    train_set = data.sample("news-en", "train")
    texts = [document.text for split in ("train", "dev", "test") for document in data.sample("news-en", split)]
    texts = texts[:100] if options.quick else texts
    sentence = next(text for text in texts if 28 <= len(text.split()) <= 34)
    with tempfile.TemporaryDirectory() as folder:
        config = recipe("quick", base="minilm-l6", language="en", documents=len(train_set))
        model_dir = train(config, train_set[:100], [], Path(folder)).model_dir
        ours = Predictor.load(model_dir)
        peer = pipeline(
            "token-classification",
            model=AutoModelForTokenClassification.from_pretrained(model_dir),
            tokenizer=AutoTokenizer.from_pretrained(model_dir),
            aggregation_strategy="first",
        )
        rounds = 3 if options.quick else 9
        batch = interleaved(rounds, timed(lambda: ours.predict(texts)), timed(lambda: [peer(text) for text in texts]))
        single = interleaved(
            rounds,
            timed(lambda: [ours.predict([sentence]) for _ in range(20)]),
            timed(lambda: [peer(sentence) for _ in range(20)]),
        )
    speed, peer_speed = len(texts) / batch[0], len(texts) / batch[1]
    at_least(
        "texts in one call", speed, 3.5 * peer_speed, "texts/s", peer="pipeline, one by one", peer_value=peer_speed,
        ratio=speed / peer_speed, n=len(texts),
    )  # fmt: skip
    speed, peer_speed = 20 / single[0], 20 / single[1]
    at_least(
        "a single sentence of about 30 words", speed, 3 * peer_speed, "texts/s", peer="pipeline",
        peer_value=peer_speed, ratio=speed / peer_speed, n=20 * rounds, note=f"{1000 / speed:.1f} ms",
    )  # fmt: skip


if __name__ == "__main__":
    main()
