"""docs/matching.md: every command, option, column and key on the page exists, and every one that exists is there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from adoptive.workbench.cli.app import app

Command = Callable[..., Any]
PAGE = (Path(__file__).parents[4] / "docs/matching.md").read_text("utf-8")
PATIENT = 'id = "synthetic"\nas_of = 2026-06-01\n[person]\nage = 59\n[disease]\ndiagnosis = "stomach cancer"\n'


def _options(name: str) -> set[str]:
    commands: Any = vars(typer.main.get_command(app))["commands"]
    return {option for one in commands[name].params for option in one.opts if option.startswith("--")}


def _keys(*documents: str) -> set[str]:
    """Give the keys that the table of the page has in some rows; those within a meaning are of a key's inner rows."""
    rows = re.findall(r"^\| ([^|]+) \| (`[^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    return {key for document, keys, _ in rows if document in documents for key in re.findall(r"`(\w+)`", keys)}


def test_the_commands_on_the_page_have_only_options_that_exist() -> None:
    lines = re.findall(r"^adoptive (match|criteria)\b([^#\n]*)", PAGE, re.MULTILINE)
    assert len(lines) >= 8
    for name, rest in lines:
        assert set(re.findall(r"--[a-z-]+", rest)) <= _options(name), rest


def test_every_option_is_on_the_page_and_no_other() -> None:
    table = PAGE.split("| option of `match`")[1].split("\n\n")[0]
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", table)) == _options("match")
    assert _options("criteria") == {"--json"}


def test_the_keys_of_the_documents_are_those_of_the_page(command: Command, tmp_path: Path) -> None:
    patient, folder = tmp_path / "patient.toml", tmp_path / "patients"
    patient.write_text(PATIENT)
    folder.mkdir()
    (folder / "one.toml").write_text(PATIENT)
    said = command("match", patient, "--trials", "satri-cel", "--json", "--forecasts", "0")
    document = json.loads(said.out)
    trial = document["trials"][0]
    assert set(document) == _keys("match", "match, screening", "match, `--json`") - {"id", "title"} | {"label"}
    assert set(trial) == _keys("a trial")
    assert set(trial["rules"][0]) == _keys("a rule")
    listed = json.loads(command("match", "--trial", "satri-cel", "--patients", folder, "--json").out)
    assert set(listed) == _keys("screening", "match, screening")
    for key in listed["patients"][0]:
        assert f"`{key}`" in PAGE.split("| screening | `trial`")[1].split("\n")[0]
    read = json.loads(command("criteria", "satri-cel", "--json").out)
    assert set(read) == _keys("criteria")
    for key in read["items"][0]:
        assert f"`{key}`" in PAGE.split("| criteria | `items`")[1].split("\n")[0]


def test_the_columns_of_a_screening_list_are_those_of_the_page(command: Command, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("id,Age\nP1,59\n")
    out = tmp_path / "list"
    said = command("match", "--trial", "satri-cel", "--patients", tmp_path / "patients.csv", "--out", out, "--json")
    assert said.code == 0
    sentence = PAGE.split("(`screening.csv`)")[1].split(".\n")[0]
    header = (out / "screening.csv").read_text("utf-8").splitlines()[0]
    assert re.findall(r"`(\w+)`", sentence) == header.split(",")


@pytest.mark.parametrize(
    "arguments", [("match",), ("match", "example"), ("match", "example", "--trials", "no-such-study")]
)
def test_what_cannot_be_asked_ends_with_two(command: Command, arguments: tuple[str, ...]) -> None:
    assert command(*arguments).code == 2
