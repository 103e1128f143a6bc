"""Documents: browse, import, splits, export."""

from __future__ import annotations

import io
import json

import pytest

from core.documents import Document, Span
from core.formats import WRITABLE, preview, read
from db import annotations, comments, documents, projects
from db.documents import Filter
from tests.pages.conftest import checked, html_of
from ui import exporting, import_summary
from ui.import_summary import Example, ImportSummary
from ui.session import Page


def rows(app):
    return app.dataframe[0].value


def test_browse_lists_documents_with_split_status_and_spans(visit, project):
    listed = rows(visit("documents"))
    assert list(listed["Name"]) == ["a", "b", "c", "d"]
    assert list(listed["Spans"]) == [2, 1, 1, 0]
    assert list(listed["Status"]) == ["accepted", "accepted", "accepted", "unlabelled"]


def test_search_and_filters_narrow_the_list_and_can_find_nothing(visit, project):
    app = visit("documents")
    assert list(rows(checked(app.text_input[0].set_value("MUNICH").run()))["Name"]) == ["b"]
    app.text_input[0].set_value("")
    assert list(rows(checked(app.main.selectbox[0].set_value("unlabelled").run()))["Name"]) == ["d"]
    assert "Nothing matches" in html_of(checked(app.text_input[0].set_value("nowhere").run()))
    assert "1 document" not in html_of(app)


def test_fifty_documents_are_shown_at_a_time_and_the_rest_on_the_next_page(visit, project, store):
    with store.writing() as session:
        documents.add_documents(
            session, project.id, [Document(f"Text {n}.", (), f"n{n}") for n in range(60)], actor="you"
        )
    app = visit("documents")
    assert len(rows(app)) == 50
    app = checked(app.button(key="browse-chevron_right").click().run())
    assert len(rows(app)) == 14
    assert "51–64" in html_of(app)


def test_the_document_of_the_address_is_shown_with_its_spans(visit, project):
    page = html_of(visit("documents", document=1))
    assert "Angela Merkel<span" in page
    assert "accepted" in page


@pytest.mark.parametrize("asked", ["999", "x", "-1", "9" * 30])
def test_a_document_that_is_not_there_does_not_break_the_page(visit, project, asked):
    assert "Choose a row" in html_of(visit("documents", document=asked))


def test_a_document_of_another_project_is_not_shown(visit, project, chinese):
    assert "Choose a row" in html_of(visit("documents", project=project.id, document=5))


def test_asking_to_delete_says_what_goes_and_deletes_nothing_yet(visit, project, store):
    app = visit("documents", document=1)
    app = checked(app.button(key="delete").click().run())
    assert any("30 characters, 2 spans" in text.value for text in app.markdown)
    with store.reading() as session:
        assert documents.list_documents(session, project.id)[1] == 4


GOOD = "\n".join(
    json.dumps(record)
    for record in (
        {"text": "Ada Lovelace wrote it.", "label": [[0, 12, "PER"]]},
        {"text": "Eurovision began.", "label": [[0, 10, "EVENT"]]},
        {"text": "Eurovision began.", "label": [[0, 10, "EVENT"]]},
        {"text": "Nothing here.", "label": []},
    )
)


def paste(app, text):
    return checked(app.text_area[0].set_value(text).run())


def test_an_import_is_shown_first_and_stores_nothing_until_the_button(visit, project, store):
    app = paste(visit("documents", section="import"), GOOD)
    page = html_of(app)
    assert "doccano JSON Lines" in page
    assert "Ada Lovelace<span" in page
    assert any("EVENT" in info.value for info in app.info), "a label that the project lacks is named"
    assert "same as that of line 2" in page
    with store.reading() as session:
        assert documents.list_documents(session, project.id)[1] == 4
    app = checked(app.button(key="import").click().run())
    assert [message.value for message in app.success] == [
        "3 documents and 2 spans were added. Left out as already there: 1. "
        "What is labelled there stays as it was; the file's spans for it were not taken."
    ]
    with store.reading() as session:
        assert projects.summary(session, project.id).spans_per_label["EVENT"] == 1
        assert documents.list_documents(session, project.id)[1] == 7


def test_importing_the_same_again_adds_nothing_and_says_so(visit, project):
    app = paste(visit("documents", section="import"), GOOD)
    app = checked(app.button(key="import").click().run())
    app = paste(app, GOOD)
    app = checked(app.button(key="import").click().run())
    assert [message.value for message in app.success] == [
        "Nothing was added: 4 documents already in the project. "
        "What is labelled there stays as it was; the file's spans for it were not taken."
    ]


def test_a_broken_file_shows_line_and_reason_and_cannot_be_imported(visit, project):
    app = paste(
        visit("documents", section="import"), '{"text": "ok", "label": []}\n{"text": "no", "label": [[0, 99, "PER"]]}'
    )
    assert "Line 2" in app.error[0].value
    assert "99" in app.error[0].value
    assert not [button for button in app.main.button if button.key == "import"]


def test_a_wrong_guess_of_the_format_can_be_corrected(visit, project):
    app = paste(visit("documents", section="import"), "Merkel B-PER\nspoke O\n")
    assert "CoNLL columns" in html_of(app)
    app = checked(app.main.selectbox[0].set_value("lines").run())
    assert "Plain text, a document a line" in html_of(app)
    assert "Merkel B-PER" in html_of(app)


