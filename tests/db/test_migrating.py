from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from core.errors import StoreError
from db import migrating, projects, schema
from db.connection import Store, make_engine, open_store, parse_url

ROOT = Path(__file__).resolve().parents[2]


def test_the_migrations_make_exactly_the_tables_of_the_schema(store: Store):
    with store.reading() as s:
        context = MigrationContext.configure(s.connection(), opts={"compare_type": True})
        assert compare_metadata(context, schema.Base.metadata) == []


def shown(constraint: object) -> str:
    """A reflected constraint as text, without the addresses of objects in it."""
    return re.sub(" at 0x[0-9a-f]+", "", str(constraint))


def test_the_migrations_make_the_same_checks_and_uniqueness_as_the_schema(tmp_path: Path):
    migrated = open_store(f"sqlite:///{tmp_path / 'migrated.db'}")
    declared = make_engine(parse_url(f"sqlite:///{tmp_path / 'declared.db'}"))
    schema.Base.metadata.create_all(declared)
    try:
        for table in schema.Base.metadata.tables:
            one, other = inspect(migrated.engine), inspect(declared)
            for asked in ("get_check_constraints", "get_unique_constraints", "get_indexes", "get_foreign_keys"):
                found = [sorted(map(shown, getattr(inspector, asked)(table))) for inspector in (one, other)]
                assert found[0] == found[1], f"{table}: {asked}"
            keys = [inspector.get_pk_constraint(table) for inspector in (one, other)]
            assert keys[0] == keys[1], table
    finally:
        migrated.close()
        declared.dispose()


def test_the_revision_that_the_schema_names_is_the_newest_migration():
    assert ScriptDirectory.from_config(migrating.configuration()).get_current_head() == schema.REVISION


@pytest.mark.usefixtures("sqlite_only")
def test_the_triggers_are_in_the_database(store: Store):
    with store.reading() as s:
        found = set(s.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    assert found == set(migrating.TRIGGERS)


def test_there_is_one_account_named_you(store: Store):
    with store.reading() as s:
        assert [row.name for row in s.query(schema.Account)] == ["you"]


@pytest.mark.usefixtures("sqlite_only")
def test_a_database_newer_than_the_program_is_refused_and_left_alone(store: Store, tmp_path: Path):
    with store.writing() as s:
        s.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"version 9999.*newer Tagloop.*Update Tagloop"):
        open_store(f"sqlite:///{tmp_path / 'tagloop.db'}")
    with store.reading() as s:
        assert s.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


