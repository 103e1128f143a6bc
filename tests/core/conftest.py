"""A tiny random BERT in a folder, built offline: for tests in which weights do not matter."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from tests.core.made_models import make_model


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a BERT with 2 layers of width 32, 64 positions and a few hundred word pieces; cased."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny-encoder")
    characters = string.ascii_letters + string.digits + string.punctuation + "北京上海苹果公司在的人是é"
    words = ["Anna", "Bob", "Paris", "London", "Acme", "visits", "lives", "works", "in", "at", "the", "was", "with"]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{c}" for c in characters), *words]
    pieces += ["##ing", "##ed", "##er", "##son"]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    # Both act silently in files that people really have; our encoder must switch them off.
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16, pad_id=vocabulary["[PAD]"])
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def encoder_model(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder of an English encoder tagger with random weights; never written to."""
    return make_model(tmp_path_factory.mktemp("encoder-model"), str(tiny_encoder), "en")


@pytest.fixture(scope="session")
def character_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a Chinese character tagger."""
    return make_model(tmp_path_factory.mktemp("character-model"), "char-bilstm-crf", "zh")
