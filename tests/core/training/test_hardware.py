from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import InvalidConfig
from core.evaluation import evaluate
from core.inference.predictor import Predictor
from core.training import hardware, train
from core.training.hardware import Hardware, choose_hardware, processor_has_bf16
from tests.core.training.toy import toy_config, toy_documents

CPU = torch.device("cpu")


def product() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(64, 256) @ torch.randn(256, 64)


@pytest.mark.skipif(not processor_has_bf16(), reason="this processor has no bf16 products")
def test_factors_are_rounded_inside_the_context_only() -> None:
    exact = product()
    with Hardware(CPU, rounded=True).products():
        rounded = product()
    assert not torch.equal(exact, rounded)
    assert (exact - rounded).abs().max() < 0.5  # 256 products of about 1, each off by 2**-8 at most
    assert torch.equal(exact, product())


def test_the_setting_is_given_back_after_an_error_too() -> None:
    before = torch.backends.mkldnn.matmul.fp32_precision
    with pytest.raises(ZeroDivisionError), Hardware(CPU, rounded=True).products():
        1 / 0  # noqa: B018
    assert torch.backends.mkldnn.matmul.fp32_precision == before


def test_bf16_is_chosen_where_the_processor_has_it_and_refused_where_not(monkeypatch: pytest.MonkeyPatch) -> None:
    config = toy_config("char-bilstm-crf", device="cpu", precision="auto")
    monkeypatch.setattr(hardware, "processor_has_bf16", lambda: True)
    assert choose_hardware(config) == Hardware(CPU, rounded=True)
    monkeypatch.setattr(hardware, "processor_has_bf16", lambda: False)
    assert choose_hardware(config) == Hardware(CPU)
    with pytest.raises(InvalidConfig, match="this processor does not have; choose auto or fp32"):
        choose_hardware(toy_config("char-bilstm-crf", device="cpu", precision="bf16"))


def test_dev_scores_are_those_of_the_published_model_however_the_run_rounded(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "processor_has_bf16", lambda: True)
    dev = toy_documents(30, seed=2)
    config = toy_config(tiny_encoder, epochs=3, device="cpu", precision="auto")
    result = train(config, toy_documents(24, seed=1), dev, tmp_path)
    predicted = Predictor.load(result.model_dir).predict([document.text for document in dev])
    assert result.dev == evaluate(dev, predicted)
