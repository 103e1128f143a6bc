from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from core.documents import LabelSet, Span
from core.errors import InvalidValue, ModelUnusable
from core.features import CharacterEncoder, InputEncoder, SubtokenEncoder, Window, load_input_encoder, merge
from core.inference.decoding import decode, tagged_spans
from core.tags import spans_to_tags
from core.tokens import Token, tokenize
from tests.core.mixed_text import mixed_text, spans_over

MIXED = "Anna\u200b O'Brien 在北京的苹果公司 👩\u200d👩\u200d👧 visits Paris, e\u0301té １２３ \x07 \u3000 London."


@pytest.fixture(scope="session")
def subtokens(tiny_encoder: Path) -> SubtokenEncoder:
    return SubtokenEncoder.from_file(tiny_encoder / "tokenizer.json", max_length=24, overlap=8)


@pytest.fixture(scope="session")
def characters() -> CharacterEncoder:
    return CharacterEncoder.build([MIXED, "北京上海"], max_length=24, overlap=8)


@pytest.fixture(params=["subtokens", "characters"])
def encoder(request: pytest.FixtureRequest) -> InputEncoder:
    return request.getfixturevalue(request.param)


def perfect(window: Window, tags: list[int], width: int) -> np.ndarray:
    """Scores (length, tags) that say the right tag at owned places and rubbish everywhere else."""
    scores = np.random.default_rng(0).normal(size=(len(window), width))  # (length, tags)
    scores[window.first] = np.eye(width)[[tags[token] for token in window.tokens]] * 10
    return scores


def round_trip(encoder: InputEncoder, text: str, tokens: list[Token], spans: list[Span]) -> list[Span]:
    labels = LabelSet(tuple(dict.fromkeys(span.label for span in spans)) or ("PER",))
    tagging = spans_to_tags(spans, tokens)
    assert not tagging.unrepresented
    ids = [labels.tags.index(tag) for tag in tagging.tags]
    windows = encoder.windows(0, text, tokens)
    width = len(labels.tags)
    merged = merge([(window, perfect(window, ids, width)) for window in windows], len(tokens), tags=width)
    tags, probabilities = decode(merged, labels)
    return tagged_spans(tags, probabilities, tokens)


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_span_on_token_borders_survives_the_way_through_the_windows(
    tiny_encoder: Path, language: str, data: st.DataObject
) -> None:
    text = data.draw(mixed_text)
    tokens = tokenize(text, language)
    spans = data.draw(spans_over(tokens))
    for encoder in (
        SubtokenEncoder.from_file(tiny_encoder / "tokenizer.json", max_length=16, overlap=6),
        CharacterEncoder.build([text[::2]], max_length=16, overlap=6),
    ):
        assert round_trip(encoder, text, tokens, spans) == sorted(spans)


def test_a_span_at_every_offset_around_a_seam_is_found_once(encoder: InputEncoder) -> None:
    text = " ".join(["Anna", "works", "北", "visiting", "Z"] * 12)
    tokens = tokenize(text, "en")
    assert len(encoder.windows(0, text, tokens)) > 3
    for length in (1, 2, 5):
        for first in range(len(tokens) - length + 1):
            span = Span(tokens[first].start, tokens[first + length - 1].end, "PER")
            assert round_trip(encoder, text, tokens, [span]) == [span]


def test_two_neighbours_of_one_label_stay_two(encoder: InputEncoder) -> None:
    text = "Anna Bob visits Paris"
    spans = [Span(0, 4, "PER"), Span(5, 8, "PER"), Span(16, 21, "LOC")]
    assert round_trip(encoder, text, tokenize(text, "en"), spans) == spans


