"""The app's own style sheet: style.css with the colours of theme and labels in light and dark.

`light-dark()` follows the `color-scheme` of the element it is used in. Streamlit sets that on the app to the theme
that the reader chose, so a change of theme needs no rerun; dialogs and menus, which lie beside the app, get it here.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from ui.palette import HUES

# variable → option of the theme in .streamlit/config.toml. Streamlit sets these variables for components only.
FROM_THEME = {
    "--st-primary-color": "primaryColor",
    "--st-background-color": "backgroundColor",
    "--st-secondary-background-color": "secondaryBackgroundColor",
    "--st-text-color": "textColor",
    "--st-border-color": "borderColor",
}
# variable → (light, dark); where text has the colour it is at least 4.5:1 on the page's background
OWN = {
    "--tl-soft": ("#5b6372", "#9aa3b5"),
    "--tl-track": ("#e6e9f0", "#2a2f3b"),
    "--tl-hairline": ("#eceef3", "#232834"),
    "--tl-good": ("#15803d", "#4ade80"),
    "--tl-bad": ("#b91c1c", "#fb8585"),
    "--tl-on-accent": ("#ffffff", "#10131c"),
}


@lru_cache(maxsize=1)
def sheet() -> str:
    """style.css and the colours it uses."""
    rules = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    return "\n".join((theme_variables(), hue_classes(), hue_swatches(), rules))


def theme_variables() -> str:
    """The colours of the theme and our own, for the whole page."""
    pairs = {
        name: (st.get_option(f"theme.light.{option}"), st.get_option(f"theme.dark.{option}"))
        for name, option in FROM_THEME.items()
    } | OWN
    declared = " ".join(f"{name}: light-dark({light}, {dark});" for name, (light, dark) in pairs.items())
    return f":root {{ {declared} }}"


def hue_classes() -> str:
    """Classes hue-0 … hue-11 that set --tint, --solid and --on-solid."""
    return "\n".join(
        f".hue-{number} {{ --tint: light-dark({hue.light.tint}, {hue.dark.tint}); "
        f"--solid: light-dark({hue.light.solid}, {hue.dark.solid}); "
        f"--on-solid: light-dark({hue.light.on_solid}, {hue.dark.on_solid}); }}"
        for number, hue in enumerate(HUES)
    )


def hue_swatches() -> str:
    """A coloured dot before each of the twelve pills of a widget whose key begins with "hue-"."""
    dot = (
        '[class*="st-key-hue-"] button::before { content: ""; width: .85em; height: .85em; border-radius: 50%; '
        "margin-right: .45em; flex: none; background: var(--dot); }"
    )
    dots = (
        f'[class*="st-key-hue-"] button:nth-of-type({number + 1}) '
        f"{{ --dot: light-dark({hue.light.solid}, {hue.dark.solid}); }}"
        for number, hue in enumerate(HUES)
    )
    return "\n".join((dot, *dots))


def apply() -> None:
    """Put the style sheet on the page."""
    scheme = st.context.theme.type
    known = scheme if scheme in ("light", "dark") else "light dark"
    st.html(f"<style>:root {{ color-scheme: {known}; }}\n{sheet()}</style>")
