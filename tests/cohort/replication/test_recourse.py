"""The placebo arm of RECOURSE (PMID 25970050), simulated with the rows of colorectal cancer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan
from adoptive.cohort import Population, draw_cohort
from adoptive.course import Plan, follow_choice
from adoptive.infusion import Choice
from adoptive.parameters import Typical
from adoptive.streams import Keys
from adoptive.trial.efficacy import efficacy_columns
from adoptive.trial.types import Study
from adoptive.units import days
from adoptive.verdict.survival import kaplan_meier, median_survival

PEOPLE, MONTHS = 900, 18.5


@pytest.fixture(scope="module")
def placebo(study: Study, typical: Typical, plan: Plan) -> dict[str, np.ndarray]:
    """Follow untreated patients with scans every eight weeks, three days early or late."""
    keys, end = Keys.of(0, np.arange(PEOPLE)), np.full(PEOPLE, float(days(MONTHS)))
    cohort = draw_cohort(
        Population("colorectal"), AntigenPlan("none"), keys=keys, typical=typical, streams=plan.streams
    )
    nothing = Choice(
        drug=np.zeros(PEOPLE, np.int64),
        start_day=np.full(PEOPLE, np.inf),
        kill_per_day=np.zeros(PEOPLE),
        resistance_per_day=np.zeros(PEOPLE),
        scan_interval_days=np.full(PEOPLE, 56.0),
    )
    outcome = dataclasses.replace(plan.outcome, scan_window_days=3.0)
    plan = dataclasses.replace(plan, outcome=outcome, horizon_days=float(end[0]))
    return efficacy_columns(follow_choice(cohort, plan, end_day=end, choice=nothing), study, end)


@pytest.mark.parametrize(
    ("what", "months", "share"),
    [
        *(("pfs", month, seen) for month, seen in ((1, 88), (2, 21), (4, 4), (6, 1))),
        *(("os", month, seen) for month, seen in ((1, 97), (2, 87), (3, 76), (4, 62), (6, 44), (9, 24), (12, 18))),
    ],
)
def test_curves_of_the_placebo_arm(placebo: dict[str, np.ndarray], what: str, months: float, share: float) -> None:
    """Eight points tolerated (n = 266: 3 standard errors at 50 %); the first months of survival are the worst fit."""
    curve = kaplan_meier(placebo[f"{what}_days"][None, :], placebo[f"{what}_event"][None, :], at_days=[days(months)])
    assert 100 * float(curve[0, 0]) == pytest.approx(share, abs=8.0)


def test_median_survival_of_the_placebo_arm(placebo: dict[str, np.ndarray]) -> None:
    """5.27 months reconstructed; half a month tolerated."""
    median = float(median_survival(placebo["os_days"][None, :], placebo["os_event"][None, :])[0]) / days(1.0)
    assert median == pytest.approx(5.27, abs=0.5)
