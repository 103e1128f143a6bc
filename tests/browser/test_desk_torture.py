"""500 nasty texts, random gestures at each, and after every one the database holds what a model in Python says.

`python -m bench.torture` runs the same for longer.
"""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from db import documents
from tests.browser.torture import torture_set
from tests.browser.torture_hand import Torture

pytestmark = pytest.mark.browser

DOCUMENTS = 500
GESTURES = 6  # at each document
PROJECTS = [("en", False), ("en", True), ("zh", False), ("zh", True)]


def test_the_store_gives_back_every_text_as_it_was():
    texts = [made.text for made in torture_set(DOCUMENTS)]
    assert len(set(texts)) == DOCUMENTS
    assert texts == [made.text for made in torture_set(DOCUMENTS)]


@pytest.mark.parametrize(("language", "overlap"), PROJECTS)
def test_after_each_random_gesture_the_database_holds_what_the_model_says(harness, page, language, overlap):
    texts = [made for made in torture_set(DOCUMENTS) if (made.language, made.overlap) == (language, overlap)]
    assert len(texts) > 50
    run = Torture(harness, page, seed="test")
    run.walk(texts, each=GESTURES)
    assert run.gestures > len(texts) * GESTURES * 0.9


def test_the_texts_come_back_from_the_store_as_they_were_made(harness):
    texts = [made.text for made in torture_set(DOCUMENTS)]
    case = harness.case(texts)
    with harness.store.reading() as session:
        assert [documents.get(session, number).text for number in case.ids] == texts
