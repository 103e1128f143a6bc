"""Undo and redo at the desk: across documents, after a reload, of accepting, of bulk edits."""

from __future__ import annotations

from uuid import uuid4

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from db import labels
from tests.browser.sync_moves import ANGELA, NEWS, PARIS, label_first_two_words, rows, stored_soon

pytestmark = pytest.mark.browser


def test_undo_takes_back_here_and_in_the_database(desk):
    work = desk(NEWS)
    label_first_two_words(work)
    work.press("f")
    work.saved()
    work.press("Control+z", "Control+z")
    work.saved()
    assert work.spans() == []
    stored_soon(work, spans=[], flagged=False, status="unlabelled")
    work.press("Control+Shift+z")
    work.saved()
    assert work.spans() == ["PER Angela Merkel"]
    stored_soon(work, spans=[ANGELA], flagged=False, status="draft")


def test_undo_of_an_accept_leads_back_to_its_document(desk):
    work = desk(NEWS, PARIS)
    label_first_two_words(work)
    work.press("Enter")
    work.shows("Paris")
    work.press("Control+z")
    work.shows("Angela")
    expect(work.toast()).to_contain_text("accepted")
    expect(work.toast()).to_contain_text("brings it back")
    work.saved()
    stored_soon(work, status="draft", spans=[ANGELA])
    work.press("Control+Shift+z")
    work.saved()
    stored_soon(work, status="accepted", spans=[ANGELA])


def test_undo_goes_on_after_a_reload_and_across_documents(desk):
    work = desk(NEWS, PARIS)
    label_first_two_words(work)
    work.press("Enter")
    work.shows("Paris")
    work.press("Shift+ArrowRight", "2")
    work.saved()
    work.reload()
    work.shows("Paris")
    work.press("Control+z")
    expect(work.toast()).to_contain_text("ORG")
    stored_soon(work, 1, spans=[], status="unlabelled")
    work.press("Control+z")
    work.shows("Angela")
    stored_soon(work, 0, spans=[ANGELA], status="draft")
    work.press("Control+z")
    stored_soon(work, 0, spans=[], status="unlabelled")
    work.press("Control+Shift+z", "Control+Shift+z", "Control+Shift+z")
    stored_soon(work, 0, spans=[ANGELA], status="accepted")
    stored_soon(work, 1, spans=[[0, 3, "ORG"]])


def test_skip_and_flag_are_undone_too(desk):
    work = desk(NEWS, PARIS)
    work.press("f", " ")
    work.shows("Paris")
    stored_soon(work, 0, status="skipped", flagged=True)
    work.press("Control+z")
    work.shows("Angela")
    stored_soon(work, 0, status="unlabelled", flagged=True)
    work.press("Control+z")
    stored_soon(work, 0, status="unlabelled", flagged=False)


def test_a_bulk_edit_is_one_step_back_and_forth(desk):
    work = desk("Anna met Bob. Then Anna left.", "Later Anna came back.", "Nobody is named here.")
    with work.case.harness.store.reading() as session:
        person = labels.ids(session, work.case.project)["PER"]
    hits = [(work.case.ids[0], 0, 4), (work.case.ids[1], 6, 10)]
    changes = [
        {"document": document, "base": 0, "added": [[start, end, person]], "removed": []}
        for document, start, end in hits
    ]
    edit = {"id": str(uuid4()), "kind": "edit", "words": "PER “Anna” twice", "seconds": 0, "changes": changes}
    work.case.harness.app.ask(f"/api/desk/{work.case.project}/edits", json_body={"edits": [edit]})
    assert work.stored(1)["spans"] == [[6, 10, "PER"]]
    work.reload()
    expect(rows(work)).to_have_text("PER")
    work.press("Control+z")
    expect(work.toast()).to_contain_text("Undone in 2 documents")
    expect(rows(work)).to_have_count(0)
    assert work.stored(0)["spans"] == []
    assert work.stored(1)["spans"] == []
    assert work.stored(1)["status"] == "unlabelled"
    work.press("Control+Shift+z")
    expect(work.toast()).to_contain_text("Redone in 2 documents")
    expect(rows(work)).to_have_text("PER")
    assert work.stored(1)["spans"] == [[6, 10, "PER"]]
