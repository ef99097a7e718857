"""Published natural history of untreated gastric cancer, simulated: first-scan progression, placebo survival.

Patients are screened for nothing but other reasons (no antigen selection), nobody takes a drug, parameters are
the calibrated ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import Course, Plan, follow_choice
from adoptive.infusion import Choice
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.efficacy import efficacy_columns
from adoptive.trial.run import plan_of
from adoptive.trial.types import Study
from adoptive.units import days
from adoptive.verdict.survival import kaplan_meier, median_survival

PEOPLE = 2500


def untreated(cohort: Cohort, plan: Plan, *, scan_interval_days: float, months: float) -> Course:
    """Follow patients who refuse every drug."""
    number = len(cohort)
    nothing = Choice(
        drug=np.zeros(number, np.int64),
        start_day=np.full(number, np.inf),
        kill_per_day=np.zeros(number),
        resistance_per_day=np.zeros(number),
        scan_interval_days=np.full(number, scan_interval_days),
    )
    end = float(days(months))
    shorter = dataclasses.replace(plan, horizon_days=end)
    return follow_choice(cohort, shorter, end_day=np.full(number, end), choice=nothing)


@pytest.fixture(scope="module")
def everybody(study: Study, typical: Typical, streams: Streams) -> Cohort:
    keys = Keys.of(0, np.arange(PEOPLE))
    return draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)


@pytest.fixture(scope="module")
def placebo(everybody: Cohort, plan: Plan) -> Course:
    return untreated(everybody, plan, scan_interval_days=42.0, months=12.5)


@pytest.fixture(scope="module")
def seen(study: Study, placebo: Course) -> dict[str, np.ndarray]:
    return efficacy_columns(placebo, study, np.full(PEOPLE, float(days(12.5))))


def test_k5_the_median_untreated_patient_progresses_at_the_first_scan(seen: dict[str, np.ndarray]) -> None:
    """Doubling in 32 days (recurrent gastric cancer, n = 112), scans every six weeks: median day 42, give or take 7."""
    median = float(median_survival(seen["pfs_days"][None, :], seen["pfs_event"][None, :])[0])
    assert 35.0 <= median <= 49.0


def test_k5_on_planned_scans_alone_the_median_is_that_of_the_placebo_arms(
    study: Study, published: Callable[..., Typical], streams: Streams
) -> None:
    """1.45 months (ATTRACTION-2, Kang 2017, 10.1016/S0140-6736(17)31827-5), 1.8 (apatinib, Li 2016).

    Scans for symptoms between the planned ones, whose rate is hardly published, bring it forward to 1.37 months.
    """
    planned = published(outcome__early_scan_hazard=1e-9)
    keys = Keys.of(0, np.arange(PEOPLE))
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=planned, streams=streams)
    plan = plan_of(study, typical=planned, streams=streams)
    course = untreated(cohort, plan, scan_interval_days=42.0, months=12.5)
    seen = efficacy_columns(course, study, np.full(PEOPLE, float(days(12.5))))
    median = float(median_survival(seen["pfs_days"][None, :], seen["pfs_event"][None, :])[0])
    assert 1.4 <= median / days(1.0) <= 1.8


def test_growth_alone_progresses_when_gompertz_says_so(
    study: Study, published: Callable[..., Typical], plan: Plan
) -> None:
    """A fifth more diameter is 0.789 doublings; a second calculation agrees on who has them at six and eight weeks.

    One lesion, exact reading, no window, no death, no progression elsewhere. Exponential growth (log-normal doubling,
    32 d, 0.53) would give 83 % at six weeks and 93 % at eight; the brake of Gompertz growth takes some away.
    """
    never = (
        "death_hazard",
        "death_hazard@gastric",
        "new_lesion_hazard",
        "new_lesion_hazard@gastric",
        "withdrawal_hazard",
    )
    quiet = published(
        outcome__reader_sd=0.0,
        outcome__missed_visit=0.0,
        cohort__doubling_time_lesion_sd=0.0,
        **{f"outcome__{name}": 1e-9 for name in never},
    )
    population = dataclasses.replace(study.cohort, lesions_mean=1.0, lesion_diameter_median_mm=40.0)
    some = Keys.of(0, np.arange(1000))
    cohort = draw_cohort(population, study.antigen, keys=some, typical=quiet, streams=plan.streams)
    outcome = dataclasses.replace(plan.outcome, scan_window_days=0.0)
    still = dataclasses.replace(plan, typical=quiet, outcome=outcome)
    diameter, growth = cohort.lesion_diameter_mm[:, 0], cohort.growth_per_day[:, 0]
    room = np.log(6e11 / (5e8 * np.pi / 6 * (diameter / 10) ** 3))
    for interval, exponential in ((42.0, 0.83), (56.0, 0.93)):
        grown = np.exp(room * (1 - np.exp(-growth / room * interval)) / 3)
        expected = (grown >= 1.2) & ((grown - 1) * diameter >= 5.0)
        course = untreated(cohort, still, scan_interval_days=interval, months=2.5)
        progressed = course.reading.progression_day <= interval + 0.01
        assert (progressed == expected).mean() > 0.97
        assert exponential - 0.12 < progressed.mean() < exponential


@pytest.mark.parametrize(
    ("months", "published_share"), [(1, 93), (2, 76), (3, 66), (4, 52), (6, 34), (9, 18), (12, 10)]
)
def test_placebo_survival_of_attraction_2(seen: dict[str, np.ndarray], months: float, published_share: float) -> None:
    """Reconstructed curve of the placebo arm (n = 163, Kang 2017, 10.1016/S0140-6736(17)31827-5).

    Five points tolerated: 1.3 standard errors of the published 50 %.
    """
    survival = kaplan_meier(seen["os_days"][None, :], seen["os_event"][None, :], at_days=[float(days(months))])[0, 0]
    assert 100 * float(survival) == pytest.approx(published_share, abs=5.0)


def test_placebo_survival_has_the_published_median(seen: dict[str, np.ndarray]) -> None:
    """4.14 months (3.42 to 4.86); inside the published interval."""
    median = float(median_survival(seen["os_days"][None, :], seen["os_event"][None, :])[0]) / days(1.0)
    assert 3.42 < median < 4.86


def test_placebo_does_not_respond(seen: dict[str, np.ndarray]) -> None:
    """No response among 163 (ATTRACTION-2) and in the apatinib trial's placebo arm: at most 1 in 100 here."""
    assert seen["responder"].mean() < 0.01


