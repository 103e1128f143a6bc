"""Model folders with random weights, large enough to give every tag: for tests in which skill does not matter."""

from __future__ import annotations

from pathlib import Path

LABELS = ("PER", "ORG", "地名")
ENGLISH = "Anna visits Paris with Bob , the Acme worker 's son ( London ) ."
CHINESE = "北京的苹果公司在上海。Anna 是人,2024 年 café 👩‍👩‍👧 한국어"


def make_tagger(base: str, language: str, *, seed: int = 0):
    """A tagger of random weights, its encoder and its configuration."""
    import torch

    from core.documents import LabelSet
    from core.models.build import build
    from core.training.config import TrainingConfig

    torch.manual_seed(seed)
    config = TrainingConfig(base=base, language=language, max_length=32, overlap=8)
    tagger, encoder = build(config, LabelSet(LABELS), [ENGLISH, CHINESE, CHINESE])
    with torch.no_grad():
        head = tagger.network.output if tagger.kind == "character" else tagger.network.classifier
        head.weight.normal_(std=2.0)
        for scores in () if tagger.crf is None else tagger.crf.parameters():
            scores.normal_()
    return tagger.eval(), encoder, config


def make_model(folder: Path, base: str, language: str, *, seed: int = 0) -> Path:
    """A complete model folder; the folder is returned."""
    from core.documents import LabelSet
    from core.models.folder import write_model_folder

    tagger, encoder, config = make_tagger(base, language, seed=seed)
    metrics = {"split": "dev", "report": {"per_label": {"PER": [1, 2, 4], "地名": [0, 0, 0]}}}
    write_model_folder(
        folder, tagger, encoder, config=config, labels=LabelSet(LABELS), metrics=metrics, snapshot_id=7
    )
    return folder