def test_a_long_document_loses_no_character(encoder: InputEncoder) -> None:
    text = MIXED * 300
    tokens = tokenize(text, "en")
    windows = encoder.windows(3, text, tokens)
    assert np.array_equal(np.concatenate([window.tokens for window in windows]), np.arange(len(tokens)))
    assert sum(window.unread for window in windows) == 0
    assert all(len(window) <= encoder.max_length and window.document == 3 for window in windows)
    assert sum(t.end - t.start for t in tokens) == sum(not c.isspace() for c in text)


def test_an_owned_token_stands_well_inside_its_window(subtokens: SubtokenEncoder) -> None:
    text = "a " * 200
    windows = subtokens.windows(0, text, tokenize(text, "en"))
    for window in windows[1:-1]:
        assert window.first.min() >= 1 + subtokens.overlap // 2
        assert window.first.max() <= len(window) - 2 - subtokens.overlap // 2


@settings(max_examples=200, deadline=None)
@given(lengths=st.lists(st.one_of(st.integers(1, 3), st.integers(1, 22)), min_size=1, max_size=30))
@example(lengths=[1, 16, 2, 2, 1, 1, 18])
def test_every_window_owns_a_token_whatever_the_lengths_of_words(tiny_encoder: Path, lengths: list[int]) -> None:
    encoder = SubtokenEncoder.from_file(tiny_encoder / "tokenizer.json", max_length=24, overlap=12)
    text = " ".join("a" * length for length in lengths)  # a piece a letter
    tokens = tokenize(text, "en")
    windows = encoder.windows(0, text, tokens)
    assert all(len(window.tokens) for window in windows)
    assert [token for window in windows for token in window.tokens.tolist()] == list(range(len(tokens)))


def test_a_token_that_does_not_fit_a_window_keeps_its_place_and_is_counted(subtokens: SubtokenEncoder) -> None:
    text = "Anna " + "q" * 60 + " Bob"
    tokens = tokenize(text, "en")
    windows = subtokens.windows(0, text, tokens)
    assert sorted(np.concatenate([window.tokens for window in windows])) == [0, 1, 2]
    assert sum(window.unread for window in windows) == 60 - 22
    assert sum(w.unread for w in CharacterEncoder.build([], max_length=24, overlap=0).windows(0, text, tokens)) > 0


def test_tokens_without_subtokens_become_the_unknown_one(subtokens: SubtokenEncoder) -> None:
    text = "Anna \x07 \ud800 Bob"
    (window,) = subtokens.windows(0, text, tokenize(text, "en"))
    unknown = subtokens.tokenizer.token_to_id("[UNK]")
    assert window.inputs["input_ids"][window.first[1]] == unknown
    assert len(window.tokens) == 4


def test_truncation_and_padding_of_the_file_are_switched_off(subtokens: SubtokenEncoder) -> None:
    assert subtokens.tokenizer.truncation is None
    assert subtokens.tokenizer.padding is None
    (window,) = subtokens.windows(0, "Anna", tokenize("Anna", "en"))
    assert len(window) == 3


def test_the_label_of_a_word_sits_on_its_first_subtoken_only(subtokens: SubtokenEncoder) -> None:
    text = "Anderson visits Anderson at Paris"
    (window,) = subtokens.windows(0, text, tokenize(text, "en"))
    pieces = [subtokens.tokenizer.id_to_token(i) for i in window.inputs["input_ids"]]
    assert len(pieces) > 7
    assert [pieces[place] for place in window.first] == ["A", "visits", "A", "at", "Paris"]


def test_a_text_without_tokens_has_no_window_and_merges_to_nothing(encoder: InputEncoder) -> None:
    assert encoder.windows(0, " \n", []) == []
    assert merge([], 0, tags=5).shape == (0, 5)


def test_merging_without_all_windows_is_refused(encoder: InputEncoder) -> None:
    text = "Anna visits Paris " * 20
    tokens = tokenize(text, "en")
    windows = encoder.windows(0, text, tokens)[1:]
    with pytest.raises(InvalidValue, match="belong to no window"):
        merge([(window, np.zeros((len(window), 3))) for window in windows], len(tokens))


