"""Settings: the project, its data, the workers; and the form that makes projects."""

from __future__ import annotations

import pytest

from core.documents import Span
from core.errors import Conflict, InvalidValue
from db import annotations, documents, jobs, projects
from db.connection import home, open_store
from tests.pages.conftest import checked, html_of
from ui import maintenance, new_project
from ui.session import Page


def test_the_title_is_changed_and_the_data_is_described(visit, project, store):
    app = visit("settings")
    assert "Database size" in html_of(app)
    assert str(home()) in html_of(app)
    assert "No supervisor runs" in app.warning[0].value
    app = checked(app.main.text_input[0].set_value("Evening desk").run())
    checked(app.button(key="save-project").click().run())
    with store.reading() as session:
        assert projects.get(session, project.id).title == "Evening desk"


def test_overlaps_are_allowed_with_words_on_training_and_forbidden_only_when_none_are_left(visit, project, store):
    app = visit("settings")
    assert "training learns the outermost" in " ".join(caption.value for caption in app.caption)
    app = checked(app.toggle(key=f"overlap-{project.id}").set_value(True).run())
    app = checked(app.button(key="save-project").click().run())
    with store.writing() as session:
        assert projects.get(session, project.id).overlap
        document = documents.list_documents(session, project.id)[0][0]
        spans = (Span(0, 13, "PER"), Span(0, 6, "ORG"))
        base = annotations.load(session, document.id).revision
        annotations.save(session, document.id, spans=spans, base_revision=base, status="draft", actor="you")
    app = checked(app.toggle(key=f"overlap-{project.id}").set_value(False).run())
    app = app.button(key="save-project").click().run()
    assert "2 spans overlap in document 1" in app.error[0].value
    with store.reading() as session:
        assert projects.get(session, project.id).overlap


def test_a_backup_is_a_whole_database_in_the_backups_folder(visit, project):
    app = visit("settings")
    app = checked(app.button(key="backup").click().run())
    (copy,) = (home() / "backups").glob("tagloop-*.db")
    assert copy.name in html_of(app)
    opened = open_store(f"sqlite:///{copy}")
    with opened.reading() as session:
        assert projects.by_name(session, "desk") is not None
        assert documents.list_documents(session, project.id)[1] == 4
    opened.close()


def test_deleting_a_project_lists_what_goes_and_waits_for_its_name(visit, project):
    app = visit("settings")
    app = checked(app.button(key="delete-project").click().run())
    page = html_of(app)
    assert "4, 3 of them accepted" in page
    assert "4 with 3 labels" in page
    assert app.button(key="delete-all").disabled


def test_a_deleted_project_is_gone_with_its_files_and_the_other_one_stays(store, project, chinese):
    files = home() / "models" / "first"
    files.mkdir(parents=True)
    maintenance.delete_project(Page(store, project), [files])
    with store.reading() as session:
        assert [left.name for left in projects.list_projects(session)] == ["客服"]
    assert not files.exists()


def test_a_project_with_a_job_that_is_not_over_keeps_rows_and_files(store, project):
    files = home() / "models" / "first"
    files.mkdir(parents=True)
    with store.writing() as session:
        jobs.submit(session, kind="predict", project_id=project.id, payload={}, actor="you")
    with pytest.raises(Conflict, match="cancel"):
        maintenance.delete_project(Page(store, project), [files])
    assert files.exists()


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (20_000_000, "20.0 MB"), (3 * 10**9, "3.0 GB")],
)
def test_sizes_are_said_in_the_unit_that_fits(count, shown):
    assert maintenance.size(count) == shown


def test_a_project_is_made_from_what_was_typed_with_chinese_commas_as_well(store):
    made = new_project.create(store, " 客服 2 ", "zh", "人名，地点、人名; 机构", "you")
    assert (made.name, made.title) == ("客服-2", "客服 2")
    with store.reading() as session:
        assert list(projects.summary(session, made.id).spans_per_label) == ["人名", "地点", "机构"]


@pytest.mark.parametrize(("title", "reason"), [("!!!", "no letter or digit"), ("  ", "needs a title")])
def test_a_title_without_letters_is_refused_with_the_reason(store, title, reason):
    with pytest.raises(InvalidValue, match=reason):
        new_project.create(store, title, "en", "PER", "you")


def test_a_title_that_is_taken_is_refused_in_the_words_of_the_form(store):
    new_project.create(store, "News desk", "en", "PER", "you")
    with pytest.raises(Conflict, match="'News desk' already has the short name 'news-desk'; choose another title"):
        new_project.create(store, "news  desk!", "en", "PER", "you")


def test_the_first_project_is_made_on_the_first_screen(visit, store):
    app = visit()
    app.text_input[0].set_value("News desk")
    app.text_input[1].set_value("PER, ORG")
    checked(app.button[0].click().run())
    with store.reading() as session:
        assert [made.title for made in projects.list_projects(session)] == ["News desk"]
