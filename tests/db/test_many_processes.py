from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from core.documents import Document, Span
from db import annotations, documents, events, projects
from db.connection import Store

ROOT = Path(__file__).resolve().parents[2]
SECONDS = float(os.environ.get("TAGLOOP_STRESS_SECONDS", "8"))
PROCESSES = 8


@pytest.fixture
def shared(store: Store) -> tuple[Store, list[int]]:
    """A store with a project of 40 short documents that nobody has answered."""
    with store.writing() as s:
        project = projects.create(s, name="p", title="P", language="en", labels=["PER"], actor="you")
        texts = [Document(f"document number {number}") for number in range(40)]
        documents.add_documents(s, project.id, texts, actor="you")
        rows, _ = documents.list_documents(s, project.id)
    return store, [row.id for row in rows]


def start(store: Store, seconds: float, ids: list[int]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("writer.py")),
            str(store.engine.url),
            str(seconds),
            *map(str, ids),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "start\n", process.communicate()
    return process


def saves(out: str) -> list[tuple[int, int, float]]:
    """(document id, revision, milliseconds) of each whole line that a writer printed."""
    lines = [line.split() for line in out.split("\n")[:-1]]
    return [(int(document), int(revision), float(took)) for document, revision, took in lines]


def check_history(store: Store, acknowledged: list[tuple[int, int]]) -> None:
    """Every acknowledged save is there once, revisions have no gap, and each event continues the one before."""
    assert len(set(acknowledged)) == len(acknowledged), "two processes were told that they made the same revision"
    with store.reading() as s:
        if store.engine.dialect.name == "sqlite":
            assert s.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert s.execute(text("PRAGMA foreign_key_check")).all() == []
        history: dict[str, list] = {}
        for event in reversed(events.recent(s, limit=10_000_000)):
            if event.action == "annotation.saved":
                history.setdefault(event.subject, []).append(event)
        known = set()
        for subject, chain in history.items():
            document_id = int(subject.removeprefix("document "))
            assert [event.after["revision"] for event in chain] == list(range(1, len(chain) + 1))
            for earlier, later in itertools.pairwise(chain):
                assert later.before == earlier.after, "an update was lost"
            now = annotations.load(s, document_id)
            assert now.revision == len(chain)
            assert now.spans == (Span(0, (now.revision - 1) % 9 + 1, "PER"),)
            known |= {(document_id, event.after["revision"]) for event in chain}
    assert set(acknowledged) <= known, "an acknowledged save is not in the store"


def test_eight_processes_save_at_once_without_a_lock_error_or_a_lost_update(shared, capsys):
    store, ids = shared
    processes = [start(store, SECONDS, ids) for _ in range(PROCESSES)]
    done: list[tuple[int, int, float]] = []
    for process in processes:
        out, err = process.communicate(timeout=SECONDS + 90)
        assert process.returncode == 0, err
        done += saves(out)
    check_history(store, [(document, revision) for document, revision, _ in done])
    took = [milliseconds for *_, milliseconds in done]
    p95 = statistics.quantiles(took, n=20)[-1]
    with capsys.disabled():
        print(
            f"\n{PROCESSES} processes, {SECONDS:g} s: {len(done):,} saves, median {statistics.median(took):.1f} ms, "
            f"p95 {p95:.1f} ms, longest {max(took):.0f} ms"
        )


def test_processes_that_are_killed_while_writing_leave_a_sound_store_and_lose_nothing_acknowledged(shared):
    store, ids = shared
    acknowledged: list[tuple[int, int]] = []
    for pause in (0.05, 0.3, 0.8):
        processes = [start(store, 60, ids) for _ in range(3)]
        time.sleep(pause)
        for process in processes:
            process.kill()
        for process in processes:
            out, _ = process.communicate(timeout=30)
            assert process.returncode == -9
            acknowledged += [(document, revision) for document, revision, _ in saves(out)]
        check_history(store, acknowledged)
    assert acknowledged
