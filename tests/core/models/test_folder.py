from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from core.documents import LabelSet
from core.errors import ModelUnusable
from core.inference.decoding import Decoder
from core.models import export as exporting
from core.models.build import build
from core.models.export import export
from core.models.folder import load_tagger, write_model_folder
from core.models.manifest import read_manifest
from core.tokens import tokenize
from core.training.config import TrainingConfig
from tests.core.made_models import CHINESE, ENGLISH, LABELS, make_tagger

SET = LabelSet(LABELS)


@pytest.fixture(params=["encoder", "character"])
def model(request) -> Path:
    return request.getfixturevalue(f"{request.param}_model")


def uneven_windows(encoder, language: str) -> list:
    text = ENGLISH if language == "en" else CHINESE
    texts = [text, text[:3], text[: len(text) // 2], text * 9, text[5:11]]
    return [window for i, each in enumerate(texts) for window in encoder.windows(i, each, tokenize(each, language))]


def onnx_scores(path: Path, batch: dict[str, np.ndarray]) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, batch)[0]


def test_a_folder_holds_what_its_manifest_says_and_no_more(model):
    manifest = read_manifest(model)
    inputs = "tokenizer.json" if manifest.kind == "encoder" else "vocabulary.json"
    expected = {"config.json", "model.safetensors", "model.onnx", inputs}
    assert set(manifest.files) == expected
    assert {path.name for path in model.iterdir()} == expected | {"tagger.json", "README.md"}
    assert manifest.snapshot_id == 7
    assert manifest.labels == LABELS
    assert (manifest.crf is None) == (manifest.kind == "encoder")
    assert TrainingConfig.from_json(manifest.config).language == manifest.language


def test_onnx_and_torch_give_the_same_tags_on_uneven_batches(model):
    tagger, encoder, manifest = load_tagger(model)
    windows = uneven_windows(encoder, manifest.language)
    crf = manifest.crf
    own = () if crf is None else (np.array(crf.transitions), np.array(crf.start), np.array(crf.end))
    decoder = Decoder(SET, *own)
    seen = set()
    for size in (1, 2, len(windows)):
        for begin in range(0, len(windows), size):
            chosen = windows[begin : begin + size]
            batch = encoder.pad_batch(chosen)
            with torch.no_grad():
                from_torch = tagger({name: torch.from_numpy(values) for name, values in batch.items()}).numpy()
            from_onnx = onnx_scores(model / "model.onnx", batch)
            for row, window in enumerate(chosen):
                ours, theirs = (scores[row, : len(window)] for scores in (from_torch, from_onnx))
                np.testing.assert_allclose(ours, theirs, atol=1e-4)
                tags = [decoded.tags.tolist() for decoded in decoder([ours, theirs])]
                assert tags[0] == tags[1]
                seen.update(tags[0])
    assert len(seen) >= len(SET.tags) - 1, "random weights ought to give nearly every tag"


def test_a_written_tagger_comes_back_with_the_same_scores(tiny_encoder, tmp_path):
    for base, language in ((str(tiny_encoder), "en"), ("char-bilstm-crf", "zh")):
        tagger, encoder, config = make_tagger(base, language, seed=5)
        folder = tmp_path / language
        write_model_folder(folder, tagger, encoder, config=config, labels=SET, metrics={})
        loaded, again, manifest = load_tagger(folder)
        batch = encoder.pad_batch(uneven_windows(encoder, language))
        assert {name: values.tolist() for name, values in batch.items()} == {
            name: values.tolist() for name, values in again.pad_batch(uneven_windows(again, language)).items()
        }
        inputs = {name: torch.from_numpy(values) for name, values in batch.items()}
        with torch.no_grad():
            torch.testing.assert_close(loaded(inputs), tagger(inputs))
        assert not loaded.training
        if tagger.crf is not None:
            assert manifest.crf == tagger.crf.scores() == loaded.crf.scores()


def test_writing_leaves_the_tagger_ready_to_train_on(tiny_encoder, tmp_path):
    tagger, encoder, config = make_tagger(str(tiny_encoder), "en")
    tagger.train()
    write_model_folder(tmp_path, tagger, encoder, config=config, labels=SET, metrics={})
    assert tagger.training
    assert tagger.network.config._attn_implementation == "sdpa"
    assert all(parameter.requires_grad for parameter in tagger.parameters())


def test_the_card_says_what_the_model_is_and_how_it_scored(model):
    text = (model / "README.md").read_text(encoding="utf-8")
    for word in ("PER, ORG, 地名", "snapshot 7", "| PER | 0.500 | 0.250 | 0.333 | 4 |", "| 地名 | – | – | – | 0 |"):
        assert word in text


def test_a_tagger_of_other_labels_is_not_written(tiny_encoder, tmp_path):
    tagger, encoder, config = make_tagger(str(tiny_encoder), "en")
    with pytest.raises(ModelUnusable, match="was made for the labels"):
        write_model_folder(tmp_path / "m", tagger, encoder, config=config, labels=LabelSet(("X",)), metrics={})
    assert not (tmp_path / "m").exists()


def test_an_altered_folder_is_not_loaded_for_torch(model, tmp_path):
    folder = Path(shutil.copytree(model, tmp_path / "copy"))
    (folder / "config.json").write_text("{}")
    with pytest.raises(ModelUnusable, match=r"config\.json was altered"):
        load_tagger(folder)


def test_weights_of_another_shape_are_said_to_be_unusable(character_model, tmp_path):
    folder = Path(shutil.copytree(character_model, tmp_path / "copy"))
    shape = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(shape | {"hidden": 64}))
    values = json.loads((folder / "tagger.json").read_text())
    from core.models.manifest import sha256

    values["files"]["config.json"] = sha256(folder / "config.json")
    (folder / "tagger.json").write_text(json.dumps(values))
    with pytest.raises(ModelUnusable, match="cannot be loaded"):
        load_tagger(folder)


