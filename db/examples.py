"""What has been labelled most often, as examples of a label."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import schema
from db.accounts import YOU, account_id

LATEST = 200  # documents looked at: a guide shows what is labelled now, and opening a page stays cheap
LONGEST = 40  # characters of an example: a longer span shows a label badly
LONGEST_DOCUMENT = 50_000  # characters: cutting a span out of a text costs as much as the text is long


def frequent(s: Session, project_id: int, *, most: int = 6, annotator: str = YOU) -> dict[int, list[tuple[str, int]]]:
    """Label id → its most frequent surfaces in accepted documents with how often each was seen, commonest first.

    Only the documents accepted last are looked at. White space of a surface is one blank; a label without any is not
    in it.
    """
    span, annotation, document = schema.Span, schema.Annotation, schema.Document
    latest = (
        select(annotation.id)
        .join(document, document.id == annotation.document_id)
        .where(
            document.project_id == project_id,
            document.characters <= LONGEST_DOCUMENT,
            annotation.annotator_id == account_id(s, annotator),
            annotation.status == "accepted",
        )
        .order_by(annotation.updated.desc(), annotation.id.desc())
        .limit(LATEST)
        .subquery()
    )
    rows = s.execute(
        select(span.label_id, func.substr(document.text, span.start + 1, span.end - span.start))
        .join(latest, latest.c.id == span.annotation_id)
        .join(annotation, annotation.id == span.annotation_id)
        .join(document, document.id == annotation.document_id)
        .where(span.end - span.start <= LONGEST)
        .order_by(span.id.desc())
    )
    counted: dict[int, Counter[str]] = {}
    for label_id, surface in rows:
        counted.setdefault(label_id, Counter())[" ".join(surface.split())] += 1
    return {label_id: counter.most_common(most) for label_id, counter in counted.items()}
