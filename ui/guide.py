"""The guide beside the text: a project's guideline and what is said of each label, ready for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db import examples
from db.labels import Label
from ui.markdown_tree import first_sentence, markdown_tree
from ui.session import Page


def guide(page: Page, known: Sequence[Label]) -> dict[str, Any]:
    """`tree` is the project's guideline; `labels` says by label id its own `tree`, its `first` sentence, `examples`.

    `written` tells whether anybody has written a guideline at all.
    """
    with page.store.reading() as session:
        surfaces = examples.frequent(session, page.project.id)
    trees = {label.id: markdown_tree(label.guideline) for label in known}
    return {
        "tree": list(markdown_tree(page.project.guideline)),
        "written": bool(page.project.guideline.strip()) or any(trees.values()),
        "labels": {
            label.id: {
                "tree": list(trees[label.id]),
                "first": first_sentence(trees[label.id]),
                "examples": [list(example) for example in surfaces.get(label.id, [])],
            }
            for label in known
        },
    }
