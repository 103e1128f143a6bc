"""tagger.json: what a published model folder holds and how to read it. Free of torch.

tagger.json          this manifest
config.json          the network's shape           model.safetensors    its weights, for torch
model.onnx           the same network, for prediction
tokenizer.json       an encoder's sub-tokens, or vocabulary.json, a character tagger's characters
README.md            a card for people; it alone may be edited, so no hash is kept of it
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.documents import LabelSet
from core.errors import InvalidValue, ModelUnusable

VERSION = 1
MANIFEST = "tagger.json"
WEIGHTS = "model.safetensors"
NETWORK = "model.onnx"
CONFIG = "config.json"
CARD = "README.md"
INPUTS = {"encoder": "tokenizer.json", "character": "vocabulary.json"}
KINDS = tuple(INPUTS)


@dataclass(frozen=True, slots=True)
class CrfScores:
    """A CRF's learnt log-scores: `transitions[from][to]` (tags, tags), `start` and `end` (tags,)."""

    transitions: tuple[tuple[float, ...], ...]
    start: tuple[float, ...]
    end: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "transitions", tuple(tuple(map(float, row)) for row in self.transitions))
        object.__setattr__(self, "start", tuple(map(float, self.start)))
        object.__setattr__(self, "end", tuple(map(float, self.end)))
        tags = len(self.start)
        if {len(self.end), len(self.transitions), *map(len, self.transitions)} != {tags}:
            raise InvalidValue(f"A CRF of {tags} tags needs {tags} x {tags} transitions and {tags} end scores.")
        if not all(map(math.isfinite, (*self.start, *self.end, *(s for row in self.transitions for s in row)))):
            raise InvalidValue("A CRF's scores are finite numbers; forbidden transitions are the decoder's business.")


@dataclass(frozen=True)
class Manifest:
    """What a model is: its labels in tag order, its limits, where it comes from, and the hash of each of its files.

    `max_length` and `overlap` count sub-tokens (characters for a character tagger); `created` is ISO 8601 in UTC.
    Raises InvalidValue for fields that contradict each other.
    """

    kind: str
    base: str
    language: str
    labels: tuple[str, ...]
    max_length: int
    overlap: int
    crf: CrfScores | None = None
    snapshot_id: int | str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    files: Mapping[str, str] = field(default_factory=dict)
    version: int = VERSION
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(self.labels))
        expected = self.label_set.tags
        object.__setattr__(self, "tags", tuple(self.tags) or expected)
        if self.kind not in KINDS:
            raise InvalidValue(f"A model's kind is one of {', '.join(KINDS)}, not {self.kind!r}.")
        if self.tags != expected:
            raise InvalidValue(f"The tags {self.tags} are not those of the labels {self.labels} in their order.")
        if self.crf is not None and len(self.crf.start) != len(self.tags):
            raise InvalidValue(f"The CRF has {len(self.crf.start)} tags, the labels make {len(self.tags)}.")
        if not 0 <= self.overlap < self.max_length:
            raise InvalidValue(f"Windows of {self.max_length} cannot overlap by {self.overlap}.")
        datetime.fromisoformat(self.created)

    @property
    def label_set(self) -> LabelSet:
        """The labels as the value that decoders and evaluation take."""
        return LabelSet(self.labels)

    def to_json(self) -> dict[str, Any]:
        """Plain values for json.dumps; `from_json` is the way back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Manifest:
        """Raises ModelUnusable for another version, and for missing, unknown or contradictory fields."""
        if not isinstance(values, Mapping) or values.get("version") != VERSION:
            found = values.get("version") if isinstance(values, Mapping) else None
            raise ModelUnusable(
                f"This model has format version {found!r}; version {VERSION} is read here. Train it again."
            )
        unknown = sorted(set(values) - {f.name for f in fields(cls)})
        if unknown:
            raise ModelUnusable(f"{MANIFEST} has fields that are not known: {', '.join(unknown)}.")
        try:
            crf = values.get("crf")
            return cls(**{**values, "crf": None if crf is None else CrfScores(**crf)})
        except (TypeError, ValueError) as reason:
            raise ModelUnusable(f"{MANIFEST} cannot be used: {reason}") from reason


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write tagger.json."""
    text = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path, *, check_files: bool = True) -> Manifest:
    """The manifest of a model folder, its files compared with their hashes.

    Raises ModelUnusable when there is none, when it is of another version, or when a file is missing or altered.
    """
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelUnusable(f"{folder} is not a model folder: it has no {MANIFEST}.") from None
    except (OSError, ValueError) as reason:
        raise ModelUnusable(f"{path} cannot be read: {reason}") from reason
    manifest = Manifest.from_json(values)
    if check_files:
        check_hashes(folder, manifest.files)
        for name in (WEIGHTS, NETWORK, CONFIG, INPUTS[manifest.kind]):
            if name not in manifest.files:
                raise ModelUnusable(f"{MANIFEST} names no {name}: the model was not written to its end.")
    return manifest


def check_hashes(folder: Path, files: Mapping[str, str]) -> None:
    """Raise ModelUnusable unless each named file lies in `folder` with its SHA-256."""
    for name, expected in files.items():
        if Path(name).name != name:
            raise ModelUnusable(f"{MANIFEST} names {name!r}, which lies outside the model folder.")
        try:
            found = sha256(folder / name)
        except OSError as reason:
            raise ModelUnusable(f"The model's file {name} cannot be read: {reason}") from reason
        if found != expected:
            raise ModelUnusable(
                f"The model's file {name} was altered: its SHA-256 begins {found[:12]}, not {expected[:12]}. "
                "Copy the folder again or train again."
            )


def sha256(path: Path) -> str:
    """A file's SHA-256 in hexadecimal; raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
