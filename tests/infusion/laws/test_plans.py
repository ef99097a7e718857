"""Laws of plans: in time order, nothing lost, whatever is switched on is switched off."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.cohort import Cohort
from adoptive.infusion import (
    DRUGS,
    Choice,
    ChoiceDrug,
    Infusions,
    choose_drugs,
    give,
    join,
    plan_bridging,
    plan_infusion,
    plan_lymphodepletion,
)
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.types import Study

DAY = st.one_of(st.floats(0, 500), st.just(np.inf), st.sampled_from([10.0, 20.0]))
EVENT = st.tuples(DAY, st.integers(0, len(DRUGS) - 1), st.floats(-5, 5))


def plans_of(rows: list[list[tuple[float, int, float]]]) -> list[Infusions]:
    """Make one plan of one patient from each row."""
    return [
        join(Infusions.none(1), *(give(DRUGS[kind], day=np.array([day]), amount=amount) for day, kind, amount in row))
        for row in rows
    ]


@given(rows=st.lists(st.lists(EVENT, max_size=5), min_size=1, max_size=4))
def test_joining_keeps_every_event_in_time_order(rows: list[list[tuple[float, int, float]]]) -> None:
    joined = join(*plans_of(rows))
    assert (np.diff(joined.day[np.isfinite(joined.day)]) >= 0).all()
    events = list(zip(joined.day[0].tolist(), joined.kind[0].tolist(), joined.amount[0].tolist(), strict=True))
    assert sorted(events) == sorted(event for row in rows for event in row)


ON_A_DAY = st.tuples(st.sampled_from([10.0, 20.0, 30.0]), st.integers(0, len(DRUGS) - 1))


@given(events=st.lists(ON_A_DAY, min_size=2, max_size=12))
def test_on_one_day_the_order_of_the_list_holds(events: list[tuple[float, int]]) -> None:
    many = events * 5
    joined = join(*(give(DRUGS[kind], day=np.array([day]), amount=1.0) for day, kind in many))
    expected = sorted(many, key=lambda event: event[0])
    assert list(zip(joined.day[0].tolist(), joined.kind[0].tolist(), strict=True)) == expected


@settings(deadline=None)
@given(days=st.lists(st.floats(6.0, 400.0), min_size=1, max_size=5), number=st.integers(1, 3))
def test_lymphodepletion_is_over_before_the_cells_come(
    study: Study, typical: Typical, candidates: Cohort, days: list[float], number: int
) -> None:
    when, some = np.array(days), candidates.take(np.arange(len(days)))
    drugs = plan_lymphodepletion(study.infusion, some, infusion_day=when, number=number, typical=typical)
    plan = join(drugs, plan_infusion(study.infusion, infusion_day=when))
    assert (plan.kind[:, -1] == DRUGS.index("infusion")).all()
    assert (plan.day[:, :-1] < plan.day[:, -1:]).all()
    lead = typical.at("infusion.lymphodepletion_lead_days", some.keys)
    assert (plan.day >= (when - lead)[:, None]).all(), "the leg that ends in a decision ends before the first drug"


@settings(deadline=None, max_examples=40)
@given(
    start=st.lists(st.one_of(st.floats(0, 100), st.just(np.inf)), min_size=8, max_size=8),
    wait=st.lists(st.floats(0, 100), min_size=8, max_size=8),
    length=st.floats(0, 60),
)
def test_bridging_is_switched_off_again_before_lymphodepletion(
    study: Study,
    candidates: Cohort,
    typical: Typical,
    streams: Streams,
    start: list[float],
    wait: list[float],
    length: float,
) -> None:
    regimen = dataclasses.replace(study.infusion, bridging_days=length)
    begin = np.array(start)
    end = np.where(np.isfinite(begin), begin, 0.0) + np.array(wait)
    eight = candidates.take(np.arange(8))
    plan = plan_bridging(regimen, eight, start_day=begin, end_day=end, typical=typical, streams=streams)
    given_at = np.isfinite(plan.day)
    assert (given_at.sum(axis=1) % 2 == 0).all(), "who is started is stopped"
    np.testing.assert_allclose(np.where(given_at, plan.amount, 0.0).sum(axis=1), 0.0, atol=1e-15)
    assert (plan.amount[:, 0] > 0).all()
    on = given_at.all(axis=1)
    assert on.tolist() == (np.isfinite(begin) & (length > 0)).tolist()
    assert (plan.day[on, 1] - plan.day[on, 0] <= length + 1e-9).all()
    real = on & (end > begin + 2e-3)
    assert (plan.day[real, 1] < end[real]).all()


@settings(deadline=None)
@given(
    start=st.one_of(st.floats(0, 60), st.just(np.inf)),
    stop=st.floats(0, 400),
    kill=st.floats(0, 0.15),
    fading=st.floats(0, 0.1),
    later=st.floats(0, 300),
)
def test_nothing_is_left_of_a_cancelled_drug(
    start: float, stop: float, kill: float, fading: float, later: float
) -> None:
    """Each event fades as the model lets it; after the stop the sum is 0 on any later day."""
    one = (np.array([value]) for value in (start, kill, fading, 42.0))
    begin, strength, resistance, interval = one
    plan = Choice(np.array([0]), begin, strength, resistance, interval).plan_until(np.array([stop]))
    day = np.where(np.isfinite(plan.day), plan.day, 0.0)
    left = np.where(np.isfinite(plan.day), plan.amount * np.exp(-fading * (stop + later - day)), 0.0).sum()
    assert abs(left) < 1e-12


def test_withholding_stops_some_and_only_those(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    some = candidates.take(np.arange(60))
    choice = choose_drugs(study.trial.arms[1].drugs, some, typical=typical, streams=streams)
    rows = np.arange(60) % 3 == 0
    withheld = choice.withhold(rows)
    assert np.isinf(withheld.start_day[rows]).all()
    assert withheld.start_day[~rows].tobytes() == choice.start_day[~rows].tobytes()
    assert np.isinf(withheld.plan().day[rows]).all()
    assert withheld.kill_per_day.tobytes() == choice.kill_per_day.tobytes()
    assert choice.take(rows).drug.tolist() == choice.drug[rows].tolist()


def test_the_choice_follows_the_arms_shares_and_each_drugs_calendar(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    """Shares within 4 standard errors (1 in 10,000)."""
    drugs = study.trial.arms[1].drugs
    choice = choose_drugs(drugs, candidates, typical=typical, streams=streams)
    shares = np.bincount(choice.drug, minlength=len(drugs)) / len(candidates)
    assert np.abs(shares - [drug.share for drug in drugs]).max() < 4 * np.sqrt(0.2 * 0.8 / len(candidates))
    calendar = np.array([drug.scan_interval_days for drug in drugs])
    assert (choice.scan_interval_days == calendar[choice.drug]).all()
    assert ((choice.start_day > 0) & (choice.start_day < 60)).all()
    assert ((choice.kill_per_day > 0) & (choice.kill_per_day <= 0.15)).all()
    nivolumab = choice.drug == [drug.drug for drug in drugs].index("nivolumab")
    assert np.median(choice.kill_per_day[nivolumab]) < 0.5 * np.median(choice.kill_per_day[~nivolumab])
    assert set(choice.resistance_per_day[nivolumab]) == {0.0030}
    assert set(choice.resistance_per_day[~nivolumab]) == {0.0076}


def test_an_arm_of_one_drug_gives_that_drug(candidates: Cohort, typical: Typical, streams: Streams) -> None:
    only = (ChoiceDrug("irinotecan", 1.0, 42.0),)
    assert (choose_drugs(only, candidates, typical=typical, streams=streams).drug == 0).all()
