from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidConfig
from core.training import RECIPES, describe, estimate_seconds, recipe
from core.training.recipes import Size, size_of

BASES = ("minilm-l6", "char-bilstm-crf", "google-bert/bert-base-cased", "FacebookAI/xlm-roberta-large")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("documents", [1, 100, 300, 1_000, 10_000, 1_000_000])
def test_a_longer_recipe_never_trains_less(base: str, documents: int) -> None:
    configs = [recipe(name, base=base, language="en", documents=documents) for name in RECIPES]
    epochs = [config.epochs for config in configs]
    assert epochs == sorted(epochs)
    estimates = [estimate_seconds(config, documents, 150 * documents) for config in configs]
    assert estimates == sorted(estimates)


def test_the_learning_rate_belongs_to_the_size_of_the_base(tiny_encoder: Path) -> None:
    assert [size_of(base) for base in BASES] == [Size.SMALL, Size.CHARACTER, Size.BASE, Size.LARGE]
    assert size_of(str(tiny_encoder)) is Size.SMALL
    rates = [recipe("balanced", base=base, language="en", documents=1_000).learning_rate for base in BASES]
    assert rates == [3e-4, 3e-3, 5e-5, 2e-5]


def test_fewer_documents_are_read_more_often() -> None:
    epochs = [recipe("balanced", base="minilm-l6", language="en", documents=n).epochs for n in (100, 300, 1_000)]
    assert epochs == [20, 9, 3]


def test_quick_freezes_the_embeddings_and_takes_about_six_epochs_at_300() -> None:
    config = recipe("quick", base="minilm-l6", language="en", documents=300)
    assert config.freeze_embeddings
    assert config.epochs == 6
    assert estimate_seconds(config, 300, 300 * 110) < 90


def test_an_unknown_recipe_and_no_documents_are_refused() -> None:
    with pytest.raises(InvalidConfig, match="quick, balanced, thorough"):
        recipe("slow", base="minilm-l6", language="en", documents=10)
    with pytest.raises(InvalidConfig, match="at least 1"):
        recipe("quick", base="minilm-l6", language="en", documents=0)


def test_a_run_is_described_in_one_line_of_words() -> None:
    line = describe(recipe("quick", base="minilm-l6", language="en", documents=300))
    assert "\n" not in line
    for part in ("MiniLM", "6 passes", "256 sub-tokens", "0.0003", "embeddings left as they are"):
        assert part in line
    thorough = describe(recipe("thorough", base="char-bilstm-crf", language="zh", documents=300))
    assert "characters a step" in thorough
    assert "without a better dev F1" in thorough
