"""Any number of arms: each under its own plan, and none moves another's patients."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.tables import PATIENT_COLUMNS, check_table
from adoptive.trial import run_trial, screening_columns
from adoptive.trial.story import tell
from adoptive.trial.types import Arm, Crossover, Study, TrialRecord

RECORD = Callable[..., TrialRecord]
COHORTS = (
    ("randomised = 30", 'randomised = 30\nallocation = "parallel cohorts"'),
    ("ratio = 2", "ratio = 14"),
    ("ratio = 1\ndrugs", "ratio = 10\ndrugs"),
    ('name = "fewer cells"', 'name = "fewer cells"\nratio = 6\ncohort = {lesion_diameter_median_mm = 60}'),
)
IN_TURN = (("parallel cohorts", "one after the other"),)


def same_rows(one: TrialRecord, other: TrialRecord, mine: Any, yours: Any, *, but: tuple[str, ...] = ()) -> None:
    for name in PATIENT_COLUMNS:
        if name not in but:
            assert one.patients[name][mine].tobytes() == other.patients[name][yours].tobytes(), name


def test_every_arm_has_its_ratio_and_treatment(ran: RECORD) -> None:
    record = ran(("randomised = 30", "randomised = 32"), third_arm=True)
    arm = record.patients["arm"]
    assert [np.bincount(row, minlength=3).tolist() for row in arm] == [[16, 8, 8]]
    assert (record.patients["assigned_cells"] == (arm != 1)).all()
    infused = record.patients["infusions"] > 0
    assert infused[arm == 0].any()
    assert infused[arm == 2].any()
    assert not (infused & (arm == 1) & ~record.patients["crossed_over"]).any()


def test_columns_are_those_of_the_dictionaries(ran: RECORD) -> None:
    record = ran(*COHORTS, third_arm=True, detail=True)
    check_table(record.patients, PATIENT_COLUMNS, where="patients")
    check_table(record.screening, screening_columns(record.study), where="screening")
    assert {f"arm{k}_screened" for k in (1, 2, 3)} <= set(record.screening)


def test_an_added_arm_moves_nobody_who_stays_in_his(ran: RECORD) -> None:
    """A patient who is in the same arm of both studies is the same, lives the same and is treated the same."""
    two, three = (
        ran(("randomised = 30", "randomised = 32")),
        ran(("randomised = 30", "randomised = 32"), third_arm=True),
    )
    same = two.patients["arm"] == three.patients["arm"]
    assert 10 < same.sum() < 30
    same_rows(two, three, same, same)
    entry = ("randomised_day", "screening_number", "age_years", "positive_share", "peritoneal")
    for name in entry:
        assert two.patients[name].tobytes() == three.patients[name].tobytes(), name


def test_an_added_cohort_moves_no_other_cohort(ran: RECORD, small: Callable[..., Study]) -> None:
    three = ran(*COHORTS, third_arm=True)
    study = small(*COHORTS, third_arm=True)
    trial = dataclasses.replace(study.trial, arms=study.trial.arms[:2], randomised=24)
    two = run_trial(dataclasses.replace(study, trial=trial), seed=2, trials=(0,))
    same_rows(two, three, slice(None), (slice(None), slice(0, 24)))


def test_the_same_patient_in_two_arms_is_compared_with_himself(small: Callable[..., Study]) -> None:
    """An arm with the same plan under another name gives its patients exactly what the first would have given."""
    study = small()
    twins = tuple(Arm(name, "cells") for name in ("one", "two"))
    alike = dataclasses.replace(study.trial, arms=twins, crossover=Crossover(allowed=False))
    alone = dataclasses.replace(alike, arms=twins[:1])
    orr = dataclasses.replace(study.verdict, primary="orr")
    paired, single = (
        run_trial(dataclasses.replace(study, trial=trial, verdict=orr), seed=2, trials=(0,)) for trial in (alike, alone)
    )
    assert set(paired.patients["arm"].ravel()) == {0, 1}
    same_rows(paired, single, slice(None), slice(None), but=("arm",))


def test_an_arm_whose_own_section_says_the_same_changes_nothing(small: Callable[..., Study], ran: RECORD) -> None:
    study = small()
    arms = tuple(dataclasses.replace(arm, infusion=study.infusion, outcome=study.outcome) for arm in study.trial.arms)
    trial = dataclasses.replace(study.trial, arms=arms)
    spelt_out = run_trial(dataclasses.replace(study, trial=trial), seed=2, trials=(0,))
    same_rows(spelt_out, ran(), slice(None), slice(None))


def test_an_arm_s_own_dose_is_given(ran: RECORD) -> None:
    record = ran(("randomised = 30", "randomised = 32"), third_arm=True, detail=True)
    arm = record.patients["arm"][record.doses["trial"], record.doses["patient"]]
    assert set(record.doses["cells"][arm == 2]) == {1e8}
    assert set(record.doses["cells"][arm == 0]) == {2.5e8}


def test_cohorts_screen_their_own_patients(ran: RECORD) -> None:
    record = ran(*COHORTS, third_arm=True)
    arm = record.patients["arm"]
    assert (arm == np.repeat([0, 1, 2], [14, 10, 6])).all()
    assert record.patients["baseline_sld_mm"][arm == 2].mean() > record.patients["baseline_sld_mm"][arm == 1].mean()
    for number, size in zip((1, 2, 3), (14, 10, 6), strict=True):
        screened = record.screening[f"arm{number}_screened"]
        failures = [
            values for name, values in record.screening.items() if name.startswith(f"arm{number}_") and "fail" in name
        ]
        assert (screened == size + np.sum(failures, axis=0)).all()
    assert (record.screening["screened"] == sum(record.screening[f"arm{k}_screened"] for k in (1, 2, 3))).all()


@pytest.mark.parametrize("accrual", ["uniform", "ramp", "poisson"])
def test_cohorts_in_turn_follow_each_other(ran: RECORD, accrual: str) -> None:
    ramp = "\nramp_months = 4" if accrual == "ramp" else ""
    record = ran(
        *COHORTS, *IN_TURN, ("randomised = 30", f'randomised = 30\naccrual = "{accrual}"{ramp}'), third_arm=True
    )
    day, arm = record.patients["randomised_day"], record.patients["arm"]
    for number in (0, 1):
        last = np.where(arm == number, day, -np.inf).max(axis=1)
        first = np.where(arm == number + 1, day, np.inf).min(axis=1)
        assert (last <= first).all()


def test_trials_of_one_arm_and_of_drugs_alone(ran: RECORD, small: Callable[..., Study]) -> None:
    study = small()
    orr = dataclasses.replace(study.verdict, primary="orr")
    for arm in study.trial.arms:
        trial = dataclasses.replace(study.trial, arms=(arm,), crossover=Crossover(allowed=False))
        record = run_trial(dataclasses.replace(study, trial=trial, verdict=orr), seed=2, trials=(0,), detail=True)
        assert (record.patients["arm"] == 0).all()
        assert (record.patients["infusions"].sum() > 0) == (arm.treatment == "cells")
        check_table(record.patients, PATIENT_COLUMNS, where="patients")
        assert len(record.visits["day"]) > 30


def test_controls_cross_to_the_arm_that_is_named(small: Callable[..., Study]) -> None:
    text = (("crossover = {allowed = true}", 'crossover = {allowed = true, to = "fewer cells"}'),)
    record = run_trial(small(*text, third_arm=True), seed=2, trials=(0, 1), detail=True)
    crossed = record.patients["crossed_over"][record.doses["trial"], record.doses["patient"]]
    assert crossed.any()
    assert set(record.doses["cells"][crossed]) == {1e8}
    never = run_trial(small(("crossover = {allowed = true}", 'crossover = {allowed = true, after = "never"}')), seed=2)
    assert not never.patients["crossed_over"].any()


def test_every_arm_s_patient_has_his_story(small: Callable[..., Study], ran: RECORD) -> None:
    study = small(("randomised = 30", "randomised = 32"), third_arm=True)
    arm = ran(("randomised = 30", "randomised = 32"), third_arm=True).patients["arm"][0]
    for number in (1, 2):
        told = tell(study, seed=2, patient=int(np.flatnonzero(arm == number)[0]))
        assert told.summary["arm"] == study.trial.arms[number].name
        assert any(study.trial.arms[number].name in line for _, line in told.lines)
