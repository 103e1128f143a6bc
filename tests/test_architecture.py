"""Imports point one way, modules stay small, and nothing unsafe is called: read from the syntax tree."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "db", "jobs", "ui", "pages", "api")
HEAVY = {"torch", "transformers", "peft"}

# package or module → first parts of imports it must not have; the longest prefix that fits a module decides
NEVER = {
    "core": {"streamlit", "sqlalchemy", "db", "jobs", "ui", "pages", "api", *HEAVY},
    "core.training": {"streamlit", "sqlalchemy", "db", "jobs", "ui", "pages", "api"},
    "core.models": {"streamlit", "sqlalchemy", "db", "jobs", "ui", "pages", "api"},
    "db": {"streamlit", "jobs", "ui", "pages", "api", *HEAVY},
    "jobs": {"streamlit", "ui", "pages", "api", *HEAVY},
    "jobs.worker": {"streamlit", "ui", "pages", "api"},
    "ui": {"sqlalchemy", "sqlite3", "sqlcipher3", "pages", "api", *HEAVY},
    "pages": {"sqlalchemy", "sqlite3", "sqlcipher3", "pages", "api", *HEAVY},
    "api": {"pages", *HEAVY},
    # one store a process: shared by screens and HTTP interface, so it must not know either
    "ui.process": {"streamlit", "starlette", "sqlalchemy", "pages", "api", *HEAVY},
}
# db may take values from the engine, but none of its work
CORE_FOR_DB = {"core.documents", "core.errors"}
CORE_FOR_QUEUE = {"core.documents", "core.errors", "core.training", "core.training.config"}
SUPERVISOR_SIDE = ("jobs.queue", "jobs.engines", "jobs.supervisor", "jobs.reconcile", "jobs.devices")


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:  # generated, one long function a step
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function, but not for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


ALL = list(modules())


@pytest.mark.parametrize(("name", "path"), ALL, ids=[name for name, _ in ALL])
def test_imports_point_one_way(name: str, path: Path):
    parts = name.split(".")
    rule = next(key for key in (".".join(parts[:n]) for n in range(len(parts), 0, -1)) if key in NEVER)
    found = list(imports(path))
    crossed = sorted({module for module in found if module.split(".")[0] in NEVER[rule]})
    assert not crossed, f"{name} may not import {', '.join(crossed)}"
    if name.startswith("db"):
        engine = {m for m in found if m.startswith("core.")}
        assert all(any(m == ok or m.startswith(f"{ok}.") for ok in CORE_FOR_DB) for m in engine), engine
    if name.startswith(SUPERVISOR_SIDE):
        engine = {m for m in found if m.startswith("core.")}
        assert all(any(m == ok or m.startswith(f"{ok}.") for ok in CORE_FOR_QUEUE) for m in engine), engine
    if name.startswith("pages."):
        assert not any(m == "pages" or m.startswith("pages.") for m in found), "a page never imports a page"


@pytest.mark.parametrize(("name", "path"), ALL, ids=[name for name, _ in ALL])
def test_modules_pages_and_functions_stay_small(name: str, path: Path):
    text = path.read_text(encoding="utf-8")
    limit = 150 if name.startswith("pages.") else 400
    assert text.count("\n") <= limit, f"{name} has {text.count(chr(10))} lines, at most {limit}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 50, f"{name}.{node.name} has {length} lines, at most 50"


@pytest.mark.parametrize(("name", "path"), ALL, ids=[name for name, _ in ALL])
def test_nothing_that_runs_foreign_code_is_called(name: str, path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("eval", "exec", "torch.load", "torch.save", "yaml.load", "os.system"), called
            for keyword in node.keywords:
                value = ast.unparse(keyword.value)
                assert (keyword.arg, value) not in (("shell", "True"), ("trust_remote_code", "True"))
    assert not {"pickle", "joblib", "dill", "marshal"} & {module.split(".")[0] for module in imports(path)}


def test_every_page_begins_with_the_guard():
    for path in sorted((ROOT / "pages").glob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        acts = [n for n in body if not isinstance(n, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)]
        acts = [n for n in acts if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
        acts = [n for n in acts if not (isinstance(n, ast.Assign) and not calls(n))]  # a constant does nothing
        assert "open_page(" in ast.unparse(acts[0]), f"{path.name} does something before open_page()"


def calls(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))


def test_html_is_allowed_in_one_escaping_module_only():
    for name, path in ALL:
        if name.startswith(("ui", "pages")) and name not in ("ui.render", "ui.style"):
            text = path.read_text(encoding="utf-8")
            assert "unsafe_allow_html" not in text, f"{name} draws HTML of its own; use ui/render.py"
            assert "unsafe_allow_javascript" not in text, name
            assert "html.escape" not in set(imports(path)), f"{name} makes HTML of its own; use ui/render.py"


def test_the_web_process_starts_without_torch_and_transformers():
    script = (
        "import sys, pkgutil, importlib\n"
        "import api.routes, api.lifespan, api.guard, ui.session, ui.sidebar\n"
        "for package in ('ui', 'db', 'core.formats', 'core.evaluation', 'core.inference'):\n"
        "    found = importlib.import_module(package)\n"
        "    for module in pkgutil.walk_packages(found.__path__, package + '.'):\n"
        "        if 'migrations' not in module.name and module.name != 'ui.main':\n"
        "            importlib.import_module(module.name)\n"
        "import core.training, core.models.bases, jobs.queue, jobs.supervisor, jobs.importing\n"
        "print([m for m in ('torch', 'transformers', 'spacy', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"
