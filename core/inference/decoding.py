"""Emissions → tags → spans: the one decoder of training and prediction. Numpy only.

The best tag sequence is found under the rule of IOB2: I-X only ever follows B-X or I-X. Where a model has a CRF, its
transition scores join in and a tag's probability is its marginal; else the rule alone constrains and the probability
is the softmax. Method: Viterbi and forward-backward (Rabiner 1989, "A Tutorial on Hidden Markov Models", in the
scaled form of its section V.A), over many documents at once in a packed, time-major layout, so that a document
of 100,000 tokens beside short ones costs no padding.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.documents import LabelSet, Span
from core.errors import InvalidValue

Scores = NDArray[np.float64]
Indices = NDArray[np.intp]

# Marginals are computed in probability space. An emission this far (in nats) below the best of its token counts as
# exp(-80) = 2e-35: no document can then underflow, and no score that anybody sees changes.
FLOOR = -80.0


class Bounded(Protocol):
    """A token: half-open code-point offsets."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Decoded(NamedTuple):
    """One document's tags as indices into `LabelSet.tags`, and the probability of each."""

    tags: Indices  # (tokens,)
    probabilities: Scores  # (tokens,), 0..1


def legal_transitions(labels: LabelSet) -> NDArray[np.bool_]:
    """(tags, tags): True where the column's tag may follow the row's; only I-X is choosy: it needs B-X or I-X."""
    tags = labels.tags
    legal = np.ones((len(tags), len(tags)), dtype=bool)
    for column in range(2, len(tags), 2):
        legal[:, column] = False
        legal[column - 1 : column + 1, column] = True
    return legal


def legal_starts(labels: LabelSet) -> NDArray[np.bool_]:
    """(tags,): True where a document may start with the tag, which I- never may."""
    starts = np.ones(len(labels.tags), dtype=bool)
    starts[2::2] = False
    return starts


