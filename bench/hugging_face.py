"""Hugging Face's Trainer on the same documents: as its token classification example sets it, and at its best."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import Dataset
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
    set_seed,
)

from core.documents import Document, LabelSet, Span
from core.evaluation import Report, evaluate
from core.evaluation.lenient import lenient_spans
from core.models.bases import folder_of
from core.tags import spans_to_tags
from core.tokens import tokenize

BATCH, LENGTH = 16, 512
# The example leaves the Trainer at its defaults: rate 5e-5 falling linearly, random batches padded to their longest.
EXAMPLE: dict[str, Any] = {}
# Its own switches for speed, and the learning rate that suits the encoder. bf16 is left off on a CPU: slower there.
BEST: dict[str, Any] = {
    "train_sampling_strategy": "group_by_length",
    "optim": "adamw_torch_fused",
    "learning_rate": 3e-4,
    "warmup_steps": 0.1,
    "bf16": torch.cuda.is_available(),
}


class Encoded(Dataset):
    """Rows of ids and tags; only a word's first sub-token has one."""

    def __init__(self, documents: Sequence[Document], tokenizer: Any, labels: LabelSet) -> None:
        ids = {tag: number for number, tag in enumerate(labels.tags)}
        self.words = [tokenize(document.text, "en") for document in documents]
        self.rows = []
        for document, own in zip(documents, self.words, strict=True):
            pieces = [document.text[word.start : word.end] for word in own]
            row = tokenizer(pieces, is_split_into_words=True, truncation=True, max_length=LENGTH)
            tags, places = spans_to_tags(document.spans, own).tags, row.word_ids()
            first = [place is not None and (at == 0 or places[at - 1] != place) for at, place in enumerate(places)]
            chosen = [ids[tags[place]] if new else -100 for place, new in zip(places, first, strict=True)]
            self.rows.append({"input_ids": row["input_ids"], "labels": chosen})

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return self.rows[index]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Real sub-tokens a second of training, and the dev report by our scorer."""

    tokens_per_second: float
    dev: Report


def run(
    train: Sequence[Document],
    dev: Sequence[Document],
    labels: LabelSet,
    switches: dict[str, Any],
    *,
    epochs: int,
    seed: int,
) -> Outcome:
    """Train by the Trainer with `switches`, and score."""
    set_seed(seed)
    folder = folder_of("minilm-l6")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(labels.tags))
    rows = Encoded(train, tokenizer, labels)
    with tempfile.TemporaryDirectory() as out:
        settings = TrainingArguments(
            output_dir=out,
            num_train_epochs=epochs,
            per_device_train_batch_size=BATCH,
            seed=seed,
            use_cpu=not torch.cuda.is_available(),
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **switches,
        )
        collator = DataCollatorForTokenClassification(tokenizer)
        trainer = Trainer(model, settings, collator, rows, processing_class=tokenizer)
        seconds = trainer.train().metrics["train_runtime"]
    pieces = epochs * sum(len(row["input_ids"]) for row in rows.rows)
    return Outcome(pieces / seconds, _score(model.cpu(), Encoded(dev, tokenizer, labels), dev, labels))


@torch.inference_mode()
def _score(model: Any, rows: Encoded, dev: Sequence[Document], labels: LabelSet) -> Report:
    """Strict span scores on character spans."""
    model.eval()
    found = []
    for row, words in zip(rows.rows, rows.words, strict=True):
        chosen = model(input_ids=torch.tensor([row["input_ids"]])).logits[0].argmax(-1).tolist()  # (length,)
        read = [labels.tags[tag] for tag, own in zip(chosen, row["labels"], strict=True) if own != -100]
        tags = read + ["O"] * (len(words) - len(read))
        found.append([Span(words[s.start].start, words[s.end - 1].end, s.label) for s in lenient_spans(tags)])
    return evaluate(dev, found)
