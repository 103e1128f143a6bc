"""Annotate: what the page gives the desk, and that choices outlive leaving the page."""

from __future__ import annotations

import json

import pytest

from db import annotations, labels, listing, projects
from tests.pages.conftest import checked, html_of


def given(app) -> dict:
    """What the component got."""
    (component,) = app.get("bidi_component")
    return json.loads(component.proto.json)


def test_a_visit_begins_with_what_is_to_do_and_with_all_when_nothing_is(visit, project, store):
    assert (given(visit("annotate", project=project.id))["queue"]) == "to do"
    with store.writing() as session:
        rows, _ = listing.list_documents(session, project.id, listing.Filter(status="unlabelled"))
        annotations.save(session, rows[0].id, spans=[], base_revision=0, status="accepted", actor="you")
    assert given(visit("annotate", project=project.id))["queue"] == "all"


def test_the_desk_gets_project_labels_and_keys_but_no_document(visit, project):
    sent = given(visit("annotate", project=project.id))
    assert sent["project"] == {"id": project.id, "language": "en", "overlap": False}
    assert [row[1] for row in sent["labels"]] == ["PER", "ORG", "LOC"]
    assert (sent["filter"], sent["document"]) == ({"status": "to do"}, None)
    assert "visited" not in json.dumps(sent)


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ("unlabelled", {"status": "unlabelled"}),
        ("drafts", {"status": "draft"}),
        ("accepted", {"status": "accepted"}),
        ("skipped", {"status": "skipped"}),
        ("flagged", {"flagged": True}),
        ("all", {}),
    ],
)
def test_each_queue_is_a_filter(visit, project, queue, expected):
    app = visit("annotate", project=project.id)
    checked(app.radio(key="page:queue").set_value(queue).run())
    assert given(app)["filter"] == expected


def test_label_split_and_search_narrow_the_queue_and_are_cleared_together(visit, project, store):
    with store.reading() as session:
        known = labels.ids(session, project.id)
    app = visit("annotate", project=project.id)
    app.selectbox(key=f"page:filter-label-{project.id}").select(known["ORG"])
    app.selectbox(key=f"page:filter-split-{project.id}").select("dev")
    app.text_input(key=f"page:filter-search-{project.id}").input("  Siemens ")
    checked(app.run())
    narrowed = {"status": "to do", "label": known["ORG"], "split": "dev", "search": "Siemens"}
    assert given(app)["filter"] == narrowed
    checked(app.button(key="page:filter-clear").click().run())
    assert given(app)["filter"] == {"status": "to do"}


def test_choices_outlive_leaving_the_page(visit, project):
    app = visit("annotate", project=project.id)
    app.radio(key="page:queue").set_value("accepted")
    app.text_input(key=f"page:filter-search-{project.id}").input("Merkel")
    before = given(checked(app.run()))
    checked(app.switch_page("../pages/labels.py").run())
    after = given(checked(app.switch_page("../pages/annotate.py").run()))
    assert (after["queue"], after["filter"]) == (before["queue"], before["filter"])
    assert after["filter"] == {"status": "accepted", "search": "Merkel"}


def test_a_label_that_was_removed_no_longer_filters(visit, project, store):
    with store.reading() as session:
        known = labels.ids(session, project.id)
    app = visit("annotate", project=project.id)
    checked(app.selectbox(key=f"page:filter-label-{project.id}").select(known["ORG"]).run())
    with store.writing() as session:
        labels.merge(session, known["ORG"], into=known["LOC"], actor="you")
    assert given(checked(app.run()))["filter"] == {"status": "to do"}


def test_the_address_names_a_document_of_the_project_or_none(visit, project, chinese, store):
    with store.reading() as session:
        first = listing.first(session, project.id)
        foreign = listing.first(session, chinese.id)
    assert given(visit("annotate", project=project.id, document=first))["document"] == first
    for asked in (foreign, 99_999, "x", "٣", "-1", "9" * 50):
        assert given(visit("annotate", project=project.id, document=asked))["document"] is None


def test_from_inspect_all_documents_are_the_queue_and_there_is_a_way_back(visit, project, store):
    with store.reading() as session:
        first = listing.first(session, project.id)
    app = visit("annotate", project=project.id, document=first, back="inspect")
    assert given(app)["queue"] == "all"
    assert [button.label for button in app.button if button.label == "Back to Inspect"]
    checked(app.radio(key="page:queue").set_value("drafts").run())
    assert given(app)["queue"] == "drafts"  # the person's own choice stays


def test_without_documents_or_labels_the_page_says_what_to_do_first(visit, store):
    with store.writing() as session:
        empty = projects.create(session, name="e", title="E", language="en", labels=["PER"], actor="you")
    app = visit("annotate", project=empty.id)
    assert "Nothing to label yet" in html_of(app)
    assert not app.get("bidi_component")
