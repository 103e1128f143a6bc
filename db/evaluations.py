"""Evaluations: stored reports of a model on a split, one of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import InvalidValue
from db import models, schema


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report as `core.evaluation.Report.to_json` gives it; `created` says how old the gold behind it is."""

    id: int
    model_id: int
    split: str
    kind: str
    report: Mapping[str, Any]
    created: datetime


def put(s: Session, model_id: int, *, split: str, kind: str, report: Mapping[str, Any]) -> Evaluation:
    """Store a report, replacing the one of the same model, split and kind; raises NotFound, InvalidValue."""
    models.get(s, model_id)
    if split not in schema.SPLITS:
        raise InvalidValue(f"A split is one of {', '.join(schema.SPLITS)}, not {split!r}.")
    table = schema.Evaluation
    s.execute(delete(table).where(table.model_id == model_id, table.split == split, table.kind == kind))
    row = schema.Evaluation(model_id=model_id, split=split, kind=kind, report=dict(report))
    s.add(row)
    s.flush()
    return _evaluation(row)


def load(s: Session, model_id: int, *, split: str, kind: str) -> Evaluation | None:
    """The stored report, or None."""
    table = schema.Evaluation
    row = s.scalar(select(table).where(table.model_id == model_id, table.split == split, table.kind == kind))
    return None if row is None else _evaluation(row)


def of_model(s: Session, model_id: int) -> list[Evaluation]:
    """Every stored report of a model."""
    table = schema.Evaluation
    query = select(table).where(table.model_id == model_id).order_by(table.split, table.kind)
    return [_evaluation(row) for row in s.scalars(query)]


def _evaluation(row: schema.Evaluation) -> Evaluation:
    return Evaluation(row.id, row.model_id, row.split, row.kind, row.report, row.created)
