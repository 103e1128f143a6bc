"""A split's scores, found the way predictions are made: the same windows, the same merge, the same decoder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from core.documents import Span
from core.features import InputEncoder, Window, merge
from core.inference.decoding import Decoder, tagged_spans
from core.models.tagger import Tagger
from core.training.batches import cut_by_budget
from core.training.examples import Encoded
from core.training.hardware import Hardware

_BUDGET = 4  # without gradients, a batch may be larger by this factor


def decoder_of(tagger: Tagger) -> Decoder:
    """The decoder for the tagger's emissions, with its CRF's scores where it has one."""
    if tagger.crf is None:
        return Decoder(tagger.labels)
    scores = tagger.crf.scores()
    return Decoder(tagger.labels, np.array(scores.transitions), np.array(scores.start), np.array(scores.end))


def predict(
    tagger: Tagger,
    encoder: InputEncoder,
    split: Encoded,
    hardware: Hardware,
    *,
    batch_tokens: int,
    between: Callable[[], None] = lambda: None,
) -> list[list[Span]]:
    """The spans that the tagger finds in each document; `between` is called before every batch and may raise."""
    emissions = _emissions(tagger, encoder, split, hardware, batch_tokens * _BUDGET, between)
    decoded = decoder_of(tagger)(emissions)
    names = tagger.labels.tags
    return [
        tagged_spans([names[tag] for tag in document.tags.tolist()], document.probabilities, tokens)
        for document, tokens in zip(decoded, split.tokens, strict=True)
    ]


def _emissions(
    tagger: Tagger,
    encoder: InputEncoder,
    split: Encoded,
    hardware: Hardware,
    batch_tokens: int,
    between: Callable[[], None],
) -> list[np.ndarray]:
    """One (tokens, tags) array of log-scores a document, computed in batches of like length."""
    lengths = np.array([len(example.window) for example in split.examples], dtype=np.int64)  # (windows,)
    scores: list[list[tuple[Window, np.ndarray]]] = [[] for _ in split.documents]
    was_training = tagger.training
    tagger.eval()
    try:
        with torch.inference_mode():
            for chosen in cut_by_budget(np.argsort(-lengths, kind="stable"), lengths, batch_tokens):
                between()
                windows = [split.examples[index].window for index in chosen]
                with hardware.autocast(), hardware.products():
                    batch = tagger(hardware.inputs(encoder.pad_batch(windows)))  # (batch, length, tags)
                for window, row in zip(windows, batch.float().cpu().numpy(), strict=True):
                    scores[window.document].append((window, row))
    finally:
        tagger.train(was_training)
    tags = len(tagger.labels.tags)
    return [merge(found, len(tokens), tags=tags) for found, tokens in zip(scores, split.tokens, strict=True)]
