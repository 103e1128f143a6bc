"""Terms as people write them: tabs or commas, head lines, and errors that name their line."""

from __future__ import annotations

from core.suggest import lines
from core.suggest.lines import read_lines
from core.suggest.ruled import Ruled
from db.rules import NewRule

LABELS = ("PER", "ORG")


def test_a_tab_or_a_comma_stands_before_the_label():
    assert read_lines("Siemens\tORG\n\nAda Lovelace\tPER\n", LABELS).rows == (
        ("Siemens", "ORG"),
        ("Ada Lovelace", "PER"),
    )
    assert read_lines('surface,label\n"Siemens, Inc",ORG\nAda,PER', LABELS).rows == (
        ("Siemens, Inc", "ORG"),
        ("Ada", "PER"),
    )
    assert read_lines("\ufeff北京大学\tORG", LABELS).rows == (("北京大学", "ORG"),)


def test_lines_without_a_label_get_the_one_chosen_for_all():
    assert read_lines("Siemens\nBosch", LABELS, default="ORG").rows == (("Siemens", "ORG"), ("Bosch", "ORG"))


def test_what_is_wrong_is_told_by_line_and_the_rest_is_read():
    read = read_lines(f"Siemens\tORG\nMunich\tLOC\nBosch\n\tPER\n{'x' * 201}\tORG\na\0b\tORG", LABELS)
    assert read.rows == (("Siemens", "ORG"),)
    assert read.wrong == 5
    assert read.errors[0] == "Line 2: the project has no label 'LOC'; it has PER, ORG."
    assert "Line 3: there is no label after 'Bosch'" in read.errors[1]
    assert "Line 4: there is no text" in read.errors[2]
    assert "Line 5: the text has 201 characters; 200 are the limit." in read.errors[3]
    assert "Line 6: it holds a character that no text holds" in read.errors[4]


def test_errors_are_told_up_to_a_number_and_lines_read_up_to_a_limit(monkeypatch):
    read = read_lines("x\tNO\n" * 30, LABELS)
    assert (len(read.errors), read.wrong) == (lines.MAX_ERRORS, 30)
    monkeypatch.setattr(lines, "MAX_LINES", 2)
    read = read_lines("a\tPER\nb\tPER\nc\tPER", LABELS)
    assert len(read.rows) == 2
    assert "2 lines are the limit" in read.errors[-1]


def test_a_quote_left_open_spoils_its_own_line_only():
    assert read_lines('"Siemens,ORG\nAda,PER', LABELS, default="ORG").rows[-1] == ("Ada", "PER")


def test_rules_are_made_ready_and_one_that_cannot_be_is_told():
    ready = Ruled.of([NewRule("ORG", "term", "Siemens"), NewRule("PER", "pattern", r"Dr \w+")])
    assert len(ready.patterns) == 1
    assert ready.unusable == ()
