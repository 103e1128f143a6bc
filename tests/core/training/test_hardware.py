from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from core.evaluation import evaluate
from core.inference.predictor import Predictor
from core.training import train
from core.training.hardware import Hardware, choose_hardware
from tests.core.training.toy import toy_config, toy_documents

CPU = torch.device("cpu")


def fail_inside(hardware: Hardware) -> None:
    with hardware.products():
        assert torch.backends.mkldnn.matmul.fp32_precision == "bf16"
        raise ZeroDivisionError


def test_the_setting_is_given_back_after_an_error_too() -> None:
    before = torch.backends.mkldnn.matmul.fp32_precision
    with pytest.raises(ZeroDivisionError):
        fail_inside(Hardware(CPU, onednn=True))
    assert torch.backends.mkldnn.matmul.fp32_precision == before


def test_fp32_leaves_products_as_they_are_and_auto_says_whether_it_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_hardware(toy_config("char-bilstm-crf", device="cpu", precision="fp32")) == Hardware(CPU)
    found = choose_hardware(toy_config("char-bilstm-crf", device="cpu", precision="auto"))
    assert found.onednn
    assert found.exact is not found.rounds
    monkeypatch.setattr(Hardware, "products", rounding)
    assert not choose_hardware(toy_config("char-bilstm-crf", device="cpu")).exact


@contextmanager
def rounding(hardware: Hardware) -> Iterator[None]:
    """Products as AMX gives them, on any processor: by autocast."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        yield


def test_dev_scores_are_those_of_the_published_model_however_the_run_rounded(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hardware, "products", rounding)
    dev = toy_documents(30, seed=2)
    config = toy_config(tiny_encoder, epochs=3, device="cpu", precision="auto")
    result = train(config, toy_documents(24, seed=1), dev, tmp_path)
    predicted = Predictor.load(result.model_dir).predict([document.text for document in dev])
    assert result.dev == evaluate(dev, predicted)
