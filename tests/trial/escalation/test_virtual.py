"""Laws of the patients of dose-finding trials: people, not draws; doses act; exemptions exempt."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import draw_cohort
from adoptive.course import follow_cells
from adoptive.errors import StudyError
from adoptive.outcome import DLT_KINDS
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.enrol import enrol
from adoptive.trial.escalation import DoseLevel, EscalationPlan
from adoptive.trial.escalation.run import conduct_of, curve_of, design_of, patients_needed, run_designs
from adoptive.trial.escalation.virtual import (
    LevelOutcomes,
    dlt_rule,
    follow_levels,
    join_outcomes,
    level_regimen,
    study_of_escalation,
)
from adoptive.trial.plans import plan_of
from adoptive.trial.types import Study
from adoptive.trial.ward import dlt_of_course, safety_of_course

SEED = 3


def test_shapes_and_counts(outcomes: LevelOutcomes) -> None:
    assert outcomes.dlt_day.shape == outcomes.response.shape == outcomes.reason.shape == (4, 20, 3)
    day = outcomes.dlt_day[outcomes.dlt]
    assert ((day >= 0) & (day <= 28.0)).all()
    assert (outcomes.reason[outcomes.dlt] >= 2).all()
    assert (outcomes.reason[~outcomes.dlt] == 0).all()
    assert (outcomes.not_infused + outcomes.not_assessed < outcomes.candidates).all()


def test_a_trial_is_the_same_alone_and_among_others(finding_study: Study, outcomes: LevelOutcomes) -> None:
    alone = follow_levels(finding_study, seed=SEED, trials=[2], patients=6)
    np.testing.assert_array_equal(alone.dlt_day[0], outcomes.dlt_day[2, :6])
    np.testing.assert_array_equal(alone.response[0], outcomes.response[2, :6])


def test_one_cell_more_changes_nobody(outcomes: LevelOutcomes) -> None:
    """The patients are the same people at every level: nearly equal doses give equal fates."""
    np.testing.assert_array_equal(outcomes.dlt[:, :, 0], outcomes.dlt[:, :, 1])
    np.testing.assert_array_equal(outcomes.response[:, :, 0], outcomes.response[:, :, 1])


def test_more_cells_give_more_responses_and_no_fewer_dlts(outcomes: LevelOutcomes) -> None:
    """A hundredth of the dose against the whole in the same 80 people, fixed seed.

    In 873 people the larger dose gave 19 a DLT and took none away, so fewer DLTs at it have a chance far below 0.1 %;
    doses that many products cannot fill are left to other people and are not compared here.
    """
    assert outcomes.response[:, :, 2].sum() > outcomes.response[:, :, 0].sum()
    assert outcomes.dlt[:, :, 2].sum() >= outcomes.dlt[:, :, 0].sum()
    assert outcomes.dlt[:, :, 2].sum() > 0


def test_joined_parts_are_the_whole(finding_study: Study, outcomes: LevelOutcomes) -> None:
    halves = [follow_levels(finding_study, seed=SEED, trials=part, patients=20) for part in ((0, 1), (2, 3))]
    whole = join_outcomes(halves)
    for name in ("trials", "dlt_day", "response", "reason", "candidates", "not_infused", "not_assessed"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(outcomes, name), err_msg=name)


def test_everything_exempt_leaves_no_dlt(finding_study: Study, small_plan: EscalationPlan) -> None:
    plan = dataclasses.replace(small_plan, levels=(DoseLevel("a", 1e8), DoseLevel("b", 1e9)), exempt=DLT_KINDS)
    study = dataclasses.replace(finding_study, trial=dataclasses.replace(finding_study.trial, escalation=plan))
    assert not follow_levels(study, seed=SEED, trials=[0, 1], patients=6).dlt.any()


def test_an_unknown_exemption_is_refused(finding_study: Study, small_plan: EscalationPlan) -> None:
    plan = dataclasses.replace(small_plan, exempt=("hiccups",))
    study = dataclasses.replace(finding_study, trial=dataclasses.replace(finding_study.trial, escalation=plan))
    with pytest.raises(StudyError, match="hiccups"):
        follow_levels(study, seed=SEED, trials=[0], patients=1)


def test_a_dose_that_nobody_can_get_is_refused(finding_study: Study, small_plan: EscalationPlan) -> None:
    plan = dataclasses.replace(small_plan, levels=(DoseLevel("a", 1e8), DoseLevel("mountain", 1e12)))
    study = dataclasses.replace(finding_study, trial=dataclasses.replace(finding_study.trial, escalation=plan))
    with pytest.raises(StudyError, match="mountain"):
        follow_levels(study, seed=SEED, trials=[0], patients=1)


def test_the_rule_is_that_of_the_trial_record(finding_study: Study, outcomes: LevelOutcomes) -> None:
    """The usual rule at the study's own dose gives the dlt column of the record, patient by patient."""
    study, plan = study_of_escalation(finding_study)
    streams, trials = Streams(SEED), np.arange(2)
    common: dict[str, Any] = {"typical": draw_typical(load_book(), streams, trials=trials), "streams": streams}
    small = dataclasses.replace(study, trial=dataclasses.replace(study.trial, randomised=30))
    keys = enrol(small, trials=trials, **common).keys
    people = draw_cohort(study.cohort, study.antigen, keys=keys, **common)
    at_level = dataclasses.replace(study, infusion=level_regimen(study.infusion, plan.levels[2]))
    course = follow_cells(people, plan_of(at_level, horizon_days=140.0, **common), end_day=np.full(len(people), 140.0))
    found = dlt_of_course(course, dlt_rule(plan))
    np.testing.assert_array_equal(found.limiting, safety_of_course(course).dlt)
    ok = (found.limiting.reshape(2, -1) >= 0) & course.treated.reshape(2, -1)
    for trial in range(2):
        mine = (found.limiting.reshape(2, -1)[trial] == 1)[ok[trial]]
        both = min(len(mine), outcomes.dlt.shape[1])
        np.testing.assert_array_equal(mine[:both], outcomes.dlt[trial, :both, 2])


