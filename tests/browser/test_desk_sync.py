"""Saving by itself, undo over documents, an absent server, two tabs: what the screen calls saved is in the database,
and what is not there yet never goes away without a word."""

from __future__ import annotations

import re
import time
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Locator, Page, Route, expect

from db import annotations, documents, labels
from db.connection import open_store
from tests.browser.annotator_desk import Desk, Harness
from tests.browser.browsing import go
from tests.browser.server import free_port, running_app

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich."
PARIS = "The second document is about Paris."
ROME = "Anna lives in Rome."
OSLO = "Bob works in Oslo."
ANGELA = [0, 13, "PER"]
EDITS = re.compile(r"/api/desk/\d+/edits$")
DESK = re.compile(r"/api/desk/")
OFFLINE = re.compile("offline")


def label_first_two_words(work: Desk) -> None:
    """Angela Merkel, by keyboard."""
    work.press("Shift+ArrowRight", "Shift+ArrowRight", "1")


def stored_soon(work: Desk, number: int = 0, **wanted: object) -> None:
    """Wait until the database holds it; 5 seconds, for slow machines."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        stored = work.stored(number)
        if all(stored[name] == value for name, value in wanted.items()):
            return
        work.page.wait_for_timeout(20)
    assert {name: work.stored(number)[name] for name in wanted} == wanted


def server_away(page: Page) -> None:
    """From now on no question of the desk arrives."""
    page.route(DESK, lambda route: route.abort("connectionrefused"))


def server_back(page: Page) -> None:
    page.unroute(DESK)


def sent(work: Desk) -> None:
    """Wait until all that was kept while the server was away has arrived; it is tried again every 10 seconds."""
    expect(work.root).to_have_attribute("data-state", "saved", timeout=20_000)


def rows(work: Desk) -> Locator:
    """The labels of the spans in the side list."""
    return work.page.locator(".list .row-label")


def hold_edits(work: Desk) -> list[Route]:
    """From now on edits do not arrive; they gather here."""
    held: list[Route] = []
    work.page.route(EDITS, lambda route: held.append(route))
    return held


def under_way(work: Desk, held: list[Route]) -> None:
    """Wait until edits were sent."""
    while not held:
        work.page.wait_for_timeout(20)


def let_go(work: Desk, held: list[Route]) -> None:
    """What was held back arrives now, and what follows at once."""
    held[0].continue_()
    work.page.unroute(EDITS)


def test_a_label_is_saved_by_itself(desk):
    work = desk(NEWS)
    label_first_two_words(work)
    work.saved()
    stored = work.stored()
    assert stored["spans"] == [ANGELA]
    assert (stored["status"], stored["flagged"], stored["revision"]) == ("draft", False, 1)


def test_saving_moves_neither_focus_nor_caret_and_loses_no_key(desk):
    work = desk("one two three four five six seven eight nine ten")
    held = hold_edits(work)
    work.press("Shift+ArrowRight", "1")
    under_way(work, held)
    for _ in range(4):
        work.press("Shift+ArrowRight", "2")
    let_go(work, held)
    work.press("Shift+ArrowRight", "3")
    work.saved()
    expect(work.text).to_be_focused()
    assert [label for _, _, label in work.stored()["spans"]] == ["PER", "ORG", "ORG", "ORG", "ORG", "LOC"]


def test_what_was_not_sent_before_a_reload_is_sent_after_it(desk):
    work = desk(NEWS, PARIS)
    server_away(work.page)
    label_first_two_words(work)
    expect(work.state()).to_have_text(re.compile("offline, 1 change kept in this browser"))
    assert work.stored()["revision"] == 0
    server_back(work.page)
    work.reload()
    work.saved()
    assert work.spans() == ["PER Angela Merkel"]
    assert work.stored()["spans"] == [ANGELA]


def test_accept_paints_the_next_document_without_waiting_for_the_server(desk):
    work = desk(NEWS, PARIS, ROME, OSLO)
    label_first_two_words(work)
    work.saved()
    fetched_ahead(work, questions=4)
    server_away(work.page)
    work.press("Enter")
    work.shows("Paris")
    work.press("Shift+ArrowRight", "2", "Enter")
    work.shows("Rome")
    work.press("Shift+ArrowRight", "1", "Enter")
    work.shows("Oslo")
    expect(work.state()).to_have_text(re.compile(r"offline, \d changes kept in this browser"))
    assert [work.stored(number)["status"] for number in range(3)] == ["draft", "unlabelled", "unlabelled"]
    server_back(work.page)
    sent(work)
    assert [work.stored(number)["status"] for number in range(3)] == ["accepted"] * 3
    assert work.stored(1)["spans"] == [[0, 3, "ORG"]]
    assert work.stored(2)["spans"] == [[0, 4, "PER"]]


def fetched_ahead(work: Desk, questions: int) -> None:
    """Wait until so many questions for a document have been answered."""
    work.page.wait_for_function(
        """(least) => {
            const asked = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/open"));
            return asked.length >= least;
        }""",
        arg=questions,
    )


def test_with_nothing_fetched_the_old_document_stays_until_the_server_is_back(desk):
    work = desk(NEWS, PARIS)
    label_first_two_words(work)
    fetched_ahead(work, questions=3)
    server_away(work.page)
    work.press("Enter")
    work.shows("Paris")
    work.press("Enter")
    expect(work.notice()).to_contain_text("cannot be opened")
    expect(work.notice()).to_contain_text("kept in this browser")
    work.shows("Paris")
    server_back(work.page)
    expect(work.page.locator(".finished")).to_be_visible()
    stored_soon(work, 1, status="accepted")


def test_an_answer_that_is_lost_does_not_make_the_edit_happen_twice(desk):
    work = desk(NEWS)
    lost = []

    def lose_the_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    work.page.route(EDITS, lose_the_answer)
    label_first_two_words(work)
    work.saved()
    assert lost == [200]
    assert work.stored()["spans"] == [ANGELA]
    assert work.stored()["revision"] == 1


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


def test_changes_of_two_hands_that_fit_together_are_merged(desk):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    work.case.change(0, spans=[[33, 39, "LOC"]])
    let_go(work, held)
    work.saved()
    expect(work.toast()).to_contain_text("merged with changes saved elsewhere")
    assert work.stored()["spans"] == [ANGELA, [33, 39, "LOC"]]
    expect(rows(work)).to_have_text(["PER", "LOC"])


@pytest.mark.parametrize(
    ("choice", "kept", "undone"),
    [
        ("Keep mine on top of theirs", [ANGELA], [[7, 13, "ORG"]]),
        ("Take theirs", [[7, 13, "ORG"]], [ANGELA]),
    ],
)
def test_changes_that_do_not_fit_together_are_asked_about(desk, choice, kept, undone):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    work.case.change(0, spans=[[7, 13, "ORG"]])
    let_go(work, held)
    expect(work.notice()).to_contain_text("saved elsewhere")
    assert work.stored()["spans"] == [[7, 13, "ORG"]]
    assert work.spans() == ["PER Angela Merkel"]
    work.notice().get_by_role("button", name=choice).click()
    work.saved()
    stored_soon(work, spans=kept)
    work.press("Control+z")
    work.saved()
    stored_soon(work, spans=undone)


def test_a_question_that_was_left_open_is_asked_again_on_return(desk):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    work.case.change(0, spans=[[7, 13, "ORG"]])
    let_go(work, held)
    expect(work.notice()).to_contain_text("saved elsewhere")
    go(work.page, "Labels")
    go(work.page, "Annotate")
    work.notice().get_by_role("button", name="Keep mine").click()
    work.saved()
    stored_soon(work, spans=[ANGELA])


def test_an_edit_that_is_refused_is_taken_out_with_its_reason_and_is_one_click_away(desk):
    work = desk(NEWS)
    held = hold_edits(work)
    label_first_two_words(work)
    under_way(work, held)
    with work.case.harness.store.writing() as session:
        labels.remove(session, labels.ids(session, work.case.project)["PER"], actor="you")
    let_go(work, held)
    expect(work.notice()).to_contain_text("Not saved: PER “Angela Merkel”. This project has no label")
    expect(rows(work)).to_have_count(0)
    work.press("Shift+ArrowRight", "2")
    work.saved()
    [[_, _, label]] = work.stored()["spans"]
    assert label == "ORG"
    work.notice().get_by_role("button", name="Show mine again").click()
    expect(rows(work).filter(has_text="PER")).to_have_count(1)
    expect(work.notice()).to_contain_text("Not saved: brought my version back")
    expect(rows(work)).to_have_text("ORG")


def test_what_another_browser_saved_is_seen_when_one_looks_again(desk):
    work = desk(NEWS)
    work.case.change(0, spans=[ANGELA])
    work.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(rows(work)).to_have_text("PER")
    expect(work.toast()).to_contain_text("changed elsewhere")


def test_a_document_deleted_elsewhere_is_said_and_the_next_is_opened(desk):
    work = desk(NEWS, PARIS)
    label_first_two_words(work)
    work.saved()
    fetched_ahead(work, questions=2)
    with work.case.harness.store.writing() as session:
        documents.delete(session, [work.case.ids[0]], actor="you")
    work.press("Shift+ArrowRight", "2")
    work.shows("Paris")
    expect(work.toast()).to_contain_text("deleted elsewhere")


def test_two_tabs_on_one_document_notice_each_other_and_show_each_others_spans(desk):
    work = desk(NEWS, PARIS)
    page = work.page.context.new_page()
    try:
        other = Desk(page, work.case, document=0)
        expect(work.page.locator(".shared")).to_be_visible()
        expect(other.page.locator(".shared")).to_be_visible()
        label_first_two_words(other)
        other.saved()
        expect(rows(work)).to_have_text("PER")
        work.page.bring_to_front()
        work.press("Enter")
        work.shows("Paris")
        expect(other.page.locator(".shared")).to_be_hidden()
        stored_soon(work, 0, spans=[ANGELA], status="accepted")
    finally:
        page.close()


def test_a_closed_tab_leaves_its_unsent_edits_to_the_next(desk):
    work = desk(NEWS, PARIS)
    page = work.page.context.new_page()
    other = Desk(page, work.case, document=0)
    server_away(page)
    label_first_two_words(other)
    expect(other.state()).to_have_text(OFFLINE)
    page.close()
    assert work.stored()["revision"] == 0
    work.reload()
    stored_soon(work, 0, spans=[ANGELA])


def test_a_live_tab_sends_its_edits_itself(desk):
    work = desk(NEWS, PARIS)
    page = work.page.context.new_page()
    try:
        other = Desk(page, work.case, document=1)
        server_away(page)
        other.press("f")
        expect(other.state()).to_have_text(OFFLINE)
        work.reload()
        work.press("f")
        work.saved()
        assert work.stored(1)["flagged"] is False
        server_back(page)
        sent(other)
        assert work.stored(1)["flagged"] is True
        assert work.stored(1)["revision"] == 1
    finally:
        page.close()


def test_leaving_the_page_right_after_a_key_still_saves(desk):
    work = desk(NEWS)
    label_first_two_words(work)
    work.page.goto(f"{work.case.harness.app.address}/healthz")
    stored_soon(work, spans=[ANGELA])


def test_leaving_for_another_screen_right_after_a_key_still_saves(desk):
    work = desk(NEWS)
    label_first_two_words(work)
    go(work.page, "Labels")
    stored_soon(work, spans=[ANGELA])


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


def test_back_leads_through_the_documents_of_the_visit(desk):
    work = desk(NEWS, PARIS, ROME)
    work.press("Enter")
    work.shows("Paris")
    work.press("]")
    work.shows("Rome")
    work.press("Backspace")
    work.shows("Paris")
    work.press("Backspace")
    work.shows("Angela")
    stored_soon(work, 0, status="accepted")
    assert work.stored(1)["status"] == "unlabelled"


def test_the_address_names_the_open_document(desk):
    work = desk(NEWS, PARIS)
    work.press("Enter")
    work.shows("Paris")
    expect(work.page).to_have_url(re.compile(f"document={work.case.ids[1]}"))
    work.reload()
    work.shows("Paris")


def test_the_empty_queue_offers_what_comes_next(desk):
    work = desk(NEWS, PARIS)
    work.press("Enter")
    work.shows("Paris")
    work.press("Enter")
    finished = work.page.locator(".finished")
    expect(finished).to_contain_text("Nothing left")
    finished.get_by_role("button", name="All documents").click()
    work.shows("Angela")
    assert [work.stored(number)["status"] for number in range(2)] == ["accepted", "accepted"]


def test_full_storage_is_said(desk):
    work = desk(NEWS)
    work.page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('The quota is used up.'); }; }")
    server_away(work.page)
    label_first_two_words(work)
    expect(work.state()).to_have_text("not saved: 1 change, not kept in this browser either")
    server_back(work.page)
    sent(work)
    assert work.stored()["spans"] == [ANGELA]


def test_a_dropped_websocket_stops_nobody(desk):
    work = desk(NEWS, PARIS)
    work.page.context.set_offline(True)
    label_first_two_words(work)
    expect(work.state()).to_have_text(OFFLINE)
    work.page.wait_for_timeout(10_000)
    work.press("f")
    work.page.context.set_offline(False)
    work.saved()
    assert work.stored()["spans"] == [ANGELA]
    assert work.stored()["flagged"] is True


def test_a_server_killed_between_key_and_save_loses_nothing(page, tmp_path: Path):
    port = free_port()
    with running_app(tmp_path, samples=False, port=port) as app:
        store = open_store(app.database, migrate=False)
        work = Desk(page, Harness(app, store).case([NEWS, PARIS, ROME]))
        label_first_two_words(work)
        work.saved()
        fetched_ahead(work, questions=3)
        app.kill()
        work.press("Shift+ArrowRight", "Shift+ArrowRight", "2", "Enter")
        work.shows("Paris")
        work.press("f")
        expect(work.state()).to_have_text(re.compile("offline, 3 changes kept in this browser"), timeout=15_000)
        assert work.stored()["spans"] == [ANGELA]
        with running_app(tmp_path, samples=False, port=port):
            sent(work)
            work.reload()
            work.shows("Paris")
            assert work.stored()["status"] == "accepted"
            assert len(work.stored()["spans"]) == 2
            assert work.stored(1)["flagged"] is True
        store.close()


def test_the_time_worked_is_stored_with_the_answer(desk):
    work = desk(NEWS, PARIS)
    label_first_two_words(work)
    work.press("Enter")
    work.shows("Paris")
    stored_soon(work, 0, status="accepted")
    with work.case.harness.store.reading() as session:
        assert annotations.load(session, work.case.ids[0]).seconds > 0
