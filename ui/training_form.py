"""How to train: recipe, base, and behind "Methods" every setting. Gives back a checked TrainingConfig."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import streamlit as st

from core.errors import EncoderUnavailable, InvalidConfig
from core.models.bases import BASES, CHARACTERS, WARN_UNKNOWN, default_base, describe_base
from core.training import FIELDS, TrainingConfig
from core.training.recipes import RECIPES, describe, estimate_seconds, recipe
from ui import render
from ui.session import Page
from ui.training_data import TrainingData, share_unknown
from ui.words import estimate, percent

FOLDER, HUB = "folder", "hub"
ELSEWHERE = {FOLDER: "A folder on this machine …", HUB: "Another model of the hub …"}
GROUPS = {
    "Learning": (
        "epochs learning_rate head_learning_rate schedule warmup_share weight_decay clip_norm dropout patience"
    ),
    "Batches": "batch_tokens accumulation_steps max_length overlap",
    "Encoder": "freeze_embeddings freeze_layers",
    "Machine": "device precision threads seed checkpoint_seconds",
}
LABELS = {
    "head_learning_rate": "Learning rate of the head",
    "warmup_share": "Warm-up share",
    "clip_norm": "Longest gradient",
    "batch_tokens": "Batch",
    "accumulation_steps": "Accumulation",
    "max_length": "Window",
    "overlap": "Window overlap",
    "freeze_layers": "Frozen layers",
    "checkpoint_seconds": "Checkpoint every",
    "seed": "Random seed",
}
PLACEHOLDERS = {
    "head_learning_rate": "like the encoder",
    "dropout": "the model's own",
    "patience": "all epochs",
    "threads": "all cores",
}
FORMATS = {"learning_rate": "%.2e", "head_learning_rate": "%.2e"}


def draw(page: Page, data: TrainingData) -> TrainingConfig | None:
    """Ask, and show what will be done, with the button that starts it; the config when the button was pressed."""
    language = page.project.language
    left, right = st.columns([3, 2], gap="medium")
    with right:
        base = _ask_base(language)
        usable = base is not None and _check_base(base, data)
    documents = max(1, len(data.train))
    with left:
        chosen = _ask_recipe(base if usable and base else default_base(language), language, data)
        will_do = st.container(key="train-will-do")
    config = None
    if usable and base is not None:
        plan = recipe(chosen, base=base, language=language, documents=documents)
        plan = dataclasses.replace(plan, flat_rule=data.flat_rule)
        config = _methods(plan, key=f"{chosen}-{base}-{documents}")
        if config is not None:
            will_do.caption(_will_do(plan, config, data))
    pressed = will_do.button("Start training", type="primary", icon=":material/play_arrow:", disabled=config is None)
    return config if pressed else None


def _will_do(plan: TrainingConfig, config: TrainingConfig, data: TrainingData) -> str:
    seconds = estimate_seconds(config, len(data.train), data.found.characters)
    changed = "" if config == plan else f" Changed from the recipe: {_changes(plan, config)}."
    return f"{describe(config)} {estimate(seconds).replace('≈', 'About').capitalize()} on this machine.{changed}"


def _ask_recipe(base: str, language: str, data: TrainingData) -> str:
    documents = max(1, len(data.train))

    def named(name: str) -> str:
        config = recipe(name, base=base, language=language, documents=documents)
        return f"{name.capitalize()} · {estimate(estimate_seconds(config, documents, data.found.characters))}"

    return st.segmented_control(
        "Recipe",
        RECIPES,
        default="quick",
        required=True,
        format_func=named,
        wrap=True,
        key="page:train-recipe",
        help="Quick shows whether the labels can be learned; balanced is for daily work; thorough takes the best of "
        "many epochs. Times are rough, for this machine without a GPU.",
    )


def _ask_base(language: str) -> str | None:
    """The chosen base, or None while its name is still to be typed."""
    fits = [b.id for b in BASES if language in b.languages or "*" in b.languages]
    first = default_base(language)
    options = [first, *(b for b in fits if b != first), *(b.id for b in BASES if b.id not in fits), FOLDER, HUB]
    chosen = st.selectbox(
        "Base",
        options,
        format_func=lambda name: ELSEWHERE.get(name) or describe_base(name).title,
        key="page:train-base",
        help="What is fine-tuned. The built-in ones need no network; others are fetched from the hub.",
    )
    if chosen == FOLDER:
        typed = st.text_input("Folder", placeholder="/models/my-encoder", key="page:train-folder", max_chars=500)
        return typed.strip() or None
    if chosen == HUB:
        typed = st.text_input("Hugging Face id", placeholder="name/model", key="page:train-hub", max_chars=200)
        return typed.strip() or None
    return chosen


def _check_base(base: str, data: TrainingData) -> bool:
    """Say what is known of the base, and how well it reads these documents; False when it cannot be used."""
    known = describe_base(base)
    try:
        share = share_unknown(base, data.version, data)
    except (EncoderUnavailable, InvalidConfig) as error:
        st.error(str(error), icon=":material/block:")
        return False
    said = ""
    if share is None:
        said = "How well it reads these documents is known once it has been fetched."
    elif share <= WARN_UNKNOWN and base != CHARACTERS:
        shown = "Less than 1 %" if share < 0.005 else percent(share)
        unknown = f"{shown} of the characters in these documents is unknown to it."
        said = unknown if share else "It reads all of these documents."
    st.caption(f"{known.note} {said}")
    if share is not None and share > WARN_UNKNOWN:
        with st.container(key="unknown-characters"):
            st.warning(
                f"{percent(share)} of the characters of these documents are unknown to {known.title}: it sees them "
                "as one and the same sign and cannot learn from them. The character tagger reads them all.",
                icon=":material/translate:",
            )
            st.button("Use the character tagger", on_click=_use_characters, key="use-characters")
    return True


def _use_characters() -> None:
    st.session_state["page:train-base"] = CHARACTERS


def _methods(plan: TrainingConfig, *, key: str) -> TrainingConfig | None:
    """Every setting, filled in by the recipe; None when two of them exclude each other."""
    values: dict[str, Any] = {}
    with st.expander("Methods", icon=":material/tune:", key="page:train-methods"):
        for title, names in GROUPS.items():
            st.html(render.card_title(title))
            for row in (names.split()[begin : begin + 4] for begin in range(0, len(names.split()), 4)):
                for column, name in zip(st.columns(4, gap="medium", vertical_alignment="bottom"), row, strict=False):
                    with column:
                        values[name] = _field(name, getattr(plan, name), key=key)
        try:
            return dataclasses.replace(plan, **values)
        except InvalidConfig as error:
            problem = str(error)
    st.error(f"{problem} Change it under Methods.", icon=":material/block:")
    return None


def _field(name: str, value: Any, *, key: str) -> Any:
    field = FIELDS[name]
    label = LABELS.get(name) or name.replace("_", " ").capitalize()
    unit = f" ({field.unit})" if field.unit and field.unit not in label.lower() else ""
    bounds = "" if field.low is None else f" From {field.low:g} to {field.high:g}."
    shared: dict[str, Any] = {
        "label": f"{label}{unit}",
        "help": f"{field.help}.{bounds}",
        "key": f"page:train-{name}-{key}",
    }
    if field.choices:
        return st.selectbox(options=field.choices, index=field.choices.index(value), **shared)
    if field.kind is bool:
        return st.toggle(value=value, **shared)
    whole = field.kind is int
    return st.number_input(
        value=value,
        min_value=None if field.low is None else field.kind(field.low),
        max_value=None if field.high is None else field.kind(field.high),
        step=1 if whole else _step(value),
        format=FORMATS.get(name, "%d" if whole else "%g"),
        placeholder=PLACEHOLDERS.get(name),
        **shared,
    )


def _step(value: float | None) -> float:
    """A step of one in the value's first digit, ten times finer."""
    return 0.01 if not value else 10.0 ** (math.floor(math.log10(value)) - (value < 0.01))


def _changes(plan: TrainingConfig, config: TrainingConfig) -> str:
    before, after = plan.to_json(), config.to_json()
    return ", ".join(
        f"{LABELS.get(name) or name.replace('_', ' ')} {_shown(after[name])} instead of {_shown(before[name])}"
        for name in after
        if after[name] != before[name]
    )


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _characters(data: TrainingData) -> int:
    return data.found.characters
