"""Recipes: settings that work, by the size of the base and the number of training documents.

Small data needs steps, not epochs: a recipe has a budget of steps and derives the epochs from it. The learning rate
belongs to the size of the encoder: 3e-4 is right for a 6-layer MiniLM and far too high for a BERT, whose 2e-5 in turn
leaves MiniLM where it started. The figures come from measurements on news and social-media sentences of about 30
sub-tokens (MiniLM) and on Chinese news of about 40 characters (character tagger); those of larger encoders are the
usual ones of the literature.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from core.errors import InvalidConfig
from core.models.bases import describe_base, is_folder, local_path
from core.training.config import TrainingConfig

RECIPES = ("quick", "balanced", "thorough")


class Size(StrEnum):
    """What decides learning rate and cost of a base."""

    CHARACTER = "character"  # trained from scratch
    SMALL = "small"  # hidden width up to 384: MiniLM and its kin
    BASE = "base"  # 6 or 12 layers of width 768
    LARGE = "large"  # 24 layers of width 1024


@dataclass(frozen=True, slots=True)
class _Plan:
    """How long a recipe trains an encoder: epochs = steps / steps per epoch, within the limits."""

    steps: int
    fewest: int
    most: int
    patience: int | None = None


_PLANS = {
    (Size.SMALL, "quick"): _Plan(225, 2, 12),
    (Size.SMALL, "balanced"): _Plan(350, 3, 20),
    (Size.SMALL, "thorough"): _Plan(800, 5, 30, patience=5),
    (Size.BASE, "quick"): _Plan(300, 2, 10),
    (Size.BASE, "balanced"): _Plan(600, 3, 15),
    (Size.BASE, "thorough"): _Plan(1200, 5, 20, patience=4),
    (Size.LARGE, "quick"): _Plan(300, 2, 10),
    (Size.LARGE, "balanced"): _Plan(600, 3, 12),
    (Size.LARGE, "thorough"): _Plan(1200, 5, 15, patience=4),
}
_RATES = {Size.SMALL: 3e-4, Size.BASE: 5e-5, Size.LARGE: 2e-5}
_HEAD_RATES = {Size.SMALL: None, Size.BASE: 5e-4, Size.LARGE: 2e-4}
_BATCHES = {Size.SMALL: 256, Size.BASE: 512, Size.LARGE: 512}  # sub-tokens: 8 or 16 sentences
_MANY = 3_000  # documents from which a batch is doubled
_FROZEN_BELOW = 2_000  # documents below which frozen embeddings cost no F1 that could be measured

# (documents up to, epochs, learning rate, batch in characters) of the character tagger.
_CHARACTER_STEPS = (
    (600, 30, 2e-3, 640),
    (2_500, 25, 3e-3, 1_280),
    (6_000, 15, 3e-3, 1_280),
    (10**12, 9, 2.5e-3, 1_280),
)
_CHARACTER_FACTORS = {"quick": 0.6, "balanced": 1.0, "thorough": 1.4}

# Seconds of one processor core for one real sub-token (or character) of training.
_SECONDS = {Size.CHARACTER: 0.00007, Size.SMALL: 0.0005, Size.BASE: 0.0035, Size.LARGE: 0.012}
_FROZEN_EMBEDDINGS = 0.95  # of that, with the embeddings frozen
_FROZEN_LAYER = 0.9  # of that, for each frozen layer
_SCORING = 1.15  # the dev split after each epoch
_START_AND_EXPORT = {Size.CHARACTER: 10.0, Size.SMALL: 15.0, Size.BASE: 40.0, Size.LARGE: 90.0}
_CHARACTERS_PER_SUBTOKEN = {"en": 4.0, "zh": 1.0}


def recipe(name: str, *, base: str, language: str, documents: int) -> TrainingConfig:
    """The settings of recipe `name` for `documents` training documents; raises InvalidConfig for another name."""
    if name not in RECIPES:
        raise InvalidConfig(f"There is no recipe {name!r}; there are {', '.join(RECIPES)}.")
    if documents < 1:
        raise InvalidConfig(f"A recipe needs at least 1 training document, not {documents}.")
    size = size_of(base)
    if size is Size.CHARACTER:
        return _character_recipe(name, base, language, documents)
    plan = _PLANS[size, name]
    batch = _BATCHES[size] * (2 if documents >= _MANY else 1)
    steps_per_epoch = max(1.0, documents * 32 / batch)  # 32: sub-tokens of a sentence, both special ones included
    freeze = name == "quick" or (name == "balanced" and documents < _FROZEN_BELOW)
    return TrainingConfig(
        base=base,
        language=language,
        epochs=min(plan.most, max(plan.fewest, round(plan.steps / steps_per_epoch))),
        learning_rate=_RATES[size],
        head_learning_rate=_HEAD_RATES[size],
        batch_tokens=batch,
        warmup_share=0.1,
        patience=plan.patience,
        freeze_embeddings=freeze,
    )


def _character_recipe(name: str, base: str, language: str, documents: int) -> TrainingConfig:
    _, epochs, rate, batch = next(row for row in _CHARACTER_STEPS if documents <= row[0])
    return TrainingConfig(
        base=base,
        language=language,
        epochs=max(5, round(epochs * _CHARACTER_FACTORS[name])),
        learning_rate=rate,
        batch_tokens=batch,
        warmup_share=0.08,
        clip_norm=5.0,
        patience=8 if name == "thorough" else None,
    )


def size_of(base: str) -> Size:
    """The size class of a base: from its width where it lies here, else from its parameters and its name."""
    known = describe_base(base)
    if known.kind == "character":
        return Size.CHARACTER
    width = _width(base)
    if width is not None:
        return Size.SMALL if width <= 384 else Size.BASE if width < 1024 else Size.LARGE
    name = base.lower()
    if any(part in name for part in ("mini", "small", "tiny")) or (known.parameters or 10**9) < 40_000_000:
        return Size.SMALL
    return Size.LARGE if "large" in name else Size.BASE


def estimate_seconds(config: TrainingConfig, documents: int, characters: int) -> float:
    """Rough wall time on one processor core, for `documents` training documents of `characters` in all.

    epochs x sub-tokens x seconds a sub-token (less what is frozen) x 1.15 for scoring + start and export. A GPU or
    more cores need less; what a run says of itself after its first steps is better.
    """
    size = size_of(config.base)
    seconds = _SECONDS[size]
    if config.freeze_embeddings:
        seconds *= _FROZEN_EMBEDDINGS * _FROZEN_LAYER**config.freeze_layers
    per_piece = 1.0 if size is Size.CHARACTER else _CHARACTERS_PER_SUBTOKEN[config.language]
    pieces = characters / per_piece + 2 * documents
    return config.epochs * pieces * seconds * _SCORING + _START_AND_EXPORT[size]


def describe(config: TrainingConfig) -> str:
    """One line in words of what a run with `config` will do."""
    passes = "1 pass" if config.epochs == 1 else f"{config.epochs} passes"
    unit = "characters" if size_of(config.base) is Size.CHARACTER else "sub-tokens"
    batch = config.batch_tokens * config.accumulation_steps
    course = "then falling to 0" if config.schedule == "linear" else "then constant"
    parts = [
        f"{describe_base(config.base).title}: {passes} over the training documents",
        f"up to {batch:,} {unit} a step",
        f"learning rate {config.learning_rate:g} after {config.warmup_share:.0%} warm-up, {course}",
    ]
    if config.freeze_embeddings:
        layers = f" and {config.freeze_layers} layers" if config.freeze_layers else ""
        parts.append(f"embeddings{layers} left as they are")
    if config.patience is not None:
        parts.append(f"stops after {config.patience} epochs without a better dev F1, not before half of the passes")
    return f"{', '.join(parts)}; the epoch with the best dev F1 is kept."


def _width(base: str) -> int | None:
    """Hidden width of an encoder in a local folder; None for any other base, or where its config does not say."""
    if not is_folder(base):
        return None
    try:
        settings = json.loads((local_path(base) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    width = settings.get("hidden_size", settings.get("dim")) if isinstance(settings, dict) else None
    return width if isinstance(width, int) else None
