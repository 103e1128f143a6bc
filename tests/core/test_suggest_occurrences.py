"""Every mention of a surface, compared with a search that tries every range."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.suggest.borders import Borders
from core.suggest.occurrences import occurrences
from core.tokens import tokenize
from tests.core.mixed_text import mixed_text


def mentions(text: str, surface: str, *, language: str = "en", ignore_case: bool = False) -> list[str]:
    found = occurrences(
        text, surface, language=language, borders=lambda text: Borders.of(text, language), ignore_case=ignore_case
    )
    return [text[start:end] for start, end in found]


def test_mentions_are_whole_words_in_english():
    assert mentions("US, USA, U.S. and us: the US's", "US") == ["US", "US"]
    assert mentions("do, don't, doing", "do") == ["do", "do"]


def test_mentions_may_stand_anywhere_in_chinese():
    assert len(mentions("北京大学在北京", "北京", language="zh")) == 2
    assert len(mentions("人人人人人", "人人", language="zh")) == 2


def test_case_is_folded_with_offsets_kept_right():
    assert mentions("Straße STRASSE strasse", "STRASSE", ignore_case=True) == ["Straße", "STRASSE", "strasse"]
    assert mentions("ß, ẞ, ss", "ss", ignore_case=True) == ["ß", "ẞ", "ss"]
    assert mentions("ﬃ s", "s", ignore_case=True) == ["s"]
    assert mentions("İstanbul, i̇stanbul, istanbul", "İstanbul", ignore_case=True) == ["İstanbul", "i̇stanbul"]


def test_nothing_is_normalised():
    assert mentions("Caf\u00e9 Cafe\u0301", "Caf\u00e9", ignore_case=True) == ["Caf\u00e9"]


def tried_everywhere(text: str, surface: str, language: str, ignore_case: bool) -> list[tuple[int, int]]:
    tokens = tokenize(text, language)
    wanted = surface.casefold() if ignore_case else surface
    found: list[tuple[int, int]] = []
    for first in range(len(tokens)):
        for last in range(first, len(tokens)):
            start, end = tokens[first].start, tokens[last].end
            shown = text[start:end].casefold() if ignore_case else text[start:end]
            if shown == wanted and (not found or start >= found[-1][1]):
                found.append((start, end))
    return found


@given(mixed_text, st.sampled_from(("en", "zh")), st.booleans(), st.data())
def test_mentions_agree_with_trying_every_range(drawn, language, ignore_case, data):
    text = f"{drawn} {drawn.upper()}{drawn}"
    tokens = tokenize(text, language)
    if not tokens:
        return
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = min(len(tokens) - 1, first + data.draw(st.integers(0, 1)))
    surface = text[tokens[first].start : tokens[last].end]
    found = occurrences(
        text,
        surface,
        language=language,
        borders=lambda text: Borders.of(text, language),
        ignore_case=ignore_case,
    )
    assert found == tried_everywhere(text, surface, language, ignore_case)
