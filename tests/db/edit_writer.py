"""A process that makes edits: `python edit_writer.py URL PROJECT EDGE COUNT DOCUMENT…`.

The n-th edit adds the span [EDGE + 2n, EDGE + 2n + 1) to each document; its key is printed once it is committed.
"""

from __future__ import annotations

import sys

from core.documents import Span
from core.errors import StaleRevision
from db import annotations, edits
from db.connection import open_store
from db.edits import Change


def main(url: str, project_id: int, edge: int, count: int, document_ids: list[int]) -> None:
    store = open_store(url)
    for n in range(count):
        key, span = f"{edge}-{n}", Span(edge + 2 * n, edge + 2 * n + 1, "PER")
        while True:
            with store.reading() as s:
                bases = [annotations.load(s, document_id).revision for document_id in document_ids]
            changes = [Change(number, base, (span,)) for number, base in zip(document_ids, bases, strict=True)]
            try:
                with store.writing() as s:
                    edits.apply(s, project_id, key=key, words=key, changes=changes, actor="you")
            except StaleRevision:
                continue
            print(key, flush=True)
            break


if __name__ == "__main__":
    project, edge, count, *documents = map(int, sys.argv[2:])
    main(sys.argv[1], project, edge, count, documents)
