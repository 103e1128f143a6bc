"""All HTML that the app makes. Every value that comes from a person or a file passes through `escape` here.

Colours come from the classes `hue-0` … `hue-11` of the palette; no colour is the only carrier of a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from core.documents import Span
from ui.palette import HUES

HUE_COUNT = len(HUES)
FEW = 30  # below this support a score says little, and the screen says so


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to draw: its hue, how it is drawn, and an optional verdict of a comparison with gold."""

    span: Span
    hue: int
    style: str = "gold"  # "gold", "suggestion" or "prediction"
    verdict: str | None = None  # an error kind; None draws no verdict


def marks(spans: Sequence[Span], hues: Mapping[str, int], *, style: str = "gold") -> list[Mark]:
    """Marks for plain spans; a label without a hue gets the first."""
    return [Mark(span, hues.get(span.label, 0), style) for span in spans]


def text_html(text: str, drawn: Sequence[Mark], *, language: str = "en") -> str:
    """The text with its marks; of overlapping marks the later one is cut, or left out when nothing remains."""
    pieces: list[str] = []
    position = 0
    for mark in sorted(drawn, key=lambda m: (m.span.start, -m.span.end)):
        start, end = max(mark.span.start, position), min(mark.span.end, len(text))
        if start >= end:
            continue
        pieces.append(escape(text[position:start]))
        pieces.append(_mark_html(text[start:end], mark))
        position = end
    pieces.append(escape(text[position:]))
    return f'<div class="tl-text" lang="{escape(language)}" dir="auto">{"".join(pieces)}</div>'


def _mark_html(surface: str, mark: Mark) -> str:
    score = "" if mark.span.score is None else f" {mark.span.score:.2f}"
    verdict = f" · {mark.verdict}" if mark.verdict else ""
    verdict_class = f" tl-{mark.verdict.split()[0]}" if mark.verdict else ""
    title = escape(f"{mark.span.label}{score}{verdict}")
    return (
        f'<mark class="tl-mark tl-{mark.style}{verdict_class} hue-{mark.hue}" title="{title}">'
        f'{escape(surface)}<span class="tl-tag">{escape(mark.span.label)}</span></mark>'
    )


def chip(label: str, hue: int, note: str = "") -> str:
    """A label as a chip, with an optional number or word behind it."""
    after = f'<span class="tl-note">{escape(note)}</span>' if note else ""
    return f'<span class="tl-chip hue-{hue}">{escape(label)}</span>{after}'


def chips(counts: Mapping[str, int], hues: Mapping[str, int]) -> str:
    """Labels with their counts in one line."""
    parts = (
        f'<span class="tl-count">{chip(label, hues.get(label, 0), f"{count:,}")}</span>'
        for label, count in counts.items()
    )
    return f'<div class="tl-chips">{"".join(parts)}</div>'


def bar(share: float, caption: str = "") -> str:
    """A thin progress bar; `share` is 0..1."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    below = f'<div class="tl-caption">{escape(caption)}</div>' if caption else ""
    return (
        f'<div class="tl-bar" role="progressbar" aria-valuenow="{width}"><i style="width:{width}%"></i></div>{below}'
    )


def job_line(progress: Mapping[str, Any]) -> str:
    """The thin line under Train in the sidebar."""
    share = progress_share(progress)
    return bar(share, f"{progress.get('phase', 'starting')} · {round(100 * share)} %")


def progress_share(progress: Mapping[str, Any]) -> float:
    """Share of a job's steps that are done, 0..1."""
    return float(progress.get("step") or 0) / max(float(progress.get("steps") or 0), 1.0)


def score(value: float | None, support: int | None = None) -> str:
    """A score for tables: two digits without the leading zero, a dash for nothing to score, greyed when few."""
    if value is None:
        return '<span class="tl-none">–</span>'
    shown = f"{value:.2f}".removeprefix("0") if value < 1 else "1.00"
    if support is not None and support < FEW:
        return f'<span class="tl-few" title="only {support} gold spans">{shown}</span>'
    return shown


