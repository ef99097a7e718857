"""Days and doses that the protocol names, counted by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.infusion import (
    DRUGS,
    Choice,
    SignLevels,
    give,
    plan_bridging,
    plan_infusion,
    plan_lymphodepletion,
    plan_pembrolizumab,
    supportive_care,
)
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study

PAIR = Keys.of(0, [0, 1])


@pytest.fixture
def pair(candidates: Cohort) -> Cohort:
    """Two patients with normal kidneys."""
    two = candidates.take(np.arange(2))
    return dataclasses.replace(two, creatinine_clearance_ml_min=90.0 * two.bsa_m2 / 1.73)


def test_lymphodepletion_stands_on_the_protocols_days(study: Study, pair: Cohort, typical: Typical) -> None:
    """Fludarabine 25 mg/m2 on days -5 and -4, cyclophosphamide 250 mg/m2 on days -5 to -3: one daily dose each."""
    plan = plan_lymphodepletion(study.infusion, pair, infusion_day=np.array([40.0, np.inf]), number=1, typical=typical)
    told = [
        (day, DRUGS[kind], amount) for day, kind, amount in zip(plan.day[0], plan.kind[0], plan.amount[0], strict=True)
    ]
    assert told == [
        (35.0, "fludarabine", pytest.approx(1.0, rel=1e-12)),
        (35.0, "cyclophosphamide", 1.0),
        (36.0, "fludarabine", pytest.approx(1.0, rel=1e-12)),
        (36.0, "cyclophosphamide", 1.0),
        (37.0, "cyclophosphamide", 1.0),
    ]
    assert np.isinf(plan.day[1]).all(), "who is not infused gets no lymphodepletion"


def test_twice_the_dose_counts_twice(study: Study, pair: Cohort, typical: Typical) -> None:
    drugs = tuple(dataclasses.replace(d, dose_mg_m2=2 * d.dose_mg_m2) for d in study.infusion.lymphodepletion)
    regimen = dataclasses.replace(study.infusion, lymphodepletion=drugs)
    plan = plan_lymphodepletion(regimen, pair, infusion_day=np.array([40.0, 40.0]), number=1, typical=typical)
    np.testing.assert_allclose(plan.amount, 2.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("before", "number", "events"),
    [("each", 1, 5), ("each", 2, 5), ("first", 1, 5), ("first", 2, 0), ("none", 1, 0), (3, 3, 5), (3, 4, 0), (0, 1, 0)],
)
def test_lymphodepletion_precedes_the_infusions_that_the_study_names(
    study: Study, pair: Cohort, typical: Typical, before: str | int, number: int, events: int
) -> None:
    regimen = dataclasses.replace(study.infusion, lymphodepletion_before=before)  # type: ignore[arg-type]
    plan = plan_lymphodepletion(regimen, pair, infusion_day=np.array([40.0, 50.0]), number=number, typical=typical)
    assert plan.day.shape == (2, events)


def test_the_cells_are_the_studys_dose(study: Study) -> None:
    plan = plan_infusion(study.infusion, infusion_day=np.array([40.0, np.inf]))
    assert plan.day[:, 0].tolist() == [40.0, np.inf]
    assert plan.amount[0, 0] == 2.5e8
    assert DRUGS[plan.kind[0, 0]] == "infusion"


def test_pembrolizumab_comes_every_three_weeks_for_a_year_or_not_at_all(study: Study, typical: Typical) -> None:
    none = plan_pembrolizumab(study.infusion, first_day=np.array([40.0, 50.0]), keys=PAIR, typical=typical)
    assert none.day.shape == (2, 0)
    regimen = dataclasses.replace(study.infusion, pembrolizumab_mg=200.0)
    plan = plan_pembrolizumab(regimen, first_day=np.array([40.0, np.inf]), keys=PAIR, typical=typical)
    np.testing.assert_allclose(plan.day[0], 40.0 + 21.0 * np.arange(17))
    assert (plan.amount == 200.0).all()
    assert np.isinf(plan.day[1]).all()


def test_bridging_is_one_cycle_in_proportion_to_growth(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    some = candidates.take(np.arange(100))
    plan = plan_bridging(
        study.infusion, some, start_day=np.full(100, 7.0), end_day=np.full(100, 60.0), typical=typical, streams=streams
    )
    np.testing.assert_allclose(plan.day[:, 0], 7.0)
    np.testing.assert_allclose(plan.day[:, 1], 7.0 + 27.0)
    regimen = dataclasses.replace(study.infusion, bridging_kill_ratio=1.0)
    twice = plan_bridging(
        regimen, some, start_day=np.full(100, 7.0), end_day=np.full(100, 60.0), typical=typical, streams=streams
    )
    np.testing.assert_allclose(twice.amount, 2.0 * plan.amount)
    there = some.lesion_diameter_mm > 0
    growth = np.array([rates[mask].mean() for rates, mask in zip(some.growth_per_day, there, strict=True)])
    ratio = plan.amount[:, 0] / growth
    assert np.median(ratio) == pytest.approx(0.5, rel=0.15)
    assert np.std(np.log(ratio)) == pytest.approx(0.5, rel=0.25), "one patient's effect differs from another's"


def test_the_choice_is_cancelled_on_its_last_day() -> None:
    """What is taken away is what fading has left: ``kill exp(-resistance (stop - start))``."""
    choice = Choice(
        drug=np.array([0, 0, 0]),
        start_day=np.array([4.0, 4.0, np.inf]),
        kill_per_day=np.array([0.02, 0.03, 0.02]),
        resistance_per_day=np.array([0.01, 0.0, 0.01]),
        scan_interval_days=np.full(3, 42.0),
    )
    plan = choice.plan_until(np.array([54.0, 54.0, 54.0]))
    np.testing.assert_allclose(plan.day[:2], [[4.0, 54.0]] * 2)
    np.testing.assert_allclose(plan.amount[0], [0.02, -0.02 * np.exp(-0.5)])
    np.testing.assert_allclose(plan.amount[1], [0.03, -0.03])
    assert np.isinf(plan.day[2]).all()
    assert np.isinf(choice.plan_until(np.full(3, 4.0)).day).all(), "a drug stopped before it starts is never given"


def test_tocilizumab_is_dosed_by_weight_up_to_800_mg(study: Study, candidates: Cohort, typical: Typical) -> None:
    two = dataclasses.replace(candidates.take(np.array([0, 1])), weight_kg=np.array([60.0, 120.0]))
    serious, severe = np.array([150.0, 90.0]), np.array([1000.0, 700.0])
    levels = SignLevels(np.column_stack([serious, serious, severe, severe]), np.ones((2, 4)), np.full(2, 1000.0))
    tocilizumab, dexamethasone = supportive_care(study.infusion, two, levels=levels, typical=typical)
    assert tocilizumab.amount.tolist() == [480.0, 800.0]
    assert tocilizumab.maximum == 4
    assert tocilizumab.threshold.tolist() == serious.tolist()
    assert tocilizumab.lockout_days >= 1 / 3, "not more often than every 8 hours"
    assert dexamethasone.threshold.tolist() == severe.tolist()
    assert dexamethasone.amount.tolist() == [10.0, 10.0]
    assert {tocilizumab.drug, dexamethasone.drug} <= set(DRUGS)


def test_a_regimen_without_steroids_gives_none(study: Study, candidates: Cohort, typical: Typical) -> None:
    one = candidates.take(np.array([0]))
    regimen = dataclasses.replace(study.infusion, dexamethasone_mg=0.0)
    levels = SignLevels(np.ones((1, 4)), np.ones((1, 4)), np.ones(1))
    wards = supportive_care(regimen, one, levels=levels, typical=typical)
    assert [ward.maximum for ward in wards] == [4, 0]


def test_an_event_that_is_not_given_has_no_day() -> None:
    plan = give("infusion", day=np.array([7.0, np.inf]), amount=1e8)
    assert plan.day.tolist() == [[7.0], [np.inf]]


def test_bridging_is_given_to_the_studys_share(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    """Within 4 standard errors (1 in 10,000); who is bridged at a low share is bridged at a higher one."""
    many, bridged = len(candidates), {}
    for share in (0.0, 0.3, 0.8, 1.0):
        regimen = dataclasses.replace(study.infusion, bridging_share=share)
        days: dict[str, Any] = {"start_day": np.full(many, 7.0), "end_day": np.full(many, 60.0)}
        plan = plan_bridging(regimen, candidates, **days, typical=typical, streams=streams)
        bridged[share] = np.isfinite(plan.day).all(axis=1)
        assert abs(bridged[share].mean() - share) <= 4 * np.sqrt(share * (1.0 - share) / many)
    assert (bridged[0.3] <= bridged[0.8]).all()
