"""Characters and bigrams → two-layer BiLSTM → tag scores: the network of the built-in character tagger.

The recurrent layers are one-directional LSTMs on plain padded tensors; for the backward direction each row is
reversed by its own length. Packed sequences give the same numbers and cost about five times as much on a CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.errors import ModelUnusable
from core.features import CharacterEncoder

RARE_DROP = 0.3  # share of the characters seen once that training reads as unknown
RANDOM_DROP = 0.02  # share of all characters, so that the unknown one learns to mean "some character"


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterShape:
    """The network's sizes; this is its config.json."""

    characters: int
    bigrams: int
    singleton_start: int
    tags: int
    classes: int = CharacterEncoder.CLASSES
    character_size: int = 128
    class_size: int = 8
    bigram_size: int = 64
    hidden: int = 128
    dropout: float = 0.4

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"architecture": "character-bilstm-crf", **asdict(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> CharacterShape:
        """Raises ModelUnusable for another architecture or missing sizes."""
        sizes = {name: value for name, value in values.items() if name != "architecture"}
        try:
            return cls(**sizes)
        except TypeError as reason:
            raise ModelUnusable(f"config.json is not that of a character tagger: {reason}") from reason


class CharacterNetwork(nn.Module):
    """Inputs of a CharacterEncoder → scores (batch, length, tags)."""

    def __init__(self, shape: CharacterShape) -> None:
        super().__init__()
        self.shape = shape
        self.character_embedding = nn.Embedding(shape.characters, shape.character_size, padding_idx=0)
        self.bigram_embedding = nn.Embedding(shape.bigrams, shape.bigram_size, padding_idx=0)
        self.class_embedding = nn.Embedding(shape.classes, shape.class_size, padding_idx=0)
        width = shape.character_size + 2 * shape.bigram_size + shape.class_size
        self.first = BiLstm(width, shape.hidden)
        self.second = BiLstm(2 * shape.hidden, shape.hidden)
        self.narrow = nn.Linear(2 * shape.hidden, shape.hidden)
        self.output = nn.Linear(shape.hidden, shape.tags)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, characters: Tensor, bigrams: Tensor, classes: Tensor, attention_mask: Tensor) -> Tensor:
        """characters, classes, attention_mask (batch, length), bigrams (batch, length, 2) → (batch, length, tags)."""
        if self.training:
            characters = self._with_unknowns(characters)
        lengths = attention_mask.sum(1)  # (batch,)
        parts = [self.character_embedding(characters), self.bigram_embedding(bigrams).flatten(2)]
        read = self.dropout(torch.cat([*parts, self.class_embedding(classes)], dim=2))  # (batch, length, width)
        low = self.first(read, lengths)  # (batch, length, 2 hidden)
        high = low + self.second(self.dropout(low), lengths)  # (batch, length, 2 hidden)
        narrow = nn.functional.gelu(self.narrow(self.dropout(high)))  # (batch, length, hidden)
        scores: Tensor = self.output(self.dropout(narrow))
        return scores

    def _with_unknowns(self, characters: Tensor) -> Tensor:
        """Some characters read as unknown, rare ones more often, so that unseen ones mean something later."""
        chance = torch.where(characters >= self.shape.singleton_start, RARE_DROP, RANDOM_DROP)
        drop = (torch.rand_like(chance) < chance) & (characters != CharacterEncoder.PADDING)
        return characters.masked_fill(drop, CharacterEncoder.UNKNOWN)


class BiLstm(nn.Module):
    """Two LSTMs, one of which reads each row from its own end; (batch, length, width) → (batch, length, 2 hidden)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.forwards = nn.LSTM(width, hidden, batch_first=True)
        self.backwards = nn.LSTM(width, hidden, batch_first=True)

    def forward(self, values: Tensor, lengths: Tensor) -> Tensor:
        """`lengths` (batch,) are real lengths; what is computed for padding means nothing."""
        ahead, _ = self.forwards(values)  # (batch, length, hidden)
        turned, _ = self.backwards(_reverse(values, lengths))
        return torch.cat([ahead, _reverse(turned, lengths)], dim=2)


def _reverse(values: Tensor, lengths: Tensor) -> Tensor:
    """Each row of (batch, length, width) reversed within its own length, padding left where it is."""
    places = torch.arange(values.shape[1], device=values.device)[None, :]  # (1, length)
    mirrored = lengths[:, None] - 1 - places  # (batch, length)
    source = torch.where(mirrored >= 0, mirrored, places)
    return values.gather(1, source[:, :, None].expand_as(values))