def difference(value: float | None) -> str:
    """A signed difference of two scores, marked by sign and colour."""
    if value is None:
        return '<span class="tl-none">–</span>'
    sign, kind = ("+", "better") if value > 0 else ("−", "worse") if value < 0 else ("±", "same")
    return f'<span class="tl-{kind}">{sign}{f"{abs(value):.2f}".removeprefix("0")}</span>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, numeric_from: int = 1) -> str:
    """A table of ready HTML cells, which come from the functions of this module; columns from `numeric_from` on are
    right-aligned. Heads are escaped here."""
    titles = "".join(f"<th{_right(i, numeric_from)}>{escape(title)}</th>" for i, title in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{_right(i, numeric_from)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="tl-scroll"><table class="tl-table"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _right(index: int, numeric_from: int) -> str:
    return ' class="tl-number"' if index >= numeric_from else ""


def plain(value: object) -> str:
    """Any value as an escaped cell."""
    return escape(str(value))


def empty(title: str, advice: str) -> str:
    """An empty state: what the screen will show and the one next step."""
    return f'<div class="tl-empty"><b>{escape(title)}</b><p>{escape(advice)}</p></div>'


def wordmark() -> str:
    """The name of the app, set in its accent."""
    return '<div class="tl-wordmark"><span class="tl-loop"></span>Tagloop</div>'


def number(value: int) -> str:
    """A whole number on its own, right-aligned."""
    return f'<div class="tl-number">{value:,}</div>'


def head_cell(title: str, *, right: bool = False) -> str:
    """The head of a column that is built of widgets."""
    return f'<div class="tl-head{" tl-number" if right else ""}">{escape(title)}</div>'


def key_cap(key: str | None) -> str:
    """A key of the keyboard, or a dash."""
    return f"<kbd class='tl-key'>{escape(key)}</kbd>" if key else '<span class="tl-none">–</span>'


def muted(text: str) -> str:
    """Text of second rank, on as many lines as it needs."""
    return f'<div class="tl-muted">{escape(text)}</div>'


def rule() -> str:
    """A hairline."""
    return '<hr class="tl-rule">'


def figure(value: str, caption: str = "", *, unit: str = "") -> str:
    """One large figure with what it counts beside it and a line below."""
    beside = f'<span class="tl-unit">{escape(unit)}</span>' if unit else ""
    below = f'<div class="tl-caption">{escape(caption)}</div>' if caption else ""
    return f'<div class="tl-figure">{escape(value)}{beside}</div>{below}'


def facts(rows: Mapping[str, str]) -> str:
    """Names and values in two columns."""
    parts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    return f'<dl class="tl-facts">{parts}</dl>'


def lines(rows: Sequence[tuple[str, str]]) -> str:
    """A list of (what happened, when)."""
    parts = "".join(f"<li><span>{escape(what)}</span><time>{escape(when)}</time></li>" for what, when in rows)
    return f'<ul class="tl-lines">{parts}</ul>'


def card_title(title: str) -> str:
    """The small heading of a card."""
    return f'<div class="tl-card-title">{escape(title)}</div>'


def lead(text: str) -> str:
    """A sentence that leads somewhere, a little larger than running text."""
    return f'<div class="tl-lead">{escape(text)}</div>'


def small_title(text: str) -> str:
    """A heading below those of Streamlit."""
    return f'<div class="tl-small-title">{escape(text)}</div>'


def small_text(text: str, spans: Sequence[Span], hues: Mapping[str, int], *, language: str = "en") -> str:
    """A text with its spans in the size of running text, for lists."""
    return f'<div class="tl-small">{text_html(text, marks(spans, hues), language=language)}</div>'


def new_hues(labels: Iterable[str], known: Mapping[str, int]) -> dict[str, int]:
    """Hues for labels that the project lacks: as the store will give them, the least used first."""
    used = list(known.values())
    given: dict[str, int] = {}
    for label in labels:
        if label not in known:
            given[label] = min(range(HUE_COUNT), key=lambda hue: (used.count(hue), hue))
            used.append(given[label])
    return given


def escape_markdown(text: str) -> str:
    """Text as itself where Streamlit expects Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$:-])", r"\\\1", text)


def placeholder(text: str) -> str:
    """What stands where something chosen will be shown."""
    return f'<div class="tl-placeholder">{escape(text)}</div>'


def document_head(name: str, facts: Sequence[str]) -> str:
    """A document's name and a few words about it."""
    return f'<div class="tl-document-head"><b>{escape(name)}</b><span>{escape(" · ".join(facts))}</span></div>'


def strong(text: str) -> str:
    """A word that leads a row."""
    return f"<b>{escape(text)}</b>"


def aside(text: str) -> str:
    """A remark behind a word."""
    return f'<span class="tl-aside">{escape(text)}</span>'


def run_line(name: str, state: str, facts: Sequence[str], share: float, *, state_key: str = "") -> str:
    """A run that goes on: its name and state, its figures in one line, its bar."""
    figures = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    return (
        f'<div class="tl-run"><div class="tl-run-head"><i class="tl-dot tl-is-{escape(state_key)}"></i>'
        f'<b>{escape(name)}</b><span class="tl-run-state">{escape(state)}</span></div>'
        f'<div class="tl-run-facts">{figures}</div>{bar(share)}</div>'
    )


def run_row(name: str, state: str, outcome: str, when: str) -> str:
    """A run that is over, as a line of a list."""
    return (
        f'<div class="tl-row"><i class="tl-dot tl-is-{escape(state)}"></i><b>{escape(name)}</b>'
        f'<span class="tl-run-state">{escape(state)}</span><span class="tl-row-what">{escape(outcome)}</span>'
        f"<time>{escape(when)}</time></div>"
    )


def details_title(name: str, state: str, *, state_key: str = "") -> str:
    """The head of the panel that looks at one run."""
    dot = f'<i class="tl-dot tl-is-{escape(state_key)}"></i>' if state_key else ""
    return (
        f'<div class="tl-details-title"><b>{escape(name)}</b>'
        f'<span class="tl-run-state">{dot}{escape(state)}</span></div>'
    )


def figures_line(facts: Sequence[str]) -> str:
    """A few figures in one quiet line."""
    return f'<div class="tl-run-facts">{"".join(f"<span>{escape(fact)}</span>" for fact in facts)}</div>'


def lanes_head(name: str, verdicts: Mapping[str, str]) -> str:
    """The head of a document in lanes: its name, and what each model made of it."""
    said = "".join(f"<span><b>{escape(side)}</b> {escape(what)}</span>" for side, what in verdicts.items())
    return f'<div class="tl-run-facts"><span class="tl-strong">{escape(name)}</span>{said}</div>'


def reading_head(name: str, what: str) -> str:
    """The head of what a model found in a text."""
    return f'<div class="tl-reading-head"><b>{escape(name)}</b><span>{escape(what)}</span></div>'


def lane_group(rows: str, language: str) -> str:
    """Lanes of one line of the text, one above the other; `rows` is ready HTML of `lane_row`."""
    return f'<div class="tl-lanes" lang="{escape(language)}" dir="auto">{rows}</div>'


def lane_row(name: str, inner: str) -> str:
    """A lane with its name; `inner` is ready HTML: escaped text, `lane_mark` and `lane_slot`."""
    shown = escape(name)
    return f'<span class="tl-lane-name">{shown}</span><span class="tl-lane tl-lane-{shown}">{inner}</span>'


def lane_mark(inner: str, title: str, kind: str, hue: int) -> str:
    """A span in a lane, around ready HTML; `kind` is the class that says right, wrong or ghost."""
    return f'<mark class="tl-on {kind} hue-{hue}" title="{escape(title)}">{inner}</mark>'


def lane_label(label: str, word: str, hue: int, *, seen: bool, ghost: bool) -> str:
    """A label and its verdict behind a span; unseen, it only keeps the room that another lane needs."""
    hidden = "" if seen else ' aria-hidden="true" class="tl-hidden"'
    said = f'<i class="tl-word">{escape(word)}</i>' if word else ""
    kind = "tl-tag tl-tag-ghost" if ghost else "tl-tag"
    return f'<span{hidden}><b class="{kind} hue-{hue}">{escape(label)}</b>{said}</span>'


def lane_slot(parts: str) -> str:
    """The room behind a span, from ready HTML of `lane_label`."""
    return f'<span class="tl-slot">{parts}</span>'
