"""TrainingConfig: every setting of a training run; FIELDS has units, bounds and help, so that a form can be built."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.documents import check_label
from core.errors import InvalidConfig
from core.tags import FLAT_RULES, OUTERMOST


@dataclass(frozen=True, slots=True)
class Field:
    """What a form needs to ask for one setting: bounds are inclusive, `choices` replaces them."""

    kind: type[Any]
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | None = None
    optional: bool = False

    def check(self, name: str, value: Any) -> None:
        """Raise InvalidConfig unless `value` is allowed."""
        if value is None and self.optional:
            return
        wanted = (int, float) if self.kind is float else self.kind
        if not isinstance(value, wanted) or (isinstance(value, bool) and self.kind is not bool):
            raise InvalidConfig(f"{name} must be of type {self.kind.__name__}, not {value!r}.")
        if self.choices is not None and value not in self.choices:
            raise InvalidConfig(f"{name} is one of {', '.join(self.choices)}, not {value!r}.")
        # `not (… <= … <= …)`, so that NaN is refused as well
        if self.low is not None and self.high is not None and not (self.low <= value <= self.high):
            unit = f" {self.unit}" if self.unit else ""
            raise InvalidConfig(f"{name} lies between {self.low:g} and {self.high:g}{unit}; it is {value!r}.")


_FIELDS = {
    "base": Field(str, "Encoder to start from: a listed name, a local folder, or a model id of the hub"),
    "language": Field(str, "How texts are cut into tokens", choices=("en", "zh")),
    "flat_rule": Field(str, "Which of overlapping spans is learned: a word has one label", choices=FLAT_RULES),
    "epochs": Field(int, "How often the training documents are read", "passes", 1, 500),
    "learning_rate": Field(float, "Highest step size of the encoder", "", 1e-7, 1.0),
    "head_learning_rate": Field(
        float, "The same for the layers on top; empty: like the encoder", "", 1e-7, 1.0, optional=True
    ),
    "batch_tokens": Field(
        int, "Padded sub-tokens (or characters) that one batch may hold", "sub-tokens", 8, 1_000_000
    ),
    "accumulation_steps": Field(int, "Batches whose gradients make one step", "batches", 1, 1024),
    "warmup_share": Field(float, "Share of all steps in which the rate rises", "", 0.0, 0.9),
    "schedule": Field(str, "What the rate does afterwards", choices=("linear", "constant")),
    "weight_decay": Field(float, "Pull of the weights towards zero", "", 0.0, 1.0),
    "clip_norm": Field(float, "Longest gradient allowed", "", 1e-3, 1e3),
    "max_length": Field(
        int, "Longest window the model reads; longer documents become several", "sub-tokens", 8, 8192
    ),
    "overlap": Field(int, "What neighbouring windows share; at most half a window", "sub-tokens", 0, 4096),
    "freeze_embeddings": Field(bool, "Leave the encoder's embeddings as they are: faster, less memory"),
    "freeze_layers": Field(int, "Lower layers left as they are", "layers", 0, 64),
    "precision": Field(
        str,
        "Number format of products; auto: bf16 where that is faster. Published scores are of fp32",
        choices=("auto", "fp32", "bf16"),
    ),
    "patience": Field(
        int, "Epochs without a better dev F1 before stopping, after half of the plan", "epochs", 1, 500, optional=True
    ),
    "seed": Field(int, "Start of every random sequence", "", 0, 2**32 - 1),
    "device": Field(str, "Where to compute; auto takes a GPU when there is one", choices=("auto", "cpu", "cuda")),
    "threads": Field(
        int, "Processor threads; empty: as many as the machine offers", "threads", 1, 256, optional=True
    ),
    "dropout": Field(
        float, "Share of activations switched off at random; empty: the model's own", "", 0.0, 0.9, optional=True
    ),
    "checkpoint_seconds": Field(
        float, "Time between two checkpoints inside an epoch; 0: after each step", "seconds", 0.0, 86400.0
    ),
}
FIELDS: Mapping[str, Field] = MappingProxyType(_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """All settings of one run; raises InvalidConfig for a value out of bounds or two that exclude each other.

    `labels` fixes the labels and their order; None takes those of the training documents, sorted by name.
    """

    base: str
    language: str
    labels: tuple[str, ...] | None = None
    epochs: int = 3
    learning_rate: float = 3e-4
    head_learning_rate: float | None = None
    batch_tokens: int = 512
    accumulation_steps: int = 1
    warmup_share: float = 0.1
    schedule: str = "linear"
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    max_length: int = 256
    overlap: int = 64
    freeze_embeddings: bool = False
    freeze_layers: int = 0
    precision: str = "auto"
    patience: int | None = None
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    dropout: float | None = None
    checkpoint_seconds: float = 60.0
    flat_rule: str = OUTERMOST

    def __post_init__(self) -> None:
        for name, field in FIELDS.items():
            field.check(name, getattr(self, name))
        if not self.base.strip():
            raise InvalidConfig("base is empty; name the encoder to start from.")
        if self.labels is not None:
            object.__setattr__(self, "labels", tuple(self.labels))
            self._check_labels()
        if self.overlap > self.max_length // 2:
            raise InvalidConfig(
                f"overlap is at most half of max_length ({self.max_length // 2}); it is {self.overlap}."
            )
        if self.freeze_layers and not self.freeze_embeddings:
            raise InvalidConfig(
                "Frozen layers rest on frozen embeddings: set freeze_embeddings, or freeze_layers to 0."
            )

    def _check_labels(self) -> None:
        labels = self.labels or ()
        if not labels:
            raise InvalidConfig(
                "labels is empty; name at least one label, or leave it out to take those of the data."
            )
        for label in labels:
            check_label(label)
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise InvalidConfig(f"labels names {', '.join(twice)} more than once.")

    def to_json(self) -> dict[str, Any]:
        """Plain values only; `from_json` gives an equal config back."""
        values = dataclasses.asdict(self)
        return values | {"labels": None if self.labels is None else list(self.labels)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Raises InvalidConfig for a setting that does not exist, is missing, or is out of bounds."""
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InvalidConfig(f"Unknown settings: {', '.join(unknown)}. There are: {', '.join(sorted(known))}.")
        missing = sorted({"base", "language"} - set(values))
        if missing:
            raise InvalidConfig(f"Missing settings: {', '.join(missing)}.")
        labels = values.get("labels")
        return cls(**{**values, "labels": None if labels is None else tuple(labels)})
