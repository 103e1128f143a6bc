"""Tagger: a network that scores tags, whatever its kind, with the labels it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from core.documents import LabelSet
from core.errors import InvalidConfig
from core.models.crf import Crf

if TYPE_CHECKING:
    from core.training.config import TrainingConfig


class Tagger(nn.Module):
    """`network` gives emissions; `crf` scores tag sequences, None where each token stands alone.

    `kind` is "encoder" (a transformers token classifier) or "character" (a CharacterNetwork).
    """

    def __init__(self, labels: LabelSet, *, kind: str, network: nn.Module, crf: Crf | None = None) -> None:
        super().__init__()
        self.labels = labels
        self.kind = kind
        self.network = network
        self.crf = crf

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        """Inputs as `InputEncoder.pad_batch` gives them, on the tagger's device → emissions (batch, length, tags)."""
        scores = self.network(**inputs)
        emissions: Tensor = scores if isinstance(scores, Tensor) else scores.logits
        return emissions

    def freeze(self, *, embeddings: bool, layers: int) -> None:
        """Leave the encoder's embeddings and its lowest `layers` as they are from now on.

        Raises InvalidConfig for a character tagger, whose parts all start at random, and for more layers than it has.
        """
        if not embeddings and not layers:
            return
        if self.kind == "character":
            raise InvalidConfig(
                "A character tagger is trained from scratch; set freeze_embeddings and freeze_layers off."
            )
        body: Any = self.network.base_model
        if embeddings:
            # `embeddings` holds positions and segments too, where an architecture has the module
            (getattr(body, "embeddings", None) or body.get_input_embeddings()).requires_grad_(False)
        stack = _layers(self.network)
        if layers > len(stack):
            raise InvalidConfig(f"freeze_layers is {layers}; this encoder has {len(stack)} layers.")
        for layer in stack[:layers]:
            layer.requires_grad_(False)

    def parameter_groups(self, config: TrainingConfig) -> list[dict[str, Any]]:
        """What an optimiser takes: `params`, `lr` and `weight_decay`; frozen parts are left out.

        The head and the CRF learn at `head_learning_rate` where it is given. Biases, norms and the CRF do not decay.
        """
        head_rate = config.head_learning_rate or config.learning_rate
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, parameter in self.named_parameters():
            if not parameter.requires_grad:
                continue
            decays = parameter.ndim > 1 and not name.startswith("crf.")
            rate = head_rate if self._is_head(name) else config.learning_rate
            groups.setdefault((rate, config.weight_decay if decays else 0.0), []).append(parameter)
        return [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]

    def _is_head(self, name: str) -> bool:
        if self.kind == "character":
            return name.startswith(("crf.", "network.narrow.", "network.output."))
        return not name.startswith(f"network.{self.network.base_model_prefix}.")


def _layers(network: Any) -> list[nn.Module]:
    """An encoder's transformer layers from the lowest up: its first list of `num_hidden_layers` modules."""

    def lists() -> Iterator[nn.ModuleList]:
        for module in network.modules():
            if isinstance(module, nn.ModuleList) and len(module) == network.config.num_hidden_layers:
                yield module

    return list(next(lists(), nn.ModuleList()))
