"""The Python side of the annotator: what the browser is given, and what it may ask of the page."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from core.errors import InvalidSpan, InvalidValue
from ui import span_annotator as annotator
from ui.span_annotator import AnnotatorLabel, Queue, Sources

LABELS = (AnnotatorLabel(7, "PER", 0), AnnotatorLabel(8, "LOC", 2, key="p", description="Places"))


def project(**values) -> SimpleNamespace:
    return SimpleNamespace(**{"id": 3, "language": "zh", "overlap": True, "keys": {}, **values})


def payload(**values):
    given = {
        "queue": Queue("flagged", {"flagged": True, "label": 7}),
        "sources": Sources(4, rules=True, threshold=0.4),
        "document": 9,
        "guide": {"text": "## PER"},
    }
    of_project = values.pop("project", project())
    labels = values.pop("labels", LABELS)
    return json.loads(json.dumps(annotator.payload(of_project, labels, **{**given, **values})))


def test_the_payload_is_plain_json_of_settings_without_any_document():
    sent = payload()
    assert sent["project"] == {"id": 3, "language": "zh", "overlap": True}
    assert sent["labels"] == [[7, "PER", 0, "1", ""], [8, "LOC", 2, "p", "Places"]]
    assert (sent["queue"], sent["filter"]) == ("flagged", {"flagged": True, "label": 7})
    assert sent["sources"] == {"model": 4, "dictionary": False, "rules": True}
    assert (sent["threshold"], sent["document"], sent["guide"]) == (0.4, 9, {"text": "## PER"})
    assert sent["base"] == ""


def test_the_payload_carries_the_projects_own_keys():
    changed = {row[0]: row[1] for row in payload(project=project(keys={"flag": ("v",)}))["keys"]}
    usual = {row[0]: row[1] for row in payload()["keys"]}
    assert (changed.pop("flag"), usual.pop("flag")) == (["v"], ["f"])
    assert changed == usual


def test_the_path_before_the_apps_addresses_is_told(monkeypatch):
    monkeypatch.setattr("streamlit.get_option", lambda name: "/tools/tagloop/")
    assert payload()["base"] == "/tools/tagloop"


@pytest.mark.parametrize("screen", ["train", "documents", "labels"])
def test_the_browser_may_lead_to_these_screens(screen):
    assert annotator.going({"screen": screen, "more": 1}) == {"screen": screen}


@pytest.mark.parametrize("asked", [{"drop": "label"}, {"drop": "all"}, {"list": "queue"}])
def test_the_browser_may_change_or_list_what_the_queue_holds(asked):
    assert annotator.going(asked | {"more": 1}) == asked


def test_what_narrows_the_queue_is_told_in_words():
    queue = Queue("to do", {"status": "to do", "label": 7}, narrowed=[("label", "with PER")], everything=12)
    told = payload(queue=queue)
    assert (told["narrowed"], told["everything"]) == ([["label", "with PER"]], 12)


def test_the_browser_may_ask_for_all_documents():
    assert annotator.going({"queue": "all"}) == {"queue": "all"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "train",
        1,
        [],
        {},
        {"screen": "settings"},
        {"screen": "../x"},
        {"screen": ["train"]},
        {"queue": "drafts"},
        {"drop": "status"},
        {"list": "everything"},
    ],
)
def test_the_browser_leads_nowhere_else(value):
    assert annotator.going(value) is None


def test_a_hue_or_threshold_beyond_its_limits_cannot_be_made():
    with pytest.raises(InvalidValue, match="hue"):
        AnnotatorLabel(1, "PER", 12)
    with pytest.raises(InvalidSpan):
        AnnotatorLabel(1, " PER", 1)
    for threshold in (-0.1, 1.1, float("nan")):
        with pytest.raises(InvalidValue, match="threshold"):
            Sources(threshold=threshold)


def test_the_script_is_one_module_and_never_parses_markup():
    script = annotator.joined_modules()
    assert script.count("export default") == 1
    assert not re.search(r"^(import|export (?!default))", script, re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script)
    assert {path.name for path in annotator.FOLDER.glob("*.js")} == set(annotator.MODULES)
    assert {path.name for path in annotator.FOLDER.glob("*.css")} == set(annotator.STYLES)
