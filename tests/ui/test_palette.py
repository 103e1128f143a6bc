"""Every label colour can be read, and no two of them are the same."""

from __future__ import annotations

import pytest

from ui.palette import HUES, TEXT_DARK_THEME, TEXT_LIGHT_THEME, contrast, css_variables


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("hue", HUES, ids=lambda hue: hue.name)
def test_text_on_a_tint_and_on_a_solid_has_enough_contrast(hue):
    for shades, text in ((hue.light, TEXT_LIGHT_THEME), (hue.dark, TEXT_DARK_THEME)):
        assert contrast(text, shades.tint) >= 4.5
        assert contrast(shades.on_solid, shades.solid) >= 4.5


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