def test_k6_a_fifth_of_untreated_colorectal_patients_is_free_of_progression_after_the_first_scan(
    study: Study, typical: Typical, plan: Plan
) -> None:
    """RECOURSE placebo (PMID 25970050): 88 % at month 1, 21 % at month 2, the step being the eight-week scan.

    Effective doubling 46 days, scans on the day; death and progression elsewhere are still gastric cancer's, so six
    points are tolerated at month 1 and five at month 2.
    """
    population = dataclasses.replace(study.cohort, doubling_time_days=46.0)
    some = Keys.of(0, np.arange(1000))
    cohort = draw_cohort(population, study.antigen, keys=some, typical=typical, streams=plan.streams)
    punctual = dataclasses.replace(plan, outcome=dataclasses.replace(plan.outcome, scan_window_days=0.0))
    course = untreated(cohort, punctual, scan_interval_days=56.0, months=4.0)
    end = np.full(len(cohort), float(days(4.0)))
    told = efficacy_columns(course, study, end)
    at_days = [float(days(month)) for month in (1, 2)]
    survival = kaplan_meier(told["pfs_days"][None, :], told["pfs_event"][None, :], at_days=at_days)[0]
    assert 100 * float(survival[0]) == pytest.approx(88, abs=6)
    assert 100 * float(survival[1]) == pytest.approx(21, abs=5)