def test_a_batch_is_padded_to_its_longest_window_and_masked(encoder: InputEncoder) -> None:
    texts = ["Anna", "Anna visits Paris"]
    windows = [encoder.windows(i, text, tokenize(text, "en"))[0] for i, text in enumerate(texts)]
    batch = encoder.pad_batch(windows)
    lengths = [len(window) for window in windows]
    assert batch["attention_mask"].sum(axis=1).tolist() == lengths
    for array in batch.values():
        assert array.dtype == np.int64
        assert array.shape[:2] == (2, max(lengths))
        assert not array[0, lengths[0] :].any()


def test_a_saved_encoder_reads_the_same(encoder: InputEncoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    loaded = load_input_encoder(tmp_path, max_length=encoder.max_length, overlap=encoder.overlap)
    assert loaded.name == encoder.name
    tokens = tokenize(MIXED, "zh")
    pairs = zip(encoder.windows(0, MIXED, tokens), loaded.windows(0, MIXED, tokens), strict=True)
    for ours, theirs in pairs:
        for name, values in ours.inputs.items():
            assert np.array_equal(values, theirs.inputs[name])


@pytest.mark.parametrize("content", ["", "[]", '{"characters": []}'])
def test_a_folder_without_a_readable_encoder_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ModelUnusable):
        load_input_encoder(tmp_path, max_length=24, overlap=8)
    (tmp_path / "vocabulary.json").write_text(content)
    with pytest.raises(ModelUnusable):
        load_input_encoder(tmp_path, max_length=24, overlap=8)


def test_the_unknown_share_tells_chinese_from_english(tiny_encoder: Path) -> None:
    encoder = SubtokenEncoder.from_file(tiny_encoder / "tokenizer.json", max_length=24, overlap=0)
    assert encoder.unknown_share(["Anna visits Paris"]) == 0.0
    assert encoder.unknown_share(["龙马精神"]) == 1.0
    assert encoder.unknown_share([]) == 0.0
    characters = CharacterEncoder.build(["北京"], max_length=24, overlap=0)
    assert characters.unknown_share(["北上"]) == 0.5


def test_a_byte_level_tokenizer_sees_each_token_as_the_start_of_a_word() -> None:
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([" Paris Paris London London"] * 5, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    encoder = SubtokenEncoder(tokenizer, max_length=32, overlap=0)
    (window,) = encoder.windows(0, "Paris London", tokenize("Paris London", "en"))
    pieces = [encoder.tokenizer.id_to_token(i) for i in window.inputs["input_ids"]]
    assert pieces == ["<s>", "ĠParis", "ĠLondon", "</s>"]
    assert encoder.unknown_share(["龙"]) == 0.0


def test_characters_are_folded_and_classed_and_know_their_neighbours() -> None:
    encoder = CharacterEncoder.build(["Aa 12 Ａ北北", "a北"], max_length=24, overlap=0)
    (window,) = encoder.windows(0, "A a1Ａ", tokenize("A a1Ａ", "zh"))
    ids = window.inputs["characters"].tolist()
    assert ids[0] == ids[2] == ids[4]
    assert window.inputs["classes"].tolist() == [4, 7, 3, 5, 4]
    assert window.inputs["bigrams"].shape == (5, 2)
    assert np.array_equal(window.inputs["bigrams"][:-1, 1], window.inputs["bigrams"][1:, 0])


def test_characters_seen_once_come_last() -> None:
    encoder = CharacterEncoder.build(["aab"], max_length=24, overlap=0)
    assert encoder.characters == ("a", "b")
    assert encoder.singleton_start == 3
    assert json.loads(json.dumps(encoder.bigrams)) == []


def test_an_overlap_of_more_than_half_a_window_is_refused() -> None:
    with pytest.raises(InvalidValue, match="overlap of at most half"):
        CharacterEncoder([], [], singleton_start=2, max_length=20, overlap=11)
