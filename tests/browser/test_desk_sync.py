"""Saving at the desk in a real Chromium: by itself, once, also when the server or the page goes away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Route, expect

from db import annotations
from db.connection import open_store
from tests.browser.annotator_desk import Desk, Harness
from tests.browser.browsing import go
from tests.browser.server import free_port, running_app
from tests.browser.sync_moves import (
    ANGELA,
    EDITS,
    NEWS,
    OFFLINE,
    OSLO,
    PARIS,
    ROME,
    fetched_ahead,
    hold_edits,
    label_first_two_words,
    let_go,
    sent,
    server_away,
    server_back,
    stored_soon,
    under_way,
)

pytestmark = pytest.mark.browser


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