def test_a_split_can_be_given_to_documents_that_name_none(visit, project, store):
    app = paste(visit("documents", section="import"), "One line.\nAnother line.")
    app = checked(app.main.selectbox[2].set_value("test").run())
    checked(app.button(key="import").click().run())
    with store.reading() as session:
        assert documents.list_documents(session, project.id, Filter(split="test"))[1] == 2


def test_chinese_columns_are_shown_and_taken_in_without_blanks(visit, chinese, store):
    app = paste(visit("documents", section="import"), "张 B-人名\n伟 I-人名\n在 O\n北 B-地点\n京 I-地点\n")
    assert "张伟<span" in html_of(app)
    checked(app.button(key="import").click().run())
    with store.reading() as session:
        assert documents.get(session, 2).text == "张伟在北京"


def test_the_same_upload_is_read_once_however_often_the_page_reruns(visit, project, monkeypatch):
    app = paste(visit("documents", section="import"), GOOD)
    before = app.session_state["page:import-preview"][1]
    checked(app.run())
    assert app.session_state["page:import-preview"][1] is before


def test_what_is_kept_of_a_preview_is_small_even_for_a_long_document():
    long = "word " * 40_000
    found = preview(io.BytesIO(json.dumps({"text": long, "label": [[598, 604, "PER"]]}).encode()), "x.jsonl")
    kept = ImportSummary.of(found)
    assert len(kept.sample[0].text) <= import_summary.SHOWN_CHARACTERS + 1
    assert kept.sample[0].spans == ()


def test_an_example_is_never_cut_inside_a_span():
    document = Document("x" * 2000, (Span(0, 3, "A"), Span(590, 700, "B")))
    shown = Example.of(document)
    assert shown.text == "x" * 590 + "…"
    assert shown.spans == (Span(0, 3, "A"),)


def test_splits_are_assigned_by_shares_that_add_up_to_a_hundred(visit, project, store):
    app = visit("documents", section="splits")
    assert "left out of training" in html_of(app)
    app = checked(app.number_input(key="page:share-train").set_value(50).run())
    assert "add up to 70 %" in app.warning[0].value
    assert app.button(key="assign-splits").disabled
    app = checked(app.number_input(key="page:share-dev").set_value(50).run())
    app = checked(app.number_input(key="page:share-test").set_value(0).run())
    app = checked(app.button(key="assign-splits").click().run())
    with store.reading() as session:
        assert dict(projects.summary(session, project.id).by_split) == {"train": 2, "dev": 2, "test": 0}
    assert app.button(key="assign-splits").disabled, "every document has a split now"


@pytest.mark.parametrize("format", WRITABLE)
def test_what_is_exported_can_be_read_again_with_the_same_spans(store, project, format):
    made = exporting.export(Page(store, project), Filter(), format)
    back = list(read(io.BytesIO(made.data), format))
    assert [len(document.spans) for document in back] == [2, 1, 1]
    assert made.report.documents == 3
    assert made.left_out == 1


def test_an_export_of_the_list_holds_what_the_filter_lets_through_with_its_split(store, project):
    with store.writing() as session:
        documents.set_split(session, [1], "dev", actor="you")
    made = exporting.export(Page(store, project), Filter(split="dev"), "prodigy")
    (document,) = read(io.BytesIO(made.data), "prodigy")
    assert document.id == "a"
    assert document.meta["split"] == "dev"


def test_an_export_counts_what_the_format_cannot_carry(store, project):
    blanks = Document("two  blanks Ada", (Span(12, 15, "PER"),), "e", {"source": "x"})
    with store.writing() as session:
        documents.add_documents(session, project.id, [blanks], actor="you")
    made = exporting.export(Page(store, project), Filter(), "conll")
    assert not made.report.complete
    assert made.report.lost["meta of a document"] == 1


def test_the_export_dialog_says_what_is_in_the_file_and_what_is_left_out(visit, project):
    app = visit("documents")
    app = checked(app.button(key="export").click().run())
    said = " ".join(text.value for text in app.caption)
    assert "1 of the chosen documents are not accepted" in said
    assert "carries everything" in said
    assert "Save 3 documents" in str(app.get("download_button")[0].proto.label)


def test_an_empty_project_sends_to_import(visit, store):
    with store.writing() as session:
        projects.create(session, name="e", title="E", language="en", labels=[], actor="you")
    assert "No documents yet" in html_of(visit("documents"))
    assert "No documents yet" in html_of(visit("documents", section="splits"))


def test_a_flagged_document_is_found_by_its_flag(visit, project, store):
    with store.writing() as session:
        annotations.save(session, 4, spans=[], base_revision=0, status="draft", flagged=True, actor="you")
    app = visit("documents")
    listed = rows(checked(app.main.selectbox[0].set_value("flagged").run()))
    assert list(listed["Name"]) == ["d"]
    assert list(listed["Status"]) == ["draft ⚑"]


def test_open_comments_are_counted_and_documents_found_by_them(visit, project, store):
    with store.writing() as session:
        for body in ("unclear", "still unclear", "settled"):
            last = comments.add(session, 1, body=body, actor="you")
        comments.resolve(session, last.id, actor="you")
    app = visit("documents")
    listed = rows(checked(app.main.selectbox[0].set_value("commented").run()))
    assert list(listed["Status"]) == ["accepted 💬2"]
