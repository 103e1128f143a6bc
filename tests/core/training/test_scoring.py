from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.documents import LabelSet
from core.inference.predictor import Predictor
from core.models.folder import write_model_folder
from core.training.examples import encode
from core.training.objectives import Hardware
from core.training.scoring import predict
from tests.core.made_models import LABELS, make_tagger
from tests.core.training.toy import toy_documents

DOCUMENTS = [*toy_documents(12), *toy_documents(3, long=True, seed=5)]


@pytest.mark.parametrize("kind", ["encoder", "character"])
def test_dev_is_scored_with_the_windows_and_the_decoder_of_the_predictor(
    tiny_encoder: Path, tmp_path: Path, kind: str
) -> None:
    base = str(tiny_encoder) if kind == "encoder" else "char-bilstm-crf"
    tagger, encoder, config = make_tagger(base, "en")
    labels = LabelSet(LABELS)
    write_model_folder(tmp_path, tagger, encoder, config=config, labels=labels, metrics={})
    split = encode(DOCUMENTS, "en", encoder, labels)
    scored = predict(tagger, encoder, split, Hardware(torch.device("cpu"), half=False), batch_tokens=256)
    assert any(scored)
    assert scored == Predictor.load(tmp_path).predict([document.text for document in DOCUMENTS])
