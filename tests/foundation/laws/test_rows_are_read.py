"""Every row of published numbers is asked for somewhere in the code, by its name or by a name put together."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import adoptive
from adoptive.parameters import FOLDERS, load_book

READ_BY_NAME = tuple(folder for folder in FOLDERS if folder != "kinetics")
"""The rows of kinetics are the model's parameters, which its own checks hold against the equations."""


@cache
def parsed() -> tuple[tuple[Path, ast.Module], ...]:
    """Read all modules once."""
    files = Path(adoptive.__file__).parent.rglob("*.py")
    return tuple((file, ast.parse(file.read_text("utf-8"))) for file in files)


@cache
def said(folder: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Give the words of all strings in the code but docstrings, and patterns of names that a folder puts together."""
    words: set[str] = set()
    patterns: set[str] = set()
    root = Path(adoptive.__file__).parent
    for file, tree in parsed():
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                words.update(re.findall(r"[\w-]+", node.value))
            if isinstance(node, ast.JoinedStr) and file.is_relative_to(root / folder):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values]
                ends = next((at + 1 for at, part in enumerate(parts) if "@" in part), len(parts))
                text = [part.removeprefix(f"{folder}.").partition("@")[0] for part in parts[:ends]]
                if re.fullmatch(r"\w{3,}", "".join(text)):
                    patterns.add("".join(re.escape(part) or ".+" for part in text))
    return frozenset(words), tuple(map(re.compile, sorted(patterns)))


def unread(names: set[str], folder: str) -> set[str]:
    """Give the rows that no string of the code names and no pattern of the folder makes."""
    words, patterns = said(folder)
    return {name for name in names - words if not any(pattern.fullmatch(name) for pattern in patterns)}


@pytest.mark.parametrize("folder", READ_BY_NAME)
def test_no_row_is_there_for_nobody(folder: str) -> None:
    names = {re.split("[@~]", name.partition(".")[2])[0] for name in load_book() if name.startswith(f"{folder}.")}
    assert not unread(names, folder)


@pytest.mark.parametrize("folder", READ_BY_NAME)
def test_a_row_that_nobody_reads_would_be_found(folder: str) -> None:
    assert unread({"cells_of_yesterday"}, folder) == {"cells_of_yesterday"}
