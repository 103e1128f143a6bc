"""Model folders: writing one from a trained tagger, and loading one back for torch.

Prediction needs none of this: `core.inference.Predictor` reads the same folder without torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

from core.documents import LabelSet
from core.errors import EncoderUnavailable, ModelUnusable
from core.features import InputEncoder, load_input_encoder
from core.models.build import load_network
from core.models.card import card
from core.models.character_network import CharacterNetwork, CharacterShape
from core.models.crf import Crf
from core.models.export import export
from core.models.manifest import (
    CARD,
    CONFIG,
    INPUTS,
    NETWORK,
    WEIGHTS,
    CrfScores,
    Manifest,
    read_manifest,
    sha256,
    write_manifest,
)
from core.models.tagger import Tagger

if TYPE_CHECKING:
    from core.training.config import TrainingConfig


def write_model_folder(
    folder: Path,
    tagger: Tagger,
    encoder: InputEncoder,
    *,
    config: TrainingConfig,
    labels: LabelSet,
    metrics: Mapping[str, Any],
    snapshot_id: int | str | None = None,
) -> Manifest:
    """Write all files of a model, the manifest last; `folder` is made when missing.

    A folder without a manifest is unfinished: whoever publishes writes to a place of its own and renames. Raises
    ModelUnusable when `labels` are not the tagger's or when the ONNX export does not score like the network.
    """
    if labels != tagger.labels:
        raise ModelUnusable(f"The tagger was made for the labels {tagger.labels.names}, not for {labels.names}.")
    folder.mkdir(parents=True, exist_ok=True)
    encoder.save(folder)
    _save_weights(folder, tagger)
    export(tagger, encoder, folder / NETWORK)
    crf = None if tagger.crf is None else tagger.crf.scores()
    names = sorted((CONFIG, WEIGHTS, NETWORK, INPUTS[tagger.kind]))
    manifest = Manifest(
        kind=tagger.kind,
        base=config.base,
        language=config.language,
        labels=labels.names,
        max_length=encoder.max_length,
        overlap=encoder.overlap,
        crf=crf,
        snapshot_id=snapshot_id,
        config=config.to_json(),
        metrics=dict(metrics),
        files={name: sha256(folder / name) for name in names},
    )
    (folder / CARD).write_text(card(manifest), encoding="utf-8")
    write_manifest(folder, manifest)
    return manifest


def load_tagger(folder: Path) -> tuple[Tagger, InputEncoder, Manifest]:
    """The tagger of a model folder on the CPU, in evaluation mode, with its input encoder and manifest.

    Raises ModelUnusable for a folder that is incomplete, altered, or not what its manifest says.
    """
    manifest = read_manifest(folder)
    encoder = load_input_encoder(folder, max_length=manifest.max_length, overlap=manifest.overlap)
    labels = manifest.label_set
    try:
        network = load_network(folder, labels) if manifest.kind == "encoder" else _character_network(folder)
    except (EncoderUnavailable, OSError, ValueError, RuntimeError) as reason:
        raise ModelUnusable(f"The network in {folder} cannot be loaded: {reason}") from reason
    crf = None if manifest.crf is None else _crf(labels, manifest.crf)
    return Tagger(labels, kind=manifest.kind, network=network, crf=crf).eval(), encoder, manifest


def _save_weights(folder: Path, tagger: Tagger) -> None:
    network: Any = tagger.network
    weights = {name: values.detach().cpu().float().contiguous() for name, values in _weights(network)}
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    if tagger.kind == "encoder":
        network.config.save_pretrained(folder)
    else:
        text = json.dumps(network.shape.to_json(), indent=1)
        (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
    # safetensors writes for its owner alone; a model folder follows the umask as a whole
    (folder / WEIGHTS).chmod((folder / CONFIG).stat().st_mode)


def _weights(network: torch.nn.Module) -> list[tuple[str, torch.Tensor]]:
    """Named weights and buffers, each stored once: safetensors refuses two names for one memory."""
    seen: set[int] = set()
    found = []
    for name, values in network.state_dict().items():
        if values.data_ptr() not in seen or not values.numel():
            found.append((name, values))
        seen.add(values.data_ptr())
    return found


def _character_network(folder: Path) -> CharacterNetwork:
    shape = CharacterShape.from_json(json.loads((folder / CONFIG).read_text(encoding="utf-8")))
    network = CharacterNetwork(shape)
    network.load_state_dict(load_file(folder / WEIGHTS))
    return network


def _crf(labels: LabelSet, scores: CrfScores) -> Crf:
    crf = Crf(labels)
    with torch.no_grad():
        crf.transitions.copy_(torch.tensor(scores.transitions))
        crf.start.copy_(torch.tensor(scores.start))
        crf.end.copy_(torch.tensor(scores.end))
    return crf
