"""Rows of spans: checked, read, looked up, written. Which annotation they belong to is `db.annotations`' to say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from core.documents import Span
from core.errors import InvalidSpan
from db import schema
from db.batches import batches

Key: TypeAlias = tuple[int, int, int]  # start, end, label id: unique in an annotation
FEW = 40  # up to so many spans are looked up one by one; for more, one reading of all is cheaper
WAYS_OUT = "Shorten or remove one, or allow overlapping spans in the project's settings."


def spans_of(s: Session, annotation_ids: Sequence[int]) -> dict[int, list[Span]]:
    """Annotation id → its spans in order; an annotation without spans is not in it."""
    found: dict[int, list[Span]] = {}
    for some in batches(annotation_ids):
        rows = s.execute(
            select(schema.Span.annotation_id, schema.Span.start, schema.Span.end, schema.Label.name)
            .join(schema.Label, schema.Label.id == schema.Span.label_id)
            .where(schema.Span.annotation_id.in_(some))
            .order_by(schema.Span.annotation_id, schema.Span.start, schema.Span.end, schema.Label.name)
        )
        for annotation_id, start, end, label in rows:
            found.setdefault(annotation_id, []).append(Span(start, end, label))
    return found


def check_spans(spans: Sequence[Span], characters: int, known: Iterable[str], *, overlap: bool) -> None:
    """Raise InvalidSpan unless the sorted `spans` fit a text of `characters`, with labels among `known`.

    Two spans may share a character only with `overlap`; the same span twice is refused always.
    """
    names = set(known)
    reach: Span | None = None  # the span that reaches furthest among those before
    last: Span | None = None
    for span in spans:
        if span.end > characters:
            raise InvalidSpan(f"The span {named(span)} ends beyond the text, which has {characters} characters.")
        if span.label not in names:
            raise InvalidSpan(_unknown_label(span, names))
        if span == last:
            raise InvalidSpan(f"The span {named(span)} is there twice; leave one out.")
        if reach is not None and span.start < reach.end and not overlap:
            raise InvalidSpan(f"The spans {named(reach)} and {named(span)} overlap. {WAYS_OUT}")
        if reach is None or span.end > reach.end:
            reach = span
        last = span


def span_rows(annotation_id: int, spans: Iterable[Span], label_ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rows of the span table for `spans`."""
    return [
        {
            "annotation_id": annotation_id,
            "label_id": label_ids[span.label],
            "start": span.start,
            "end": span.end,
        }
        for span in spans
    ]


def keys(spans: Iterable[Span], label_ids: Mapping[str, int]) -> list[Key]:
    """(start, end, label id) of each span; raises InvalidSpan for a label that is not in `label_ids`."""
    found = []
    for span in spans:
        if span.label not in label_ids:
            raise InvalidSpan(_unknown_label(span, label_ids))
        found.append((span.start, span.end, label_ids[span.label]))
    return found


def present(s: Session, annotation_id: int, wanted: Collection[Key]) -> dict[Key, int]:
    """Those of `wanted` that the annotation has → their row ids; few are looked up through the index."""
    table = schema.Span
    query = select(table.start, table.end, table.label_id, table.id).where(table.annotation_id == annotation_id)
    if not wanted:
        return {}
    if len(wanted) <= FEW:
        query = query.where(
            or_(*(and_(table.start == key[0], table.end == key[1], table.label_id == key[2]) for key in wanted))
        )
    chosen = set(wanted)
    rows = (((start, end, label_id), row_id) for start, end, label_id, row_id in s.execute(query))
    return {key: row_id for key, row_id in rows if key in chosen}


def remove_rows(s: Session, row_ids: Iterable[int]) -> None:
    """Delete spans by row id."""
    for some in batches(row_ids):
        s.execute(delete(schema.Span).where(schema.Span.id.in_(some)).execution_options(synchronize_session=False))


def insert_rows(s: Session, annotation_id: int, spans: Sequence[Span], label_ids: Mapping[str, int]) -> None:
    """Write `spans`, which were checked."""
    if spans:
        s.execute(insert(schema.Span), span_rows(annotation_id, spans, label_ids))


def refuse_taken(
    s: Session, annotation_id: int, spans: Sequence[Span], label_ids: Mapping[str, int], *, overlap: bool
) -> None:
    """Raise InvalidSpan when one of the new `spans` is in the annotation already or, without `overlap`, touches one.

    Where spans do not overlap, the last one that starts before a new one's end is the only one that can touch it:
    one look through the index for each.
    """
    if overlap or len(spans) > FEW:
        taken = present(s, annotation_id, keys(spans, label_ids))
        for span in spans:
            if (span.start, span.end, label_ids[span.label]) in taken:
                raise InvalidSpan(_twice(span))
    if overlap or not spans:
        return
    if len(spans) > FEW:
        together = sorted([*spans_of(s, [annotation_id]).get(annotation_id, []), *spans])
        check_spans(together, max(span.end for span in together), label_ids, overlap=False)
        return
    table = schema.Span
    for span in spans:
        last = s.execute(
            select(table.start, table.end, schema.Label.name)
            .join(schema.Label, schema.Label.id == table.label_id)
            .where(table.annotation_id == annotation_id, table.start < span.end)
            .order_by(table.start.desc())
            .limit(1)
        ).first()
        if last is not None and last.end > span.start:
            found = Span(*last)
            if found == span:
                raise InvalidSpan(_twice(span))
            raise InvalidSpan(f"The spans {named(found)} and {named(span)} overlap. {WAYS_OUT}")


def _twice(span: Span) -> str:
    return f"The span {named(span)} is there already; leave it out."


def _unknown_label(span: Span, known: Collection[str]) -> str:
    listed = ", ".join(sorted(known)) or "none"
    return (
        f"The project has no label {span.label!r} for the span {named(span)}; it has: {listed}. Add the label first."
    )


def named(span: Span) -> str:
    """A span as messages show it."""
    return f"{span.label} {span.start}-{span.end}"
