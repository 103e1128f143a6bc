"""Prodigy JSON Lines: {"text", "spans": [{"start", "end", "label"}], "tokens", "answer", "meta"}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.documents import Document
from core.errors import FormatError
from core.formats.json_records import records, shown
from core.formats.loss import Losses, kept_meta, token_borders, with_meta
from core.formats.record import Draft, Options, identity, list_of, rest_of
from core.formats.source import Source

_TAKEN = frozenset({"id", "text", "spans", "tokens", "answer"})


def read(source: Source, options: Options) -> Iterator[Document]:
    """The documents that were accepted or carry no answer; rejected and ignored ones are reported as skipped."""
    for line, record in records(source):
        answer = record.get("answer", "accept")
        if answer in ("reject", "ignore"):
            options.skip(line, f"The answer is {answer!r}.")
            continue
        if answer not in ("accept", None):
            raise FormatError(f"An answer is accept, reject or ignore, not {shown(answer)}.", line)
        if "text" not in record:
            raise FormatError(f'There is no "text"; the keys are {", ".join(record) or "none"}.', line)
        # Keys with an underscore are Prodigy's own bookkeeping (hashes, session, view).
        meta = {key: value for key, value in rest_of(record, _TAKEN).items() if not key.startswith("_")}
        draft = Draft(record["text"], line, options, identity(record.get("id")), meta)
        borders = _borders(draft, list_of(record, "tokens", line))
        if borders:
            draft.meta["tokens"] = borders
        if "spans" in record:
            draft.meta["accepted"] = True
        for item in list_of(record, "spans", line):
            _add(draft, item, borders)
        if document := draft.finished():
            yield document


def _borders(draft: Draft, tokens: list[Any]) -> list[list[int]]:
    """[[start, end]] of each token; FormatError unless they are in order, inside the text, and what they say."""
    borders: list[list[int]] = []
    before = 0
    for number, token in enumerate(tokens):
        start, end = (token.get("start"), token.get("end")) if isinstance(token, dict) else (None, None)
        if type(start) is not int or type(end) is not int or not before <= start <= end <= len(draft.text):
            raise FormatError(f"Token {number} is out of order or outside the text: {shown(token)}.", draft.line)
        if token.get("text", draft.text[start:end]) != draft.text[start:end]:
            raise FormatError(
                f"Token {number} covers {shown(draft.text[start:end])}, and the file says {shown(token['text'])}.",
                draft.line,
            )
        borders.append([start, end])
        before = end
    return borders


def _add(draft: Draft, item: Any, borders: list[list[int]]) -> None:
    if not isinstance(item, dict):
        draft.refuse(f"A span is an object with start, end and label, not {shown(item)}.")
        return
    start, end = item.get("start"), item.get("end")
    for key, edge, offset in (("token_start", 0, start), ("token_end", 1, end)):
        index = item.get(key)
        if index is None or not borders:
            continue
        if type(index) is not int or not 0 <= index < len(borders) or borders[index][edge] != offset:
            draft.refuse(f"The span {start}-{end} says {key} {shown(index)}, which is not the token at that offset.")
            return
    draft.add(start, end, item.get("label"), item.get("text"), item.get("score"))


def record_of(document: Document, losses: Losses) -> dict[str, Any]:
    """One line that Prodigy and spaCy can load; tokens are written where the document carries their borders."""
    borders = token_borders(document)
    starts = {start: index for index, (start, _) in enumerate(borders)}
    ends = {end: index for index, (_, end) in enumerate(borders)}
    spans: list[dict[str, Any]] = []
    for span in document.spans:
        item: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
        if span.start in starts and span.end in ends:
            item |= {"token_start": starts[span.start], "token_end": ends[span.end]}
        if span.score is not None:
            item["score"] = span.score
        spans.append(item)
    record: dict[str, Any] = {"text": document.text, "spans": spans, "answer": "accept"}
    meta = kept_meta(document, losses)
    if borders:
        meta.pop("tokens", None)
        record["tokens"] = [
            {"text": document.text[start:end], "start": start, "end": end, "id": index}
            for index, (start, end) in enumerate(borders)
        ]
    return with_meta(record, document.id, meta)
