"""CoNLL column files: a token a line, a blank line after each sentence, -DOCSTART- lines between documents.

The text is the tokens joined with single spaces, or with nothing where a file has one Chinese character a line; the
borders of the tokens stay in meta["tokens"].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import regex

from core.documents import Document
from core.errors import FormatError
from core.formats.json_records import shown
from core.formats.loss import Losses, token_borders
from core.formats.record import Draft, Options
from core.formats.schemes import detect_scheme, first_scheme, is_tag, to_iob2
from core.formats.source import HEAD_BYTES, MAX_TEXT_CHARACTERS, Source
from core.tags import spans_to_tags, tags_to_spans
from core.tokens import Token, tokenize

MARKER = "-DOCSTART-"
_GAP = re.compile(r"[ \t]+")
_CLUSTER = regex.compile(r"\X")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a column file is laid out; `scheme` is None while no tag but O was seen; `details` is for people."""

    delimiter: str
    columns: int
    scheme: str | None
    joiner: str
    details: str
    tag_share: float

    def cells(self, line: str) -> list[str]:
        """The columns of a line that is not blank."""
        if self.delimiter == "\t":
            return [cell.strip(" ") for cell in line.rstrip(" \t").split("\t")]
        return _GAP.split(line.strip(" \t"))


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    token: str
    tag: str


def layout_of(head: bytes, options: Options) -> Layout:
    """The layout told from the first bytes of a file, unless an option says it; FormatError when it has no rows."""
    if len(head) >= HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1]
    lines = [line.strip("\r") for line in head.decode("utf-8", "replace").split("\n")]
    filled = [line for line in lines if line.strip(" \t") and not line.lstrip().startswith(MARKER)]
    is_tabbed = sum("\t" in line.strip(" \t") for line in filled) * 2 >= len(filled)
    layout = Layout(options.delimiter or ("\t" if is_tabbed else " "), 2, options.scheme, "", "", 0.0)
    counts = [len(layout.cells(line)) for line in filled]
    usual = max(set(counts), key=lambda count: (counts.count(count), count), default=0)
    if usual < 2:
        raise FormatError("A line needs a token and a tag, separated by a tab or a space; most have one column.", 1)
    sentences: list[list[tuple[str, str]]] = [[]]
    for line in lines:
        cells = layout.cells(line)
        if len(cells) == usual:
            sentences[-1].append((_cell(cells, options.token_column), _cell(cells, options.tag_column)))
        elif len(cells) < 2 and not line.startswith("#"):
            sentences.append([])
    tags = [[tag for _, tag in sentence] for sentence in sentences]
    tokens = [token for sentence in sentences for token, _ in sentence]
    scheme, evidence = detect_scheme(tags)
    share = sum(is_tag(tag) for sentence in tags for tag in sentence) / max(1, len(tokens))
    joiner = options.joiner if options.joiner is not None else _joiner(tokens)
    details = f"{usual} columns separated by {'a tab' if layout.delimiter == chr(9) else 'spaces'}"
    details += f"; {options.scheme or scheme or 'scheme still open'}: {'as chosen' if options.scheme else evidence}"
    details += "; one Chinese character a line" if joiner == "" else ""
    return replace(layout, columns=usual, scheme=options.scheme or scheme, joiner=joiner, details=details,
                   tag_share=share)  # fmt: skip


def _joiner(tokens: list[str]) -> str:
    """ "" for a file of single Chinese or Japanese characters, else " "."""
    single = sum(len(token) == 1 or _CLUSTER.fullmatch(token) is not None for token in tokens)
    cjk = sum(_CJK.search(token) is not None for token in tokens)
    return "" if tokens and single >= 0.95 * len(tokens) and cjk >= 0.3 * len(tokens) else " "


def _cell(cells: list[str], column: int) -> str:
    return cells[column] if -len(cells) <= column < len(cells) else ""


def read(source: Source, options: Options) -> Iterator[Document]:
    """A document a sentence, or, with documents="marker", the sentences between two marker lines, a line each."""
    layout = layout_of(source.head(), options)
    scheme = layout.scheme
    by_marker = options.documents == "marker"
    sentences: list[list[_Row]] = []
    rows: list[_Row] = []
    characters = 0
    for kind, row in _events(source, layout, options):
        if kind == "row":
            rows.append(row)
            characters += len(row.token) + 1
            if characters > 2 * MAX_TEXT_CHARACTERS + 1:
                raise FormatError(f"The document is longer than {MAX_TEXT_CHARACTERS:,} characters.", row.line)
            if scheme is None and row.tag != "O":
                scheme = first_scheme(row.tag)
            continue
        if rows:
            sentences.append(rows)
            rows = []
        if sentences and (kind == "marker" or not by_marker):
            if document := _document(sentences, layout, scheme or "IOB2", options):
                yield document
            sentences, characters = [], 0