def test_an_export_that_scores_otherwise_is_noticed_and_made_again_another_way(tiny_encoder, tmp_path, monkeypatch):
    tagger, encoder, _ = make_tagger(str(tiny_encoder), "en")
    real = exporting._trace
    tried = []

    def first_one_is_wrong(network, example, path, *, dynamo):
        tried.append(dynamo)
        if not dynamo:
            other, _, _ = make_tagger(str(tiny_encoder), "en", seed=9)
            network = other.network
        real(network, example, path, dynamo=dynamo)

    monkeypatch.setattr(exporting, "_trace", first_one_is_wrong)
    export(tagger, encoder, tmp_path / "model.onnx")
    assert tried == [False, True]
    windows = uneven_windows(encoder, "en")
    batch = encoder.pad_batch(windows)
    with torch.no_grad():
        expected = tagger({name: torch.from_numpy(values) for name, values in batch.items()}).numpy()
    real_places = batch["attention_mask"].astype(bool)
    found = onnx_scores(tmp_path / "model.onnx", batch)
    np.testing.assert_allclose(found[real_places], expected[real_places], atol=1e-4)


@pytest.mark.parametrize(
    "architecture", ["roberta", "distilbert", "electra", "modernbert", "deberta-v2", "xlm-roberta"]
)
def test_other_architectures_are_built_frozen_and_exported(architecture, tiny_encoder, tmp_path):
    from transformers import AutoConfig, AutoModel

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    if architecture == "distilbert":
        sizes = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
    tokenizer = json.loads((tiny_encoder / "tokenizer.json").read_text())
    ids = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
    vocabulary = len(tokenizer["model"]["vocab"])
    shape = AutoConfig.for_model(architecture, vocab_size=vocabulary, max_position_embeddings=66, **ids, **sizes)
    torch.manual_seed(0)
    AutoModel.from_config(shape).save_pretrained(tmp_path / "base")
    shutil.copy(tiny_encoder / "tokenizer.json", tmp_path / "base")
    config = TrainingConfig(
        base=str(tmp_path / "base"), language="en", max_length=60, overlap=8, freeze_embeddings=True, freeze_layers=1
    )
    tagger, encoder = build(config, SET, [])
    frozen = {name for name, parameter in tagger.named_parameters() if not parameter.requires_grad}
    assert any("embeddings" in name for name in frozen)
    assert any("0" in name.split(".") for name in frozen)
    assert not any("1" in name.split(".") for name in frozen)
    write_model_folder(tmp_path / "model", tagger.eval(), encoder, config=config, labels=SET, metrics={})
    batch = encoder.pad_batch(uneven_windows(encoder, "en"))
    with torch.no_grad():
        expected = tagger({name: torch.from_numpy(values) for name, values in batch.items()}).numpy()
    real = batch["attention_mask"].astype(bool)
    np.testing.assert_allclose(onnx_scores(tmp_path / "model" / "model.onnx", batch)[real], expected[real], atol=1e-4)
