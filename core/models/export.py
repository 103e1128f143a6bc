"""A trained network → model.onnx, proved to give the same scores. CRF scores are not in it: the decoder has them.

A transformers encoder goes through PyTorch's exporter; the character network is written node by node, because ONNX
has an LSTM that reads both ways and knows each row's length, which no exporter sees in the reversals.
"""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from core.errors import ModelUnusable
from core.features import CharacterEncoder, InputEncoder, Window
from core.models.character_graph import character_graph
from core.models.tagger import Tagger

TOLERANCE = 1e-3  # of a score; float32 sums in another order differ by about 1e-5


def export(tagger: Tagger, encoder: InputEncoder, path: Path) -> None:
    """Write the network as ONNX with any batch size and length; takes a second for a small encoder.

    Inputs are those of `encoder.pad_batch`, the output is `scores` (batch, length, tags). Raises ModelUnusable when
    what was written does not score like the network.
    """
    network = _on_cpu(tagger)
    example = _uneven_batch(encoder)
    if tagger.kind == "character":
        path.write_bytes(character_graph(network))
        _check(network, example, path)
        return
    # The trace is several times faster and its graph a tenth faster to run; the newer exporter knows more networks.
    try:
        _trace(network, example, path, dynamo=False)
        _check(network, example, path)
    except Exception:  # exporters raise whatever their parts raise; the second try has the last word
        _trace(network, example, path, dynamo=True)
        _check(network, example, path)


def _on_cpu(tagger: Tagger) -> Any:
    """A float32 copy of the network on the CPU, in evaluation mode; the tagger itself is left as it is."""
    network: Any = copy.deepcopy(tagger.network).to(device="cpu", dtype=torch.float32).eval()
    if tagger.kind == "encoder":
        network.set_attn_implementation(
            "eager"
        )  # plain products, which onnxruntime fuses better than its sdpa pattern
    return network


class _Scores(nn.Module):
    """An encoder's scores alone, from positional inputs, as the exporters want it."""

    def __init__(self, network: nn.Module, names: list[str]) -> None:
        super().__init__()
        self.network = network
        self.names = names

    def forward(self, *inputs: Tensor) -> Tensor:
        """(batch, length) each → (batch, length, tags)."""
        scores: Tensor = self.network(**dict(zip(self.names, inputs, strict=True))).logits
        return scores


def _trace(network: nn.Module, example: dict[str, np.ndarray], path: Path, *, dynamo: bool) -> None:
    names = list(example)
    axes = {0: "batch", 1: "length"}
    shapes: dict[str, Any] = (
        {"dynamic_shapes": (tuple({0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC} for _ in names),)}
        if dynamo
        else {"dynamic_axes": dict.fromkeys((*names, "scores"), axes)}
    )
    with _silence(), torch.no_grad():
        torch.onnx.export(
            _Scores(network, names).eval(),
            tuple(torch.from_numpy(example[name]) for name in names),
            str(path),
            input_names=names,
            output_names=["scores"],
            dynamo=dynamo,
            external_data=False,
            verbose=False,
            **shapes,
        )


def _check(network: nn.Module, example: dict[str, np.ndarray], path: Path) -> None:
    """Compare torch and onnxruntime on the example and on a batch of another size and length."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    shorter = {name: values[:1, : values.shape[1] // 2] for name, values in example.items()}
    for batch in (example, shorter):
        with torch.no_grad():
            found: Any = network(**{name: torch.from_numpy(values) for name, values in batch.items()})
        expected = (found if isinstance(found, Tensor) else found.logits).numpy()  # (batch, length, tags)
        (scores,) = session.run(None, batch)
        real = batch["attention_mask"].astype(bool)  # (batch, length)
        if scores.shape != expected.shape or not np.allclose(scores[real], expected[real], atol=TOLERANCE):
            raise ModelUnusable("The ONNX export does not score like the network; the model was not written.")


def _uneven_batch(encoder: InputEncoder) -> dict[str, np.ndarray]:
    """Four rows of ids of the encoder's own, of 12, 9, 5 and 1 pieces more than its special ones; seeded."""
    random = np.random.default_rng(0)
    windows = []
    for length in (12, 9, 5, 1):
        if isinstance(encoder, CharacterEncoder):
            size = min(length, encoder.max_length)
            inputs = {
                "characters": random.integers(1, len(encoder.characters) + 2, size),  # (length,)
                "bigrams": random.integers(1, len(encoder.bigrams) + 2, (size, 2)),  # (length, 2)
                "classes": random.integers(1, encoder.CLASSES, size),  # (length,)
            }
        else:
            prefix, suffix = getattr(encoder, "prefix", []), getattr(encoder, "suffix", [])
            size = min(length, encoder.max_length - len(prefix) - len(suffix))
            vocabulary = getattr(encoder, "tokenizer").get_vocab_size()  # noqa: B009
            inputs = {"input_ids": np.array([*prefix, *random.integers(0, vocabulary, size), *suffix])}
        windows.append(Window(0, inputs, np.arange(0), np.arange(0)))
    return encoder.pad_batch(windows)


@contextmanager
def _silence() -> Iterator[None]:
    """Without the exporters' warnings about tracing and age: the check afterwards says enough."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "torch.onnx._internal.exporter")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