def _events(source: Source, layout: Layout, options: Options) -> Iterator[tuple[str, _Row]]:
    """("row" | "blank" | "marker", row), the end of the file being a marker too."""
    line = 0
    for line, text in source.lines():
        if not text.strip(" \t"):
            yield "blank", _Row(line, "", "O")
            continue
        cells = layout.cells(text)
        if cells[0].startswith(MARKER):
            yield "marker", _Row(line, "", "O")
        elif text.startswith("#") and (len(cells) == 1 or len(cells) != layout.columns):
            continue
        elif len(cells) != layout.columns:
            raise FormatError(
                f"{len(cells)} column{'s' if len(cells) > 1 else ''} in {shown(text)}, where the file has "
                f"{layout.columns}.",
                line,
            )
        else:
            yield "row", _row(cells, line, options)
    yield "marker", _Row(line + 1, "", "O")


def _row(cells: list[str], line: int, options: Options) -> _Row:
    token, tag = _cell(cells, options.token_column), _cell(cells, options.tag_column)
    if not token or not tag:
        missing = "token" if not token else "tag"
        raise FormatError(f"There is no {missing} in column {options.token_column if not token else 'last'}.", line)
    return _Row(line, token, tag)


def _document(sentences: list[list[_Row]], layout: Layout, scheme: str, options: Options) -> Document | None:
    pieces: list[str] = []
    tags: list[str] = []
    tokens: list[Token] = []
    at = 0
    for rows in sentences:
        found, problems = to_iob2([row.tag for row in rows], scheme)
        for index, problem in problems:
            if not options.lenient:
                raise FormatError(f"{problem} Mend the tag, or choose another scheme.", rows[index].line)
            options.skip(rows[index].line, f"{problem} It is read as the beginning of a span.")
        tags.extend(found)
        for index, row in enumerate(rows):
            gap = "" if at == 0 else layout.joiner if index else "\n"
            pieces.append(gap + row.token)
            tokens.append(Token(at + len(gap), at + len(gap) + len(row.token)))
            at = tokens[-1].end
    draft = Draft("".join(pieces), sentences[0][0].line, options, meta={"accepted": True})
    # A token that is itself white space (U+3000 in Chinese files) keeps its place in the text but is no token.
    draft.meta["tokens"] = [
        [token.start, token.end] for token in tokens if draft.text[token.start : token.end].strip()
    ]
    for span in _checked_spans(tags, tokens, draft):
        draft.add(span[0], span[1], span[2])
    return draft.finished()


def _checked_spans(tags: list[str], tokens: list[Token], draft: Draft) -> list[tuple[int, int, str]]:
    """The spans of IOB2 `tags`, with FormatError instead of InvalidSpan for a label that cannot be one."""
    try:
        return [(span.start, span.end, span.label) for span in tags_to_spans(tags, tokens)]
    except ValueError as error:
        raise FormatError(str(error), draft.line) from None


def write(document: Document, stream: BinaryIO, losses: Losses, language: str) -> bool:
    """Write one document as one sentence, token TAB tag; False when there is no token to write."""
    tokens = _tokens(document, language)
    if not tokens:
        losses.count("document without a token")
        return False
    tagging = spans_to_tags(document.spans, tokens)
    for item in tagging.unrepresented:
        losses.count(f"span that {item.reason}")
    losses.scores(document)
    losses.meta(document, frozenset({"line", "accepted", "tokens"}))
    losses.count("id of a document", document.id is not None)
    words = [document.text[token.start : token.end] for token in tokens]
    losses.count("white space between tokens", document.text not in (" ".join(words), "".join(words)))
    rows = [f"{word}\t{tag}\n" for word, tag in zip(words, tagging.tags, strict=True)]
    # A first token that begins with a byte order mark would lose it; one more in front is lost instead.
    guard = "\ufeff" if losses.documents == 0 and words[0].startswith("\ufeff") else ""
    stream.write((guard + "".join(rows) + "\n").encode())
    losses.spans += len(document.spans) - len(tagging.unrepresented)
    return True


def _tokens(document: Document, language: str) -> list[Token]:
    """The document's own tokens where a column file can hold them, else those of its language."""
    borders = token_borders(document)
    words = [document.text[start:end] for start, end in borders]
    if borders and not any(word.startswith(MARKER) or word != "".join(word.split()) for word in words):
        return [Token(start, end) for start, end in borders]
    return tokenize(document.text, language)
