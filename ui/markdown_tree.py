"""Markdown as a small tree of allowed tags, for a browser that builds elements and never parses markup.

A node is a text, or [tag, attributes, children]. What Markdown allows beyond TAGS is taken apart until only its text
is left: HTML in the source is text like any other, a picture is its description, a link that leads anywhere but to
the web or to a mailbox is its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

Node = str | list[Any]

TAGS = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "pre", "hr", "br"),
        *("strong", "em", "s", "code", "a", "table", "thead", "tbody", "tr", "th", "td"),
    )
)
SCHEMES = ("http", "https", "mailto")
MAX_DEPTH = 20  # beyond it only the text is kept: a tree is walked by recursion, in the browser too
FIRST_SENTENCE = 200  # characters
_CLOSING = re.compile(r"(?<=[.!?])[”\"')\]]*\s+(?=[^a-z])|(?<=[。！？])[”」』）]*")
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|Dr|Mr|Mrs|Ms|Prof|St|No|\w)\.$")
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=256)
def markdown_tree(source: str) -> tuple[Node, ...]:
    """The nodes of a Markdown text; the same text gives the same tree, which nobody may change."""
    outermost = _Open(None, {}, [])
    stack = [outermost]
    for token in _flat(_parser.parse(source.replace("\0", ""))):
        if token.nesting == 1:
            tag, attributes = _opened(token) if len(stack) <= MAX_DEPTH else (None, {})
            stack.append(_Open(tag, attributes, []))
        elif token.nesting == -1:
            _close(stack.pop(), stack[-1].nodes)
        else:
            for node in _leaf(token):
                _append(stack[-1].nodes, node)
    return tuple(outermost.nodes)


def plain_text(nodes: Iterable[Node]) -> str:
    """What a tree says, without its form."""
    return "".join(map(_text_of, nodes))


def _text_of(node: Node) -> str:
    if isinstance(node, str):
        return node
    return " " if node[0] == "br" else plain_text(node[2])


def first_sentence(nodes: Iterable[Node]) -> str:
    """The first sentence of the first paragraph, in at most FIRST_SENTENCE characters; empty where there is none."""
    for node in nodes:
        if not isinstance(node, str) and node[0] == "p":
            words = " ".join(plain_text(node[2]).split())
            if words:
                return _shortened(_first_of(words))
    return ""


def _first_of(words: str) -> str:
    for border in _CLOSING.finditer(words):
        sentence = words[: border.end()].strip()
        if not _ABBREVIATED.search(sentence):
            return sentence
    return words


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= FIRST_SENTENCE else f"{sentence[: FIRST_SENTENCE - 1].rstrip()}…"


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet; without a tag only what it holds is kept."""

    tag: str | None
    attributes: dict[str, str | int]
    nodes: list[Node]


def _flat(tokens: Sequence[Token]) -> Iterator[Token]:
    """The parser's tokens, those within a line in the place of that line."""
    for token in tokens:
        if token.type == "inline":
            yield from token.children or ()
        else:
            yield token


def _opened(token: Token) -> tuple[str | None, dict[str, str | int]]:
    """Our tag and attributes of a token that opens an element; no tag where it is not allowed."""
    tag = {"h5": "h4", "h6": "h4"}.get(token.tag, token.tag)
    if tag not in TAGS or token.hidden:  # hidden: the paragraphs of a tight list
        return None, {}
    if tag == "a":
        address = str(token.attrs.get("href", ""))
        return ("a", {"href": address}) if _leads_outside(address) else (None, {})
    if tag == "ol" and isinstance(start := token.attrs.get("start"), int):
        return tag, {"start": start}
    if tag in ("th", "td"):
        side = str(token.attrs.get("style", "")).removeprefix("text-align:")
        return tag, {"align": side} if side in ("left", "center", "right") else {}
    return tag, {}


def _leaf(token: Token) -> list[Node]:
    """What a token that holds no others becomes."""
    match token.type:
        case "softbreak":
            return ["\n"]
        case "hardbreak":
            return [["br", {}, []]]
        case "hr":
            return [["hr", {}, []]]
        case "code_inline":
            return [["code", {}, [token.content]]]
        case "fence" | "code_block":
            return [["pre", {}, [["code", {}, [token.content]]]]]
        case "image":  # nothing is fetched from elsewhere
            words = "".join(child.content for child in token.children or ()).strip()
            return [f"[{words or 'picture'}]"]
    return [token.content]


def _close(done: _Open, nodes: list[Node]) -> None:
    if done.tag is not None:
        nodes.append([done.tag, done.attributes, done.nodes])
        return
    for node in done.nodes:
        _append(nodes, node)


def _append(nodes: list[Node], node: Node) -> None:
    """Add a node; texts that follow each other become one."""
    if isinstance(node, str) and nodes and isinstance(nodes[-1], str):
        nodes[-1] += node
    elif node != "":
        nodes.append(node)


def _leads_outside(address: str) -> bool:
    if any(ord(character) <= 32 or character == "\\" for character in address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in SCHEMES and bool(parts.path if parts.scheme == "mailto" else parts.hostname)
    except ValueError:
        return False
