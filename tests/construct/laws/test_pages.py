"""The pages on antigen and construct: their tables are made from the code, the commands on them are there."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from adoptive.construct.checks import CHECKS
from adoptive.construct.parts import load_catalogue
from adoptive.workbench.cli.app import app
from adoptive.workbench.discover.tables import columns_of
from adoptive.workbench.order.designs import read_design

ROOT = Path(__file__).parents[3]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("antigen", "construct")}
TEXT = "\n".join(PAGES.values())
MARKS = [mark.split() for mark in re.findall(r"<!-- table: (.+?) -->", TEXT)]
WRITERS = sorted((ROOT / "src/adoptive/workbench/discover").rglob("*.py"))
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines() if line]

TOP: Any = typer.main.get_command(app)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _written() -> dict[str, str]:
    """Name the nouns whose tables the commands write, by file."""
    call = re.compile(
        r"(?:write_nouns\(folder / \"([\w.]+)\", [^,]+, (\w+)\)|\"([\w.]+)\"\)\.write_text\(csv_text\(.+?, (\w+)\))"
    )
    found = {}
    for path in WRITERS:
        if "demo" not in path.parts:
            for one, noun, two, other in call.findall(path.read_text("utf-8")):
                found[one or two] = noun or other
    return found


def test_every_table_that_is_written_is_described() -> None:
    written = _written()
    assert len(written) >= 10
    described = {place.rpartition(".")[2] for name, *rest in MARKS if name == "noun" for place in rest}
    assert {file: noun for file, noun in written.items() if noun not in described} == {}
    assert [file for file in written if f"#### {file}\n" not in TEXT] == []


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark[0] == "noun"], ids=lambda mark: mark[1])
def test_a_table_names_every_column_with_its_meaning(generate: ModuleType, mark: list[str]) -> None:
    module, _, name = mark[1].rpartition(".")
    noun = getattr(importlib.import_module(f"adoptive.{module}"), name)
    rows = generate.table(*mark).splitlines()[2:]
    assert len(rows) == len(columns_of(noun))
    for row, (column, _, unit) in zip(rows, columns_of(noun), strict=True):
        assert row.startswith(f"| `{column}` |")
        assert unit.meaning.split("|")[0].split("<")[0][:20] in row


def test_checks_and_parts_are_listed_whole(generate: ModuleType) -> None:
    checks, parts = generate.table("construct_checks"), generate.table("car_parts")
    assert [one.id for one in CHECKS if f"| `{one.id}` |" not in checks] == []
    assert [one.name for one in load_catalogue().parts if f"| {one.name} |" not in parts] == []
    assert {"construct_checks", "car_parts"} <= {mark[0] for mark in MARKS}


def _command(words: list[str]) -> tuple[Any, list[str]]:
    """Find the command of a line and the words behind it."""
    found: Any = TOP
    rest = words[1:]
    while hasattr(found, "commands"):
        assert rest[0] in found.commands, f"no such command: {' '.join(words)}"
        found, rest = found.commands[rest[0]], rest[1:]
    return found, rest


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_on_the_page_has_its_options(line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "adoptive"
    command, rest = _command(words)
    known = {name for parameter in command.params for name in parameter.opts}
    assert [word for word in rest if word.startswith("--") and word not in known] == []


def test_every_command_of_the_two_is_on_its_page() -> None:
    for group in ("antigen", "construct"):
        commands = TOP.commands[group].commands
        assert len(commands) >= 4
        assert [name for name in commands if f"adoptive {group} {name}" not in TEXT] == []


def test_the_design_on_the_page_is_the_published_receptor(tmp_path: Path) -> None:
    block = re.findall(r"```toml\n(.*?)```", PAGES["construct"], re.DOTALL)[0]
    assert tomllib.loads(block)["id"] == "FMC63-28Z"
    (tmp_path / "DESIGN.toml").write_text(block, "utf-8")
    assert len(read_design(tmp_path / "DESIGN.toml", {}).insert.protein) == 489
