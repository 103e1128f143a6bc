from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.documents import LabelSet
from core.features import SubtokenEncoder
from core.training.batches import IGNORED, collate, padding_share, plan_epoch, steps_of
from core.training.examples import encode
from tests.core.training.toy import toy_documents

lengths_of = st.lists(st.integers(1, 300), min_size=1, max_size=300).map(np.array)


@given(lengths_of, st.integers(8, 600), st.integers(0, 5))
def test_each_example_occurs_once_and_each_batch_keeps_to_the_budget(
    lengths: np.ndarray, budget: int, epoch: int
) -> None:
    batches = plan_epoch(lengths, batch_tokens=budget, seed=3, epoch=epoch)
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch].max() <= budget


def test_the_plan_follows_from_seed_and_epoch_alone() -> None:
    lengths = np.random.default_rng(0).integers(5, 60, 500)

    def plan(seed: int, epoch: int) -> list[list[int]]:
        return [batch.tolist() for batch in plan_epoch(lengths, batch_tokens=256, seed=seed, epoch=epoch)]

    assert plan(1, 2) == plan(1, 2)
    assert plan(1, 2) != plan(1, 3)
    assert plan(1, 2) != plan(2, 2)


def test_hardly_anything_is_padding() -> None:
    lengths = np.clip(np.random.default_rng(0).poisson(30, 3000), 5, 128)
    batches = plan_epoch(lengths, batch_tokens=512, seed=0, epoch=1)
    assert padding_share(batches, lengths) < 0.03


def test_a_window_longer_than_the_budget_makes_a_batch_of_its_own() -> None:
    lengths = np.array([10, 400, 10, 10])
    batches = plan_epoch(lengths, batch_tokens=64, seed=0, epoch=1)
    assert [1] in [batch.tolist() for batch in batches]


def test_the_last_step_of_an_epoch_may_be_smaller() -> None:
    batches = [np.array([i]) for i in range(5)]
    assert [len(step) for step in steps_of(batches, 2)] == [2, 2, 1]


def test_padding_carries_no_label_and_every_token_carries_one(tiny_encoder: Path) -> None:
    documents = toy_documents(6, long=True)
    labels = LabelSet.of(documents)
    encoder = SubtokenEncoder.from_file(tiny_encoder / "tokenizer.json", max_length=32, overlap=8)
    split = encode(documents, "en", encoder, labels)
    assert len(split.examples) > 2 * len(documents)
    batch = collate(split.examples, encoder)
    assert (batch.tags != IGNORED).sum() == batch.labelled == sum(len(tokens) for tokens in split.tokens)
    assert set(np.unique(batch.tags)) <= {IGNORED, *range(len(labels.tags))}
    beginnings = [labels.tags.index("B-PER"), labels.tags.index("B-LOC")]
    assert np.isin(batch.tags, beginnings).sum() == split.spans
    assert batch.opens.sum() == batch.closes.sum() == len(documents)
    assert batch.inputs["attention_mask"].sum() == batch.pieces < batch.padded
