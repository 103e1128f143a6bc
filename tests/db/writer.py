"""A process that saves annotations as fast as it can: `python writer.py URL SECONDS DOCUMENT…`.

It prints "start", and after each committed save the document's id, its new revision and the milliseconds it took.
"""

from __future__ import annotations

import random
import sys
import time

from core.documents import Span
from core.errors import StaleRevision
from db import annotations
from db.connection import open_store


def main(url: str, seconds: float, document_ids: list[int]) -> None:
    store = open_store(url)
    chance = random.Random()
    print("start", flush=True)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        document_id = chance.choice(document_ids)
        with store.reading() as s:
            seen = annotations.load(s, document_id)
        # Each span's end counts the saves before it: a lost update would leave the count behind the revision.
        spans = [Span(0, seen.revision % 9 + 1, "PER")]
        began = time.perf_counter()
        try:
            with store.writing() as s:
                saved = annotations.save(
                    s,
                    document_id,
                    spans=spans,
                    base_revision=seen.revision,
                    status="accepted",
                    actor="you",
                )
        except StaleRevision:
            continue
        print(document_id, saved.revision, round((time.perf_counter() - began) * 1000, 2), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), [int(argument) for argument in sys.argv[3:]])
