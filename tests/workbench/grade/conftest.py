"""Fixtures of the graded files: write a small table, grade it by the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graded = tuple[int, dict[str, Any]]


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write lines of text as a file."""

    def write(*lines: str, name: str = "rows.csv", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes((end.join(lines) + end).encode("utf-8"))
        return path

    return write


@pytest.fixture
def graded(command: Callable[..., Any]) -> Callable[..., Graded]:
    """Grade files by the command; give its exit code and document."""

    def grade(rule: str, *arguments: Any) -> Graded:
        said = command("grade", "--rule", rule, "--json", *arguments)
        assert "Traceback" not in said.err
        return said.code, json.loads(said.out)

    return grade
