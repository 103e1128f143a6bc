"""Suggestions of a model, the dictionary and rules: told apart from gold, taken, refused or corrected by a key."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from db import rules, suggestions
from db.rules import NewRule
from tests.browser.annotator_desk import Desk

pytestmark = pytest.mark.browser

NEWS = "Angela Merkel visited Siemens in Munich on 3 May 2026."
PER, ORG, LOC = [0, 13, "PER"], [22, 29, "ORG"], [33, 39, "LOC"]
DATE = [43, 53, "DATE"]


@pytest.fixture
def ruled(harness, desk, profile):
    """`ruled(documents, rules)`: the desk on a project whose dictionary and rules are there from the beginning."""

    def opened(rows: list, new: list[tuple], **options) -> Desk:
        work = desk(*rows, **options)
        with harness.store.writing() as session:
            rules.add(session, work.case.project, [NewRule(*row) for row in new], actor="you")
        work.reload()
        return work

    return opened


def rows(work):
    found = work.page.locator(".row-suggested")
    return [
        (
            row.locator(".row-label").inner_text(),
            row.locator(".row-text").inner_text(),
            row.locator(".row-score").inner_text(),
        )
        for row in found.all()
    ]


def count(work, number: int) -> None:
    expect(work.page.locator(".row-suggested")).to_have_count(number)


TERMS = [("ORG", "term", "Siemens"), ("LOC", "term", "munich", True), ("DATE", "pattern", r"\d+ May \d+")]


def test_the_dictionary_and_rules_suggest_with_their_names_and_are_taken_by_one_key(ruled):
    work = ruled([NEWS], TERMS)
    count(work, 3)
    assert rows(work) == [
        ("ORG", "Siemens", "dictionary"), ("LOC", "Munich", "dictionary"), ("DATE", "3 May 2026", "rules"),
    ]  # fmt: skip
    work.press("a", "x", "a")
    work.saved()
    assert work.stored()["spans"] == [ORG, DATE]
    assert work.stored()["decisions"] == {tuple(ORG): "accepted", tuple(LOC): "rejected", tuple(DATE): "accepted"}


def test_all_that_are_shown_are_accepted_at_once_and_undone_at_once(ruled):
    work = ruled([NEWS], TERMS)
    count(work, 3)
    work.press("Shift+a")
    work.saved()
    assert work.stored()["spans"] == [ORG, LOC, DATE]
    work.press("Control+z")
    work.saved()
    assert (work.stored()["spans"], work.stored()["decisions"]) == ([], {})


def test_the_same_span_of_two_sources_shows_once_names_both_and_is_decided_for_both(ruled):
    work = ruled([{"text": NEWS, "suggestions": [[*ORG, 0.91], [*LOC, 0.2]]}], TERMS[:1])
    count(work, 1)
    run = work.page.locator(".suggested").first
    title = work.page.locator(".row-suggested").first
    expect(title).to_have_attribute("title", "Suggested by model suggesting 0.91 and dictionary")
    run.hover()
    expect(work.page.locator(".card")).to_contain_text("Suggested by model suggesting 0.91 and dictionary")
    work.press("a")
    work.saved()
    with work.case.harness.store.reading() as session:
        made = {
            (s.source.split()[0], s.decision) for s in suggestions.load(session, work.case.ids[0]) if s.start == 22
        }
    assert made == {("model", "accepted"), ("dictionary", "accepted")}


def test_another_label_or_another_end_is_a_correction(ruled):
    work = ruled([NEWS], [("ORG", "term", "Siemens"), ("PER", "term", "Merkel")])
    count(work, 2)
    work.press("Tab")
    work.press("Alt+Shift+ArrowLeft")
    work.press("Tab", "3")
    work.saved()
    assert work.stored()["spans"] == [PER, [22, 29, "LOC"]]
    assert work.stored()["decisions"] == {(7, 13, "PER"): "corrected", tuple(ORG): "corrected"}


def test_a_span_set_by_hand_over_a_suggestion_decides_it(ruled):
    work = ruled([NEWS], [("PER", "term", "Merkel"), ("ORG", "term", "Siemens")])
    count(work, 2)
    work.select("Angela", "Merkel")
    work.press("1")
    work.select("Siemens")
    work.press("2")
    work.saved()
    assert work.stored()["spans"] == [PER, ORG]
    assert work.stored()["decisions"] == {(7, 13, "PER"): "corrected", tuple(ORG): "accepted"}


def test_chinese_terms_are_found_inside_a_sentence_and_accepted_by_a_click(ruled):
    text = "😀北京大学在上海开会。"
    work = ruled(
        [text], [("ORG", "term", "北京大学"), ("LOC", "term", "北京"), ("LOC", "term", "上海")], language="zh"
    )
    count(work, 2)
    work.page.locator(".row-button.accept").first.click()
    work.saved()
    assert work.stored()["spans"] == [[1, 5, "ORG"]]
    assert work.stored()["decisions"] == {(1, 5, "ORG"): "accepted"}


def test_a_source_that_is_switched_off_says_nothing(ruled):
    work = ruled([NEWS], TERMS)
    count(work, 3)
    work.page.get_by_role("button", name="Suggestions").click()
    work.page.get_by_text("Dictionary", exact=True).click()
    count(work, 1)
    assert rows(work) == [("DATE", "3 May 2026", "rules")]
