"""``adoptive calibrate individual``: what is written, and one sentence for each malformed table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
HERE = Path(__file__).parents[1] / "data"
SHORT = ("--burn-in", "40", "--averaging", "20", "--samples", "200")
TIDY = "id,time,quantity,value,below_limit"


@pytest.fixture
def command(command: Command) -> Command:
    return partial(command, "calibrate", "individual")


@pytest.fixture
def tidy(tmp_path: Path) -> Path:
    """Write theophylline as a tidy table with two covariates."""
    path = tmp_path / "theophylline.csv"
    with (HERE / "theophylline.csv").open() as file, path.open("w", newline="") as to:
        writer = csv.writer(to)
        writer.writerow(["id", "time", "quantity", "value", "dose", "weight"])
        for row in csv.DictReader(file):
            if float(row["time"]) > 0:
                dose = float(row["dose_mg_kg"]) * float(row["weight_kg"])
                writer.writerow([row["id"], row["time"], "serum", row["concentration_mg_l"], dose, row["weight_kg"]])
    return path


def test_a_document_tells_the_fit(command: Command, tidy: Path) -> None:
    said = command(tidy, "--model", "one-compartment-oral", "--error", "additive", "--json", *SHORT)
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert (document["subjects"], document["observations"], document["below_limit"]) == (12, 120, 0)
    estimates = {row["name"]: row["value"] for row in document["estimates"]}
    assert set(estimates) == {"ka", "V", "Cl", "omega ka", "omega V", "omega Cl", "a"}
    assert 1.2 < estimates["ka"] < 2.0
    assert 28 < estimates["V"] < 36
    assert len(document["vpc"]["bins"]) == 8


@pytest.mark.slow
def test_a_folder_holds_tables_and_pictures(command: Command, tidy: Path, tmp_path: Path) -> None:
    out = tmp_path / "fit"
    said = command(
        tidy, "--model", "one-compartment-oral", "--error", "combined", "--slope", "Cl=ln:weight", "--out", out, *SHORT
    )
    assert said.code == 0, said.err
    assert {file.name for file in out.iterdir()} == {
        "fit.json", "estimates.csv", "individuals.csv", "vpc.svg", "npde.svg",
    }  # fmt: skip
    rows = list(csv.DictReader((out / "individuals.csv").open()))
    assert len(rows) == 12
    assert all(0.2 < float(row["ka_mode"]) < 15.0 for row in rows)
    assert "weight on Cl" in said.out
    again = command(tidy, "--model", "one-compartment-oral", "--out", out)
    assert (again.code, "exists already" in again.err) == (2, True)


@pytest.mark.slow
def test_lesions_of_one_arm(command: Command) -> None:
    file = HERE / "laleh2022_study_3_arm_3.csv"
    said = command(file, "--model", "claret-2014", "--layout", "laleh2022", "--group", "Study_3_Arm_3", "--json")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["subjects"] == 44
    assert document["below_limit"] > 0
    residual = next(row["value"] for row in document["estimates"] if row["name"] == "a")
    assert 0.1 < residual < 0.2


@pytest.mark.parametrize(
    ("text", "extra", "said"),
    [
        ("", (), "empty"),
        ("id,time,value\na,1,2\n", (), "columns are missing"),
        (f"{TIDY}\na,1,x,zwei,0\n", (), "not a number"),
        (f"{TIDY}\na,1,x,-2,0\n", (), "above 0"),
        (f"{TIDY}\na,1,x,2,maybe\n", (), "not yes or no"),
        (f"{TIDY},dose\na,1,x,2,0,3\na,2,x,2,0,4\n", (), "changes within"),
        (f"{TIDY}\na,1,x,2,0\na,1,y,2,0\n", (), "several quantities"),
        (f"{TIDY}\na,1,x,2,0\n", ("--observation", "z"), "lack a quantity"),
        (f"{TIDY}\na,1,x,2,0\n", (), "2 subjects"),
        (f"{TIDY}\na,1,x,2,0\nb,1,x,2,0\n", ("--still", "nobody"), "no such parameter"),
        (f"{TIDY}\na,1,x,2,0\nb,1,x,2,0\n", ("--slope", "Tmax=age"), "lack a covariate"),
        (f"{TIDY}\na,1,x,2,0\nb,1,x,2,0\n", ("--observation", "x=nothing"), "no such quantity"),
        (f"{TIDY}\na,1,x,2,0\nb,1,x,2,0\n", ("--group", "arm"), "only lesions come in groups"),
        ("Pt_hashID,Study_Arm,T_days\na,b,[1]\n", ("--layout", "laleh2022"), "columns are missing"),
        ("Pt_hashID,Study_Arm,T_days,Lesion_diam\na,b,[1],[x]\n", ("--layout", "laleh2022"), "not a list"),
        ('Pt_hashID,Study_Arm,T_days,Lesion_diam\na,b,"[1,2]",[3]\n', ("--layout", "laleh2022"), "differ in number"),
    ],
)
def test_a_malformed_table_is_one_sentence(
    command: Command, tmp_path: Path, text: str, extra: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "series.csv"
    file.write_text(text, "utf-8")
    got = command(file, "--model", "stein-2019", *extra)
    assert got.code == 2
    assert said in got.err
    assert "Traceback" not in got.err
    assert len(got.err.strip().splitlines()) == 1


def test_a_file_that_is_not_there(command: Command, tmp_path: Path) -> None:
    got = command(tmp_path / "none.csv", "--model", "stein-2019")
    assert (got.code, "cannot be read" in got.err) == (2, True)
