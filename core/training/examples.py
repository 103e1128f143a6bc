"""Documents → examples: windows with the tag of each token they own, and the ledger that accounts for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.documents import Document, LabelSet
from core.errors import InvalidConfig
from core.features import InputEncoder, Window
from core.tags import OUTERMOST, Unrepresented, spans_to_tags
from core.tokens import Token, tokenize
from core.training.ledger import Ledger, Lost, document_name, duplicates_across, labels_of


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A window and the tags of the tokens it owns; `opens` and `closes`: whether the document's ends are in it."""

    window: Window
    tags: np.ndarray  # (owned,) int64 indices into LabelSet.tags
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One split as a model reads it; `tokens[i]` are those of `documents[i]`, in the order given."""

    documents: tuple[Document, ...]
    tokens: tuple[tuple[Token, ...], ...]
    examples: tuple[Example, ...]
    lost: Lost

    @property
    def spans(self) -> int:
        """Gold spans of the split."""
        return sum(len(document.spans) for document in self.documents)


def encode(
    documents: Sequence[Document],
    language: str,
    encoder: InputEncoder,
    labels: LabelSet,
    *,
    flat_rule: str = OUTERMOST,
) -> Encoded:
    """Tokens, windows and tags of all documents; a span of a label outside `labels` is not tagged.

    `flat_rule` says which of overlapping spans is tagged, as in `core.tags`.
    """
    number = {tag: index for index, tag in enumerate(labels.tags)}
    tokens: list[tuple[Token, ...]] = []
    examples: list[Example] = []
    lost: list[tuple[str, Unrepresented]] = []
    for index, document in enumerate(documents):
        found = tuple(tokenize(document.text, language))
        tagging = spans_to_tags(document.spans, found, rule=flat_rule)
        lost += [(document_name(document, index), item) for item in tagging.unrepresented]
        ids = np.array([number.get(tag, 0) for tag in tagging.tags], dtype=np.int64)  # (tokens,)
        tokens.append(found)
        for window in encoder.windows(index, document.text, found):
            owned = window.tokens
            examples.append(Example(window, ids[owned], int(owned[0]) == 0, int(owned[-1]) == len(found) - 1))
    return Encoded(tuple(documents), tuple(tokens), tuple(examples), tuple(lost))


def make_ledger(train: Encoded, dev: Encoded, *, padding_share: float, flat_rule: str = OUTERMOST) -> Ledger:
    """Account for both splits; raises InvalidConfig when not one training span can be learned from."""
    if train.spans == len(train.lost):
        raise InvalidConfig(
            f"None of the {train.spans:,} training spans lies on token borders "
            f"({train.lost[0][1].reason}), so there is nothing to learn from; mark whole words."
        )
    characters = sum(len(part) for document in train.documents for part in document.text.split())
    read = sum(token.end - token.start for tokens in train.tokens for token in tokens)
    return Ledger(
        documents=len(train.documents),
        dev_documents=len(dev.documents),
        characters=characters,
        characters_unread=characters - read + sum(example.window.unread for example in train.examples),
        windows=len(train.examples),
        tokens=sum(len(example.tags) for example in train.examples),
        spans=train.spans,
        spans_represented=train.spans - len(train.lost),
        unrepresented=train.lost,
        dev_spans=dev.spans,
        dev_unrepresented=dev.lost,
        padding_share=padding_share,
        labels_unseen_in_train=tuple(sorted(labels_of(dev.documents) - labels_of(train.documents))),
        duplicates_across_splits=duplicates_across(train.documents, dev.documents),
        flat_rule=flat_rule,
    )
