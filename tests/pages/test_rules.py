"""Dictionary and rules on the Labels page, and what the Annotate page says of them."""

from __future__ import annotations

import pytest

from core.documents import Span
from db import rules, suggestions
from db.rules import NewRule
from tests.pages.conftest import checked, html_of


def stored(store, project):
    with store.reading() as session:
        return [
            (rule.text, rule.label, rule.kind, rule.ignore_case) for rule in rules.list_rules(session, project.id)
        ]


def part(visit, name):
    app = visit("labels")
    app.session_state["page:rules-part"] = name
    return checked(app.run())


def add(app, kind, text, label="PER", ignore_case=False):
    form = next(widget for widget in app.text_input if widget.label == "Text")
    form.set_value(text)
    next(box for box in app.selectbox if box.label == "Kind").set_value(kind)
    next(box for box in app.selectbox if box.label == "Label").set_value(label)
    next(box for box in app.checkbox if box.label == "In any case").set_value(ignore_case)
    return checked(next(button for button in app.main.button if button.label == "Add").click().run())


def test_a_term_and_a_pattern_are_added_and_listed(visit, project, store):
    app = add(visit("labels"), "term", " Siemens ", "ORG", True)
    assert stored(store, project) == [("Siemens", "ORG", "term", True)]
    app = add(app, "pattern", r"\d+ May \d+", "LOC")
    assert stored(store, project)[1:] == [(r"\d+ May \d+", "LOC", "pattern", False)]
    assert app.dataframe[0].value["Text"].tolist() == ["Siemens", r"\d+ May \d+"]


@pytest.mark.parametrize(
    ("text", "message"), [("(a", "missing ) at character 3"), ("a*", "matches nothing at all"), ("", "1 to 500")]
)
def test_a_pattern_that_cannot_be_is_refused_in_words(visit, project, store, text, message):
    app = add(visit("labels"), "pattern", text)
    assert message in app.error[0].value
    assert stored(store, project) == []


def test_many_lines_are_shown_with_their_errors_and_then_added(visit, project, store):
    app = part(visit, "Add many")
    app = checked(app.text_area(key="rules-lines").set_value("Siemens\tORG\nBerlin\tGPE\nMunich\tLOC").run())
    assert "Line 2: the project has no label 'GPE'" in app.main.text[0].value
    app = checked(app.button(key="rules-add-many").click().run())
    assert stored(store, project) == [("Siemens", "ORG", "term", False), ("Munich", "LOC", "term", False)]


def test_the_dictionary_is_filled_from_what_is_labelled_after_a_look(visit, project, store):
    app = part(visit, "Fill from gold")
    assert "Nothing new to fill in" in html_of(app)
    app = checked(app.number_input(key="rules-least").set_value(1).run())
    assert set(app.dataframe[0].value["Text"]) == {"Angela Merkel", "Siemens", "Munich", "Tim Cook"}
    app = checked(app.button(key="rules-add-many").click().run())
    assert len(stored(store, project)) == 4


def test_rules_are_tried_on_a_sentence_and_on_documents(visit, project, store):
    with store.writing() as session:
        rules.add(session, project.id, [NewRule("ORG", "term", "Siemens")], actor="you")
    app = part(visit, "Try it out")
    assert 'tl-suggestion hue-1" title="ORG">Siemens' in html_of(app)
    app = checked(app.toggle(key="rules-try-documents").set_value(True).run())
    assert any("**1 hit** in 1 document of 4" in text.value for text in app.markdown)


def test_a_new_pattern_is_tried_before_it_is_added(visit, project, store):
    app = part(visit, "Try it out")
    app.session_state["rules-try"] = "A new pattern"
    app = checked(app.run())
    app = checked(app.text_input(key="rules-new").set_value("[").run())
    assert "is no regular expression" in app.error[0].value
    app = checked(app.text_input(key="rules-new").set_value(r"\d+ May").run())
    assert ">3 May<" in html_of(app)
    assert stored(store, project) == []


def test_what_became_of_suggestions_is_told_by_source_and_label(visit, project, store):
    with store.writing() as session:
        suggestions.replace(session, 4, "dictionary", [Span(0, 6, "PER"), Span(7, 10, "PER"), Span(11, 15, "ORG")])
        ids = [row.id for row in suggestions.load(session, 4)]
        suggestions.decide(session, ids[:1], "accepted", actor="you")
        suggestions.decide(session, ids[1:2], "rejected", actor="you")
    page = html_of(visit("labels"))
    assert "Corrected" in page
    assert ">50%<" in page
    assert ">–<" in page
    app = visit("annotate")
    assert any("dictionary: 50% accepted of 2 decisions" in caption.value for caption in app.caption)
