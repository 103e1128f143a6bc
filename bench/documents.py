"""Documents: importing 10,000 with spans, and searching them."""

from __future__ import annotations

import io
import json
import random
import tempfile
import time
from pathlib import Path

from bench.figures import arguments, at_most, quantile
from db import listing, projects
from db.connection import open_store
from db.listing import Filter
from jobs.importing import import_file

SYLLABLES = ("ka", "lo", "mi", "ren", "sta", "vo", "du", "pel", "tor", "ne")


def made_file(documents: int) -> bytes:
    """JSON lines of `documents` texts of about 25 made-up words with three spans each."""
    rng = random.Random(7)
    lines = []
    for _ in range(documents):
        words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(25)]
        starts = [sum(len(word) + 1 for word in words[:place]) for place in range(25)]
        spans = [
            {"start": starts[place], "end": starts[place] + len(words[place]), "label": rng.choice(["PER", "ORG"])}
            for place in sorted(rng.sample(range(25), 3))
        ]
        lines.append(json.dumps({"text": " ".join(words), "spans": spans}))
    return "\n".join(lines).encode()


def main() -> None:
    """Import once, search many times."""
    options = arguments(__doc__ or "")
    number = 1_000 if options.quick else 10_000
    content = made_file(number)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        with store.writing() as session:
            project = projects.create(session, name="p", title="P", language="en", labels=["PER"], actor="you")
        began = time.perf_counter()
        import_file(store, project.id, io.BytesIO(content), "made.jsonl", "prodigy", actor="you")
        seconds = time.perf_counter() - began
        took = []
        for word in ("karen", "stavo", "delta", "mimi", "pelne") * 6:
            began = time.perf_counter()
            with store.reading() as session:
                listing.list_documents(session, project.id, Filter(search=word), limit=30)
            took.append(time.perf_counter() - began)
        store.close()
    at_most(f"import {number:,} documents with {3 * number:,} spans", seconds, 9.4, "s", n=number)
    at_most(f"search {number:,} documents, median", 1000 * quantile(took, 0.5), 125, "ms", n=len(took))


if __name__ == "__main__":
    main()
