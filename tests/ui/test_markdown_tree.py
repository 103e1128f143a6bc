"""Markdown of strangers becomes a tree of allowed tags and nothing else."""

from __future__ import annotations

import json

import pytest

from ui.markdown_tree import SCHEMES, TAGS, first_sentence, markdown_tree, plain_text


def every(nodes):
    for node in nodes:
        if not isinstance(node, str):
            yield node
            yield from every(node[2])


def links(source: str) -> list[str]:
    return [attributes["href"] for tag, attributes, _ in every(markdown_tree(source)) if tag == "a"]


def test_what_a_guideline_is_made_of_is_kept():
    tree = markdown_tree("# PER\n\nPeople **by name**, not *titles*.\n\n- one\n- two\n\n3. three\n")
    assert tree == (
        ["h1", {}, ["PER"]],
        ["p", {}, ["People ", ["strong", {}, ["by name"]], ", not ", ["em", {}, ["titles"]], "."]],
        ["ul", {}, [["li", {}, ["one"]], ["li", {}, ["two"]]]],
        ["ol", {"start": 3}, [["li", {}, ["three"]]]],
    )


def test_a_table_keeps_its_alignment():
    tree = markdown_tree("| a | b |\n|:--|--:|\n| 1 | 2 |\n")
    cells = [(tag, attributes) for tag, attributes, _ in every(tree) if tag in ("th", "td")]
    sides = [{"align": "left"}, {"align": "right"}]
    assert cells == [*(("th", side) for side in sides), *(("td", side) for side in sides)]


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> text",
        "<iframe src='https://example.org'></iframe>",
        '<a href="javascript:alert(1)">x</a>',
        "<style>*{display:none}</style>",
        "<svg/onload=alert(1)>",
        "<!-- --><b>bold</b>",
    ],
)
def test_html_is_text_like_any_other(source):
    tree = markdown_tree(source)
    assert {tag for tag, _, _ in every(tree)} <= {"p"}
    assert plain_text(tree) == source


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "/relative",
        "//example.org/x",
        "#here",
        "http:",
        "https:///path",
        "blob:https://example.org/1",
        "http://[::1",
    ],
)
def test_a_link_to_anywhere_else_is_its_words(address):
    assert links(f"[words]({address})") == []
    assert "words" in plain_text(markdown_tree(f"[words]({address})"))


@pytest.mark.parametrize("address", ["https://example.org/a?b=c#d", "http://example.org", "mailto:me@example.org"])
def test_a_link_to_the_web_or_a_mailbox_stays(address):
    assert links(f"[words]({address})") == [address]
    assert links(f"<{address}>") == [address]


def test_a_title_or_a_quote_in_a_link_adds_no_attribute():
    tree = markdown_tree('[x](https://example.org "a\\" onclick=\\"b")')
    (link,) = [node for node in every(tree) if node[0] == "a"]
    assert link[1] == {"href": "https://example.org"}
    assert links('[x](https://example.org/"onclick="b)') == ["https://example.org/%22onclick=%22b"]


def test_a_picture_is_its_description():
    tree = markdown_tree("![a *cat*](https://example.org/track.png) ![](data:image/png;base64,AAAA)")
    assert plain_text(tree) == "[a cat] [picture]"
    assert "example.org" not in json.dumps(tree)


@pytest.mark.parametrize(
    "source",
    [
        ">" * 500 + " deep",
        "\n".join(f"{'  ' * n}- {n}" for n in range(200)),
        "[" * 5_000,
        "*" * 5_000 + "a" + "*" * 5_000,
        "**_" * 300 + "a" + "_**" * 300,
        "![" * 2_000 + "a" + "](b)" * 2_000,
        "`" * 3_000,
        "\0\x01\ufeff\u202e" * 50,
        "| a " * 500 + "\n" + "|-" * 500,
        "&#0; &#x110000; &lt;script&gt; &nbsp;",
    ],
)
def test_hostile_markdown_stays_small_and_within_the_allowed_tags(source):
    tree = markdown_tree(source)
    found = list(every(tree))
    assert {tag for tag, _, _ in found} <= TAGS
    assert all(set(attributes) <= {"href", "start", "align"} for _, attributes, _ in found)
    assert all(attributes["href"].split(":")[0] in SCHEMES for _, attributes, _ in found if "href" in attributes)
    assert len(json.dumps(tree)) <= 60 * len(source) + 1_000


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("# Head\n\nPeople by name. Not titles.", "People by name."),
        ("Use it for firms, e.g. Siemens. Not for brands.", "Use it for firms, e.g. Siemens."),
        ("As Dr. Smith says: never. Ever.", "As Dr. Smith says: never."),
        ("人的姓名。职务不算。", "人的姓名。"),
        ("He said “stop!” Then he left.", "He said “stop!”"),
        ("no stop at all", "no stop at all"),
        ("One\ntwo *three*. Four.", "One two three."),
        ("- only\n- a list", ""),
        ("", ""),
        ("x" * 500, "x" * 199 + "…"),
    ],
)
def test_the_first_sentence_of_the_first_paragraph(source, sentence):
    assert first_sentence(markdown_tree(source)) == sentence
