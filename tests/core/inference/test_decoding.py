"""The decoder against brute force over all tag sequences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import LabelSet, Span
from core.errors import InvalidValue
from core.inference.decoding import Decoder, decode, legal_starts, legal_transitions, tagged_spans
from core.tokens import Token

LABELS = LabelSet(("A", "B"))
TAGS = len(LABELS.tags)


def scores(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=2.0, size=shape)


def is_legal(tags: list[str]) -> bool:
    before = "O"
    for tag in tags:
        if tag.startswith("I-") and before[2:] != tag[2:]:
            return False
        before = tag
    return True


def all_legal(length: int) -> list[tuple[int, ...]]:
    paths = itertools.product(range(TAGS), repeat=length)
    return [path for path in paths if is_legal([LABELS.tags[tag] for tag in path])]


def path_score(path, emissions, transitions, start, end) -> float:
    moves = sum(transitions[a, b] for a, b in itertools.pairwise(path))
    return start[path[0]] + end[path[-1]] + moves + sum(emissions[i, tag] for i, tag in enumerate(path))


def test_only_i_is_constrained_and_only_by_its_own_label():
    legal = legal_transitions(LABELS)
    names = LABELS.tags
    for (row, before), (column, after) in itertools.product(enumerate(names), repeat=2):
        assert legal[row, column] == (not after.startswith("I-") or before in (f"B-{after[2:]}", after))
    assert [name for name, may in zip(names, legal_starts(LABELS), strict=True) if not may] == ["I-A", "I-B"]


@given(st.integers(0, 10**6), st.integers(1, 4))
@settings(max_examples=60)
def test_without_a_crf_the_path_is_the_best_legal_one_of_all(seed, length):
    emissions = scores(seed, length, TAGS)
    zeros = np.zeros((TAGS, TAGS)), np.zeros(TAGS), np.zeros(TAGS)
    best = max(all_legal(length), key=lambda path: path_score(path, emissions, *zeros))
    tags, probabilities = decode(emissions, LABELS)
    assert tags == [LABELS.tags[tag] for tag in best]
    odds = np.exp(emissions) / np.exp(emissions).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, odds[np.arange(length), list(best)], rtol=1e-9)


@given(st.integers(0, 10**6), st.integers(1, 4))
@settings(max_examples=60)
def test_with_a_crf_path_and_marginals_are_those_of_all_legal_sequences(seed, length):
    emissions, transitions = scores(seed, length, TAGS), scores(seed + 1, TAGS, TAGS)
    start, end = scores(seed + 2, TAGS), scores(seed + 3, TAGS)
    paths = all_legal(length)
    totals = np.array([path_score(path, emissions, transitions, start, end) for path in paths])
    best = paths[int(totals.argmax())]
    tags, probabilities = decode(emissions, LABELS, transitions, start, end)
    assert tags == [LABELS.tags[tag] for tag in best]
    weights = np.exp(totals - totals.max())
    for place, tag in enumerate(best):
        having = sum(weight for weight, path in zip(weights, paths, strict=True) if path[place] == tag)
        assert probabilities[place] == pytest.approx(having / weights.sum(), rel=1e-6)


@given(
    st.lists(st.integers(0, 40), max_size=12),
    st.integers(0, 10**6),
    st.sampled_from([0.1, 3.0, 1e4]),
    st.booleans(),
)
@settings(max_examples=80)
def test_tags_are_always_legal_and_probabilities_lie_between_0_and_1(lengths, seed, scale, crf):
    random = np.random.default_rng(seed)
    documents = [random.normal(scale=scale, size=(length, TAGS)).astype(np.float32) for length in lengths]
    own = [random.normal(scale=scale, size=shape) for shape in ((TAGS, TAGS), (TAGS,), (TAGS,))] if crf else []
    for document, decoded in zip(documents, Decoder(LABELS, *own)(documents), strict=True):
        assert decoded.tags.shape == decoded.probabilities.shape == (len(document),)
        assert is_legal([LABELS.tags[tag] for tag in decoded.tags])
        assert ((decoded.probabilities >= 0) & (decoded.probabilities <= 1)).all()


@given(st.lists(st.integers(0, 15), min_size=1, max_size=8), st.integers(0, 10**6), st.booleans())
@settings(max_examples=60)
def test_a_document_decodes_alike_alone_and_among_others(lengths, seed, crf):
    documents = [scores(seed + i, length, TAGS) for i, length in enumerate(lengths)]
    own = [scores(seed, TAGS, TAGS), scores(seed, TAGS), scores(seed, TAGS)] if crf else []
    decoder = Decoder(LABELS, *own)
    for document, among in zip(documents, decoder(documents), strict=True):
        (alone,) = decoder([document])
        assert alone.tags.tolist() == among.tags.tolist()
        np.testing.assert_allclose(alone.probabilities, among.probabilities, rtol=1e-9)


@pytest.mark.parametrize("crf", [False, True])
def test_a_very_long_document_beside_a_short_one_loses_no_precision(crf):
    long = scores(0, 100_000, TAGS).astype(np.float32)
    own = [scores(1, TAGS, TAGS), scores(2, TAGS), scores(3, TAGS)] if crf else []
    decoder = Decoder(LABELS, *own)
    decoded, _ = decoder([long, long[:3]])
    (tail,) = decoder([long[-2_000:]])
    assert decoded.tags[-1_000:].tolist() == tail.tags[-1_000:].tolist()
    assert np.isfinite(decoded.probabilities).all()


def test_no_document_and_no_token_give_nothing():
    assert Decoder(LABELS)([]) == []
    (empty,) = Decoder(LABELS)([np.empty((0, TAGS))])
    assert len(empty.tags) == len(empty.probabilities) == 0
    assert decode(np.empty((0, TAGS)), LABELS)[0] == []


def test_damaged_scores_and_wrong_shapes_are_refused():
    with pytest.raises(InvalidValue, match="finite"):
        decode(np.full((2, TAGS), np.nan), LABELS)
    with pytest.raises(InvalidValue, match=r"\(tokens, 5\)"):
        decode(np.zeros((2, 3)), LABELS)
    with pytest.raises(InvalidValue, match="all three or none"):
        Decoder(LABELS, transitions=np.zeros((TAGS, TAGS)))
    with pytest.raises(InvalidValue, match="start"):
        Decoder(LABELS, np.zeros((TAGS, TAGS)), np.zeros(3), np.zeros(TAGS))


def test_spans_end_with_their_last_token_and_score_by_the_geometric_mean():
    tokens = [Token(0, 2), Token(3, 5), Token(5, 6), Token(7, 9)]
    spans = tagged_spans(["B-A", "I-A", "B-A", "B-B"], np.array([0.9, 0.4, 0.5, 1.0]), tokens)
    assert spans == [Span(0, 5, "A"), Span(5, 6, "A"), Span(7, 9, "B")]
    assert [span.score for span in spans] == pytest.approx([0.6, 0.5, 1.0])


def test_a_probability_of_zero_gives_a_score_and_no_warning():
    (span,) = tagged_spans(["B-A"], np.array([0.0]), [Token(0, 1)])
    assert span.score == pytest.approx(0.0, abs=1e-300)


def test_an_i_without_its_b_is_refused_by_the_reader_of_tags():
    tokens = [Token(0, 1), Token(1, 2)]
    with pytest.raises(InvalidValue, match="Token 1 has the tag I-B"):
        tagged_spans(["B-A", "I-B"], np.ones(2), tokens)
    with pytest.raises(InvalidValue, match="3 tags"):
        tagged_spans(["O"] * 3, np.ones(2), tokens)
