"""Labels: the list, and the guideline."""

from __future__ import annotations

from db import labels, projects
from tests.pages.conftest import checked, html_of


def test_every_label_is_listed_with_key_description_and_number_of_spans(visit, project, store):
    with store.writing() as session:
        labels.update(session, 1, description="People by <name>", actor="you")
    page = html_of(visit("labels"))
    assert '<span class="tl-chip hue-0">PER</span>' in page
    assert ">1</kbd>" in page
    assert "People by &lt;name&gt;" in page
    assert page.count('<div class="tl-number">2</div>') == 1


def test_a_label_in_use_offers_the_merge_and_says_how_many_spans_move(visit, project):
    app = visit("labels")
    app = checked(app.button(key="edit-1").click().run())
    assert app.button(key="merge-label").label == "Move 2 spans to ORG and remove PER"
    assert not [button for button in app.button if button.key == "delete-label"]


def test_a_label_without_spans_can_be_deleted(visit, project, store):
    with store.writing() as session:
        unused = labels.add(session, project.id, "EVENT", actor="you")
    app = visit("labels")
    app = checked(app.button(key=f"edit-{unused.id}").click().run())
    assert [button.label for button in app.button if button.key == "delete-label"] == ["Delete label"]
    assert not [button for button in app.button if button.key == "merge-label"]


def test_the_guideline_is_written_with_a_preview_and_saved(visit, project, store):
    app = visit("labels")
    assert "No guideline yet" in html_of(app)
    app.session_state["page:guideline"] = "Write"
    app = checked(app.run())
    app = checked(app.text_area[0].set_value("## PER\nPeople, <script>alert(1)</script>.").run())
    assert any(text.value.startswith("## PER") for text in app.markdown)
    assert not any(text.allow_html for text in app.markdown)
    save = next(button for button in app.main.button if button.label == "Save guideline")
    checked(save.click().run())
    with store.reading() as session:
        assert projects.get(session, project.id).guideline.startswith("## PER")


def test_a_label_has_a_guideline_of_its_own(visit, project, store):
    with store.reading() as session:
        per = labels.list_labels(session, project.id)[0]
    app = visit("labels")
    app.session_state["page:guideline"] = "Write"
    app.session_state["page:guideline-of"] = per.id
    app = checked(app.run())
    app = checked(app.text_area[0].set_value("People by name. Not titles.").run())
    checked(next(button for button in app.main.button if button.label == "Save guideline").click().run())
    with store.reading() as session:
        assert labels.get(session, per.id).guideline == "People by name. Not titles."
        assert projects.get(session, project.id).guideline == ""
    app.session_state["page:guideline"] = "Read"
    app = checked(app.run())
    assert "People by name. Not titles." in [text.value for text in app.markdown]


def test_without_labels_the_screen_says_what_a_label_is(visit, store):
    with store.writing() as session:
        projects.create(session, name="n", title="N", language="zh", labels=[], actor="you")
    app = visit("labels")
    assert "No labels yet" in html_of(app)
    assert [button.label for button in app.main.button] == ["Add label"]
