"""What the commands refuse, and how: one sentence, exit code 2, nothing computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from adoptive.errors import AdoptiveError, RunError, StudyError
from adoptive.workbench.calibrate.methods.compare import compare_methods
from adoptive.workbench.calibrate.methods.nuts import need
from adoptive.workbench.cli.methods import register


@pytest.fixture
def asked() -> Callable[..., object]:
    app = typer.Typer()
    register(app)
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("budget", ["10", "400,many", "1000000"])
def test_budgets_out_of_reach_are_refused(asked: Callable[..., object], budget: str) -> None:
    said = asked("toy", "--budget", budget)
    assert said.exit_code == 2  # type: ignore[attr-defined]


def test_a_folder_without_a_bank_is_refused(asked: Callable[..., object], tmp_path: Path) -> None:
    said = asked("sbc", str(tmp_path))
    assert isinstance(said.exception, StudyError)  # type: ignore[attr-defined]
    assert "adoptive calibrate run --out" in str(said.exception)  # type: ignore[attr-defined]


def test_unknown_methods_are_named() -> None:
    with pytest.raises(AdoptiveError, match="no such method; value: guess; allowed: emulator, "):
        compare_methods(("guess",))


def test_a_missing_library_says_how_to_get_it() -> None:
    with pytest.raises(RunError, match=r"no_such_library is not installed.*pip install it"):
        need("no_such_library", extra="it")
