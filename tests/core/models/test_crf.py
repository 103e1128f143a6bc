"""The CRF's loss against enumeration of all tag sequences."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from core.documents import LabelSet
from core.inference.decoding import legal_starts, legal_transitions
from core.models.crf import Crf

LABELS = LabelSet(("A", "B"))
TAGS = len(LABELS.tags)


@pytest.fixture
def crf():
    torch.manual_seed(3)
    made = Crf(LABELS)
    with torch.no_grad():
        for scores in made.parameters():
            scores.normal_()
    return made


def enumerated_loss(crf: Crf, emissions: np.ndarray, tags: list[int], *, opens: bool, closes: bool) -> float:
    """Minus the log share of `tags` among all sequences that are legal for such a row."""
    legal, may_start = legal_transitions(LABELS), legal_starts(LABELS)
    transitions, start, end = (np.array(scores.tolist()) for scores in (crf.transitions, crf.start, crf.end))

    def score(path) -> float:
        if opens and not may_start[path[0]]:
            return -math.inf
        if not all(legal[a, b] for a, b in itertools.pairwise(path)):
            return -math.inf
        moves = sum(transitions[a, b] for a, b in itertools.pairwise(path))
        outer = opens * start[path[0]] + closes * end[path[-1]]
        return outer + moves + sum(emissions[i, tag] for i, tag in enumerate(path))

    totals = [score(path) for path in itertools.product(range(TAGS), repeat=len(emissions))]
    return float(np.logaddexp.reduce(totals) - score(tags))


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("closes", [True, False])
def test_the_loss_of_uneven_rows_is_that_of_enumeration(crf, opens, closes):
    emissions = torch.randn(3, 4, TAGS, requires_grad=True)
    tags = torch.tensor([[1, 2, 2, 0], [0, 3, -100, -100], [3, -100, -100, -100]])
    flags = {"opens": torch.full((3,), opens), "closes": torch.full((3,), closes)}
    loss = crf.loss(emissions, tags, tags >= 0, **flags)
    expected = 0.0
    for row, own in enumerate(tags.tolist()):
        real = [tag for tag in own if tag >= 0]
        scores = emissions[row, : len(real)].detach().numpy()
        expected += enumerated_loss(crf, scores, real, opens=opens, closes=closes)
    assert loss.item() == pytest.approx(expected, rel=1e-6)
    loss.backward()
    assert torch.isfinite(emissions.grad).all()
    assert not emissions.grad[1, 2:].any(), "padding has a gradient"
    assert all(torch.isfinite(scores.grad).all() for scores in crf.parameters())


def test_padding_and_company_change_no_row(crf):
    emissions = torch.randn(4, 7, TAGS)
    tags = torch.zeros(4, 7, dtype=torch.long)
    lengths = [7, 1, 4, 2]
    mask = torch.arange(7)[None, :] < torch.tensor(lengths)[:, None]
    together = crf.loss(emissions, tags, mask)
    alone = sum(
        crf.loss(emissions[i : i + 1, :n], tags[i : i + 1, :n], mask[i : i + 1, :n]) for i, n in enumerate(lengths)
    )
    assert together.item() == pytest.approx(alone.item(), rel=1e-9)


def test_a_row_that_goes_on_inside_a_span_pays_no_start(crf):
    emissions = torch.randn(1, 3, TAGS)
    tags, mask = torch.tensor([[2, 2, 0]]), torch.ones(1, 3, dtype=torch.bool)
    expected = enumerated_loss(crf, emissions[0].numpy(), [2, 2, 0], opens=False, closes=True)
    assert crf.loss(emissions, tags, mask).item() == pytest.approx(expected, rel=1e-6)


def test_rows_without_tokens_cost_nothing_and_keep_the_graph(crf):
    emissions = torch.randn(2, 3, TAGS, requires_grad=True)
    loss = crf.loss(emissions, torch.zeros(2, 3, dtype=torch.long), torch.zeros(2, 3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0.0
    assert not emissions.grad.any()


def test_extreme_scores_give_finite_loss_and_gradient(crf):
    emissions = (torch.randn(2, 30, TAGS) * 300).requires_grad_()
    loss = crf.loss(emissions, torch.zeros(2, 30, dtype=torch.long), torch.ones(2, 30, dtype=torch.bool))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(emissions.grad).all()


def test_learning_moves_towards_the_given_tags(crf):
    emissions = torch.zeros(1, 4, TAGS)
    tags, mask = torch.tensor([[0, 1, 2, 0]]), torch.ones(1, 4, dtype=torch.bool)
    optimiser = torch.optim.Adam(crf.parameters(), lr=0.1)
    before = crf.loss(emissions, tags, mask).item()
    for _ in range(60):
        optimiser.zero_grad()
        loss = crf.loss(emissions, tags, mask)
        loss.backward()
        optimiser.step()
    assert 0 < loss.item() < before / 4
