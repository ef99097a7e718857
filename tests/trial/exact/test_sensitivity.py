"""The assessment rule's settings: what they change, how they are reduced, and that inert cells do nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.trial import judge_rules, run_trial, vary_rules
from adoptive.trial.sensitivity import AS_DECLARED, INERT_CELLS, RULE_SPECS, setting_names
from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict import EndpointSpec, Estimate, judge_record

TRIALS = range(3)


def estimates(*values: Sequence[float], estimable: bool = True) -> list[Estimate]:
    return [
        Estimate(spec, np.array(listed, float), np.full(len(listed), estimable))
        for spec, listed in zip(RULE_SPECS, values, strict=True)
    ]


def with_baseline(study: Study, baseline: str) -> Study:
    return dataclasses.replace(study, outcome=dataclasses.replace(study.outcome, recist_baseline=baseline))


@pytest.mark.parametrize(
    ("declared", "other"), [("lymphodepletion", "randomisation"), ("randomisation", "lymphodepletion")]
)
def test_settings_in_order_and_what_they_change(study: Study, declared: str, other: str) -> None:
    base = with_baseline(study, declared)
    varied = vary_rules(base)
    assert list(varied) == [
        AS_DECLARED, f"RECIST baseline at {other}", INERT_CELLS, f"inert cells, RECIST baseline at {other}",
    ]  # fmt: skip
    assert varied[AS_DECLARED] is base
    assert varied[f"RECIST baseline at {other}"] == with_baseline(base, other)
    given = varied[INERT_CELLS].infusion
    nothing = (given.dose_cells, given.lymphodepletion, given.bridging_kill_ratio, given.pembrolizumab_mg)
    assert nothing == (0.0, (), 0.0, 0.0)
    assert dataclasses.replace(varied[INERT_CELLS], infusion=base.infusion) == base
    both = varied[f"inert cells, RECIST baseline at {other}"]
    assert both == with_baseline(varied[INERT_CELLS], other)
    assert setting_names(base) == tuple(varied)


def test_reduced_to_medians_and_percentiles() -> None:
    ratios = np.arange(1.0, 101.0)
    same = np.full(100, 7.0)
    (row,) = judge_rules({"x": estimates(ratios[::-1], ratios + 100, same, same + 1, same + 2)})
    assert (row.setting, row.trials) == ("x", 100)
    assert (row.hazard_ratio_p05, row.hazard_ratio, row.hazard_ratio_p95) == (5.0, 50.0, 95.0)
    assert row.hazard_ratio_infused == 150.0
    assert (row.median_cells_months, row.median_control_months, row.response_percent) == (7.0, 8.0, 9.0)


def test_trials_without_an_estimate_are_left_out_and_not_reached_stays() -> None:
    judged = estimates([9, 1, 9], [1] * 3, [np.inf, np.inf, 2], [1] * 3, [1] * 3)
    judged[0] = dataclasses.replace(judged[0], estimable=np.array([False, True, False]))
    (row,) = judge_rules({"x": judged})
    assert (row.hazard_ratio, row.trials, row.median_cells_months) == (1.0, 3, np.inf)
    (row,) = judge_rules({"x": estimates(*[[0.0]] * 5, estimable=False)})
    assert row.hazard_ratio == row.response_percent == np.inf


def test_other_endpoints_are_refused() -> None:
    with pytest.raises(StudyError, match="RULE_SPECS"):
        judge_rules({"x": estimates(*[[1.0]] * 5)[::-1]})


@pytest.fixture(scope="module")
def records(study: Study) -> dict[str, TrialRecord]:
    return {setting: run_trial(varied, seed=1, trials=TRIALS) for setting, varied in vary_rules(study).items()}


def test_as_declared_is_the_trial_s_own_numbers(study: Study, records: dict[str, TrialRecord]) -> None:
    rows = judge_rules({setting: judge_record(record, RULE_SPECS) for setting, record in records.items()})
    own = run_trial(study, seed=1, trials=TRIALS)
    ratio, response = judge_record(own, [EndpointSpec("pfs_hazard_ratio"), EndpointSpec("orr", 0)])
    assert rows[0].hazard_ratio == sorted(ratio.values)[1]
    assert rows[0].response_percent == sorted(response.values)[1]
    assert [row.setting for row in rows] == list(records)


def test_the_control_arm_progresses_alike_under_each_setting(records: dict[str, TrialRecord]) -> None:
    declared, *others = records.values()
    control = declared.patients["arm"] == 1
    for other in others:
        for column in ("pfs_days", "pfs_event", "responder"):
            assert np.array_equal(declared.patients[column][control], other.patients[column][control])


def test_inert_cells_give_no_response_beyond_the_control_s(records: dict[str, TrialRecord]) -> None:
    def response(setting: str, arm: int) -> float:
        patients = records[setting].patients
        return float(patients["responder"][patients["arm"] == arm].mean())

    assert response(INERT_CELLS, 0) <= response(INERT_CELLS, 1) + 0.01
    assert response(AS_DECLARED, 0) > response(INERT_CELLS, 0)
    inert = records[INERT_CELLS].patients
    assert np.all(inert["peak_car_copies"] == 0)
    assert inert["treated"][inert["arm"] == 0].any(), "the inert infusion is still an infusion"
