"""Tidy tables with a dictionary, NONMEM-style records, SBML and PEtab of one patient."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.solve.exchange import read_sbml
from adoptive.tables import read_table
from adoptive.workbench.export.exchange import _linted, write_problem
from adoptive.workbench.export.nonmem import RECORD_COLUMNS, records
from adoptive.workbench.export.patient import PatientModel, patient_model
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.tidy import dictionary_of, tables_of_run, write_tidy


def test_every_column_is_explained(source: Source) -> None:
    rows = dictionary_of(tables_of_run(source))
    assert [(row["table"], row["column"]) for row in rows if not row["meaning"] or not row["unit"]] == []
    assert {"patients", "visits", "doses", "daily", "steps", "parameters"} <= {row["table"] for row in rows}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_tidy_tables_hold_the_runs_numbers(source: Source, tmp_path: Path, kind: str) -> None:
    write_tidy(source, tmp_path, "parquet" if kind == "parquet" else "csv")
    read = read_table(tmp_path / f"visits.{kind}")
    np.testing.assert_array_equal(read["sld_mm"], source.visits["sld_mm"])
    assert read["usubjid"][0].startswith("SIM-SMALL-T0000-")
    listed = {row["table"] for row in csv.DictReader((tmp_path / "dictionary.csv").open(encoding="utf-8"))}
    assert {one.stem for one in tmp_path.iterdir()} == listed | {"dictionary"}


def test_records_are_numbers_in_order(source: Source) -> None:
    found = records(source)
    assert list(found) == list(RECORD_COLUMNS)
    assert all(np.isfinite(column).all() for column in found.values())
    same = found["ID"][1:] == found["ID"][:-1]
    assert (np.diff(found["ID"]) >= 0).all()
    assert (np.diff(found["TIME"])[same] >= 0).all()
    doses = found["EVID"] == 1
    assert (found["AMT"][doses] > 0).all()
    assert (found["AMT"][~doses] == 0).all()
    assert (found["MDV"] == found["EVID"]).all()
    below = found["BLQ"] == 1
    assert below.any()
    assert (found["DV"][below] == found["LLOQ"][below]).all()
    some = ~doses & (found["DV"] > 0)  # for a tumour that has gone, which has no logarithm, 1e-12 stands
    np.testing.assert_allclose(found["LNDV"][some], np.log(found["DV"][some]))
    first = doses & (found["TIME"] == 0)
    assert first.sum() == source.infused.sum() == len(np.unique(found["ID"]))
    assert (found["OCC"][first] == 1).all()
    assert found["OCC"].max() == source.patients["infusions"][source.infused].max()


@pytest.fixture(scope="module")
def model(source: Source) -> PatientModel:
    return patient_model(source)


def test_the_patients_doses_repeat_his_run(model: PatientModel, source: Source) -> None:
    assert model.number == source.patients["patient"][source.infused][0]
    np.testing.assert_allclose(model.again(), model.copies, rtol=1e-3, atol=1e-3)
    row = int(source.place([model.number])[0])
    assert model.copies.max() == pytest.approx(source.patients["peak_car_copies"][row], rel=1e-12)


def test_an_uninfused_patient_is_refused(source: Source) -> None:
    with pytest.raises(StudyError, match="not infused"):
        patient_model(source, patient=int(source.patients["patient"][~source.infused][0]))


def _without_simulating(model: PatientModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adoptive.workbench.export.exchange.patient_model", lambda source, patient: model)


def test_a_problem_holds_model_and_measurements(
    source: Source, model: PatientModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import libsbml

    _without_simulating(model, monkeypatch)
    monkeypatch.setattr("adoptive.workbench.export.exchange._linted", lambda folder: "not asked")
    write_problem(source, tmp_path, patient=None)
    rows = list(csv.DictReader((tmp_path / "measurements.tsv").open(encoding="utf-8"), delimiter="\t"))
    seen = model.copies >= 50.0
    np.testing.assert_allclose([float(row["measurement"]) for row in rows], model.copies[seen], rtol=1e-9)
    document = libsbml.readSBMLFromFile(str(tmp_path / "model.xml"))
    assert document.getNumErrors() == 0
    written = document.getModel()
    assert written.getNumEvents() >= 1
    ids = {row["parameterId"] for row in csv.DictReader((tmp_path / "parameters.tsv").open(), delimiter="\t")}
    assert len(ids) == 5
    assert all(written.getParameter(own).getConstant() for own in ids)


@pytest.mark.slow
def test_petabs_linter_takes_the_problem_and_no_broken_one(
    source: Source, model: PatientModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_simulating(model, monkeypatch)
    assert "PEtab's linter finds no mistake" in write_problem(source, tmp_path, patient=None)
    assert len(read_sbml(tmp_path / "model.xml").model.states) >= len(model.model.states)
    broken = (tmp_path / "observables.tsv").read_text("utf-8").replace("F_b", "Nothing_b")
    (tmp_path / "observables.tsv").write_text(broken, "utf-8")
    assert _linted(tmp_path) == "PEtab's linter finds a mistake"
