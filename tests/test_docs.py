"""Documentation that would go stale in silence."""

from __future__ import annotations

from docs import schema


def test_the_schema_diagram_is_the_store_as_it_is():
    page = schema.PAGE.read_text(encoding="utf-8")
    assert page == schema.with_diagram(page), "docs/architecture.md is stale: run `make docs`"
    assert "annotation {" in page


def test_readme_begins_with_the_two_commands():
    readme = (schema.PAGE.parent.parent / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith(("make ", "    make "))]
    assert [line.split()[1] for line in commands[:2]] == ["run", "test"]
