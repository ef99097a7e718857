"""``adoptive design``: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_clinic import SyntheticClinic

from adoptive.tables import read_table
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.design import Varied
from adoptive.workbench.design.document import characteristics_table, varied_document

Command = Callable[..., Any]
SMALL = Path(__file__).parents[1] / "small.toml"
GRID = ("--vary", "infusion.dose=0,2.5e8", "--vary", "trial.n=30,60", "--precision", "0.06", "--workers", "1")


@pytest.fixture
def clinic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the command use the synthetic clinic, in a folder of its own."""
    monkeypatch.setattr("adoptive.workbench.design.comparison.ClinicSimulator", SyntheticClinic)
    monkeypatch.chdir(tmp_path)


def the_folder(tmp_path: Path) -> Path:
    (folder,) = (tmp_path / "runs").iterdir()
    return folder


def test_prints_and_writes(command: Command, clinic: None, tmp_path: Path) -> None:
    seen = command("design", SMALL, *GRID, "--base", "infusion.dose=0,trial.n=60", "--endpoint", "dcr")
    assert seen.code == 0, seen.err
    for said in ("4 designs on the same virtual patients", "one-sided log-rank test", "base", "≈ closed", "dcr",
                 "times smaller", "precise enough: 4", "Simulated. For research only"):  # fmt: skip
        assert said in seen.out
    assert "designs settled after" in seen.err
    folder = the_folder(tmp_path)
    assert folder.name.startswith("small-design-1-")
    names = {file.name for file in folder.iterdir()}
    assert names == {"characteristics.csv", "characteristics.parquet", "design.toml", "parts", "report.html",
                     "study.toml", "summary.json"}  # fmt: skip
    asked = tomllib.loads((folder / "design.toml").read_text())
    assert asked["vary"] == [{"name": "infusion.dose", "values": [0.0, 2.5e8]}, {"name": "trial.n", "values": [30, 60]}]
    page = (folder / "report.html").read_text("utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "--base infusion.dose=0,trial.n=60 --seed 1 --endpoint dcr --precision 0.06" in page
    table, document = read_table(folder / "characteristics"), json.loads((folder / "summary.json").read_text("utf-8"))
    power = table["value"][table["characteristic"] == "power"]
    assert [design["power"]["value"] for design in document["designs"]] == pytest.approx(power.tolist())
    assert document["base"] == 2


def test_json_is_the_summary(command: Command, clinic: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adoptive.workbench.design.writing.figures_of", lambda varied: ())  # drawn above
    wish = ("design", SMALL, "--vary", "trial.n=30", "--trials", "40", "--workers", "1", "--json", "--quiet")
    first, again = (json.loads(command(*wish).out) for _ in range(2))
    assert "2 finished blocks were found and used, 0 simulated now" in again.pop("parts")
    assert first.pop("parts") == ""
    assert first == again == json.loads((the_folder(tmp_path) / "summary.json").read_text("utf-8"))


def test_search_prints_and_writes(command: Command, clinic: None, tmp_path: Path) -> None:
    wish = ("--vary", "trial.n=30:60", "--optimise", "power/n", "--proposals", "4", "--trials", "120", "--workers", "1")
    seen = command("design", SMALL, *wish, "--subject-to", "orr > 99", "--quiet")
    assert (seen.code, seen.err) == (0, "")
    assert "No design was found that meets the constraints" in seen.out
    folder = the_folder(tmp_path)
    assert {"history.csv", "history.parquet", "report.html", "summary.json"} <= {file.name for file in folder.iterdir()}
    assert read_table(folder / "history")["proposal"].tolist() == [1, 2, 3, 4]


@dataclass(frozen=True)
class Impatient:
    """A clinic in which somebody presses Ctrl-C in the third block."""

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        if trials[0] >= 34:
            raise KeyboardInterrupt
        return SyntheticClinic()(study, seed=seed, trials=trials)


def test_an_interrupt_says_what_is_kept(
    command: Command, clinic: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = ("design", SMALL, "--vary", "trial.n=30", "--trials", "60", "--workers", "1", "--quiet")
    with monkeypatch.context() as broken:
        broken.setattr("adoptive.workbench.design.comparison.ClinicSimulator", Impatient)
        seen = command(*wish)
    assert seen.code == 130
    assert "1 finished blocks are kept" in seen.err
    assert "the same command goes on" in seen.err
    assert seen.out == ""
    assert not (the_folder(tmp_path) / "summary.json").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "nothing is varied"),
        (("--vary", "trial.nn=30"), "did you mean trial.n"),
        (("--vary", "trial.n=1"), "fewer patients than one block"),
        (("--vary", "trial.n=30:2000:1"), "too many values"),
        (("--vary", "trial.n=30:900:1"), "--most-designs 871"),
        (("--vary", "trial.n=30", "--precision", "fine"), "not a precision"),
        (("--vary", "trial.n=30", "--precision", "dcr=0.1"), "what is not measured"),
        (("--vary", "trial.n=30", "--base", "2"), "not one of the designs"),
        (("--vary", "trial.n=30", "--endpoint", "orrr"), "did you mean orr"),
        (("--vary", "trial.n=30", "--alpha", "0.7"), "not a one-sided level"),
        (("--vary", "trial.n=30", "--reference", "20"), "there is no reference"),
        (("--vary", "trial.n=30", "--subject-to", "n<3"), "give --optimise"),
        (("--vary", "trial.n=30:60", "--optimise", "power/m"), "no such name"),
        (("--vary", "trial.n=30:60", "--optimise", "power/n", "--subject-to", "n"), "not one comparison"),
        (("--vary", "trial.n=30:60", "--optimise", "power/n", "--paired"), "not for a search"),
        (("--vary", "trial.n=30", "--trials", "0"), "--trials"),
        (("--vary", "trial.n=5000", "--trials", "100000"), "5,000,000 patients"),
        (("--vary", "trial.n=30", "--out", "/proc/runs"), "--out"),
    ],
)
def test_bad_usage(command: Command, clinic: None, tmp_path: Path, options: Sequence[str], said: str) -> None:
    seen = command("design", SMALL, *options, "--quiet")
    assert seen.code == 2, seen.err
    assert said in seen.err
    assert "Traceback" not in seen.err
    assert seen.out == ""
    assert not (tmp_path / "runs").exists()


def test_fields_are_listed(command: Command) -> None:
    seen = command("design", "satri-cel", "--fields")
    assert seen.code == 0
    for said in ("infusion.max_infusions", "infusion.doses", "trial.randomised", "crs_grade_ge3"):
        assert said in seen.out
    told = json.loads(command("design", "satri-cel", "--fields", "--json").out)
    assert "accrual" in told["endpoints"]
    assert [row["field"] for row in told["fields"] if row["short"] == "trial.n"] == ["trial.randomised"]


def test_document_and_table_agree(varied: Varied) -> None:
    document = json.loads(json.dumps(varied_document(varied), allow_nan=False))
    table = characteristics_table(varied)
    assert len({len(column) for column in table.values()}) == 1
    for design in document["designs"]:
        rows = table["design"] == design["number"]
        for name, value in design["values"].items():
            assert set(table[name][rows].tolist()) == {value}
        gaps = dict(zip(table["characteristic"][rows].tolist(), table["difference"][rows].tolist(), strict=True))
        assert design["orr"].get("difference", np.nan) == pytest.approx(gaps["orr"], nan_ok=True)
    assert document["simulated"] is True
