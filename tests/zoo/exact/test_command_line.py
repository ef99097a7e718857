"""``adoptive zoo``: lists, runs and fits; bad input gives one sentence and exit code 2."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.kinetics.zoo import MODELS, find_model, run_zoo

Command = Callable[..., Any]


@pytest.fixture
def command(command: Command) -> Command:
    return partial(command, "zoo")


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    days = np.array([1.0, 4.0, 8.0, 11.0, 15.0, 25.0, 60.0, 180.0])
    levels = run_zoo(find_model("stein-2019"), days=days, changes={"Cmax": np.array([9000.0, 30000.0])}).of("transgene")
    path = tmp_path / "patients.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "time", "quantity", "value", "below_limit"])
        for who, series in enumerate(levels):
            writer.writerows([who, day, "transgene", max(level, 3.0), int(level < 3.0)]
                             for day, level in zip(days, series, strict=True))  # fmt: skip
    return path


def test_two_columns_of_one_name_are_refused(command: Command, tmp_path: Path) -> None:
    data = tmp_path / "twice.csv"
    data.write_text("id,time,quantity,value,value\na,1,transgene,3,4\n", "utf-8")
    said = command("fit", "stein-2019", data)
    assert said.code == 2
    assert "two columns have the same name; value: value" in said.err


def test_the_list_names_every_model(command: Command) -> None:
    said = command("list")
    assert said.code == 0
    assert all(name in said.out for name in MODELS)
    rows = json.loads(command("list", "--json").out)
    assert [row["name"] for row in rows] == list(MODELS)


def test_a_run_prints_its_regression_check(command: Command) -> None:
    said = command("run", "kimmel-2021")
    assert said.code == 0
    assert "30.11" in said.out
    assert "car_t, cells/uL" in said.out
    document = json.loads(command("run", "kimmel-2021", "--json").out)
    assert document["set"] == "lymphodepleted"
    assert all(row["holds"] for row in document["regressions"])
    assert len(document["quantities"]["car_t"]["values"]) == len(document["days"])


def test_a_changed_run_has_no_regression_check(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    said = command("run", "stein-2019", "--set", "Tmax=8", "--set", "Cmax=1000", "--until", "20", "--out", file)
    assert said.code == 0
    assert "Parameters were changed" in said.out
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert rows[-1]["day"] == "20.0"
    assert max(float(row["transgene"]) for row in rows) == pytest.approx(1000.0, rel=1e-6)
    command("run", "stein-2019", "--out", tmp_path / "days.json")
    assert json.loads((tmp_path / "days.json").read_text())["model"] == "stein-2019"


def test_a_missed_value_gives_exit_code_1(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    zoo = find_model("barros-2021")
    wrong = replace(zoo, regressions=(replace(zoo.regressions[0], value=1.0),))
    monkeypatch.setattr("adoptive.workbench.cli.zoo_run.find_model", lambda name: wrong)
    said = command("run", "barros-2021")
    assert said.code == 1
    assert "NO" in said.out


def test_a_fit_says_how_good_it_is(command: Command, patients: Path) -> None:
    said = command("fit", "stein-2019", patients, "--starts", 4)
    assert said.code == 0
    assert "2/2" in said.out
    document = json.loads(command("fit", "stein-2019", patients, "--fit", "Cmax,Tmax", "--prior", "Cmax=5000:inf",
                                  "--json").out)  # fmt: skip
    found = [person["parameters"]["Cmax"]["estimate"] for person in document["individuals"]]
    np.testing.assert_allclose(found, [9000.0, 30000.0], rtol=0.01)
    assert all(person["converged"] for person in document["individuals"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "stein"), "no such model"),
        (("run", "stein-2019", "--set", "Tmax"), "not of the form NAME=VALUE"),
        (("run", "stein-2019", "--set", "Tmax=soon"), "not a number"),
        (("run", "stein-2019", "--set", "Tmax=inf"), "not a number"),
        (("run", "stein-2019", "--set", "Tmax=8", "--set", "Tmax=9"), "given twice"),
        (("run", "stein-2019", "--set", "colour=8"), "no such parameter"),
        (("run", "stein-2019", "--parameters", "UPN1"), "no such parameter set"),
        (("run", "stein-2019", "--out", "days.xls"), "kind is not known"),
        (("run", "stein-2019", "--out", "nowhere/days.csv"), "no such folder"),
        (("run", "stein-2019", "--until", "-3"), "--until"),
        (("fit", "stein-2019", "nowhere.csv"), "cannot be read"),
        (("fit", "stein-2019", "{data}", "--layout", "wide"), "no such layout"),
        (("fit", "stein-2019", "{data}", "--prior", "Cmax=5"), "NAME=MEDIAN:SD"),
        (("fit", "stein-2019", "{data}", "--fit", "colour"), "no such parameter"),
        (("fit", "stein-2019", "{data}", "--only", "car_t"), "no such quantity"),
        (("fit", "kimmel-2021", "{data}"), "no such quantity"),
        (("fit", "stein-2019", "{data}", "--rename", "x=transgene"), "lack a quantity"),
        (("fit", "stein-2019", "{data}", "--at-least", "9"), "enough values"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], said: str, command: Command, patients: Path) -> None:
    found = command(*(argument.replace("{data}", str(patients)) for argument in arguments))
    assert found.code == 2
    assert said in found.err
    assert found.out == ""
    assert "Traceback" not in found.err
