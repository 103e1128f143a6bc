"""What the documents hold, told before a run starts: the same checks that `train` makes, free of torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.documents import Document
from core.errors import InvalidConfig
from core.tags import OUTERMOST, Unrepresented, overlapping, spans_to_tags
from core.tokens import tokenize
from core.training.ledger import Lost, document_name, duplicates_across, labels_of

FEW = 10  # examples below which a label is hardly learned


@dataclass(frozen=True, slots=True)
class Preflight:
    """`problems` forbid starting, `warnings` do not; both are sentences for people. Spans are of the train split."""

    documents: int
    dev_documents: int
    characters: int
    spans_per_label: dict[str, int]  # the most frequent label first
    unrepresented: Lost
    few_examples: tuple[str, ...]  # labels with fewer than FEW spans
    duplicates_across_splits: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    overlapping: int = 0  # spans that share a character with another
    flat_rule: str = OUTERMOST  # which of them is learned


def preflight(
    train: Sequence[Document],
    dev: Sequence[Document],
    language: str,
    *,
    labels: Sequence[str] | None = None,
    flat_rule: str = OUTERMOST,
) -> Preflight:
    """Look the documents over; `labels` are those the run is meant to learn, None for those of `train`."""
    lost: list[tuple[str, Unrepresented]] = []
    counts: Counter[str] = Counter()
    for index, document in enumerate(train):
        counts.update(span.label for span in document.spans)
        tagging = spans_to_tags(document.spans, tokenize(document.text, language), rule=flat_rule)
        lost += [(document_name(document, index), item) for item in tagging.unrepresented]
    problems = tuple(find_problems(train, dev, labels))
    learned = counts.copy()
    learned.subtract(item.span.label for _, item in lost)
    if not problems and not any(learned.values()):
        problems = (_NOTHING_LEARNED,)
    few = tuple(sorted(label for label, count in learned.items() if count < FEW))
    duplicates = duplicates_across(train, dev)
    return Preflight(
        documents=len(train),
        dev_documents=len(dev),
        characters=sum(len(document.text) for document in train),
        spans_per_label=dict(counts.most_common()),
        unrepresented=tuple(lost),
        few_examples=few,
        duplicates_across_splits=duplicates,
        problems=problems,
        warnings=tuple(_warnings(dev, labels_of(dev) - set(counts), few, len(lost), duplicates)),
        overlapping=sum(overlapping(document.spans) for document in train),
        flat_rule=flat_rule,
    )


_NOTHING_LEARNED = "No span of the training documents lies on token borders, so there is nothing to learn from."


def find_problems(
    train: Sequence[Document], dev: Sequence[Document], labels: Sequence[str] | None = None
) -> list[str]:
    """Reasons why no run can start with these documents, each with the way out; empty when it can."""
    if not train:
        if dev:
            return [f"All {len(dev):,} documents are in dev and none in train; assign some to train."]
        return ["There is no training document; label and accept some, and assign them to train."]
    if not any(document.text.strip() for document in train):
        return [f"The {len(train):,} training documents are empty."]
    seen = labels_of(train)
    if not seen:
        return [f"The {len(train):,} training documents have no span; mark what the model is to find."]
    if labels is None:
        return []
    problems = []
    if missing := [label for label in labels if label not in seen]:
        problems.append(
            f"No training document has an example of {', '.join(missing)}; mark some, or leave the label out."
        )
    if extra := sorted(seen - set(labels)):
        problems.append(
            f"The training documents have spans of {', '.join(extra)}, which is not among the labels to learn; "
            "add the label, or remove its spans."
        )
    return problems


def require_trainable(train: Sequence[Document], dev: Sequence[Document], labels: Sequence[str] | None) -> None:
    """Raise InvalidConfig that names every problem of `find_problems`."""
    problems = find_problems(train, dev, labels)
    if problems:
        raise InvalidConfig(" ".join(problems))


def _warnings(dev: Sequence[Document], unseen: set[str], few: Sequence[str], lost: int, duplicates: int) -> list[str]:
    warnings = []
    if not dev:
        warnings.append("No dev documents: nothing is scored, and the last epoch is kept.")
    elif not any(document.spans for document in dev):
        warnings.append("The dev documents have no span: the scores will say nothing, and the last epoch is kept.")
    if unseen:
        warnings.append(f"Labels only in dev, which cannot be learned: {', '.join(sorted(unseen))}.")
    if few:
        warnings.append(f"Fewer than {FEW} examples to learn from: {', '.join(few)}.")
    if lost:
        warnings.append(f"{lost:,} spans do not lie on token borders or overlap others; they are not learned from.")
    if duplicates:
        warnings.append(f"{duplicates:,} dev documents are also in train; their scores will be too good.")
    return warnings
