"""The analysis data sets say what the run says: every number of the report about the trial comes out of them again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.verdict import median_survival
from adoptive.workbench.export.adam.safety import TERMS
from adoptive.workbench.export.derive import derive_report
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Standard

Tables = dict[str, dict[str, Any]]


def test_every_data_set_of_the_standard_is_there(adam: Standard) -> None:
    assert list(adam.datasets) == [
        "ADSL", "ADTTE", "ADRS", "ADTR", "ADAE", "ADTOX", "ADLB", "ADVS", "ADEX", "ADPC", "ADPP",
    ]  # fmt: skip
    assert all(one.spec.label.startswith("Simulated ") for one in adam.datasets.values())
    assert adam.study_id == "SIM-SMALL"


def test_the_reports_numbers_come_out_again(tables: Tables, source: Source) -> None:
    found = derive_report(tables, source)
    assert [(one.what, one.where, one.derived, one.run) for one in found if one.equal is False] == []
    assert {one.what for one in found if one.equal is None} <= {"screened"}
    assert sum(one.numbers for one in found if one.equal) > 1000
    said = {one.what for one in found if one.equal}
    assert {"pfs_hazard_ratio", "orr", "dcr", "Kaplan-Meier curve, pfs", "numbers at risk, os", "waterfall"} - said == {
        "waterfall"
    }
    assert {"spider", "waterfall"} <= {one.where for one in found}


@pytest.mark.parametrize(
    ("dataset", "column", "code", "item"),
    [
        ("ADTTE", "AVALEX", "PFS", "Kaplan-Meier curve, pfs"),
        ("ADTTE", "CNSR", "OS", "numbers at risk, os"),
        ("ADRS", "AVAL", "RSP", "orr"),
        ("ADTR", "PCHG", "SDIAM", "change of the sum of diameters"),
        ("ADTR", "AVAL", "BPCHG", "best change of every patient"),
        ("ADTOX", "AVAL", "CRS", "crs_any"),
        ("ADPP", "AVAL", "CMAX", "peak, its day, area, persistence"),
        ("ADPC", "AVAL", "CARCOPY", "median and band of the transgene level"),
    ],
)
def test_a_changed_number_is_noticed(
    tables: Tables, source: Source, dataset: str, column: str, code: str, item: str
) -> None:
    table = tables[dataset]
    mine = np.flatnonzero((table["PARAMCD"] == code) & np.isfinite(table[column]))
    table[column][mine] = 1.0 - table[column][mine] if column == "CNSR" or code == "RSP" else table[column][mine] + 1.5
    if code == "CRS":
        table[column][mine] = 0.0
    wrong = {one.what for one in derive_report(tables, source) if one.equal is False}
    assert any(what.startswith(item) for what in wrong), wrong


def test_whole_days_lie_within_a_day_of_the_exact_ones(tables: Tables) -> None:
    table = tables["ADTTE"]
    assert (table["AVAL"] == table["ADT"] - table["STARTDT"] + 1).all()
    gap = table["AVAL"] - table["AVALEX"]
    assert (gap > 0).all()
    assert (gap <= 2).all()
    pfs = table["PARAMCD"] == "PFS"
    exact, whole = (
        median_survival(table[name][pfs][None], table["CNSR"][pfs][None] == 0)[0] for name in ("AVALEX", "AVAL")
    )
    assert 0 < whole - exact <= 1


def test_parameters_of_the_level_are_those_of_the_run(tables: Tables, source: Source) -> None:
    infused = source.infused
    for code, column in (("CMAX", "peak_car_copies"), ("AUC28", "auc28"), ("TLST", "persistence_days")):
        table = tables["ADPP"]
        mine = table["PARAMCD"] == code
        run = source.patients[column][infused]
        np.testing.assert_allclose(np.nan_to_num(table["AVAL"][mine]), run, rtol=1e-12)
    assert infused.sum() > 10


def test_the_terms_of_the_safety_data_are_columns_of_a_run(source: Source) -> None:
    grades = {name.removesuffix("_grade") for name in source.patients if name.endswith("_grade")}
    days = {"neutropenia_day30", "thrombocytopenia_day30"}
    assert {term.stem for term in TERMS} | days == grades
    assert len({term.code for term in TERMS}) == len(TERMS)
