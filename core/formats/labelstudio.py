"""Label Studio's JSON export (tasks with annotations) and its JSON-min (one flat object a task).

Since version 1.5 Label Studio stores offsets in code points, before that in UTF-16 units, and never says which. All
spans of an annotation are therefore read as code points if their texts agree with that, else as UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.documents import Document
from core.errors import FormatError
from core.formats.json_records import records, shown
from core.formats.loss import Losses, kept_meta
from core.formats.record import Draft, Options, identity, list_of, rest_of
from core.formats.source import Source

_TASK_KEYS = frozenset({"id", "data", "annotations", "completions", "predictions"})
_BOOKKEEPING = frozenset({
    "annotation_id", "annotator", "created_at", "updated_at", "lead_time", "completed_by", "project", "inner_id",
    "total_annotations", "cancelled_annotations", "total_predictions", "comment_count", "unresolved_comment_count",
    "comment_authors", "updated_by", "last_comment_updated_at", "drafts", "file_upload",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Region:
    """One marked range as the file has it."""

    start: Any
    end: Any
    label: Any
    surface: Any
    score: Any = None


def read(source: Source, options: Options) -> Iterator[Document]:
    """The tasks as documents; of several annotations the ground truth is taken, else the first not cancelled."""
    for line, record in records(source):
        draft, regions = (_task if isinstance(record.get("data"), dict) else _flat)(record, line, options)
        for region in _in_code_points(draft.text, regions):
            draft.add(region.start, region.end, region.label, region.surface, region.score)
        if document := draft.finished():
            yield document


def _task(record: dict[str, Any], line: int, options: Options) -> tuple[Draft, list[_Region]]:
    data: dict[str, Any] = record["data"]
    key = _text_key(data, line)
    meta = {name: value for name, value in data.items() if name != key}
    meta |= {name: value for name, value in rest_of(record, _TASK_KEYS).items() if name not in _BOOKKEEPING}
    draft = Draft(data[key], line, options, identity(record.get("id")), meta)
    annotation = _chosen(list_of(record, "annotations", line) or list_of(record, "completions", line), line, options)
    if annotation is None:
        return draft, []
    draft.meta["accepted"] = True
    regions: list[_Region] = []
    for result in list_of(annotation, "result", line):
        value = result.get("value") if isinstance(result, dict) else None
        if not isinstance(value, dict) or "labels" not in value:
            kind = result.get("type") if isinstance(result, dict) else result
            options.skip(line, f"A result of type {shown(kind)} is no labelled span.")
            continue
        regions.extend(_regions(value, line, result.get("score")))
    return draft, regions


def _flat(record: dict[str, Any], line: int, options: Options) -> tuple[Draft, list[_Region]]:
    """JSON-min: the regions stand as a list under the name of their control, the text beside it."""
    lists = [
        key for key, value in record.items() if isinstance(value, list) and value and all(map(_is_region, value))
    ]
    rest = {
        key: value for key, value in record.items() if key not in lists and key not in _BOOKKEEPING and key != "id"
    }
    key = _text_key(rest, line)
    meta = rest_of(rest, frozenset({key}))
    draft = Draft(record[key], line, options, identity(record.get("id")), meta)
    if lists or "annotation_id" in record:
        draft.meta["accepted"] = True
    return draft, [region for name in lists for value in record[name] for region in _regions(value, line, None)]


def _is_region(value: Any) -> bool:
    return isinstance(value, dict) and {"start", "end", "labels"} <= value.keys()


def _text_key(data: Mapping[str, Any], line: int) -> str:
    """The key of the text: "text", or the only one that holds a string."""
    strings = ["text"] if "text" in data else [key for key, value in data.items() if isinstance(value, str)]
    if len(strings) != 1:
        raise FormatError(f'Which key is the text? There is no "text" among {", ".join(data) or "none"}.', line)
    return strings[0]


def _chosen(annotations: list[Any], line: int, options: Options) -> dict[str, Any] | None:
    usable = [item for item in annotations if isinstance(item, dict) and item.get("was_cancelled") is not True]
    if len(usable) < len(annotations):
        cancelled = len(annotations) - len(usable)
        options.skip(line, f"{cancelled} cancelled annotation{'s are' if cancelled > 1 else ' is'} left out.")
    usable.sort(key=lambda item: item.get("ground_truth") is not True)
    if len(usable) > 1:
        rule = "ground truth" if usable[0].get("ground_truth") is True else "first"
        options.skip(line, f"The task has {len(usable)} annotations; the {rule} is taken.")
    return usable[0] if usable else None


def _regions(value: Mapping[str, Any], line: int, score: Any) -> Iterator[_Region]:
    """One region for each label of a range."""
    for label in list_of(value, "labels", line):
        yield _Region(value.get("start"), value.get("end"), label, value.get("text"), score)


def _in_code_points(text: str, regions: list[_Region]) -> list[_Region]:
    if text.isascii() or _agree(text, regions):
        return regions
    offsets = _utf16_offsets(text)
    converted = [
        _Region(offsets.get(region.start), offsets.get(region.end), region.label, region.surface, region.score)
        if type(region.start) is int and type(region.end) is int
        else region
        for region in regions
    ]
    return converted if _agree(text, converted) else regions


def _agree(text: str, regions: list[_Region]) -> bool:
    return all(
        type(region.start) is int
        and type(region.end) is int
        and 0 <= region.start < region.end <= len(text)
        and region.surface in (None, text[region.start : region.end])
        for region in regions
    )


def _utf16_offsets(text: str) -> dict[int, int]:
    """UTF-16 offset → code-point offset, for every border between characters."""
    offsets = {0: 0}
    units = 0
    for index, character in enumerate(text, start=1):
        units += 2 if character > "\uffff" else 1
        offsets[units] = index
    return offsets


def record_of(document: Document, losses: Losses) -> dict[str, Any]:
    """One task with one annotation, for a project whose control is called "label" and whose text "text"."""
    result: list[dict[str, Any]] = []
    for number, span in enumerate(document.spans):
        value = {"start": span.start, "end": span.end, "text": document.surface(span), "labels": [span.label]}
        item: dict[str, Any] = {"id": f"span-{number}", "from_name": "label", "to_name": "text", "type": "labels"}
        item["value"] = value
        if span.score is not None:
            item["score"] = span.score
        result.append(item)
    record: dict[str, Any] = {} if document.id is None else {"id": document.id}
    record |= {"data": {"text": document.text}, "annotations": [{"result": result, "was_cancelled": False}]}
    meta = kept_meta(document, losses)
    return record | ({"meta": meta} if meta else {})
