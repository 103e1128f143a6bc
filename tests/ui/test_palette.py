"""Every label colour can be read, and any two can be told apart, by colour-blind people too.

How they see is simulated with the matrices for full dichromacy of Machado, Oliveira and Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions on Visualization and
Computer Graphics 15(6), 2009, on linear RGB. The difference of two colours is CIEDE2000 as in Sharma, Wu and Dalal,
"The CIEDE2000 Color-Difference Formula: Implementation Notes, Supplementary Test Data, and Mathematical
Observations", Color Research and Application 30(1), 2005; the check values below are from its table 1.
"""

from __future__ import annotations

import math
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from ui.palette import (
    HUES,
    PAGE_DARK_THEME,
    PAGE_LIGHT_THEME,
    TEXT_DARK_THEME,
    TEXT_LIGHT_THEME,
    channels,
    contrast,
    css_variables,
)

Triple = tuple[float, float, float]

THEMES = {"light": (TEXT_LIGHT_THEME, PAGE_LIGHT_THEME), "dark": (TEXT_DARK_THEME, PAGE_DARK_THEME)}
CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
LEAST_DIFFERENCE = 5.0  # CIEDE2000; two patches side by side are told apart from about 1
SIGHT = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen(colour: str, sight: str) -> Triple:
    """L*, a*, b* (D65) of an sRGB `#rrggbb` as somebody with this sight sees it."""
    linear = channels(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * channel for weight, channel in zip(row, linear, strict=True))))
        for row in SIGHT[sight]
    )
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: Triple, other: Triple) -> float:
    """CIEDE2000 of two colours in L*, a*, b*."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = (h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2)) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    weight = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    lightness = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    colour = (c2 - c1) / (1 + 0.045 * chroma)
    tone = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * weight)
    bend = (
        2
        * math.sqrt(chroma**7 / (chroma**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    )
    return math.sqrt(lightness**2 + colour**2 + tone**2 - bend * colour * tone)


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("hue", HUES, ids=lambda hue: hue.name)
def test_text_on_a_tint_and_on_a_solid_has_enough_contrast(hue):
    for shades, text in ((hue.light, TEXT_LIGHT_THEME), (hue.dark, TEXT_DARK_THEME)):
        assert contrast(text, shades.tint) >= 4.5
        assert contrast(shades.on_solid, shades.solid) >= 4.5


@pytest.mark.parametrize("hue", HUES, ids=lambda hue: hue.name)
@pytest.mark.parametrize("theme", THEMES)
def test_an_edge_stands_out_from_the_page_and_from_the_tint(hue, theme):
    shades, (_, page) = getattr(hue, theme), THEMES[theme]
    assert contrast(shades.edge, page) >= 3
    assert contrast(shades.edge, shades.tint) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_contrasts_are_those_of_the_themes_that_are_shown(theme):
    shown = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][theme]
    assert (shown["textColor"], shown["backgroundColor"]) == THEMES[theme]


def test_the_difference_of_colours_is_the_published_one():
    assert difference((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert difference((50.0, 2.5, 0.0), (73.0, 25.0, -18.0)) == pytest.approx(27.1492, abs=1e-4)
    assert difference((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619)) == pytest.approx(2.0373, abs=1e-4)
    assert difference((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(1.2644, abs=1e-4)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", THEMES)
def test_any_two_hues_are_told_apart(theme, sight):
    colours = {hue.name: seen(getattr(hue, theme).solid, sight) for hue in HUES}
    pairs = [(difference(colours[one], colours[other]), one, other) for one, other in combinations(colours, 2)]
    assert min(pairs)[0] >= LEAST_DIFFERENCE, f"closest: {min(pairs)}"


def test_there_are_twelve_hues_all_different():
    assert len(HUES) == 12
    assert len({hue.name for hue in HUES}) == 12
    for theme in ("light", "dark"):
        assert len({getattr(hue, theme).solid for hue in HUES}) == 12
        assert len({getattr(hue, theme).tint for hue in HUES}) == 12


def test_the_style_sheet_names_every_hue_in_both_themes():
    sheet = css_variables()
    for index, hue in enumerate(HUES):
        assert f".hue-{index} {{ --tint: light-dark({hue.light.tint}, {hue.dark.tint});" in sheet
