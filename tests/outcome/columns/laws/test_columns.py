"""What the trial's table says of response, survival and persistence: columns agree, and with time zero too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.outcome import Response
from adoptive.tables import PATIENT_COLUMNS, check_table
from adoptive.trial import run_trial
from adoptive.trial.types import Study

Patients = Mapping[str, NDArray[Any]]
Run = Callable[..., Patients]
TUMOURS = {
    "B-ALL remission": {"tumour_type": "B-ALL", "burden_cells_median": 1e11},
    "IMWG 2016": {"tumour_type": "multiple myeloma", "burden_cells_median": 2e11},
    "Lugano 2014": {"tumour_type": "large B-cell lymphoma"},
}


@pytest.fixture(scope="module")
def run(study: Study) -> Run:
    """Run one trial of 60 with another assessment, in the tumour of its criteria; once for all tests."""

    @lru_cache(maxsize=8)
    def once(changes: tuple[tuple[str, Any], ...]) -> Patients:
        outcome = replace(study.outcome, **dict(changes))
        changed = replace(study, outcome=outcome, trial=replace(study.trial, randomised=60, follow_up_months=9.0))
        if outcome.response_criteria in TUMOURS:
            empty = {"lesions_mean": None, "lesion_diameter_median_mm": None, "doubling_time_days": None}
            cohort = replace(study.cohort, **empty, **TUMOURS[outcome.response_criteria], peritoneal_share=0.0)
            antigen = replace(study.antigen, target="BCMA" if "IMWG" in outcome.response_criteria else "CD19")
            changed = replace(changed, cohort=cohort, antigen=antigen)
        return run_trial(changed, seed=4, trials=(0,)).patients

    return lambda **changes: once(tuple(changes.items()))


def test_a_change_of_time_zero_shifts_the_infused_and_nobody_else(run: Run) -> None:
    first, later = run(time_origin="enrolment"), run(time_origin="infusion")
    mine = first["assigned_cells"] & first["treated"]
    shift = np.where(mine, first["infusion_day"], 0.0)
    assert (shift[mine] > 0).all()
    assert mine.any()
    assert (~mine).any()
    np.testing.assert_allclose(later["os_days"], first["os_days"] - shift)
    np.testing.assert_array_equal(later["os_event"], first["os_event"])
    same = first["pfs_event"] | ~mine
    np.testing.assert_allclose(later["pfs_days"][same], (first["pfs_days"] - shift)[same])
    np.testing.assert_array_equal(later["pfs_event"], first["pfs_event"])
    np.testing.assert_allclose(later["dor_days"], first["dor_days"])
    answered = first["responder"]
    np.testing.assert_allclose(later["response_day"][answered], (first["response_day"] - shift)[answered])
    for name in ("best_response", "responder", "best_change", "crs_grade", "auc28", "infusion_day"):
        np.testing.assert_array_equal(later[name], first[name])


def test_a_response_that_needs_no_confirmation_is_any_response(run: Run) -> None:
    strict, loose = run(), run(confirmed_responses=False)
    np.testing.assert_array_equal(strict["response_any"], loose["response_any"])
    np.testing.assert_array_equal(loose["responder"], loose["response_any"])
    assert (loose["responder"] | ~strict["responder"]).all()
    assert (loose["responder"] & ~strict["responder"]).any()
    np.testing.assert_array_equal(strict["pfs_days"], loose["pfs_days"])


@pytest.mark.parametrize("criteria", ["RECIST 1.1", *TUMOURS])
def test_the_columns_agree(run: Run, criteria: str) -> None:
    p = run(response_criteria=criteria, time_origin="infusion")
    check_table(p, PATIENT_COLUMNS, where="patients")
    known = {"RECIST 1.1": 7, "Lugano 2014": 6, "B-ALL remission": 12, "IMWG 2016": 10}[criteria]
    assert p["best_response"].max() < known
    assert (p["efs_days"] <= p["os_days"] + 1e-9).all()
    assert (p["efs_event"] | ~(p["os_event"] & (p["efs_days"] >= p["os_days"]))).all()
    assert (p["complete_response"] <= p["responder"]).all()
    assert (p["responder"] <= p["response_any"]).all()
    np.testing.assert_array_equal(p["complete_response"], np.isin(p["best_response"], (Response.CR, 7, 10)))
    assert (p["rfs_days"][~p["complete_response"]] == 0).all()
    assert (p["rfs_days"] <= p["dor_days"] + 1e-9).all()
    assert (p["any_shrinkage"] == (p["best_change"] < 0)).all()
    if criteria in ("RECIST 1.1", "Lugano 2014"):
        assert set(p["mrd_negative"].ravel().tolist()) == {-1}
    else:
        assert (p["mrd_negative"][~p["response_any"]] == -1).all()


@pytest.mark.parametrize("criteria", ["RECIST 1.1", "B-ALL remission"])
def test_what_the_cells_did_agrees(run: Run, criteria: str) -> None:
    p = run(response_criteria=criteria, time_origin="infusion")
    had = p["infusion_day"] > 0
    np.testing.assert_array_equal(had & p["assigned_cells"], p["treated"] & p["assigned_cells"])
    np.testing.assert_array_equal(p["enrolment_to_infusion_days"], np.where(p["crossed_over"], 0.0, p["infusion_day"]))
    for name in ("auc28", "persistence_days", "b_cell_recovery_days", "steroid_doses", "dlt_day"):
        assert (p[name][~p["treated"]] == 0).all(), name
    for name in ("dlt", "il6_rise", "expansion", "hypogammaglobulinaemia", "neutropenia_day30_grade"):
        assert (p[name][p["infusions"] == 0] == -1).all(), name
    cells = p["assigned_cells"] & p["treated"]
    assert (p["auc28"][cells] <= 28.0 * p["peak_car_copies"][cells] + 1e-6).all()
    assert (p["auc28"][cells] > 0).mean() > 0.9
    assert p["persistence_days"].max() > 28.0
    assert 1 in p["expansion"][cells]
    assert (p["dlt_day"][p["dlt"] != 1] == 0).all()


def test_leukaemia_without_remission_in_time_has_its_event_at_the_deadline(run: Run, typical: Any) -> None:
    p = run(response_criteria="B-ALL remission", time_origin="infusion")
    deadline = typical.book["outcome.remission_deadline_days"].value
    never = ~p["response_any"]
    assert never.sum() > 5
    assert (p["efs_days"][never] <= deadline + 1e-9).all()
    failed = never & (p["os_days"] > deadline)
    assert (p["efs_event"][failed]).all()
    assert (p["efs_days"][failed] == deadline).any()
    first = run(response_criteria="B-ALL remission", time_origin="enrolment")
    waited = first["efs_event"] & never & (first["os_days"] > deadline + first["infusion_day"])
    np.testing.assert_allclose(
        first["efs_days"][waited & failed], (p["efs_days"] + first["infusion_day"])[waited & failed]
    )
    late = p["response_any"] & ~p["efs_event"]
    assert (p["efs_days"][late] == p["os_days"][late]).all()
