"""A linear-chain conditional random field over IOB2 tags (Lafferty, McCallum and Pereira 2001). Training side.

Only the loss lives here: `core.inference.decoding` finds the best tags and their marginals for every kind of model.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.documents import LabelSet
from core.inference.decoding import legal_starts, legal_transitions
from core.models.manifest import CrfScores

# Finite, so that one wrong tag in the data gives a large loss instead of NaN everywhere.
FORBIDDEN = -1e4


class Crf(nn.Module):
    """Learnt scores: `transitions` (from tag, to tag), `start` and `end` (tags,); illegal moves stay forbidden."""

    legal: Tensor
    legal_start: Tensor

    def __init__(self, labels: LabelSet) -> None:
        super().__init__()
        tags = len(labels.tags)
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.start = nn.Parameter(torch.zeros(tags))
        self.end = nn.Parameter(torch.zeros(tags))
        self.register_buffer("legal", torch.from_numpy(legal_transitions(labels)), persistent=False)
        self.register_buffer("legal_start", torch.from_numpy(legal_starts(labels)), persistent=False)

    def loss(
        self,
        emissions: Tensor,
        tags: Tensor,
        mask: Tensor,
        *,
        opens: Tensor | None = None,
        closes: Tensor | None = None,
    ) -> Tensor:
        """Summed negative log-likelihood of `tags` (batch, tokens) under emissions (batch, tokens, tags); a scalar.

        `mask` (batch, tokens) is true for a row's tokens, which come first, then padding; tags of padding may be
        anything. `opens` and `closes` (batch,) say which rows begin and end a document; a row cut out of the middle
        pays no start or end score and may begin with I-. None means every row does, but for those that begin with I-.
        Sums are kept in float64: a long row would lose digits in float32.
        """
        mask = mask.bool()
        rows = mask[:, 0]  # (batch,)
        emissions, tags, mask = emissions[rows].double(), tags[rows].clamp(min=0), mask[rows]
        if not len(tags):
            return emissions.sum()
        able = self.legal_start[tags[:, 0]]  # (batch,) False where the row goes on inside a span
        begins = able if opens is None else opens.bool()[rows] & able
        ends = torch.ones_like(able) if closes is None else closes.bool()[rows]
        transitions = torch.where(self.legal, self.transitions, FORBIDDEN).double()  # (tags, tags)
        start = torch.where(self.legal_start, self.start, FORBIDDEN).double() * begins[:, None]  # (batch, tags)
        end = self.end.double() * ends[:, None]  # (batch, tags)
        given = self._path(emissions, tags, mask, transitions, start, end)
        return (self._all_paths(emissions, mask, transitions, start, end) - given).sum()

    @staticmethod
    def _path(
        emissions: Tensor, tags: Tensor, mask: Tensor, transitions: Tensor, start: Tensor, end: Tensor
    ) -> Tensor:
        """Score of the given tags, (batch,)."""
        picked = emissions.gather(2, tags[:, :, None]).squeeze(2) * mask  # (batch, tokens)
        moves = transitions[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]  # (batch, tokens - 1)
        last = tags.gather(1, mask.sum(1, keepdim=True) - 1)  # (batch, 1)
        outer = start.gather(1, tags[:, :1]) + end.gather(1, last)  # (batch, 1)
        return picked.sum(1) + moves.sum(1) + outer.squeeze(1)

    @staticmethod
    def _all_paths(emissions: Tensor, mask: Tensor, transitions: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """Log of the summed exponentials of all tag sequences' scores, (batch,): the forward algorithm.

        A step is a matrix product of exponentials, which costs a third of a logsumexp over (from, to).
        """
        odds = transitions.exp()  # (from, to), 0 where forbidden
        alpha = start + emissions[:, 0]  # (batch, tags)
        for token in range(1, emissions.shape[1]):
            top = alpha.max(dim=1, keepdim=True).values.detach()
            # float64 reaches down to exp(-700): the clamp only keeps the logarithm of a forbidden 0 finite.
            reached = ((alpha - top).exp() @ odds).clamp(min=1e-300).log() + top + emissions[:, token]
            alpha = torch.where(mask[:, token, None], reached, alpha)
        return torch.logsumexp(alpha + end, dim=1)

    def scores(self) -> CrfScores:
        """The learnt scores as plain numbers, for the manifest and the decoder."""
        return CrfScores(self.transitions.tolist(), self.start.tolist(), self.end.tolist())  # type: ignore[arg-type]
