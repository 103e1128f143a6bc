"""The store under load: eight processes saving annotations at once; no lock error, no lost update."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from pathlib import Path

from bench.figures import arguments, at_most, quantile
from core.documents import Document, Span
from core.errors import StaleRevision
from db import annotations, documents, listing, projects
from db.connection import open_store

PROCESSES = 8


def save_for_a_while(
    url: str, document_ids: list[int], seconds: float, number: int
) -> tuple[list[float], int, list[str]]:
    """Save annotations of shared documents until the time is over; latencies, saves that counted, errors."""
    store = open_store(url, migrate=False)
    took, counted, errors = [], 0, []
    until = time.monotonic() + seconds
    turn = number
    while time.monotonic() < until:
        document_id = document_ids[turn % len(document_ids)]
        turn += 1
        began = time.perf_counter()
        try:
            with store.reading() as session:
                revision = annotations.load(session, document_id).revision
            with store.writing() as session:
                annotations.save(
                    session, document_id, spans=[Span(0, 1 + turn % 5, "PER")], base_revision=revision,
                    status="draft", actor="you",
                )  # fmt: skip
            counted += 1
        except StaleRevision:
            pass  # somebody was faster: refused, nothing lost
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}"[:200])
        took.append(time.perf_counter() - began)
    store.close()
    return took, counted, errors


def main() -> None:
    """Run the processes and compare what they say they saved with the revisions in the store."""
    options = arguments(__doc__ or "")
    seconds = 10 if options.quick else 60
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        store = open_store(url)
        with store.writing() as session:
            project = projects.create(session, name="p", title="P", language="en", labels=["PER"], actor="you")
            texts = (Document(f"Document number {number}.") for number in range(40))
            documents.add_documents(session, project.id, texts, actor="you")
        with store.reading() as session:
            ids = [row.id for row in listing.list_documents(session, project.id)[0]]
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            answers = pool.starmap(save_for_a_while, [(url, ids, seconds, number) for number in range(PROCESSES)])
        with store.reading() as session:
            stored = sum(annotations.load(session, document_id).revision for document_id in ids)
        store.close()
    took = [value for latencies, _, _ in answers for value in latencies]
    errors = [error for _, _, found in answers for error in found]
    counted = sum(number for _, number, _ in answers)
    at_most("8 processes saving: errors", len(errors), 0, "errors", n=len(took), note=errors[0] if errors else None)
    at_most("8 processes saving: lost updates", abs(counted - stored), 0, "updates", n=counted)
    at_most("8 processes saving: p95 of a save", 1000 * quantile(took, 0.95), 2000, "ms", n=len(took))


if __name__ == "__main__":
    main()
