from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch

from core.documents import LabelSet
from core.errors import EncoderUnavailable, InvalidConfig
from core.models.build import build
from core.models.character_network import CharacterNetwork, CharacterShape
from core.training.config import TrainingConfig
from tests.core.made_models import CHINESE, LABELS, make_tagger

SET = LabelSet(LABELS)
CHARACTERS = TrainingConfig(base="char-bilstm-crf", language="zh")


@pytest.fixture
def config(tiny_encoder) -> TrainingConfig:
    return TrainingConfig(base=str(tiny_encoder), language="en")


def test_an_encoder_scores_our_tags_in_our_order_and_reads_what_it_has_positions_for(config):
    tagger, encoder = build(config, SET, [])
    assert tagger.network.config.id2label == dict(enumerate(SET.tags))
    assert (encoder.max_length, encoder.overlap) == (64, 32), "64 positions, though 256 were asked for"
    ids = torch.tensor([[2, 7, 8, 3]])
    scores = tagger({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
    assert scores.shape == (1, 4, len(SET.tags))
    assert tagger.crf is None
    assert tagger.network.config._attn_implementation == "sdpa"


def test_the_bundled_encoder_brings_its_trained_weights():
    tagger, encoder = build(TrainingConfig(base="minilm-l6", language="en"), SET, [])
    assert sum(parameter.numel() for parameter in tagger.parameters()) == pytest.approx(22.6e6, rel=0.01)
    assert encoder.tokenizer.truncation is None
    assert encoder.tokenizer.padding is None
    embeddings = tagger.network.get_input_embeddings().weight.detach()
    near, far = (
        torch.cosine_similarity(embeddings[encoder.tokenizer.token_to_id("france")], embeddings[other], dim=0)
        for other in map(encoder.tokenizer.token_to_id, ("germany", "because"))
    )
    assert near > far + 0.1


def test_a_tagger_already_trained_keeps_its_body_and_gets_a_head_for_the_new_labels(encoder_model):
    other = LabelSet(("DATE",))
    config = TrainingConfig(base=str(encoder_model), language="en")
    before, _ = build(config, SET, [])
    after, _ = build(config, other, [])
    assert after.network.classifier.out_features == 3
    for name, values in before.network.base_model.state_dict().items():
        assert torch.equal(values, after.network.base_model.state_dict()[name])


def test_dropout_is_the_configured_one_everywhere(config):
    tagger, _ = build(dataclasses.replace(config, dropout=0.37), SET, [])
    shares = {module.p for module in tagger.modules() if isinstance(module, torch.nn.Dropout)}
    assert shares == {0.37}
    characters, _ = build(dataclasses.replace(CHARACTERS, dropout=0.1), SET, [CHINESE])
    assert characters.network.dropout.p == 0.1


def test_frozen_parts_stay_and_all_others_learn(config):
    frozen = dataclasses.replace(config, freeze_embeddings=True, freeze_layers=1)
    tagger, _ = build(frozen, SET, [])
    still = {name for name, parameter in tagger.named_parameters() if not parameter.requires_grad}
    assert still
    assert all(".embeddings." in name or ".layer.0." in name for name in still)
    assert {id(p) for group in tagger.parameter_groups(frozen) for p in group["params"]} == {
        id(p) for p in tagger.parameters() if p.requires_grad
    }
    with pytest.raises(InvalidConfig, match="this encoder has 2 layers"):
        build(dataclasses.replace(frozen, freeze_layers=3), SET, [])
    with pytest.raises(InvalidConfig, match="from scratch"):
        build(dataclasses.replace(CHARACTERS, freeze_embeddings=True), SET, [CHINESE])


@pytest.mark.parametrize("base", ["encoder", "character"])
def test_norms_biases_and_crf_do_not_decay_and_the_head_has_its_own_rate(base, config):
    chosen = config if base == "encoder" else CHARACTERS
    chosen = dataclasses.replace(chosen, learning_rate=1e-4, head_learning_rate=1e-2, weight_decay=0.05)
    tagger, _ = build(chosen, SET, [CHINESE])
    settings = {
        id(parameter): (group["lr"], group["weight_decay"])
        for group in tagger.parameter_groups(chosen)
        for parameter in group["params"]
    }
    for name, parameter in tagger.named_parameters():
        rate, decay = settings.pop(id(parameter))
        assert decay == (0.05 if parameter.ndim > 1 and not name.startswith("crf.") else 0.0), name
        head = name.startswith(("network.classifier.", "network.narrow.", "network.output.", "crf."))
        assert rate == (1e-2 if head else 1e-4), name
    assert settings == {}, "a parameter is in two groups"


def test_a_tokenizer_that_is_not_the_encoders_is_refused(tiny_encoder, tmp_path):
    folder = Path(shutil.copytree(tiny_encoder, tmp_path / "copy"))
    settings = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = settings["model"]["vocab"]
    vocabulary |= {f"extra{i}": len(vocabulary) + i for i in range(50)}
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    with pytest.raises(EncoderUnavailable, match="do not belong together"):
        build(TrainingConfig(base=str(folder), language="en"), SET, [])


def test_code_that_comes_with_a_folder_is_not_run(tiny_encoder, tmp_path):
    folder = Path(shutil.copytree(tiny_encoder, tmp_path / "copy"))
    shape = json.loads((folder / "config.json").read_text())
    shape |= {
        "model_type": "theirs",
        "auto_map": {"AutoConfig": "theirs.C", "AutoModelForTokenClassification": "theirs.M"},
    }
    (folder / "config.json").write_text(json.dumps(shape))
    trace = tmp_path / "was-run"
    (folder / "theirs.py").write_text(f"open({str(trace)!r}, 'w').close()")
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        build(TrainingConfig(base=str(folder), language="en"), SET, [])
    assert not trace.exists()


def test_no_label_is_refused_and_no_hub_is_said(config):
    with pytest.raises(InvalidConfig, match="no label"):
        build(config, LabelSet(()), [])


def test_the_vocabulary_of_a_character_tagger_is_that_of_its_texts():
    tagger, encoder = build(CHARACTERS, SET, [CHINESE, CHINESE])
    assert tagger.network.character_embedding.num_embeddings == len(encoder.characters) + 2
    assert "京" in encoder.characters
    assert tagger.crf is not None


def test_padding_and_company_change_no_score_of_a_character_row():
    tagger, encoder, _ = make_tagger("char-bilstm-crf", "zh")
    from core.tokens import tokenize

    texts = ["北京的苹果公司在上海。", "人", "2024 年", CHINESE[:20]]
    windows = [encoder.windows(i, text, tokenize(text, "zh"))[0] for i, text in enumerate(texts)]

    def scores(chosen) -> torch.Tensor:
        return tagger({name: torch.from_numpy(values) for name, values in encoder.pad_batch(chosen).items()})

    with torch.no_grad():
        together = scores(windows)
        for row, window in enumerate(windows):
            torch.testing.assert_close(together[row, : len(window)], scores([window])[0], atol=1e-5, rtol=1e-4)


def test_reversal_by_length_is_what_a_packed_bidirectional_lstm_computes():
    tagger, _, _ = make_tagger("char-bilstm-crf", "zh")
    layer = tagger.network.first
    own = torch.nn.LSTM(layer.forwards.input_size, layer.forwards.hidden_size, batch_first=True, bidirectional=True)
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
        getattr(own, name).data.copy_(getattr(layer.forwards, name))
        getattr(own, f"{name}_reverse").data.copy_(getattr(layer.backwards, name))
    values, lengths = torch.randn(3, 9, own.input_size), torch.tensor([9, 1, 6])
    packed = torch.nn.utils.rnn.pack_padded_sequence(values, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        expected, _ = torch.nn.utils.rnn.pad_packed_sequence(own(packed)[0], batch_first=True)
        found = layer(values, lengths)
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(found[row, :length], expected[row, :length], atol=1e-5, rtol=1e-4)


def test_training_reads_rare_characters_as_unknown_more_often_and_prediction_never_does():
    network = CharacterNetwork(CharacterShape(characters=100, bigrams=10, singleton_start=50, tags=3))
    common, rare = torch.full((50, 200), 20), torch.full((50, 200), 70)
    torch.manual_seed(0)
    shares = [(network._with_unknowns(ids) == 1).float().mean().item() for ids in (common, rare)]
    assert shares == pytest.approx([0.02, 0.3], abs=0.01)
    assert (network._with_unknowns(torch.zeros(5, 5, dtype=torch.long)) == 0).all(), "padding stays padding"
