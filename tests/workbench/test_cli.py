"""The command line: one clear message for bad input, the agreed exit codes, results on stdout only."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from synthetic_clinic import PUBLISHED_TEXT, SyntheticClinic, synthetic_checks

from adoptive.workbench.cli.say import say_result
from adoptive.workbench.cli.surroundings import _numba_folder, interrupts_kept
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.study import list_studies

Command = Callable[..., SimpleNamespace]
SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def study_file(tmp_path: Path, study_text: str) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "published.csv").write_text(PUBLISHED_TEXT)
    (folder / "study.toml").write_text(study_text)
    return folder / "study.toml"


@pytest.fixture
def clinic(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the command line use the synthetic clinic."""

    def use(*, holds: bool = True) -> None:
        levers = synthetic_checks(holds=holds)
        monkeypatch.setattr("adoptive.workbench.engine.run.ClinicSimulator", SyntheticClinic)
        monkeypatch.setattr("adoptive.workbench.cli.running.check_levers", lambda study, *, seed: levers)

    return use


def run_with(study_file: Path, *extra: str) -> list[str | Path]:
    return ["run", study_file, "--trials", "8", "--workers", "1", "--out", study_file.parents[1] / "runs", *extra]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("dose_cells = 2.5e8", "dose_cell = 2.5e8", "dose_cells"),
        ("dose_cells = 2.5e8", "dose_cells = -1", "dose_cells"),
        ("entry_fraction = 0.4", "entry_fraction = 1.4", "entry_fraction"),
        ("ratio = 2", "ratio = 0", "ratio 0:1"),
        ("randomised = 30", "randomised = 0", "randomised"),
        ("randomised = 30", "randomised = 10000000", "randomised"),
        ("accrual_months = 28", "accrual_months = 0", "accrual_months"),
    ],
)
def test_bad_study_files(command: Command, study_file: Path, right: str, wrong: str, said: str) -> None:
    study_file.write_text(study_file.read_text().replace(right, wrong, 1))
    seen = command(*run_with(study_file))
    assert seen.code == 2
    assert seen.out == ""
    assert seen.err.count("adoptive: ") == 1
    assert said in seen.err
    assert "Traceback" not in seen.err
    assert not (study_file.parents[1] / "runs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "no-such-study"],
        ["run", "/bin/ls"],
        ["run", "/nowhere/study.toml"],
        ["run"],
        ["jump"],
        ["run", "satri-cel", "--trials", "0"],
        ["run", "satri-cel", "--trials", "64103"],
        ["run", "satri-cel", "--trials", "many"],
        ["run", "satri-cel", "--workers", "257"],
        ["run", "satri-cel", "--seed", "-1"],
        ["run", "satri-cel", "--triels", "3"],
        ["run", "satri-cel", "--out", "/dev/null/runs"],
        ["run", "satri-cel", "--out", "/proc/runs"],
        ["show", "no-such-study"],
        ["follow", "satri-cel"],
        ["follow", "satri-cel", "--patient", "-3"],
        ["report", "/nowhere"],
        ["check", "no-such-study"],
    ],
)
def test_bad_usage(command: Command, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "satri-cel" in arguments and "satri-cel" not in list_studies():
        pytest.skip("the study is not bundled")
    monkeypatch.chdir(tmp_path)
    seen = command(*arguments)
    assert seen.code == 2
    assert seen.out == ""
    assert "Traceback" not in seen.err
    assert len(seen.err.strip().splitlines()) <= 4
    assert list(tmp_path.iterdir()) == []


def test_run_prints_compares_and_writes(command: Command, clinic: Callable[..., None], study_file: Path) -> None:
    clinic()
    seen = command(*run_with(study_file))
    assert seen.code == 0, seen.err
    assert seen.err == ""
    for words in (
        "Ordering check",
        "simulated against published",
        "OUTSIDE",
        "Outside: ",
        "What the assessment rule does",
        "inert cells under the declared rule",
        "published endpoints with a confirmed source lie inside",
        "of 2 unconfirmed ones",
        "medical advice",
        "report: ",
    ):
        assert words in seen.out
    (folder,) = (study_file.parents[1] / "runs").iterdir()
    assert (folder / "report.html").is_file()
    assert command("report", folder).code == 0


def test_json_is_one_document_twice_the_same(command: Command, clinic: Callable[..., None], study_file: Path) -> None:
    clinic()
    documents = []
    for _ in range(2):
        seen = command(*run_with(study_file, "--json", "--seed", "5"))
        assert seen.code == 0, seen.err
        documents.append(json.loads(seen.out))
    assert documents[0].pop("wall_s") > 0
    documents[1].pop("wall_s")
    assert documents[0] == documents[1]
    assert (documents[0]["study"], documents[0]["seed"], documents[0]["trials"]) == ("small", 5, 8)


def test_failed_check_withholds_the_numbers(command: Command, clinic: Callable[..., None], study_file: Path) -> None:
    clinic(holds=False)
    seen = command(*run_with(study_file))
    assert seen.code == 1
    assert "withheld" in seen.err
    assert "simulated against published" not in seen.out
    assert not (study_file.parents[1] / "runs").exists()
    seen = command(*run_with(study_file, "--json"))
    document = json.loads(seen.out)
    assert seen.code == 1
    assert document["endpoints"] == []
    assert [lever["holds"] for lever in document["checks"]] == [True, False]


def test_numbers_despite_a_failed_check(command: Command, clinic: Callable[..., None], study_file: Path) -> None:
    clinic(holds=False)
    seen = command(*run_with(study_file, "--despite-failed-checks"))
    assert seen.code == 0
    assert "warning" in seen.err
    assert "simulated against published" in seen.out


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_check(command: Command, clinic: Callable[..., None], study_file: Path, holds: bool, code: int) -> None:
    clinic(holds=holds)
    asked = ("check", study_file, "--trials", "8", "--workers", "1")
    assert command(*asked).code == code
    seen = command(*asked, "--json")
    assert seen.code == code
    assert json.loads(seen.out)["holds"] is holds


def test_interrupt_leaves_130_and_no_folder(
    command: Command, study_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(study: object, *, seed: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("adoptive.workbench.cli.running.check_levers", interrupted)
    seen = command(*run_with(study_file))
    assert seen.code == 130
    assert seen.err == "adoptive: interrupted; no run folder was left\n"
    assert not (study_file.parents[1] / "runs").exists()


@pytest.mark.parametrize("problem", [EOFError(), UnpicklingError("bad"), RuntimeError("no locator available for file")])
def test_damaged_cache_is_one_sentence(
    command: Command, study_file: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def damaged(study: object, *, seed: int) -> None:
        raise problem

    monkeypatch.setenv("NUMBA_CACHE_DIR", "/some/cache")
    monkeypatch.setattr("adoptive.workbench.cli.running.check_levers", damaged)
    seen = command("check", study_file)
    assert seen.code == 3
    assert "/some/cache" in seen.err
    assert "empty this folder" in seen.err
    assert len(seen.err.splitlines()) == 1


def test_interrupt_elsewhere_says_no_more(command: Command, study_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(study: object, *, seed: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("adoptive.workbench.cli.running.check_levers", interrupted)
    seen = command("check", study_file)
    assert seen.code == 130
    assert seen.err.strip() == "adoptive: interrupted"


def test_narrow_terminal_keeps_the_marks(result: RunResult) -> None:
    for width, wide in ((80, False), (140, True)):
        to = Console(file=io.StringIO(), width=width)
        say_result(result, "runs/x", to)
        text = to.file.getvalue()
        assert "OUTSIDE" in text
        assert "…" not in text
        assert ("95 % interval" in text) is wide


def test_few_trials_are_said(
    command: Command, clinic: Callable[..., None], study_file: Path, result: RunResult
) -> None:
    clinic()
    assert "Only 8 trials" in command(*run_with(study_file)).out
    to = Console(file=io.StringIO(), width=140)
    say_result(result, "runs/x", to)
    assert "Only 70" not in to.file.getvalue()


def program(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **options.pop("env", {})}
    options = {"stdout": subprocess.PIPE, **options}
    return subprocess.run(
        [sys.executable, "-c", "from adoptive.workbench.cli import main; main()", *map(str, arguments)],
        env=environment, stderr=subprocess.PIPE, text=True, check=False, **options,
    )  # fmt: skip


def test_terminal_without_utf8(study_file: Path) -> None:
    done = program("show", study_file, env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "dose_cells" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [("studies",), ("studies", "--json"), ("--help",)])
def test_output_on_a_full_disk(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = program(*arguments, stdout=full)
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "could not be written" in done.stderr


def test_help_is_not_cut_at_80_columns() -> None:
    done = program("--help", env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
    assert done.returncode == 0
    assert "..." not in done.stdout.partition("Commands:")[2]


def test_place_for_compiled_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path / "cache"))
    assert _numba_folder() == tmp_path / "cache" / "numba"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path / "file"))
    fresh = _numba_folder()
    assert fresh.is_dir()
    assert tmp_path not in fresh.parents


def test_study_without_published_rows_says_so(command: Command, clinic: Callable[..., None], study_file: Path) -> None:
    clinic()
    (study_file.parent / "published.csv").unlink()
    seen = command(*run_with(study_file))
    assert seen.code == 0
    assert seen.err == "no published.csv beside study.toml: simulated only\n"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("crs_any,", "crs_ani,", "did you mean crs_any"),
        (",%,", ",months,", "another unit"),
        (",6,", ",,", "at_months"),
    ],
)
def test_bad_published_rows_are_refused_first(
    command: Command, clinic: Callable[..., None], study_file: Path, right: str, wrong: str, said: str
) -> None:
    clinic()
    file = study_file.parent / "published.csv"
    head, _, rows = file.read_text().partition("\n")
    assert right in rows
    file.write_text(f"{head}\n{rows.replace(right, wrong, 1)}")
    seen = command(*run_with(study_file))
    assert (seen.code, seen.out) == (2, "")
    assert "published.csv" in seen.err
    assert said in seen.err
    assert "Ordering" not in seen.out


def test_follow_tells_the_story(command: Command, study_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = np.arange(50.0)
    story = SimpleNamespace(
        lines=((0.0, "randomised to satri-cel"), (35.0, "first infusion")),
        series={"CAR copies": (day, np.exp(-((day - 20) ** 2) / 50)), "IL-6": (day, day * 0)},
        summary={"best response": "partial response"},
    )
    monkeypatch.setattr("adoptive.trial.story.tell", lambda study, *, seed, patient: story, raising=False)
    seen = command("follow", study_file, "--patient", "17")
    assert seen.code == 0
    assert "day     35  first infusion" in seen.out
    assert "█" in seen.out
    assert "no medical advice" in seen.out


def test_studies_and_show(command: Command, study_file: Path) -> None:
    assert command("studies").code == 0
    listed = json.loads(command("studies", "--json").out)
    assert sorted(row["name"] for row in listed) == list(list_studies())
    assert [group.title for group in study_groups()] == list(dict.fromkeys(row["group"] for row in listed))
    seen = command("show", study_file)
    assert seen.code == 0
    for words in ("dose_cells", "cells per infusion", "Qi 2025", "parameters: kinetics/", "uncertainty"):
        assert words in seen.out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom adoptive.workbench.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in 'numpy scipy numba pandas pydantic altair rich'.split() if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_ctrl_c_is_kept_while_code_compiles_and_raised_afterwards() -> None:
    done = []

    def compile_something() -> None:
        with interrupts_kept():
            signal.raise_signal(signal.SIGINT)
            done.append("the block went on")

    with pytest.raises(KeyboardInterrupt):
        compile_something()
    assert done == ["the block went on"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