@pytest.mark.usefixtures("sqlite_only")
def test_an_older_database_is_backed_up_before_it_is_migrated(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with store.writing() as s:
        projects.create(s, name="kept", title="Kept", language="en", labels=[], actor="you")
    scripts = tmp_path / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for file in migrating.SCRIPTS.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            (scripts / file.relative_to(migrating.SCRIPTS)).write_bytes(file.read_bytes())
    (scripts / "versions" / "0003_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '0003'\ndown_revision = '0002'\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('project', recreate='always') as batch:\n"
        "        batch.add_column(sa.Column('extra', sa.Text()))\n"
        "    with op.batch_alter_table('event', recreate='always') as batch:\n"
        "        batch.add_column(sa.Column('extra', sa.Text()))\n"
    )
    monkeypatch.setattr(migrating, "SCRIPTS", scripts)
    monkeypatch.setattr(migrating, "REVISION", "0003")
    upgraded = open_store(f"sqlite:///{tmp_path / 'tagloop.db'}")
    with upgraded.reading() as s:
        assert s.execute(text("SELECT name, extra FROM project")).all() == [("kept", None)]
        triggers = set(s.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
        assert triggers == set(migrating.TRIGGERS), "rebuilding a table dropped its triggers for good"
        assert s.execute(text("SELECT count(*) FROM label")).scalar() == 0
    upgraded.close()
    (copy,) = (tmp_path / "backups").glob("before-0003-from-0002-*.db")
    monkeypatch.undo()
    old = open_store(f"sqlite:///{copy}")
    with old.reading() as s:
        assert [project.name for project in projects.list_projects(s)] == ["kept"]
    old.close()


@pytest.mark.usefixtures("sqlite_only")
def test_a_migration_that_fails_halfway_leaves_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    original = migrating._install_triggers

    def fail(link):
        original(link)
        raise RuntimeError("halfway")

    monkeypatch.setattr(migrating, "_install_triggers", fail)
    path = tmp_path / "new.db"
    with pytest.raises(RuntimeError, match="halfway"):
        open_store(f"sqlite:///{path}")
    monkeypatch.undo()
    opened = open_store(f"sqlite:///{path}")
    assert migrating.current_revision(opened) == schema.REVISION
    opened.close()


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path):
    engine = make_engine(parse_url(f"sqlite:///{tmp_path / 'other.db'}"))
    with engine.begin() as link:
        link.exec_driver_sql("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(StoreError, match=r"not Tagloop's.*recipe"):
        open_store(f"sqlite:///{tmp_path / 'other.db'}")
    assert inspect(engine).get_table_names() == ["recipe"]
    engine.dispose()


def test_without_migration_an_empty_database_is_refused(tmp_path: Path):
    with pytest.raises(StoreError, match="Start the app once"):
        open_store(f"sqlite:///{tmp_path / 'empty.db'}", migrate=False)


def test_processes_that_open_a_new_database_at_once_all_succeed(tmp_path: Path):
    code = (
        "import sys; from db.connection import open_store\n"
        "store = open_store('sqlite:///' + sys.argv[1])\n"
        "from db import migrating; print(migrating.current_revision(store))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "tagloop.db")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out.strip()) == (0, schema.REVISION), err


@pytest.mark.usefixtures("sqlite_only")
def test_a_database_of_the_first_version_comes_through_with_all_it_holds(tmp_path: Path, monkeypatch):
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    for file in migrating.SCRIPTS.rglob("*.*"):
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("0002"):
            (scripts / file.relative_to(migrating.SCRIPTS)).write_bytes(file.read_bytes())
    monkeypatch.setattr(migrating, "SCRIPTS", scripts)
    monkeypatch.setattr(migrating, "REVISION", "0001")
    path = tmp_path / "old.db"
    old = open_store(f"sqlite:///{path}")
    moment = "2025-01-02 03:04:05"
    rows = {
        "project": f"(7, 'p', 'P', 'en', 'read me', 1, '{moment}')",
        "label": "(3, 7, 'PER', 0, '1', 'people', 0)",
        "document": "(5, 7, 1, 3, 'train', 'h', 'ada', '{\"a\": 1}', 'Ada', 'ada')",
        "annotation": f"(4, 5, 1, 2, 'accepted', 1, '{moment}')",
        "span": "(9, 4, 3, 0, 3)",
        "suggestion": f"(8, 5, 3, 0, 3, 0.5, 'model 1', 'rejected', '{moment}')",
        "comment": f"(2, 5, 1, NULL, NULL, 'why?', '{moment}', NULL)",
        "prediction": None,
    }
    with old.writing() as s:
        for table, values in rows.items():
            if values:
                s.execute(text(f"INSERT INTO {table} VALUES {values}".replace(":", r"\:")))
        before = {table: s.execute(text(f"SELECT * FROM {table}")).mappings().all() for table in rows}
    old.close()
    monkeypatch.undo()
    new = open_store(f"sqlite:///{path}")
    added = {"project": {"keys": "{}"}, "label": {"guideline": ""}, "annotation": {"seconds": 0.0}}
    with new.writing() as s:
        for table, found in before.items():
            now = s.execute(text(f"SELECT * FROM {table}")).mappings().all()
            assert [dict(row) for row in now] == [{**row, **added.get(table, {})} for row in found], table
        assert s.execute(text("PRAGMA foreign_key_check")).all() == []
        s.execute(text("UPDATE annotation SET status = 'unlabelled'"))
        s.execute(text("UPDATE suggestion SET decision = 'corrected'"))
        triggers = set(s.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
        assert triggers == set(migrating.TRIGGERS)
    with new.writing() as s:
        made = s.execute(text("INSERT INTO document SELECT 6, 7, 2, 3, NULL, 'i', '', '{}', 'Bob', 'bob'"))
        assert made.rowcount == 1
    new.close()
