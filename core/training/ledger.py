"""The ledger of a run: what of the documents the model could learn from, and a list of what it could not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.documents import Document, Span
from core.tags import OUTERMOST, OVERLAPS, Unrepresented

Lost = tuple[tuple[str, Unrepresented], ...]  # (id of the document, its span and the reason)

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts are of the training documents unless the name says dev.

    `characters` leaves white space out; `tokens` are those of `core.tokens`, each labelled once; `spans_represented`
    and `unrepresented` add up to `spans`. The dev documents are scored against all their spans, so those in
    `dev_unrepresented` count as missed.
    """

    documents: int
    dev_documents: int
    characters: int
    characters_unread: int
    windows: int
    tokens: int
    spans: int
    spans_represented: int
    unrepresented: Lost
    dev_spans: int
    dev_unrepresented: Lost
    padding_share: float
    labels_unseen_in_train: tuple[str, ...]
    duplicates_across_splits: int
    flat_rule: str = OUTERMOST

    def describe(self) -> str:
        """The ledger in a few lines for people; zero or a list, never silence."""
        lines = [
            f"Read {self.characters:,} characters of {self.documents:,} training documents as {self.tokens:,} tokens "
            f"in {self.windows:,} windows; characters not read: {self.characters_unread:,}.",
            f"Spans learned from: {self.spans_represented:,} of {self.spans:,}. "
            f"Padding: {self.padding_share:.0%} of the work.",
            *_lines_of_lost("Not learned from", self.unrepresented),
            *self._rule_told(),
            f"Scored on {self.dev_documents:,} dev documents with {self.dev_spans:,} spans.",
            *_lines_of_lost("Counted as missed, because no tags can say them", self.dev_unrepresented),
        ]
        if self.labels_unseen_in_train:
            unseen = ", ".join(self.labels_unseen_in_train)
            lines.append(f"Labels of the dev documents that no training document has: {unseen}.")
        if self.duplicates_across_splits:
            lines.append(
                f"Dev documents whose text is also in train: {self.duplicates_across_splits:,}. "
                "The scores are too good by them."
            )
        return "\n".join(lines)

    def _rule_told(self) -> list[str]:
        if all(item.reason != OVERLAPS for _, item in (*self.unrepresented, *self.dev_unrepresented)):
            return []
        return [f"Of spans that overlap, the {self.flat_rule} is learned."]

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Ledger:
        """The ledger that `to_json` wrote."""
        changed = {
            "unrepresented": _lost_from_json(values["unrepresented"]),
            "dev_unrepresented": _lost_from_json(values["dev_unrepresented"]),
            "labels_unseen_in_train": tuple(values["labels_unseen_in_train"]),
        }
        return cls(**{**values, **changed})


def document_name(document: Document, index: int) -> str:
    """The document's id, or its place in the list when it has none."""
    return document.id if document.id is not None else f"#{index + 1}"


def duplicates_across(train: Iterable[Document], dev: Iterable[Document]) -> int:
    """How many dev documents have a text of the training documents, white space and case aside."""
    known = {_normalised(document.text) for document in train}
    return sum(_normalised(document.text) in known for document in dev)


def labels_of(documents: Iterable[Document]) -> set[str]:
    """Every label that a span of the documents carries."""
    return {span.label for document in documents for span in document.spans}


def _normalised(text: str) -> str:
    return " ".join(text.split()).casefold()


def _lines_of_lost(title: str, lost: Lost) -> list[str]:
    if not lost:
        return []
    shown = [f"  {name}: {item.span.label} {item.span.start}-{item.span.end} {item.reason}" for name, item in lost]
    more = [f"  and {len(lost) - _LISTED:,} more"] if len(lost) > _LISTED else []
    return [f"{title}: {len(lost):,} spans.", *shown[:_LISTED], *more]


def _lost_from_json(rows: Sequence[Sequence[Any]]) -> Lost:
    return tuple((name, Unrepresented(Span(**item["span"]), item["reason"])) for name, item in rows)
