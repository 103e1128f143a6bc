from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.documents import LabelSet
from core.features import InputEncoder
from core.models.build import build
from core.models.tagger import Tagger
from core.training.batches import collate
from core.training.examples import Example, encode
from core.training.objectives import Hardware, backward_step, summed_loss
from core.training.scoring import predict
from tests.core.training.toy import toy_config, toy_documents

CPU = Hardware(torch.device("cpu"), half=False)
DOCUMENTS = [*toy_documents(26), *toy_documents(3, long=True, seed=5)]
LABELS = LabelSet.of(DOCUMENTS)

Made = tuple[Tagger, InputEncoder, list[Example]]


@pytest.fixture(params=["encoder", "character"])
def made(request: pytest.FixtureRequest, tiny_encoder: Path) -> Made:
    """A tagger of each kind without dropout or other chance, its encoder, and 32 or more examples."""
    torch.manual_seed(0)
    base = tiny_encoder if request.param == "encoder" else "char-bilstm-crf"
    tagger, encoder = build(toy_config(base, dropout=0.0), LABELS, [document.text for document in DOCUMENTS])
    examples = list(encode(DOCUMENTS, "en", encoder, LABELS).examples)
    assert len(examples) >= 32
    return tagger.eval(), encoder, examples[:32]


def gradients(tagger: Tagger, encoder: InputEncoder, groups: list[list[Example]]) -> tuple[float, torch.Tensor]:
    tagger.zero_grad()
    loss = backward_step(tagger, [collate(group, encoder) for group in groups], CPU)
    return float(loss), torch.cat([p.grad.flatten() for p in tagger.parameters() if p.grad is not None])


def test_one_batch_of_32_and_four_of_8_give_the_same_gradient(made: Made) -> None:
    tagger, encoder, examples = made
    whole_loss, whole = gradients(tagger, encoder, [examples])
    parts_loss, parts = gradients(tagger, encoder, [examples[i : i + 8] for i in range(0, 32, 8)])
    assert whole_loss == pytest.approx(parts_loss, rel=1e-5)
    assert torch.allclose(whole, parts, atol=1e-6)
    assert whole.abs().max() > 1e-4


def test_padding_does_not_change_the_loss(made: Made) -> None:
    tagger, encoder, examples = made
    with torch.no_grad():
        alone = sum(float(summed_loss(tagger, collate([example], encoder), CPU)) for example in examples)
        together = float(summed_loss(tagger, collate(examples, encoder), CPU))
    assert together == pytest.approx(alone, rel=1e-5)


def test_padding_does_not_change_the_spans(made: Made) -> None:
    tagger, encoder, _ = made
    split = encode(DOCUMENTS, "en", encoder, LABELS)
    together = predict(tagger, encoder, split, CPU, batch_tokens=100_000)
    alone = predict(tagger, encoder, split, CPU, batch_tokens=1)
    assert together == alone
    assert any(together)
    for ours, theirs in zip(together, alone, strict=True):
        assert np.allclose([s.score for s in ours], [s.score for s in theirs], atol=1e-5)


def test_the_loss_is_that_of_owned_tokens_only(tiny_encoder: Path) -> None:
    tagger, encoder = build(toy_config(tiny_encoder, dropout=0.0), LABELS, [])
    example = encode(DOCUMENTS[-1:], "en", encoder, LABELS).examples[1]
    tagger.eval()
    with torch.no_grad():
        inputs = {name: torch.from_numpy(array) for name, array in encoder.pad_batch([example.window]).items()}
        logs = tagger(inputs)[0].log_softmax(dim=1)  # (length, tags)
        expected = -logs[torch.from_numpy(example.window.first), torch.from_numpy(example.tags)].sum()
        assert float(summed_loss(tagger, collate([example], encoder), CPU)) == pytest.approx(
            float(expected), rel=1e-5
        )
