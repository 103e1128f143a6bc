"""The classic recipe, as many tutorials have it: every sentence padded to 128, AdamW 2e-5, batch 16, no schedule."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from core.documents import Document, LabelSet
from core.evaluation import Report, evaluate
from core.evaluation.lenient import lenient_spans
from core.models.bases import folder_of
from core.tags import spans_to_tags
from core.tokens import Token, tokenize

LENGTH, BATCH, RATE = 128, 16, 2e-5


class Classic:
    """A model under training by the classic recipe; an epoch at a time, so that peers can be interleaved."""

    def __init__(self, train: Sequence[Document], labels: LabelSet, *, seed: int = 0) -> None:
        torch.manual_seed(seed)
        folder = folder_of("minilm-l6")
        self.labels = labels
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(labels.tags))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=RATE)
        self.words = [tokenize(document.text, "en") for document in train]
        self.encoded = self._encode(train, self.words)
        self.targets = self._targets(train)  # (documents, LENGTH)

    def _encode(self, documents: Sequence[Document], words: Sequence[Sequence[Token]]):  # noqa: ANN202
        return self.tokenizer(
            [[document.text[t.start : t.end] for t in own] for document, own in zip(documents, words, strict=True)],
            is_split_into_words=True,
            padding="max_length",
            truncation=True,
            max_length=LENGTH,
            return_tensors="pt",
        )

    def _targets(self, documents: Sequence[Document]) -> torch.Tensor:
        ids = {tag: number for number, tag in enumerate(self.labels.tags)}
        rows = torch.full((len(documents), LENGTH), -100)
        for row, (document, own) in enumerate(zip(documents, self.words, strict=True)):
            tags = spans_to_tags(document.spans, own).tags
            before = None
            for place, word in enumerate(self.encoded.word_ids(row)):
                if word is not None and word != before:
                    rows[row, place] = ids[tags[word]]
                before = word
        return rows

    def epoch(self) -> tuple[int, float]:
        """One pass over the data; (real sub-tokens, seconds by the clock that our trainer uses)."""
        self.model.train()
        order = torch.randperm(len(self.targets))
        began = time.perf_counter()
        for rows in order.split(BATCH):
            loss = self.model(
                input_ids=self.encoded["input_ids"][rows],
                attention_mask=self.encoded["attention_mask"][rows],
                labels=self.targets[rows],
            ).loss
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return int(self.encoded["attention_mask"].sum()), time.perf_counter() - began

    @torch.inference_mode()
    def score(self, dev: Sequence[Document]) -> Report:
        """Strict span scores on character spans; a dangling I- opens a span, as its own decoders do."""
        self.model.eval()
        words = [tokenize(document.text, "en") for document in dev]
        encoded = self._encode(dev, words)
        found = []
        for row, own in enumerate(words):
            one = {name: encoded[name][row : row + 1] for name in ("input_ids", "attention_mask")}
            chosen = self.model(**one).logits[0].argmax(-1).tolist()  # (LENGTH,)
            tags, before = ["O"] * len(own), None
            for place, word in enumerate(encoded.word_ids(row)):
                if word is not None and word != before:
                    tags[word] = self.labels.tags[chosen[place]]
                before = word
            spans = lenient_spans(tags)
            found.append([type(s)(own[s.start].start, own[s.end - 1].end, s.label) for s in spans])
        return evaluate(dev, found)
