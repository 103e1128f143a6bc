"""The app's own style sheet: a few rules on top of the theme in .streamlit/config.toml, and the label colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from ui.palette import HUES


@lru_cache(maxsize=1)
def sheet() -> str:
    """style.css and the label colours, as one style element."""
    rules = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    return f"<style>{hue_classes()}\n{rules}</style>"


def hue_classes() -> str:
    """Classes hue-0 … hue-11 that set --tint, --solid and --on-solid.

    `light-dark()` follows the `color-scheme` of the element it is used in, which Streamlit sets to the theme that
    the reader chose; no rerun is needed when the theme changes.
    """
    return "\n".join(
        f".hue-{number} {{ --tint: light-dark({hue.light.tint}, {hue.dark.tint}); "
        f"--solid: light-dark({hue.light.solid}, {hue.dark.solid}); "
        f"--on-solid: light-dark({hue.light.on_solid}, {hue.dark.on_solid}); }}"
        for number, hue in enumerate(HUES)
    )


def apply() -> None:
    """Put the style sheet on the page."""
    st.html(sheet())
