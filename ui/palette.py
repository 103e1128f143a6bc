"""The twelve label hues of both themes: one table for the annotator, the read-only span view, chips and charts.

The solids were searched in OKLCH so that the closest two stay apart under normal sight and under the three common
colour-vision deficiencies (simulated after Machado et al. 2009), with at least 4.5:1 for the text on each. A hue is
never the only sign of a label: its name is always written beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

TEXT_LIGHT_THEME = "#1b1f2a"
TEXT_DARK_THEME = "#e6e8ee"
PAGE_LIGHT_THEME = "#ffffff"
PAGE_DARK_THEME = "#12141a"


@dataclass(frozen=True, slots=True)
class Shades:
    """One hue in one theme, as #rrggbb.

    `tint` lies behind running text, `on_solid` is the text on a `solid` chip, and `edge` draws underlines and
    borders, at least 3:1 on the page and on the tint.
    """

    tint: str
    solid: str
    on_solid: str
    edge: str


@dataclass(frozen=True, slots=True)
class Hue:
    """A named colour in the light and in the dark theme."""

    name: str
    light: Shades
    dark: Shades


HUES: tuple[Hue, ...] = (
    Hue(
        "blue", Shades("#d3e2fd", "#3067c6", "#ffffff", "#3067c6"), Shades("#283d62", "#4d83e6", "#101418", "#5185e6")
    ),
    Hue(
        "orange",
        Shades("#fedabd", "#de7c01", "#101418", "#be6a01"),
        Shades("#54310d", "#c77305", "#101418", "#c77305"),
    ),
    Hue(
        "green",
        Shades("#c8eabd", "#317a09", "#ffffff", "#317a09"),
        Shades("#214a2b", "#8afba3", "#101418", "#8afba3"),
    ),
    Hue(
        "pink", Shades("#fdd4e5", "#ae3c76", "#ffffff", "#ae3c76"), Shades("#5b334e", "#ffcded", "#101418", "#ffcded")
    ),
    Hue(
        "violet",
        Shades("#e3dffc", "#9c83f2", "#101418", "#8872d3"),
        Shades("#443057", "#d8b3ff", "#101418", "#d8b3ff"),
    ),
    Hue(
        "pine", Shades("#b8e6db", "#0e5e51", "#ffffff", "#0e5e51"), Shades("#024539", "#04d2af", "#101418", "#04d2af")
    ),
    Hue(
        "coral",
        Shades("#fed6d8", "#da5a6b", "#101418", "#d15667"),
        Shades("#592c21", "#ff9b84", "#101418", "#ff9b84"),
    ),
    Hue(
        "sky", Shades("#c8eafe", "#0693c9", "#101418", "#068cbf"), Shades("#07405a", "#18a5e2", "#101418", "#18a5e2")
    ),
    Hue(
        "lime", Shades("#d3f9bf", "#63a534", "#101418", "#5b9830"), Shades("#414a1b", "#9db322", "#101418", "#9db322")
    ),
    Hue(
        "brown",
        Shades("#f0d1bc", "#784c2c", "#ffffff", "#784c2c"),
        Shades("#4a2e1c", "#be8c6d", "#101418", "#be8c6d"),
    ),
    Hue(
        "ochre",
        Shades("#f0e2a9", "#483c06", "#ffffff", "#483c06"),
        Shades("#4f390e", "#ffc150", "#101418", "#ffc150"),
    ),
    Hue(
        "slate",
        Shades("#d5dbe5", "#363f4f", "#ffffff", "#363f4f"),
        Shades("#39404a", "#7c899a", "#101418", "#7f8b9c"),
    ),
)


def channels(colour: str) -> tuple[float, float, float]:
    """Linear red, green and blue (0..1) of an sRGB `#rrggbb`."""
    encoded = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in encoded)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours after WCAG 2.2, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def css_variables() -> str:
    """CSS classes `hue-0` … `hue-11`: --tint, --solid, --on-solid and --edge; `color-scheme` decides the theme."""
    return "\n".join(
        f".hue-{i} {{ --tint: light-dark({hue.light.tint}, {hue.dark.tint}); "
        f"--solid: light-dark({hue.light.solid}, {hue.dark.solid}); "
        f"--on-solid: light-dark({hue.light.on_solid}, {hue.dark.on_solid}); "
        f"--edge: light-dark({hue.light.edge}, {hue.dark.edge}); }}"
        for i, hue in enumerate(HUES)
    )


def _luminance(colour: str) -> float:
    red, green, blue = channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
