from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest

from core.errors import InvalidConfig
from core.training import FIELDS, TrainingConfig

CONFIG = TrainingConfig(base="minilm-l6", language="en")


def test_a_config_survives_json() -> None:
    config = dataclasses.replace(CONFIG, labels=("PER", "地名"), patience=3, head_learning_rate=1e-3)
    assert TrainingConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 2.5),
        ("epochs", True),
        ("learning_rate", float("nan")),
        ("learning_rate", 2.0),
        ("learning_rate", None),
        ("warmup_share", 0.95),
        ("schedule", "cosine"),
        ("language", "fr"),
        ("freeze_embeddings", 1),
        ("batch_tokens", 7),
        ("device", "tpu"),
        ("seed", -1),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidConfig, match=name):
        dataclasses.replace(CONFIG, **{name: value})


@pytest.mark.parametrize(
    "changes",
    [
        {"overlap": 129},
        {"freeze_layers": 2},
        {"labels": ()},
        {"labels": ("PER", "PER")},
        {"base": " "},
    ],
)
def test_settings_that_exclude_each_other_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidConfig):
        dataclasses.replace(CONFIG, **changes)


def test_an_unknown_or_missing_setting_is_named() -> None:
    with pytest.raises(InvalidConfig, match="learn_rate"):
        TrainingConfig.from_json({"base": "x", "language": "en", "learn_rate": 1e-3})
    with pytest.raises(InvalidConfig, match="language"):
        TrainingConfig.from_json({"base": "x"})


def test_every_setting_but_the_labels_has_what_a_form_needs() -> None:
    names = {field.name for field in dataclasses.fields(TrainingConfig)}
    assert set(FIELDS) == names - {"labels"}
    for name, field in FIELDS.items():
        field.check(name, getattr(CONFIG, name))
        assert field.help
        assert (field.low is None) == (field.high is None)


def test_the_package_and_the_preflight_come_without_torch() -> None:
    code = (
        "import sys, core.training, core.features, core.training.preflight, core.training.recipes as r;"
        "r.recipe('quick', base='minilm-l6', language='en', documents=300);"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
