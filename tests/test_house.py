"""The house's rules, checked: who may import whom, sizes, the faces of a story folder, light start-up."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "adoptive"
MODULES = sorted(PACKAGE.rglob("*.py"))
STORY = ("antigen", "cohort", "construct", "facility", "infusion", "kinetics", "outcome", "trial", "verdict")
LONGEST_MODULE, LONGEST_BODY = 400, 40
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path))


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_imports_keep_the_journey() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command as lint; sys.argv = ['lint-imports']; lint()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: 4 kept, 0 broken", done.stdout), done.stdout


def test_layers_stand_in_alphabetical_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert [layer for layer in reversed(layers) if layer in STORY] == ["verdict", *STORY[:-1]]
    assert [*STORY, "workbench"] == sorted([*STORY, "workbench"])


def test_modules_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(_text(path).splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield every statement, however deep; expressions, which hold no function with a name, are not walked."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, block, ())
            waiting += inner if isinstance(inner, list) else ()


def _bodies(path: Path) -> Iterator[tuple[str, int]]:
    for node in _statements(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines


def test_function_bodies_are_short() -> None:
    lengths = {name: lines for path in MODULES for name, lines in _bodies(path)}
    assert len(lengths) > 50
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_BODY} == {}


@pytest.mark.parametrize("folder", STORY)
def test_story_folders_show_the_same_faces(folder: str) -> None:
    for face in ("__init__.py", "types.py"):
        assert (PACKAGE / folder / face).is_file(), f"{folder} lacks {face}"
    docstring = ast.get_docstring(_tree(PACKAGE / folder / "__init__.py")) or ""
    assert len(docstring) > 80, f"{folder}/__init__.py must say what enters, what leaves and where to start"


def _reads_rows() -> set[str]:
    named = re.compile(rf"[\"']({'|'.join(STORY)})\.[a-z][A-Za-z0-9_]*[\"']")
    science = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] in STORY]
    users = [path for path in science if re.search(r"draw_patients|draw_typical|Typical\b", _text(path))]
    return {match[1] for path in users for match in named.finditer(_text(path))}


def test_folders_whose_rows_are_read_publish_them() -> None:
    folders = _reads_rows()
    assert folders
    assert [folder for folder in sorted(folders) if not (PACKAGE / folder / "published.toml").is_file()] == []


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not ast.get_docstring(_tree(path))]
    assert silent == []
    unwritten = [str(path.relative_to(ROOT)) for path in MODULES if "To be written" in _text(path)]
    assert unwritten == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "('numpy', 'scipy', 'numba', 'pandas', 'pyarrow', 'pydantic', 'altair', 'typer', 'rich')"
    assert _python(f"import sys, adoptive; print([name for name in {heavy} if name in sys.modules])") == "[]"


def test_the_shop_window_offers_what_it_names() -> None:
    code = """
import adoptive as a
print([n for n in a.__all__ if getattr(a, n) is None or n not in dir(a)])
try: a.nothing
except AttributeError as e: print(e)
"""
    silent, refused = _python(code).splitlines()
    assert silent == "[]"
    assert "it offers EndpointSpec, Study, __version__, judge, load_study, run_trial" in refused


def test_the_package_ships_its_data() -> None:
    target = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert target == {"packages": ["src/adoptive"]}  # hatchling takes every file below, unless git ignores it
    assert (PACKAGE / "py.typed").is_file()
