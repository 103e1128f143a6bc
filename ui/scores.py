"""Which model is best, by the scores it was published with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.models import Model


@dataclass(frozen=True, slots=True)
class DevScore:
    """Micro F1 on the dev split, 0..1, and the number of gold spans it was measured on (None when not known)."""

    f1: float
    support: int | None


def dev_score(metrics: Mapping[str, Any]) -> DevScore | None:
    """The dev score among a model's published metrics; None when nothing could be scored."""
    dev = metrics.get("dev", metrics)
    micro = dev.get("micro", dev) if isinstance(dev, Mapping) else None
    f1 = micro.get("f1") if isinstance(micro, Mapping) else None
    if not isinstance(f1, int | float) or isinstance(f1, bool):
        return None
    support = micro.get("support")
    return DevScore(float(f1), support if isinstance(support, int) else None)


def best(models: Sequence[Model]) -> tuple[Model, DevScore] | None:
    """The model with the highest dev F1, the newest of equals."""
    scored = [(model, score) for model in models if (score := dev_score(model.metrics)) is not None]
    return max(scored, key=lambda pair: (pair[1].f1, pair[0].id), default=None)
