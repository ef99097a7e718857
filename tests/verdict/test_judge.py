"""Endpoints by name: each on a small trial that can be counted by hand, sets and arms, and misuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.tables import PATIENT_COLUMNS, SCREENING_COLUMNS, TableError
from adoptive.verdict import DEFAULT_SPECS, ENDPOINTS, EndpointSpec, hazard_ratio, judge, judge_record

MONTH = 30.4375


def table(**columns: list[float]) -> dict[str, NDArray[Any]]:
    """One trial of eight, five in arm 0, of whom four were treated."""
    rows: dict[str, list[float]] = {
        "arm": [0, 0, 0, 0, 0, 1, 1, 1],
        "treated": [1, 1, 1, 1, 0, 1, 1, 0],
        "pfs_days": [2, 4, 6, 8, 1, 1, 3, 3],
        "pfs_event": [1, 1, 1, 0, 1, 1, 1, 0],
        "os_days": [12, 10, 6, 8, 1, 9, 3, 5],
        "os_event": [0, 0, 1, 0, 1, 1, 1, 0],
        "responder": [1, 1, 0, 0, 0, 0, 0, 0],
        "disease_control": [1, 1, 1, 0, 0, 1, 0, 0],
        "dor_days": [1, 3, 0, 0, 0, 0, 0, 0],
        "dor_event": [1, 1, 0, 0, 0, 0, 0, 0],
        "crossed_over": [0, 0, 0, 0, 0, 1, 0, 0],
        "crs_grade": [0, 1, 3, 4, -1, -1, -1, -1],
        "neutropenia_grade": [3, 4, 2, 0, -1, 4, 1, -1],
        "lymphopenia_grade": [4, 4, 4, 4, -1, 1, 1, -1],
        "leukopenia_grade": [0, 0, 3, 0, -1, 1, 1, -1],
        "thrombocytopenia_grade": [0, 0, 0, 0, -1, 1, 1, -1],
        "icans_grade": [0, 1, 3, 4, -1, -1, -1, -1],
        "icaht_early_grade": [3, 0, -1, 4, -1, -1, -1, -1],
        "infection_grade": [0, 2, 3, 1, -1, -1, -1, -1],
        "gastritis_grade": [1, 0, 0, 2, -1, -1, -1, -1],
        "tls_grade": [0, 0, 0, 1, -1, -1, -1, -1],
    } | columns
    flags = {name for name, column in PATIENT_COLUMNS.items() if column.dtype == "bool"}
    out: dict[str, NDArray[Any]] = {}
    for name, values in rows.items():
        column = np.array([values], np.float64)
        if name.endswith("_days"):
            column = column * MONTH
        out[name] = column.astype(np.bool_) if name in flags else column
    return out


SCREENING = {"screened": np.array([13])}


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (EndpointSpec("pfs_median", 0), 4.0),
        (EndpointSpec("pfs_median", 0, "infused"), 5.0),  # flat at one half from 4 to 6
        (EndpointSpec("pfs_median", 1), 3.0),
        (EndpointSpec("pfs_rate", 0, at_months=4.0), 40.0),
        (EndpointSpec("pfs_rate", 0, at_months=7.9), 20.0),
        (EndpointSpec("os_median", 0), np.inf),
        (EndpointSpec("os_rate", 0, at_months=9.0), 60.0),
        (EndpointSpec("pfs_follow_up_median", 0), 8.0),
        (EndpointSpec("os_follow_up_median", 0), 10.0),
        (EndpointSpec("orr", 0), 40.0),
        (EndpointSpec("orr", 0, "infused"), 50.0),
        (EndpointSpec("orr", 1), 0.0),
        (EndpointSpec("orr"), 25.0),
        (EndpointSpec("dcr", 0), 60.0),
        (EndpointSpec("dor_median", 0), 2.0),
        (EndpointSpec("crs_any"), 75.0),
        (EndpointSpec("crs_grade3"), 25.0),
        (EndpointSpec("crs_grade_ge3"), 50.0),
        (EndpointSpec("crs_grade_ge4"), 25.0),
        (EndpointSpec("neutropenia_ge3"), 50.0),
        (EndpointSpec("neutropenia_ge3", 1), 50.0),
        (EndpointSpec("lymphopenia_ge3"), 100.0),
        (EndpointSpec("leukopenia_ge3"), 25.0),
        (EndpointSpec("thrombocytopenia_ge3"), 0.0),
        (EndpointSpec("cytopenia_ge3"), 100.0),
        (EndpointSpec("icans_any"), 75.0),
        (EndpointSpec("icans_grade_ge3"), 50.0),
        (EndpointSpec("icaht_early_ge3"), 50.0),  # of all treated, one of whom could not be assessed
        (EndpointSpec("infection_ge3"), 25.0),
        (EndpointSpec("gastritis_any"), 50.0),
        (EndpointSpec("tls_any"), 25.0),
        (EndpointSpec("infused_fraction"), 80.0),
        (EndpointSpec("crossover"), 100.0 / 3.0),
        (EndpointSpec("screened"), 13.0),
    ],
    ids=lambda value: f"{value.name}-{value.arm}-{value.set}" if isinstance(value, EndpointSpec) else "",
)
def test_each_endpoint(spec: EndpointSpec, value: float) -> None:
    (found,) = judge(table(), SCREENING, [spec])
    assert found.estimable.tolist() == [True]
    assert found.values[0] == pytest.approx(value, abs=1e-9)
    assert found.spec is spec


def test_hazard_ratios_put_arm_0_on_top() -> None:
    patients = table()
    first = patients["arm"] == 0
    for stem in ("pfs", "os"):
        days, event = patients[f"{stem}_days"], patients[f"{stem}_event"]
        for kind, chosen in (("ITT", None), ("infused", patients["treated"])):
            (found,) = judge(patients, {}, [EndpointSpec(f"{stem}_hazard_ratio", None, kind)])  # type: ignore[arg-type]
            assert found.values == pytest.approx(hazard_ratio(days, event, first, chosen).ratio)
    longer = table(pfs_days=[9, 9, 9, 9, 2, 1, 2, 3], pfs_event=[1] * 8)
    assert judge(longer, {}, [EndpointSpec("pfs_hazard_ratio")])[0].values[0] < 1


def test_every_endpoint_was_counted_above() -> None:
    cases = {mark.args[1][k][0].name for mark in test_each_endpoint.pytestmark for k in range(len(mark.args[1]))}  # type: ignore[attr-defined]
    usual = {name for name, endpoint in ENDPOINTS.items() if endpoint.usual}
    assert cases | {"pfs_hazard_ratio", "os_hazard_ratio"} >= usual


@pytest.mark.parametrize(
    ("spec", "change"),
    [
        (EndpointSpec("pfs_hazard_ratio"), {"pfs_event": [1, 1, 1, 1, 1, 0, 0, 0]}),
        (EndpointSpec("pfs_median", 0), {"arm": [1] * 8}),
        (EndpointSpec("pfs_rate", 0, at_months=9.0), {}),  # beyond the follow-up of 8 months
        (EndpointSpec("dor_median", 0), {"responder": [0] * 8}),
        (EndpointSpec("crs_any"), {"treated": [0] * 8}),
        (EndpointSpec("crs_any", 1), {}),  # nobody was assessed
        (EndpointSpec("crossover"), {"arm": [0] * 8}),
    ],
)
def test_what_cannot_be_estimated_says_so(spec: EndpointSpec, change: dict[str, list[float]]) -> None:
    (found,) = judge(table(**change), SCREENING, [spec])
    assert (found.estimable.tolist(), found.values.tolist()) == ([False], [0.0])


def test_a_curve_that_reached_zero_may_be_read_later() -> None:
    (found,) = judge(table(pfs_event=[1] * 8), {}, [EndpointSpec("pfs_rate", 0, at_months=99.0)])
    assert (found.estimable.tolist(), found.values.tolist()) == ([True], [0.0])


@dataclass(frozen=True)
class Recorded:
    patients: dict[str, NDArray[Any]]
    screening: dict[str, NDArray[Any]]


def recorded(trials: int, size: int) -> Recorded:
    rng = np.random.default_rng(2)
    make = {
        "bool": lambda shape: rng.random(shape) < 0.5,
        "int": lambda shape: rng.integers(0, 5, shape),
        "float": lambda shape: rng.exponential(400, shape),
    }
    patients = {name: make[column.dtype]((trials, size)) for name, column in PATIENT_COLUMNS.items()}
    patients["arm"] = np.tile((np.arange(size) % 3 == 0).astype(int), (trials, 1))
    return Recorded(patients, {name: make[column.dtype]((trials,)) for name, column in SCREENING_COLUMNS.items()})


def test_a_record_is_judged_on_everything_by_default() -> None:
    record = recorded(7, 60)
    found = judge_record(record)
    assert tuple(estimate.spec for estimate in found) == DEFAULT_SPECS
    assert {spec.name for spec in DEFAULT_SPECS} == {name for name, endpoint in ENDPOINTS.items() if endpoint.usual}
    assert all(estimate.values.shape == estimate.estimable.shape == (7,) for estimate in found)
    assert not any(np.isnan(estimate.values).any() for estimate in found)
    assert all(estimate.estimable.all() for estimate in found)


def test_each_trial_is_judged_alone() -> None:
    record = recorded(4, 30)
    last = Recorded(
        {name: column[[3]] for name, column in record.patients.items()},
        {name: column[[3]] for name, column in record.screening.items()},
    )
    for together, alone in zip(judge_record(record), judge_record(last), strict=True):
        assert together.values[3] == alone.values[0]


def test_only_the_columns_that_are_needed_are_asked_for() -> None:
    patients = {"arm": np.array([[0, 0]]), "responder": np.array([[True, False]])}
    assert judge(patients, {}, [EndpointSpec("orr", 0)])[0].values.tolist() == [50.0]
    with pytest.raises(TableError, match="treated"):
        judge(patients, {}, [EndpointSpec("orr", 0, "infused")])
    with pytest.raises(TableError, match="screened"):
        judge(patients, {}, [EndpointSpec("screened")])


GOOD = EndpointSpec("pfs_rate", 0, "ITT", "%", 6.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "pfs_mediam"}, "did you mean pfs_median"),
        ({"arm": -1}, "no such arm.*value: -1"),
        ({"set": "per protocol"}, "analysis set.*infused"),
        ({"unit": "months"}, "unit.*allowed: %"),
        ({"at_months": None}, "lacks its time"),
        ({"at_months": float("nan")}, "lacks its time"),
        ({"name": "pfs_hazard_ratio", "unit": "ratio", "arm": 1}, "compared with itself"),
        ({"name": "screened", "unit": "patients", "arm": 0}, "no such arm.*whole trial"),
    ],
)
def test_misuse_is_said(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        judge(table(), SCREENING, [replace(GOOD, **change)])
    judge(table(), SCREENING, [GOOD])
