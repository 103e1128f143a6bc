"""Predictor: texts → scored spans, with onnxruntime and tokenizers alone; neither torch nor transformers is loaded.

The way is the one that training scores itself by: the same tokens, windows, merge and decoder. Windows of many texts
are sorted by length and batched by a budget of padded pieces, so that short texts do not pay for long ones.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from core.documents import LabelSet, Span
from core.errors import InvalidValue, ModelUnusable
from core.features import InputEncoder, Window, load_input_encoder, merge
from core.inference.decoding import Decoder, tagged_spans
from core.models.manifest import NETWORK, Manifest, read_manifest
from core.tokens import Token, tokenize

BATCH_PIECES = 512  # padded pieces a batch: more gains no speed on a CPU and costs memory
CHUNK = 512  # texts whose windows are sorted together; bounds the memory of a long list
MAX_THREADS = 4

_SURROGATE = re.compile("[\ud800-\udfff]")


class Predictor:
    """A loaded model folder. `predict` may be called from several threads at once.

    `manifest` says what the model is, `labels` and `language` are its own.
    """

    def __init__(
        self, manifest: Manifest, encoder: InputEncoder, session: onnxruntime.InferenceSession, decoder: Decoder
    ) -> None:
        self.manifest = manifest
        self.labels: LabelSet = manifest.label_set
        self.language = manifest.language
        self._encoder = encoder
        self._session = session
        self._decoder = decoder
        self._output = session.get_outputs()[0].name

    @classmethod
    def load(cls, model_dir: Path, *, threads: int | None = None) -> Predictor:
        """Load a model folder; `threads` is for one call's matrix products, None takes the cores, 4 at most.

        Raises ModelUnusable when a file is missing or altered, or when the network does not fit the labels.
        """
        manifest = read_manifest(model_dir)
        encoder = load_input_encoder(model_dir, max_length=manifest.max_length, overlap=manifest.overlap)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or min(len(os.sched_getaffinity(0)), MAX_THREADS)
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(
                str(model_dir / NETWORK), options, providers=["CPUExecutionProvider"]
            )
        except Exception as reason:  # onnxruntime's exceptions share no base of their own
            raise ModelUnusable(f"{model_dir / NETWORK} cannot be loaded: {reason}") from reason
        predictor = cls(manifest, encoder, session, _decoder(manifest))
        predictor._check_width()
        return predictor

    def predict(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans found in each text, in the order of the texts; each with a score between 0 and 1.

        A text may be empty or of any length. Half a surrogate pair is read as the replacement character. Raises
        InvalidValue for a single string in place of a list.
        """
        if isinstance(texts, str):
            raise InvalidValue("predict takes a list of texts; put the one text into a list.")
        return [
            spans for begin in range(0, len(texts), CHUNK) for spans in self._predict(texts[begin : begin + CHUNK])
        ]

    def _predict(self, texts: Sequence[str]) -> list[list[Span]]:
        readable = [_without_surrogates(text) for text in texts]
        tokens = [tokenize(text, self.language) for text in readable]
        names = self._decoder.labels.tags
        found: list[list[Span]] = []
        for decoded, own in zip(self._decoder(self._emissions(readable, tokens)), tokens, strict=True):
            if not decoded.tags.any():  # all O
                found.append([])
                continue
            found.append(tagged_spans([names[tag] for tag in decoded.tags.tolist()], decoded.probabilities, own))
        return found

    def _emissions(self, texts: Sequence[str], tokens: Sequence[Sequence[Token]]) -> list[np.ndarray]:
        """One (tokens, tags) array of log-scores a text."""
        windows: list[Window] = []
        for document, (text, own) in enumerate(zip(texts, tokens, strict=True)):
            windows += self._encoder.windows(document, text, own)
        scores: list[list[tuple[Window, np.ndarray]]] = [[] for _ in texts]
        for batch in _batches(windows):
            for window, row in zip(batch, self._run(batch), strict=True):
                scores[window.document].append((window, row))
        tags = len(self._decoder.labels.tags)
        return [merge(parts, len(own), tags=tags) for parts, own in zip(scores, tokens, strict=True)]

    def _run(self, batch: Sequence[Window]) -> np.ndarray:
        """The network's scores of a batch, (batch, length, tags)."""
        scores: np.ndarray = self._session.run([self._output], self._encoder.pad_batch(batch))[0]
        return scores

    def _check_width(self) -> None:
        """Run one short text, so that a network of other inputs or another number of tags is noticed at loading."""
        (window, *_) = self._encoder.windows(0, "a", tokenize("a", self.language))
        try:
            width = self._run([window]).shape[-1]
        except Exception as reason:  # as in `load`
            raise ModelUnusable(f"The network does not take its encoder's inputs: {reason}") from reason
        if width != len(self.manifest.tags):
            raise ModelUnusable(
                f"The network scores {width} tags, the manifest names {len(self.manifest.tags)}: "
                f"{', '.join(self.manifest.tags)}."
            )


def _decoder(manifest: Manifest) -> Decoder:
    crf = manifest.crf
    if crf is None:
        return Decoder(manifest.label_set)
    return Decoder(manifest.label_set, np.array(crf.transitions), np.array(crf.start), np.array(crf.end))


def _batches(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Windows of like length, longest first, at most BATCH_PIECES padded pieces together (or one window)."""
    batch: list[Window] = []
    for window in sorted(windows, key=len, reverse=True):
        if batch and len(batch[0]) * (len(batch) + 1) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _without_surrogates(text: Any) -> str:
    """The text with lone surrogates replaced one for one, which leaves every offset where it is."""
    if not isinstance(text, str):
        raise InvalidValue(f"A text is a string, not {type(text).__name__}.")
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
