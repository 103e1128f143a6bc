"""Import: a file or pasted text is read through without storing anything, shown, and only then taken in."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

import streamlit as st

from core.formats import FORMATS, preview
from db import labels
from db.documents import AddReport
from jobs.importing import import_file
from ui import notice, render, screens
from ui.import_summary import ImportSummary, Source
from ui.session import Page
from ui.words import count

TITLES = {
    "conll": "CoNLL columns (BIO tags)",
    "doccano": "doccano JSON Lines",
    "prodigy": "Prodigy JSON Lines",
    "labelstudio": "Label Studio JSON",
    "cluener": "CLUENER JSON Lines",
    "lines": "Plain text, a document a line",
    "text": "Plain text, one document",
}
SCHEMES = ("IOB2", "IOB1", "BIOES", "IO")
PASTE = {"en": "Angela Merkel visited Siemens in Munich.", "zh": "王芳明天从上海飞往北京。"}
SPLITS = ("train", "dev", "test")

_PREVIEW = "page:import-preview"
_RESULT = "page:import-result"
_TURN = "page:import-turn"


def view(page: Page) -> None:
    """The part of Documents that takes documents in."""
    result = st.container(key="import-result")
    source = _source(page)
    if source is None:
        with result:
            _last_result(page)
        return
    st.session_state.pop(_RESULT, None)
    options = _options(source)
    summary = _summary(source, options)
    if summary.error:
        _broken(summary)
        return
    with page.store.reading() as session:
        hues = {label.name: label.hue for label in labels.list_labels(session, page.project.id)}
    new = [label for label in summary.spans_per_label if label not in hues]
    hues |= render.new_hues(summary.spans_per_label, hues)
    _counts(summary, hues, new)
    _skipped(summary)
    if not summary.documents:
        st.warning("There is no document in this file that could be imported.", icon=":material/info:")
        return
    if st.button(
        f"Import {count(summary.documents, 'document')}", type="primary", icon=":material/download:", key="import"
    ):
        _take_in(page, source, options)
    st.html(render.small_title("The first documents"))
    for example in summary.sample:
        with st.container(border=True):
            st.html(render.small_text(example.text, example.spans, hues, language=page.project.language))


def _source(page: Page) -> Source | None:
    """What the person gives: an uploaded file, else pasted text."""
    turn = st.session_state.get(_TURN, 0)
    left, right = st.columns(2, gap="medium")
    upload = left.file_uploader(
        "A file in UTF-8",
        help="CoNLL columns, Prodigy, doccano, Label Studio or CLUENER JSON, plain text; whatever its name.",
        key=f"upload-{page.project.id}-{turn}",
    )
    pasted = right.text_area(
        "Or pasted text",
        help="A document a line, or any of the formats that a file may have.",
        height=100,
        key=f"paste-{page.project.id}-{turn}",
        placeholder=PASTE[page.project.language],
        disabled=upload is not None,
    )
    if upload is not None:
        return Source(upload.name, upload.size, str(upload.file_id), upload)
    if not pasted.strip():
        return None
    data = pasted.encode("utf-8", "replace")
    return Source("pasted.txt", len(data), blake2b(data, digest_size=16).hexdigest(), io.BytesIO(data))


def _options(source: Source) -> dict[str, str]:
    """How the file is to be read; what is left to be found is not in it."""
    left, middle, right = st.columns(3, gap="medium")
    format = left.selectbox(
        "Format", FORMATS, index=None, format_func=TITLES.__getitem__, placeholder="Found in the file",
        key=f"page:format-{source.key}",
    )  # fmt: skip
    scheme = middle.selectbox(
        "Tag scheme", SCHEMES, index=None, placeholder="Found in the file", help="Of files with a tag a token.",
        disabled=format not in (None, "conll"), key=f"page:scheme-{source.key}",
    )  # fmt: skip
    split = right.selectbox(
        "Split", SPLITS, index=None, placeholder="As the file says", key=f"page:split-{source.key}",
        help="For documents whose split the file does not say.",
    )  # fmt: skip
    chosen = {"format": format, "split": split, "scheme": scheme if format in (None, "conll") else None}
    return {name: value for name, value in chosen.items() if value is not None}


def _summary(source: Source, options: Mapping[str, str]) -> ImportSummary:
    """What importing would do: read once for each file and choice of options, not at every rerun."""
    asked = (source.key, source.name, *sorted(options.items()))
    kept = st.session_state.get(_PREVIEW)
    if kept is not None and kept[0] == asked:
        return kept[1]
    source.stream.seek(0)
    with _progress("Reading", source.size) as moved:
        summary = ImportSummary.of(preview(source.stream, source.name, on_progress=moved, **options))
    st.session_state[_PREVIEW] = (asked, summary)
    return summary


def _broken(summary: ImportSummary) -> None:
    """The reason why nothing of the file can be imported."""
    st.error(f"**{render.escape_markdown(summary.error)}**", icon=":material/error:")
    read = f"{count(summary.documents, 'document')} before it could be read. " if summary.documents else ""
    st.caption(f"{read}Nothing is imported from a file with an error: mend it, or choose another format above.")


def _counts(summary: ImportSummary, hues: Mapping[str, int], new: Sequence[str]) -> None:
    """What is in the file: format, documents, splits, spans per label, and the labels that are new."""
    scheme = f" · {summary.scheme}" if summary.scheme else ""
    st.html(
        render.facts(
            {
                "Format": f"{TITLES.get(summary.format, summary.format)}{scheme}",
                "Documents": f"{summary.documents:,}",
                "Spans": f"{sum(summary.spans_per_label.values()):,}",
                "Splits": _splits(summary),
            }
        )
    )
    if summary.spans_per_label:
        st.html(render.chips(summary.spans_per_label, hues))
    if new:
        names = ", ".join(new[:12]) + (f" and {len(new) - 12} more" if len(new) > 12 else "")
        st.info(f"New in this project, will be added: {render.escape_markdown(names)}", icon=":material/new_label:")


def _skipped(summary: ImportSummary) -> None:
    """What is left out and why, by line."""
    if not summary.skipped_total:
        return
    with st.expander(f"{summary.skipped_total:,} left out", icon=":material/filter_alt:"):
        rows = [(f"{line:,}", render.plain(reason)) for line, reason in summary.skipped]
        st.html(render.table(["Line", "Why"], rows, numeric_from=2))
        if summary.skipped_total > len(rows):
            st.caption(f"The first {len(rows):,} of {summary.skipped_total:,}.")


def _take_in(page: Page, source: Source, options: Mapping[str, str]) -> None:
    """Import all or nothing, and say what came of it on a page that is ready for the next file."""
    source.stream.seek(0)
    rest = dict(options)
    format = rest.pop("format", None)
    with notice.reported():
        with _progress("Importing", source.size) as moved:
            report = import_file(
                page.store, page.project.id, source.stream, source.name, format,
                actor=page.actor, on_progress=moved, **rest,
            )  # fmt: skip
        st.session_state[_RESULT] = _told(report)
        st.session_state.pop(_PREVIEW, None)
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
        st.rerun()


# The file may carry spans for a text that is there already; that they were not taken must not go unsaid.
_KEPT = "What is labelled there stays as it was; the file's spans for it were not taken."


def _told(report: AddReport) -> str:
    """What an import did, in a sentence."""
    if not report.added:
        there = count(report.duplicates, "document")
        return f"Nothing was added: {there} already in the project. {_KEPT}"
    twice = f" Left out as already there: {report.duplicates:,}. {_KEPT}" if report.duplicates else ""
    return f"{count(report.added, 'document')} and {count(report.spans, 'span')} were added.{twice}"


def _last_result(page: Page) -> None:
    """What the last import did and where to go from there, until the next file comes."""
    result = st.session_state.get(_RESULT)
    if not result:
        return
    st.success(result, icon=":material/check:")
    with st.container(horizontal=True, gap="small"):
        for section, button in (("browse", "Look at them"), ("splits", "Assign splits")):
            if st.button(button, key=f"import-to-{section}"):
                parts = {"project": str(page.project.id), "section": section}
                screens.open_screen("documents", query_params=parts)


class _progress:  # noqa: N801 - reads as a statement: `with _progress("Reading", size) as moved:`
    """A bar that fills with the bytes read and goes when the work is done."""

    def __init__(self, what: str, size: int) -> None:
        self.what, self.size = what, max(size, 1)

    def __enter__(self) -> Callable[[int], None]:
        self.bar = st.progress(0.0, text=f"{self.what} …")
        return self._moved

    def __exit__(self, *_: object) -> None:
        self.bar.empty()

    def _moved(self, read: int) -> None:
        share = min(read / self.size, 1.0)
        self.bar.progress(share, text=f"{self.what} … {read / 1e6:.1f} of {self.size / 1e6:.1f} MB")


def _splits(summary: ImportSummary) -> str:
    parts = [f"{split} {summary.splits[split]:,}" for split in SPLITS if summary.splits.get(split)]
    rest = summary.documents - sum(summary.splits.values())
    return " · ".join([*parts, *([f"none {rest:,}"] if rest else [])]) or "–"
