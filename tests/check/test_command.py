"""``adoptive check kinetics``: exit codes, the table, the JSON document, the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.workbench.check import CheckRun

KEYS = {
    *("key", "code", "what", "low", "high", "found", "unit", "holds"),
    *("found_shorter_regimen", "holds_shorter_regimen", "status", "source"),
}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, by_hand: Callable[..., CheckRun]) -> Callable[..., dict[str, Any]]:
    """Let the command find a table written by hand; what it asked for is kept."""

    def use(*failing: str) -> dict[str, Any]:
        asked: dict[str, Any] = {}

        def run(**options: Any) -> CheckRun:
            asked.update(options)
            return by_hand(*failing)

        monkeypatch.setattr("adoptive.workbench.cli.checking.run_checks", run)
        return asked

    return use


@pytest.mark.parametrize(("failing", "code"), [((), 0), (("K1.fall",), 1), (("A6.activation", "S9.lag"), 1)])
def test_the_exit_code_says_whether_all_hold(
    command: Callable[..., Any], measured: Callable[..., Any], failing: tuple[str, ...], code: int
) -> None:
    asked = measured(*failing)
    seen = command("check", "kinetics", "--seed", "7", "--patients", "50")
    assert seen.code == code
    assert seen.err == ""
    assert (asked["seed"], asked["patients"], asked["only"]) == (7, 50, None)
    assert f"{len(failing)} fail." in " ".join(seen.out.split())
    assert "Simulated" in seen.out
    assert ("FAIL" in seen.out) == bool(failing)


def test_json_is_one_document(command: Callable[..., Any], measured: Callable[..., Any]) -> None:
    measured("K1.fall")
    seen = command("check", "kinetics", "--json")
    assert seen.code == 1
    document = json.loads(seen.out)
    assert set(document) == {"target", "seed", "patients", "holds", "passed", "failed", "checks", "simulated"}
    assert (document["target"], document["holds"], document["failed"], document["simulated"]) == (
        "kinetics", False, 1, True,
    )  # fmt: skip
    assert all(set(row) == KEYS for row in document["checks"])
    assert [row["key"] for row in document["checks"] if not row["holds"]] == ["K1.fall"]
    assert {row["status"] for row in document["checks"]} == {"law", "published", "fitted", "prototype", "chosen"}


def test_the_page_is_written(command: Callable[..., Any], measured: Callable[..., Any], tmp_path: Path) -> None:
    measured("E6.low")
    page = tmp_path / "page.md"
    assert command("check", "kinetics", "--write", page).code == 1
    text = page.read_text("utf-8")
    assert "What a pass is worth" in text
    assert text.count("**FAIL**") == 2
    assert "validates\nnothing" in text
    table = [line for line in text.splitlines() if line.startswith("| ")]
    assert len({line.count(" | ") for line in table}) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "kinetics", "--only", "K11"],
        ["check", "kinetics", "--only", ""],
        ["check", "kinetics", "--patients", "5"],
        ["check", "kinetics", "--seed", "-1"],
        ["check", "kinetics", "--write", "page.md", "--only", "K2"],
        ["check", "kinetics", "--write", "nowhere/page.md"],
        ["check", "kinetics", "--write", "."],
        ["check", "satri-cel", "--only", "K2"],
        ["check", "satri-cel", "--patients", "30"],
        ["check", "satri-cel", "--write", "page.md"],
    ],
)
def test_bad_usage(
    command: Callable[..., Any],
    measured: Callable[..., Any],
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured()
    monkeypatch.chdir(tmp_path)
    seen = command(*arguments)
    assert seen.code == 2
    assert seen.out == ""
    assert "Traceback" not in seen.err
    assert list(tmp_path.iterdir()) == []


def test_a_real_choice_of_checks(command: Callable[..., Any]) -> None:
    seen = command("check", "kinetics", "--only", "A6,A7", "--json")
    assert seen.code == 0
    assert {row["code"] for row in json.loads(seen.out)["checks"]} == {"A6", "A7"}