@dataclass(frozen=True)
class Decoder:
    """Finds the best legal tags of documents; `transitions` (tags, tags), `start`, `end` (tags,) are a CRF's scores.

    Give all three or none. Illegal transitions are forbidden whatever the scores say. Raises InvalidValue for shapes
    that do not fit the labels.
    """

    labels: LabelSet
    transitions: NDArray[np.floating] | None = None
    start: NDArray[np.floating] | None = None
    end: NDArray[np.floating] | None = None
    _legal: NDArray[np.bool_] = field(init=False, repr=False)
    _starts: NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        count = len(self.labels.tags)
        for name, shape in (("transitions", (count, count)), ("start", (count,)), ("end", (count,))):
            given = getattr(self, name)
            if (given is None) != (self.transitions is None):
                raise InvalidValue("A CRF's transitions, start and end come together: give all three or none.")
            scores = np.zeros(shape) if given is None else np.asarray(given, dtype=np.float64)
            if scores.shape != shape or not np.isfinite(scores).all():
                raise InvalidValue(f"{name} must be finite numbers of shape {shape}, not of shape {scores.shape}.")
            object.__setattr__(self, name, None if given is None else scores)
        object.__setattr__(self, "_legal", legal_transitions(self.labels))
        object.__setattr__(self, "_starts", legal_starts(self.labels))

    def __call__(self, emissions: Sequence[NDArray[np.floating]]) -> list[Decoded]:
        """Decode documents, each (tokens, tags) of log-scores; raises InvalidValue for a wrong width or a NaN."""
        lengths = np.array([len(scores) for scores in emissions], dtype=np.intp)  # (documents,)
        if not lengths.sum():
            return [Decoded(np.empty(0, np.intp), np.empty(0)) for _ in emissions]
        for scores in emissions:
            if scores.ndim != 2 or scores.shape[1] != len(self._starts):
                raise InvalidValue(f"Emissions must be (tokens, {len(self._starts)}), not {scores.shape}.")
        flat = np.concatenate(emissions).astype(np.float64)  # (all tokens, tags), document after document
        if not np.isfinite(flat).all():
            raise InvalidValue("The model gave scores that are not finite numbers; its weights are damaged.")
        flat -= flat.max(axis=1, keepdims=True)
        read = self._free if self.transitions is None else self._crf
        tags, probabilities = read(flat, lengths)
        ends = np.cumsum(lengths)
        return [
            Decoded(tags[end - length : end], probabilities[end - length : end])
            for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)
        ]

    def _free(self, flat: Scores, lengths: Indices) -> tuple[Indices, Scores]:
        """Without a CRF: each token's best tag where that is legal for the whole document, else Viterbi on it."""
        tags = flat.argmax(axis=1)  # (all tokens,)
        starts = np.cumsum(lengths) - lengths  # (documents,)
        legal = np.empty(len(tags), dtype=bool)
        legal[1:] = self._legal[tags[:-1], tags[1:]]
        filled = starts[lengths > 0]
        legal[filled] = self._starts[tags[filled]]
        if not legal.all():
            broken = np.unique(np.searchsorted(starts, np.flatnonzero(~legal), side="right") - 1)
            chosen = np.concatenate([np.arange(starts[i], starts[i] + lengths[i]) for i in broken.tolist()])
            packing = _Packing.of(lengths[broken])
            tags[chosen] = self._viterbi(flat[chosen][packing.order], packing)[packing.back]
        odds = np.exp(flat)
        probabilities: Scores = odds[np.arange(len(tags)), tags] / odds.sum(axis=1)
        return tags, probabilities

    def _crf(self, flat: Scores, lengths: Indices) -> tuple[Indices, Scores]:
        packing = _Packing.of(lengths)
        packed = flat[packing.order]  # (all tokens, tags), first tokens of all documents, then second ones, …
        tags = self._viterbi(packed, packing)
        probabilities = self._marginals(packed, packing, tags)
        return tags[packing.back], probabilities[packing.back]

    def _scores(self) -> tuple[Scores, Scores, Scores]:
        """Transitions (tags, tags) and starts (tags,) with what is illegal at minus infinity, and ends (tags,)."""
        count = len(self._starts)
        transitions = np.zeros((count, count)) if self.transitions is None else self.transitions
        start = np.zeros(count) if self.start is None else self.start
        end: Scores = np.zeros(count) if self.end is None else np.asarray(self.end, dtype=np.float64)
        return np.where(self._legal, transitions, -np.inf), np.where(self._starts, start, -np.inf), end

    def _viterbi(self, packed: Scores, packing: _Packing) -> Indices:
        """The best legal tag of each packed token, (all tokens,)."""
        transitions, start, end = self._scores()
        incoming = np.ascontiguousarray(transitions.T)  # (to, from)
        steps = list(zip(packing.offsets.tolist(), packing.sizes.tolist(), strict=True))
        best = start + packed[: steps[0][1]]  # (documents, tags): of the best path that ends there
        previous = np.empty(packed.shape, dtype=np.intp)
        for offset, size in steps[1:]:
            paths = best[:size, None, :] + incoming  # (documents, to, from)
            paths.argmax(axis=2, out=previous[offset : offset + size])
            np.add(paths.max(axis=2), packed[offset : offset + size], out=best[:size])
        tag = (best + end).argmax(axis=1)  # (documents,)
        rows = np.arange(len(tag))
        chosen = np.empty(len(packed), dtype=np.intp)
        for offset, size in reversed(steps):
            chosen[offset : offset + size] = tag[:size]
            if offset:
                tag[:size] = previous[offset + rows[:size], tag[:size]]
        return chosen

    def _marginals(self, packed: Scores, packing: _Packing, tags: Indices) -> Scores:
        """The probability of `tags` under the CRF, token by token, (all tokens,)."""
        transitions, start, end = self._scores()
        weights = np.exp(np.where(self._legal, np.clip(transitions, FLOOR, -FLOOR), -np.inf))  # (from, to)
        odds = np.exp(np.maximum(packed, FLOOR))  # (all tokens, tags)
        steps = list(zip(packing.offsets.tolist(), packing.sizes.tolist(), strict=True))
        forward = np.empty_like(odds)
        alpha = np.exp(np.clip(start, FLOOR, -FLOOR)) * self._starts * odds[: steps[0][1]]  # (documents, tags)
        forward[: len(alpha)] = alpha / alpha.sum(axis=1, keepdims=True)
        for (before, _), (offset, size) in pairwise(steps):
            alpha = (forward[before : before + size] @ weights) * odds[offset : offset + size]
            np.divide(alpha, alpha.sum(axis=1, keepdims=True), out=forward[offset : offset + size])
        backward = np.empty_like(odds)
        beta = np.tile(np.exp(np.clip(end, FLOOR, -FLOOR)), (steps[0][1], 1))  # (documents, tags)
        outgoing = np.ascontiguousarray(weights.T)  # (to, from)
        for offset, size in reversed(steps):
            backward[offset : offset + size] = beta[:size]
            ahead = (odds[offset : offset + size] * beta[:size]) @ outgoing
            np.divide(ahead, ahead.max(axis=1, keepdims=True), out=beta[:size])
        joint = forward * backward
        probabilities: Scores = joint[np.arange(len(tags)), tags] / joint.sum(axis=1)
        return np.minimum(probabilities, 1.0)


