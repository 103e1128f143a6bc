from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from core.errors import InvalidValue, ModelUnusable
from core.models.manifest import MANIFEST, CrfScores, Manifest, read_manifest, write_manifest

MADE = Manifest(kind="encoder", base="minilm-l6", language="en", labels=("PER", "地名"), max_length=128, overlap=32)


def copy_of(folder: Path, target: Path) -> Path:
    return Path(shutil.copytree(folder, target / "copy"))


def test_a_manifest_survives_its_file(tmp_path):
    scores = CrfScores(((0.1,) * 5,) * 5, (0.2,) * 5, (0.3,) * 5)
    manifest = dataclasses.replace(MADE, crf=scores, snapshot_id=3, metrics={"f1": 0.5}, config={"epochs": 3})
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path, check_files=False) == manifest
    assert manifest.tags == ("O", "B-PER", "I-PER", "B-地名", "I-地名")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "forest"},
        {"tags": ("O", "B-地名", "I-地名", "B-PER", "I-PER")},
        {"overlap": 128},
        {"labels": ("PER", "PER"), "tags": ()},
        {"created": "yesterday"},
        {"crf": CrfScores(((0.0,),), (0.0,), (0.0,))},
    ],
)
def test_fields_that_contradict_each_other_are_refused(changes):
    with pytest.raises(ValueError, match=r"."):
        dataclasses.replace(MADE, **changes)
    with pytest.raises(ModelUnusable):
        Manifest.from_json(
            MADE.to_json() | changes | {"crf": dataclasses.asdict(changes["crf"]) if "crf" in changes else None}
        )


def test_a_crf_of_unequal_or_infinite_scores_is_refused():
    with pytest.raises(InvalidValue, match="2 x 2"):
        CrfScores(((0.0, 0.0),), (0.0, 0.0), (0.0, 0.0))
    with pytest.raises(InvalidValue, match="finite"):
        CrfScores(((float("inf"),),), (0.0,), (0.0,))


@pytest.mark.parametrize("content", ["", "[]", "null", '{"version": 99}', '{"version": 1}', "\x00"])
def test_a_file_that_is_no_manifest_is_said_to_be_unusable(tmp_path, content):
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(ModelUnusable):
        read_manifest(tmp_path)


def test_a_field_from_the_future_is_named(tmp_path):
    (tmp_path / MANIFEST).write_text(json.dumps(MADE.to_json() | {"gazetteer": 1}))
    with pytest.raises(ModelUnusable, match="gazetteer"):
        read_manifest(tmp_path)


def test_a_folder_without_a_manifest_is_no_model(tmp_path):
    with pytest.raises(ModelUnusable, match="not a model folder"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "model.onnx", "config.json", "tokenizer.json"])
def test_an_altered_or_missing_file_is_named(encoder_model, tmp_path, name):
    folder = copy_of(encoder_model, tmp_path)
    with (folder / name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(ModelUnusable, match=rf"{name} was altered"):
        read_manifest(folder)
    (folder / name).unlink()
    with pytest.raises(ModelUnusable, match=rf"{name} cannot be read"):
        read_manifest(folder)


def test_the_card_may_be_edited(encoder_model, tmp_path):
    folder = copy_of(encoder_model, tmp_path)
    (folder / "README.md").write_text("My words.")
    assert read_manifest(folder).labels == ("PER", "ORG", "地名")


def test_a_manifest_reaches_no_file_outside_its_folder_and_none_is_left_out(encoder_model, tmp_path):
    folder = copy_of(encoder_model, tmp_path)
    manifest = read_manifest(folder)
    write_manifest(folder, dataclasses.replace(manifest, files={**manifest.files, "../secret": "0"}))
    with pytest.raises(ModelUnusable, match="outside"):
        read_manifest(folder)
    write_manifest(folder, dataclasses.replace(manifest, files={}))
    with pytest.raises(ModelUnusable, match="not written to its end"):
        read_manifest(folder)
