"""The command lines that the pages show stand as they are: each command and each of its options is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from adoptive.workbench.cli.app import app

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("antigen.md", "construct.md")
SHOWN = [
    line
    for page in PAGES
    for block in re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
]


def unknown(line: str) -> set[str]:
    """Give the options of a command line that its command does not have; an unknown command is a KeyError."""
    command: Any = get_command(app)
    words = shlex.split(line)[1:]
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    there = {name for parameter in command.params for name in parameter.opts}
    return {word for word in words if word.startswith("--")} - there


def test_every_command_of_the_two_groups_is_shown() -> None:
    groups: Any = get_command(app)
    asked = {f"{group} {name}" for group in ("antigen", "construct") for name in groups.commands[group].commands}
    assert asked <= {" ".join(shlex.split(line)[1:3]) for line in SHOWN}


def test_the_shown_options_are_there() -> None:
    assert [line for line in SHOWN if unknown(line)] == []


def test_an_option_that_is_not_there_is_found() -> None:
    assert unknown("adoptive antigen minigenes neo.tsv --hla hla.tsv --no-such 1") == {"--no-such"}
    with pytest.raises(KeyError):
        unknown("adoptive antigen no-such neo.tsv")