def test_a_level_scales_cells_and_lymphodepletion(study: Study) -> None:
    regimen = study.infusion
    none, half, whole = (level_regimen(regimen, DoseLevel("x", 3e8, share)) for share in (0.0, 0.5, 1.0))
    assert none.lymphodepletion == ()
    assert [drug.dose_mg_m2 for drug in half.lymphodepletion] == [
        drug.dose_mg_m2 / 2 for drug in regimen.lymphodepletion
    ]
    assert whole == dataclasses.replace(regimen, dose_cells=3e8)


def test_the_rule_of_a_short_window_looks_at_cytopenia_on_its_last_day(small_plan: EscalationPlan) -> None:
    assert dlt_rule(small_plan).cytopenia_day == 28.0
    assert dlt_rule(dataclasses.replace(small_plan, window_days=21.0)).assessed_days == 21.0
    assert dlt_rule(dataclasses.replace(small_plan, window_days=42.0)).assessed_days == 42.0


def hand_made(dlt: np.ndarray) -> LevelOutcomes:
    trials, patients, levels = dlt.shape
    zero = np.zeros(levels, np.int64)
    return LevelOutcomes(
        np.arange(5, 5 + trials), np.where(dlt, 7.0, np.inf), np.zeros(dlt.shape, bool), 2 * dlt.astype(np.int64),
        ("no", "short", "yes"), zero + patients * trials, zero, zero,
    )  # fmt: skip


def test_the_curve_by_hand() -> None:
    dlt = np.zeros((2, 4, 2), bool)
    dlt[0, :2, 1] = True  # trial 0: half of four, trial 1: none
    curve = curve_of(hand_made(dlt), target=0.3)
    assert curve.dlt.tolist() == [0.0, 0.25]
    error = np.std([0.5, 0.0], ddof=1) / np.sqrt(2)
    assert curve.dlt_high[1] == pytest.approx(min(0.25 + 1.959963984540054 * error, 1.0))
    assert curve.right == 1


def test_designs_decide_on_the_same_patients(small_plan: EscalationPlan) -> None:
    """Two designs that never differ in the first cohort see the same first patients; a deadly level stops all."""
    dlt = np.zeros((6, 18, 3), bool)
    dlt[:3, :, 0] = True
    names = ("boin", "3+3", "crm", "mtpi-2")
    results = run_designs(small_plan, hand_made(dlt), names, seed=1)
    assert [one.name for one in results] == list(names)
    for one in results:
        assert one.trials.trials.tolist() == list(range(5, 11))
        assert (one.trials.selected[:3] == -1).all()
        assert (one.trials.selected[3:] >= 1).all()
        assert (one.trials.dlt[:3, 0] == 3).all()
        assert one.characteristics.stopped_toxic.value == pytest.approx(50.0)


def test_three_plus_three_has_its_own_conduct(small_plan: EscalationPlan) -> None:
    plan = dataclasses.replace(small_plan, cohort_size=2, most_patients=12, titration=True, start_level=2)
    three, other = conduct_of(plan, "3+3"), conduct_of(plan, "crm")
    assert (three.cohort_size, three.most_patients, three.titration) == (3, 18, False)
    assert (other.cohort_size, other.most_patients, other.titration, other.start_level) == (2, 12, True, 1)
    assert patients_needed(plan, ["crm", "3+3"]) == 18
    assert design_of(plan, "crm").name == "crm"


def test_too_few_patients_are_refused(small_plan: EscalationPlan) -> None:
    with pytest.raises(StudyError, match="too few patients"):
        run_designs(small_plan, hand_made(np.zeros((2, 4, 3), bool)), ["boin"], seed=1)


def test_a_study_needs_a_plan_and_cells(study: Study) -> None:
    with pytest.raises(StudyError, match="--doses"):
        study_of_escalation(study)


LEVELS = (DoseLevel("a", 1e8), DoseLevel("b", 2e8))


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("share a name", {"levels": (DoseLevel("a", 1e8), DoseLevel("a", 2e8))}),
        ("mildest", {"levels": (DoseLevel("a", 2e8), DoseLevel("b", 1e8))}),
        ("mildest", {"levels": (DoseLevel("a", 1e8, 0.5), DoseLevel("b", 1e8, 0.5))}),
        ("no such dose level", {"start_level": 3}),
        ("no such dose level", {"prior_level": 3}),
        ("watched longer", {"stagger_days": 40.0}),
        ("fewer patients", {"cohort_size": 6, "most_patients": 3}),
        ("skeleton", {"skeleton": (0.1, 0.2, 0.3)}),
        ("skeleton", {"skeleton": (0.3, 0.2)}),
        ("leaves 0 to 1", {"target": 0.1, "half_width": 0.1}),
    ],
)
def test_plans_that_cannot_be_are_refused(fault: str, changes: dict[str, object]) -> None:
    with pytest.raises(StudyError, match=fault):
        dataclasses.replace(EscalationPlan(LEVELS), **changes)  # type: ignore[arg-type]


def test_more_lymphodepletion_alone_is_a_stronger_level() -> None:
    assert EscalationPlan((DoseLevel("a", 1e8, 0.0), DoseLevel("b", 1e8, 1.0), DoseLevel("c", 2e8, 0.5)))