@dataclass(frozen=True)
class _Packing:
    """Documents laid out token by token: all first tokens, then all second ones, …, longest document first."""

    sizes: Indices  # (longest,) how many documents still go on at each step
    offsets: Indices  # (longest,) where each step begins
    order: Indices  # (all tokens,) packed = flat[order]
    back: Indices  # (all tokens,) flat = packed[back]

    @classmethod
    def of(cls, lengths: Indices) -> _Packing:
        ranks = np.empty(len(lengths), dtype=np.intp)
        ranks[np.argsort(-lengths, kind="stable")] = np.arange(len(lengths))
        sizes = len(lengths) - np.searchsorted(np.sort(lengths), np.arange(lengths.max()), side="right")
        offsets = np.cumsum(sizes) - sizes
        back = np.concatenate([offsets[:n] + rank for n, rank in zip(lengths.tolist(), ranks.tolist(), strict=True)])
        order = np.empty_like(back)
        order[back] = np.arange(len(back))
        return cls(sizes, offsets, order, back)


def decode(
    emissions: NDArray[np.floating],
    labels: LabelSet,
    transitions: NDArray[np.floating] | None = None,
    start: NDArray[np.floating] | None = None,
    end: NDArray[np.floating] | None = None,
) -> tuple[list[str], Scores]:
    """One document's best legal tags from (tokens, tags) log-scores, and the probability of each tag, (tokens,)."""
    (decoded,) = Decoder(labels, transitions, start, end)([emissions])
    return [labels.tags[tag] for tag in decoded.tags.tolist()], decoded.probabilities


def tagged_spans(tags: Sequence[str], probabilities: NDArray[np.floating], tokens: Sequence[Bounded]) -> list[Span]:
    """The spans of legal `tags`; a span's score is the geometric mean of its tokens' probabilities.

    Raises InvalidValue for an I- that continues nothing, which `decode` never gives, and for unequal lengths.
    """
    if not len(tags) == len(probabilities) == len(tokens):
        raise InvalidValue(f"{len(tags)} tags, {len(probabilities)} probabilities and {len(tokens)} tokens.")
    spans: list[Span] = []
    shares = probabilities.tolist()
    first = None
    for index, tag in enumerate((*tags, "O")):
        if first is not None and tag == f"I-{tags[first][2:]}":
            continue
        if first is not None:
            score = _geometric_mean(shares[first:index])
            spans.append(Span(tokens[first].start, tokens[index - 1].end, tags[first][2:], score))
        if tag.startswith("I-"):
            raise InvalidValue(f"Token {index} has the tag {tag}, which continues no span.")
        first = index if tag.startswith("B-") else None
    return spans


def _geometric_mean(probabilities: Sequence[float]) -> float:
    total = sum(math.log(max(probability, sys.float_info.min)) for probability in probabilities)
    return min(math.exp(total / len(probabilities)), 1.0)
