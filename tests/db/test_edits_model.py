from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import Document, Span
from db import documents, projects
from db.connection import Store, open_store
from db.edits import Change
from db.listing import list_documents
from tests.db.editing import ROOT, do, history, key, redo, stands, undo

TEXT = "abcdefghijkl"
STARTS = st.builds(
    lambda start, length: (start, min(start + length, len(TEXT))), st.integers(0, 11), st.integers(1, 4)
)
ACTS = st.one_of(
    st.tuples(
        st.just("edit"),
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.lists(st.tuples(STARTS, st.sampled_from(("PER", "ORG"))), max_size=3),
                st.sampled_from((None, None, "accepted", "skipped", "draft")),
                st.sampled_from((None, None, True, False)),
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda change: change[0],
        ),
    ),
    st.just(("undo", None)),
    st.just(("redo", None)),
)


@dataclass
class Plain:
    """What a document says, in plain Python."""

    spans: frozenset = frozenset()
    status: str = "unlabelled"
    flagged: bool = False

    def toggled(self, chosen, status, flagged) -> tuple[Plain, list[Span], list[Span]]:
        """Each chosen span takes away itself where it is there, and what it overlaps where it is not."""
        now = set(self.spans)
        for (start, end), label in chosen:
            span = Span(start, end, label)
            if span in now:
                now.discard(span)
            else:
                now = {other for other in now if not other.overlaps(span)} | {span}
        added, removed = sorted(now - self.spans), sorted(self.spans - now)
        if status is None:
            fresh = (added or removed) and self.status in ("unlabelled", "skipped")
            status = "draft" if fresh else self.status
        return Plain(frozenset(now), status, self.flagged if flagged is None else flagged), added, removed


@dataclass
class World:
    """The plain model: documents, and two stacks of whole states."""

    now: dict[int, Plain]
    done: list[tuple[str, Mapping[int, Plain]]] = field(default_factory=list)
    undone: list[tuple[str, Mapping[int, Plain]]] = field(default_factory=list)


@settings(max_examples=40)
@given(acts=st.lists(ACTS, max_size=14))
def test_random_edits_undos_and_redos_leave_what_a_plain_model_says(tmp_path_factory, template, acts):
    path = tmp_path_factory.mktemp("model") / "tagloop.db"
    path.write_bytes(template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    with store.writing() as s:
        project = projects.create(s, name="p", title="P", language="en", labels=["PER", "ORG"], actor="you")
        documents.add_documents(s, project.id, [Document(f"{TEXT}{n}") for n in range(3)], actor="you")
        own = [row.id for row in list_documents(s, project.id)[0]]
    world = World({document_id: Plain() for document_id in own})
    for kind, wanted in acts:
        if kind == "edit":
            name, before, changes = key(), dict(world.now), []
            for index, chosen, status, flagged in wanted:
                document_id = own[index]
                after, added, removed = world.now[document_id].toggled(chosen, status, flagged)
                world.now[document_id] = after
                base = stands(store, document_id).revision
                changes.append(Change(document_id, base, tuple(added), tuple(removed), flagged, status))
            do(store, project, *changes, own=name)
            world.done.append((name, before))
            world.undone.clear()
        elif kind == "undo" and world.done:
            name, before = world.done.pop()
            undo(store, project, name)
            world.undone.append((name, dict(world.now)))
            world.now = dict(before)
        elif kind == "redo" and world.undone:
            name, after = world.undone.pop()
            redo(store, project, name)
            world.done.append((name, dict(world.now)))
            world.now = dict(after)
        for document_id, plain in world.now.items():
            now = stands(store, document_id)
            assert (frozenset(now.spans), now.status, now.flagged) == (plain.spans, plain.status, plain.flagged)
    states = [edit.state for edit in history(store, project)]
    assert states == ["done"] * len(world.done) + ["undone"] * len(world.undone)
    store.close()


def writer(store: Store, project_id: int, ids: list[int], edge: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("edit_writer.py")),
            str(store.engine.url),
            *map(str, (project_id, edge, count, *ids)),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def long_pair(store):
    """A project with two unlabelled documents of 400 characters: (project, ids)."""
    with store.writing() as s:
        made = projects.create(s, name="long", title="Long", language="en", labels=["PER"], actor="you")
        documents.add_documents(s, made.id, [Document("x" * 400), Document("y" * 400)], actor="you")
        return made, [row.id for row in list_documents(s, made.id)[0]]


def test_two_processes_that_edit_one_document_at_once_lose_nothing(store, long_pair):
    made, ids = long_pair
    processes = [writer(store, made.id, ids, edge, 40) for edge in (0, 200)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, len(out.split())) == (0, 40), err
    expected = tuple(Span(edge + 2 * n, edge + 2 * n + 1, "PER") for edge in (0, 200) for n in range(40))
    for document_id in ids:
        now = stands(store, document_id)
        assert (now.spans, now.revision) == (expected, 80)


def test_a_process_killed_between_edits_leaves_whole_edits_only_and_what_was_acknowledged(store, long_pair):
    made, ids = long_pair
    process = writer(store, made.id, ids, 0, 150)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(5)]
    process.kill()
    rest, _ = process.communicate(timeout=60)
    acknowledged += rest.split("\n")[:-1]
    one, two = (stands(store, document_id) for document_id in ids)
    assert one.spans == two.spans, "one document has an edit that the other lacks"
    kept = [edit.key for edit in history(store, made)]
    assert one.revision == two.revision == len(one.spans) >= len(acknowledged)
    assert set(acknowledged[-20:]) <= set(kept)
