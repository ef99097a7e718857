"""Endpoints by name: each on a small trial that can be counted by hand, sets and arms, and misuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.tables import PATIENT_COLUMNS, SCREENING_COLUMNS, TableError
from adoptive.verdict import (
    DEFAULT_SPECS,
    ENDPOINTS,
    EndpointSpec,
    default_specs,
    hazard_ratio,
    judge,
    judge_record,
)
from adoptive.verdict.endpoints.efficacy import COMPLETE

MONTH = 30.4375
SURVIVAL = {f"{stem}_days" for stem in ("pfs", "os", "efs", "rfs", "dor", "b_cell_recovery")}


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
        "best_response": [7, 8, 3, 4, 0, 2, 9, 10],  # sCR, VGPR, SD, PD, none, PR, MR, CRi
        "complete_response": [1, 0, 0, 0, 0, 0, 0, 1],
        "mrd_negative": [1, 1, -1, -1, -1, -1, -1, 0],
        "response_any": [1, 1, 1, 0, 0, 1, 0, 0],
        "any_shrinkage": [1, 1, 1, 1, 0, 0, 0, 0],
        "efs_days": [2, 4, 5, 8, 1, 1, 3, 3],
        "efs_event": [1, 1, 1, 0, 1, 1, 1, 0],
        "rfs_days": [7, 0, 0, 0, 0, 0, 0, 2],
        "rfs_event": [0, 0, 0, 0, 0, 0, 0, 1],
        "crs_onset_day": [0, 2, 5, 1, 0, 0, 0, 0],
        "crs_days": [0, 4, 8, 3, 0, 0, 0, 0],
        "icans_onset_day": [0, 3, 7, 6, 0, 0, 0, 0],
        "icans_days": [0, 1, 2, 9, 0, 0, 0, 0],
        "tocilizumab_doses": [0, 1, 2, 0, 0, 0, 0, 0],
        "steroid_doses": [0, 0, 3, 0, 0, 0, 0, 0],
        "lung_grade": [0, 3, 0, 0, -1, -1, -1, -1],
        "hypogammaglobulinaemia": [1, 0, -1, 1, -1, -1, -1, -1],
        "neutropenia_day30_grade": [4, 2, -1, 3, -1, -1, -1, -1],
        "thrombocytopenia_day30_grade": [3, 2, 0, 0, -1, -1, -1, -1],
        "peak_car_copies": [100, 300, 50, 150, 0, 0, 0, 0],
        "peak_car_day": [8, 9, 12, 30, 0, 0, 0, 0],
        "auc28": [10, 40, 20, 30, 0, 0, 0, 0],
        "persistence_days": [90, 30, 60, 40, 0, 0, 0, 0],
        "b_cell_recovery_days": [6, 3, 1, 1, 0, 0, 0, 0],
        "b_cell_recovery_event": [0, 1, 1, 1, 0, 0, 0, 0],
        "vein_to_vein_days": [30, 40, 50, 60, 0, 0, 0, 0],
        "enrolment_to_infusion_days": [35, 45, 55, 75, 0, 0, 0, 0],
        "infusions": [1, 2, 1, 3, 0, 0, 0, 0],
        "dlt": [0, 1, -1, 0, -1, -1, -1, -1],
        "not_infused": [0, 0, 0, 0, 1, 0, 0, 0],
        "il6_rise": [1, 1, 0, 1, -1, -1, -1, -1],
        "expansion": [1, 0, 0, 1, -1, -1, -1, -1],
    } | columns
    flags = {name for name, column in PATIENT_COLUMNS.items() if column.dtype == "bool"}
    out: dict[str, NDArray[Any]] = {}
    for name, values in rows.items():
        column = np.array([values], np.float64)
        if name in SURVIVAL:
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
        (EndpointSpec("cr", 0), 20.0),
        (EndpointSpec("cr"), 25.0),
        (EndpointSpec("pr", 0), 20.0),
        (EndpointSpec("pr"), 25.0),
        (EndpointSpec("sd"), 25.0),
        (EndpointSpec("pd", 0), 20.0),
        (EndpointSpec("vgpr_or_better", 0), 40.0),
        (EndpointSpec("vgpr_or_better"), 25.0),
        (EndpointSpec("mrd_negative"), 50.0),  # of two complete responders
        (EndpointSpec("mrd_negative", 0), 100.0),
        (EndpointSpec("response_any", 0), 60.0),
        (EndpointSpec("any_shrinkage"), 50.0),
        (EndpointSpec("efs_median", 0, "infused"), 4.5),  # flat at one half from 4 to 5
        (EndpointSpec("efs_rate", 0, at_months=4.5), 40.0),
        (EndpointSpec("rfs_rate", 0, at_months=6.9), 100.0),
        (EndpointSpec("rfs_rate", at_months=3.0), 50.0),
        (EndpointSpec("dor_rate", 0, at_months=2.0), 50.0),
        (EndpointSpec("b_cell_aplasia_rate", at_months=5.0), 50.0),
        (EndpointSpec("crs_grade1"), 25.0),
        (EndpointSpec("crs_grade2"), 0.0),
        (EndpointSpec("crs_grade1_2"), 25.0),
        (EndpointSpec("crs_grade5"), 0.0),
        (EndpointSpec("icans_grade1"), 25.0),
        (EndpointSpec("icans_grade2"), 0.0),
        (EndpointSpec("icans_grade3"), 25.0),
        (EndpointSpec("crs_onset_median"), 2.0),  # of the three who had it
        (EndpointSpec("crs_duration_median"), 4.0),
        (EndpointSpec("icans_onset_median"), 6.0),
        (EndpointSpec("icans_duration_median"), 2.0),
        (EndpointSpec("tocilizumab"), 50.0),
        (EndpointSpec("steroids"), 25.0),
        (EndpointSpec("lung_ge3"), 25.0),
        (EndpointSpec("hypogammaglobulinaemia"), 200.0 / 3.0),  # of the three who were assessed
        (EndpointSpec("neutropenia_day30_ge3"), 200.0 / 3.0),
        (EndpointSpec("thrombocytopenia_day30_ge3"), 25.0),
        (EndpointSpec("cmax_median"), 125.0),
        (EndpointSpec("cmax_mean"), 150.0),
        (EndpointSpec("tmax_median"), 10.5),
        (EndpointSpec("auc28_median"), 25.0),
        (EndpointSpec("persistence_median"), 50.0),
        (EndpointSpec("vein_to_vein_median"), 45.0),
        (EndpointSpec("enrolment_to_infusion_median"), 50.0),
        (EndpointSpec("infusions_mean"), 1.75),
        (EndpointSpec("multiple_infusions"), 50.0),
        (EndpointSpec("dlt"), 100.0 / 3.0),
        (EndpointSpec("manufacturing_failure"), 20.0),
        (EndpointSpec("il6_rise"), 75.0),
        (EndpointSpec("expansion"), 50.0),
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
    assert cases | {"pfs_hazard_ratio", "os_hazard_ratio"} == set(ENDPOINTS)


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
        (EndpointSpec("mrd_negative"), {"mrd_negative": [-1] * 8}),
        (EndpointSpec("crs_onset_median"), {"crs_grade": [0, 0, 0, 0, -1, -1, -1, -1]}),
        (EndpointSpec("dlt"), {"dlt": [-1] * 8}),
        (EndpointSpec("cmax_median"), {"treated": [0] * 8}),
        (EndpointSpec("rfs_rate", at_months=3.0), {"complete_response": [0] * 8}),
        (EndpointSpec("rfs_rate", 0, at_months=7.1), {}),
    ],
)
def test_what_cannot_be_estimated_says_so(spec: EndpointSpec, change: dict[str, list[float]]) -> None:
    (found,) = judge(table(**change), SCREENING, [spec])
    assert (found.estimable.tolist(), found.values.tolist()) == ([False], [0.0])


def test_codes_and_columns_are_those_of_the_trial() -> None:
    """The judge imports neither trial nor outcome: what it knows of their codes and names is checked here."""
    from adoptive.outcome import LADDERS, Response

    assert set(COMPLETE) == {int(code) for ladder in LADDERS.values() for code in ladder.complete}
    named = {"best_response": [int(Response.SCR)]}
    for name, code in (
        ("cr", "SCR"),
        ("pr", "VGPR"),
        ("sd", "MR"),
        ("pd", "PD"),
        ("cr", "CRI"),
        ("vgpr_or_better", "VGPR"),
    ):
        whole = table(**named | {"best_response": [int(Response[code])] * 8})
        assert judge(whole, {}, [EndpointSpec(name)])[0].values[0] == 100.0
    record = recorded(3, 40)
    specs = [EndpointSpec(name, at_months=1.0) for name in ENDPOINTS]
    assert all(found.estimable.all() for found in judge(record.patients, record.screening, specs))


def three_arms(**columns: list[float]) -> dict[str, NDArray[Any]]:
    """The trial of eight again, its first five split into two arms of cells."""
    return table(**{"arm": [0, 0, 1, 1, 1, 2, 2, 2], "assigned_cells": [1, 1, 1, 1, 1, 0, 0, 0]} | columns)  # type: ignore[arg-type]


def test_without_an_arm_safety_is_about_everybody_assigned_to_cells() -> None:
    two, three = table(), three_arms()
    for name in ("crs_any", "infused_fraction", "crossover", "cmax_mean", "manufacturing_failure"):
        (before,), (after,) = (judge(patients, {}, [EndpointSpec(name)]) for patients in (two, three))
        assert before.values.tolist() == after.values.tolist()
    assert judge(three, {}, [EndpointSpec("infused_fraction", 1)])[0].values[0] == pytest.approx(200.0 / 3.0)
    assert judge(three, {}, [EndpointSpec("crs_any", 1)])[0].values[0] == 100.0
    assert judge(three, {}, [EndpointSpec("orr", 2)])[0].values[0] == 0.0


def test_a_hazard_ratio_is_of_an_arm_over_the_last_or_over_the_one_that_is_named() -> None:
    three = three_arms()
    arm, days, event = three["arm"], three["pfs_days"], three["pfs_event"]
    for first, against, last in ((None, None, 2), (0, None, 2), (1, None, 2), (0, 1, 1), (2, 0, 0)):
        (found,) = judge(three, {}, [EndpointSpec("pfs_hazard_ratio", first, against=against)])
        mine = (arm == (first or 0)) | (arm == last)
        expected = hazard_ratio(days, event, arm == (first or 0), mine)
        assert (found.values[0], found.estimable[0]) == (
            expected.ratio[0] * expected.estimable[0],
            expected.estimable[0],
        )
    with pytest.raises(StudyError, match="compared with itself"):
        judge(three, {}, [EndpointSpec("pfs_hazard_ratio", 2)])


def test_who_had_not_entered_at_the_data_cut_is_in_no_endpoint() -> None:
    late = table(enrolled=[1, 1, 0, 1, 1, 1, 1, 1])
    assert judge(late, {}, [EndpointSpec("dcr", 0)])[0].values[0] == 50.0
    assert judge(late, {}, [EndpointSpec("crs_any")])[0].values[0] == pytest.approx(200.0 / 3.0)


def test_one_arm_has_no_hazard_ratio_and_an_empty_one_no_estimate() -> None:
    alone = table(arm=[0] * 8)
    assert not judge(alone, {}, [EndpointSpec("os_hazard_ratio")])[0].estimable.any()
    assert not judge(alone, {}, [EndpointSpec("orr", 5)])[0].estimable.any()


@pytest.mark.parametrize("arms", [1, 2, 3])
def test_the_usual_endpoints_of_some_arms(arms: int) -> None:
    specs = default_specs(arms, cells=tuple(range(max(arms - 1, 1))))
    assert len(set(specs)) == len(specs)
    ratios = [spec.arm for spec in specs if spec.name == "pfs_hazard_ratio"]
    assert ratios == {1: [], 2: [None], 3: [0, 1]}[arms]
    assert [spec.arm for spec in specs if spec.name == "orr"] == list(range(arms))
    assert [spec.arm for spec in specs if spec.name == "crs_any"] == list(range(max(arms - 1, 1)))
    assert [spec.arm for spec in specs if spec.name == "crossover"] == ([] if arms == 1 else [arms - 1])
    assert default_specs() == DEFAULT_SPECS


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
    patients |= {"assigned_cells": patients["arm"] == 0, "enrolled": np.ones((trials, size), np.bool_)}
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


def test_the_page_names_every_endpoint_with_its_unit_and_meaning() -> None:
    page = (Path(__file__).parents[2] / "docs" / "verdict.md").read_text("utf-8")
    for endpoint in ENDPOINTS.values():
        assert f"| `{endpoint.name}` | {endpoint.unit} | {endpoint.meaning}" in page
