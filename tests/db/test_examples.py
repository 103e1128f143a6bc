"""Examples of a label: what has been labelled most often."""

from __future__ import annotations

from core.documents import Document, Span
from db import annotations, documents, examples, labels, projects


def project_with(s, *rows):
    """A project whose documents are [text, spans, status]."""
    project = projects.create(s, name="examples", title="Examples", language="en", labels=["PER", "ORG"], actor="you")
    documents.add_documents(s, project.id, [Document(text) for text, _, _ in rows], actor="you")
    found, _ = documents.list_documents(s, project.id, limit=len(rows))
    for row, (_, spans, status) in zip(found, rows, strict=True):
        annotations.save(
            s, row.id, spans=[Span(*span) for span in spans], base_revision=0, status=status, actor="you"
        )
    return project.id, labels.ids(s, project.id)


def test_the_commonest_surfaces_of_accepted_documents_come_first(store):
    with store.writing() as session:
        project, ids = project_with(
            session,
            ["Ada and Bob and Ada.", [(0, 3, "PER"), (8, 11, "PER"), (16, 19, "PER")], "accepted"],
            ["Ada\n  Lovelace, 李娜 of Acme", [(0, 14, "PER"), (16, 18, "PER"), (22, 26, "ORG")], "accepted"],
            ["Only Draft here", [(5, 10, "PER")], "draft"],
        )
        found = examples.frequent(session, project, most=3)
    assert found[ids["PER"]][0] == ("Ada", 2)
    assert len(found[ids["PER"]]) == 3
    assert set(found[ids["PER"]][1:]) <= {("Bob", 1), ("Ada Lovelace", 1), ("李娜", 1)}
    assert found[ids["ORG"]] == [("Acme", 1)]


def test_long_spans_and_other_projects_are_no_examples(store, project):
    with store.writing() as session:
        other, ids = project_with(session, ["x" * 60 + " Ada", [(0, 60, "ORG"), (61, 64, "PER")], "accepted"])
        assert examples.frequent(session, other) == {ids["PER"]: [("Ada", 1)]}
        assert ids["PER"] not in examples.frequent(session, project.id)
