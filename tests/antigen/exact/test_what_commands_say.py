"""How the commands of ``antigen`` take a folder and end: the same options, one line on advice, one place."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from adoptive.workbench.cli.antigen import antigen
from adoptive.workbench.discover.label import NO_ADVICE

COMMANDS = [one.callback for one in antigen.registered_commands if one.callback is not None]


@pytest.fixture
def search(tmp_path: Path) -> list[str]:
    """Give the words of the command that needs the smallest files."""
    (tmp_path / "proteome.fa").write_text(">P1\nMAGAGGVGKS\n")
    return ["antigen", "offtarget", "G.GGVGK", "--proteome", str(tmp_path / "proteome.fa")]


def test_for_people_the_end_says_once_that_it_is_no_advice_and_where_the_tables_are(
    search: list[str], tmp_path: Path, command: Callable[..., SimpleNamespace]
) -> None:
    said = command(*search, "--out", tmp_path / "o")
    assert said.code == 0
    assert said.out.count(NO_ADVICE) == 1
    assert said.out.endswith(f"{NO_ADVICE}\ntables: {tmp_path / 'o'}/\n")


def test_the_document_says_both_as_well(
    search: list[str], tmp_path: Path, command: Callable[..., SimpleNamespace]
) -> None:
    document = json.loads(command(*search, "--out", tmp_path / "o", "--json").out)
    assert (document["label"], document["out"]) == (NO_ADVICE, str(tmp_path / "o"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_every_command_has_a_folder_and_a_document(command: Callable[..., None]) -> None:
    assert {"out", "as_json"} <= set(inspect.signature(command).parameters)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.__name__ != "demo"], ids=lambda one: one.__name__)
def test_every_command_ends_by_the_same_functions(command: Callable[..., None]) -> None:
    module = inspect.getmodule(command)
    assert {"print_document", "say_end"} <= set(vars(module))
