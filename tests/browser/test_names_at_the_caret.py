"""What E selects, and where the caret goes by sentence: the rules themselves, in a browser with its word list."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("playwright.sync_api")

from core.tokens import tokenize
from ui.span_annotator import joined_modules

pytestmark = pytest.mark.browser

MODULES = ("characters.js", "offsets.js", "movement.js", "phrase.js")
CALL = """async ([source, name, text, tokens, language, at]) => {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { TextModel, ...functions } = await import(address);
    const model = new TextModel(text, tokens, language);
    const found = functions[name](model, ...at);
    return Array.isArray(found) ? text.slice(...found) : found;
}"""
SENTENCES = "He came. She saw them.\n\nThey won."
CHINESE_SENTENCES = "他来了。她看见了！\n他们赢了。"


@pytest.fixture(scope="module")
def ask(chromium):
    """`ask(function, text, language, *arguments)` of a JavaScript function; a range comes back as its text."""
    context = chromium.new_context()
    page = context.new_page()
    source = joined_modules(MODULES) + "\nexport { TextModel, phraseAt, grownEnd, sentenceStep };"

    def asked(name, text, language, *at):
        tokens = [offset for token in tokenize(text, language) for offset in (token.start, token.end)]
        return page.evaluate(CALL, [source, name, text, tokens, language, json.loads(json.dumps(at))])

    yield asked
    context.close()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Angela Merkel visited Siemens.", "Angela Merkel"),
        ("J. R. R. Tolkien wrote it", "J. R. R. Tolkien"),
        ("Bank of England rates", "Bank of England"),
        ("Ludwig van Beethoven played", "Ludwig van Beethoven"),
        ("Procter & Gamble sold", "Procter & Gamble"),
        ("University of the Arts London is", "University of the Arts London"),
        ("Jean-Claude Juncker spoke", "Jean-Claude Juncker"),
        ("AC/DC played", "AC/DC"),
        ("O'Brien left", "O'Brien"),
        ("iPhone 15 sold", "iPhone 15"),
        ("Paris. London followed", "Paris"),
        ("Karl and Harvey", "Karl"),
        ("Berlin\nParis", "Berlin"),
        ("visited Siemens", "visited"),
        ("van Gogh painted", "van Gogh"),
        ("Munich of old", "Munich"),
        ("Zoë 👩‍👩‍👧 came", "Zoë"),
    ],
)
def test_in_english_a_name_is_capitalised_words_and_what_stands_inside_names(ask, text, name):
    assert ask("phraseAt", text, "en", 0) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("深圳大学的学生", "深圳大学"),
        ("马化腾表示", "马化腾"),
        ("《道德经》是", "《道德经》"),
        ("北京市公安局介绍", "北京市公安局"),
        ("2023年6月1日开始", "2023年6月1日"),
        ("3,200元的", "3,200元"),
        ("三千五百元可以", "三千五百元"),
        ("的学生", "的"),
    ],
)
def test_in_chinese_a_name_is_made_of_words_joined(ask, text, name):
    assert ask("phraseAt", text, "zh", 0) == name


def test_a_phrase_grows_by_a_token_and_in_chinese_by_a_word(ask):
    assert ask("grownEnd", "Angela Merkel visited", "en", 6) == 13
    assert ask("grownEnd", "深圳大学学生来了", "zh", 4) == 6
    assert ask("grownEnd", "Angela", "en", 6) == 6


def test_at_the_end_of_a_text_there_is_no_name(ask):
    assert ask("phraseAt", "Angela ", "en", 6) is None
    assert ask("phraseAt", "", "en", 0) is None


@pytest.mark.parametrize(
    ("text", "language", "starts"),
    [(SENTENCES, "en", [0, 9, 24]), (CHINESE_SENTENCES, "zh", [0, 4, 10])],
)
def test_the_caret_goes_by_sentence_to_its_first_token(ask, text, language, starts):
    there = [0]
    while (
        found := ask("sentenceStep", text, language, {"unit": there[-1], "after": False}, True, False)
    ) is not None:
        if found["after"]:
            assert found["unit"] == len(text)  # the last sentence's end
            break
        there.append(found["unit"])
    assert there == starts
    back = [starts[-1]]
    while back[-1] > 0:
        back.append(ask("sentenceStep", text, language, {"unit": back[-1], "after": False}, False, False)["unit"])
    assert back == starts[::-1]
    within = ask("sentenceStep", text, language, {"unit": starts[1] + 2, "after": False}, False, False)
    assert within == {"unit": starts[1], "after": False}


def test_a_selection_grows_to_the_ends_of_sentences(ask):
    first = ask("sentenceStep", SENTENCES, "en", {"unit": 0, "after": False}, True, True)
    assert first == {"unit": 8, "after": True}
    second = ask("sentenceStep", SENTENCES, "en", first, True, True)
    assert second == {"unit": SENTENCES.index("\n"), "after": True}
