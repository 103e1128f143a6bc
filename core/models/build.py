"""A training configuration → a fresh tagger and the encoder of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn
from transformers import AutoConfig, AutoModelForTokenClassification
from transformers.utils import logging

from core.documents import LabelSet
from core.errors import EncoderUnavailable, InvalidConfig
from core.features import CharacterEncoder, InputEncoder, SubtokenEncoder
from core.models import hub
from core.models.bases import CHARACTERS, folder_of
from core.models.character_network import CharacterNetwork, CharacterShape
from core.models.crf import Crf
from core.models.tagger import Tagger

if TYPE_CHECKING:
    from core.training.config import TrainingConfig

# Every name under which an architecture of the transformers package keeps a dropout of its encoder or its head.
_DROPOUTS = (
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "classifier_dropout",
    "dropout",
    "attention_dropout",
    "embedding_dropout",
    "mlp_dropout",
)


def build(config: TrainingConfig, labels: LabelSet, texts: Iterable[str]) -> tuple[Tagger, InputEncoder]:
    """A tagger for `labels` on the CPU, its head untrained, and its input encoder.

    `texts` are the training texts, from which a character tagger makes its vocabulary. `config.max_length` is cut to
    what the encoder can read. Raises EncoderUnavailable, and InvalidConfig for no labels or too many frozen layers.
    """
    if not len(labels):
        raise InvalidConfig("There is no label to learn: mark spans, or name the labels.")
    tagger, encoder = _characters(config, labels, texts) if config.base == CHARACTERS else _encoder(config, labels)
    tagger.freeze(embeddings=config.freeze_embeddings, layers=config.freeze_layers)
    return tagger, encoder


def _characters(config: TrainingConfig, labels: LabelSet, texts: Iterable[str]) -> tuple[Tagger, InputEncoder]:
    encoder = CharacterEncoder.build(texts, max_length=config.max_length, overlap=config.overlap)
    sizes: dict[str, Any] = {} if config.dropout is None else {"dropout": config.dropout}
    shape = CharacterShape(
        characters=len(encoder.characters) + 2,
        bigrams=len(encoder.bigrams) + 2,
        singleton_start=encoder.singleton_start,
        tags=len(labels.tags),
        **sizes,
    )
    return Tagger(labels, kind="character", network=CharacterNetwork(shape), crf=Crf(labels)), encoder


def _encoder(config: TrainingConfig, labels: LabelSet) -> tuple[Tagger, InputEncoder]:
    folder = folder_of(config.base) or hub.fetch(config.base)
    network = load_network(folder, labels, dropout=config.dropout)
    longest = min(config.max_length, _position_limit(network) or config.max_length)
    encoder = SubtokenEncoder.from_file(
        folder / "tokenizer.json", max_length=longest, overlap=min(config.overlap, longest // 2)
    )
    vocabulary = network.get_input_embeddings().num_embeddings
    if encoder.tokenizer.get_vocab_size() > vocabulary:
        raise EncoderUnavailable(
            f"{config.base}: its tokenizer has {encoder.tokenizer.get_vocab_size()} pieces, its encoder only "
            f"{vocabulary}; the two do not belong together."
        )
    return Tagger(labels, kind="encoder", network=network), encoder


def load_network(folder: Path, labels: LabelSet, *, dropout: float | None = None) -> Any:
    """The transformers token classifier of a checked local folder, with our tags; a head of another size starts anew.

    Safetensors only and no code of the folder's own. Raises EncoderUnavailable when transformers cannot build it.
    """
    tags = labels.tags
    with _quiet():
        try:
            shape = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
            shape.num_labels = len(tags)
            shape.id2label = dict(enumerate(tags))
            shape.label2id = {tag: number for number, tag in enumerate(tags)}
            for name in _DROPOUTS if dropout is not None else ():
                if hasattr(shape, name):
                    setattr(shape, name, dropout)
            return _from_pretrained(folder, shape)
        except (OSError, ValueError, KeyError, RuntimeError) as reason:
            raise EncoderUnavailable(f"The encoder in {folder} cannot be loaded: {reason}") from reason


def _from_pretrained(folder: Path, shape: Any) -> nn.Module:
    fixed: dict[str, Any] = {
        "config": shape,
        "trust_remote_code": False,
        "use_safetensors": True,
        "local_files_only": True,
        "ignore_mismatched_sizes": True,
        "dtype": "float32",
    }
    try:
        network = AutoModelForTokenClassification.from_pretrained(folder, attn_implementation="sdpa", **fixed)
    except ValueError as reason:
        if "scaled_dot_product_attention" not in str(reason):
            raise
        network = AutoModelForTokenClassification.from_pretrained(folder, attn_implementation="eager", **fixed)
    module: nn.Module = network
    return module


def _position_limit(network: Any) -> int | None:
    """The longest input that the encoder has positions for; None where its positions are unlimited or relative."""
    table = getattr(getattr(network.base_model, "embeddings", None), "position_embeddings", None)
    if not isinstance(table, nn.Embedding):
        limit = getattr(network.config, "max_position_embeddings", None)
        return limit if limit and limit > 0 else None
    # RoBERTa and its kin count positions from the padding id on
    return table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' progress bars and its report that the head is new, which is what we want it to be."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
