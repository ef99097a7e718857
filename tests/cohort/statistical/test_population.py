"""Distributions of the cohort against the numbers they are drawn from; bounds are 4 standard errors (1 in 10,000)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from adoptive.cohort import Cohort, draw_cohort, screen
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study


def test_the_number_of_lesions_is_one_more_than_a_poisson_number_cut_at_five(candidates: Cohort, study: Study) -> None:
    """Chi-square test at 1 in 1,000."""
    count = (candidates.lesion_diameter_mm > 0).sum(axis=1)
    poisson = stats.poisson(study.cohort.lesions_mean - 1.0)
    share = np.append(poisson.pmf(np.arange(4)), poisson.sf(3))
    assert stats.chisquare(np.bincount(count, minlength=6)[1:], share * len(count)).pvalue > 1e-3


@pytest.mark.parametrize(
    ("column", "field"), [("peritoneal", "peritoneal_share"), ("third_line_or_later", "third_line_or_later_share")]
)
def test_shares_come_out_as_the_plan_says(candidates: Cohort, study: Study, column: str, field: str) -> None:
    share, number = getattr(study.cohort, field), len(candidates)
    assert abs(getattr(candidates, column).mean() - share) < 4 * np.sqrt(share * (1 - share) / number)


def test_other_failures_come_out_as_the_plan_says(study: Study, keys: Keys, typical: Typical, streams: Streams) -> None:
    other = screen(study.cohort, study.antigen, keys, typical, streams).other_fails
    share = study.cohort.other_failure_share
    assert abs(other.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(keys))


def test_screening_sees_the_read_that_the_patient_carries_later(
    study: Study, keys: Keys, typical: Typical, streams: Streams, candidates: Cohort
) -> None:
    read = screen(study.cohort, study.antigen, keys, typical, streams).read_share
    assert read.tobytes() == candidates.antigen.read_share.tobytes()


def test_doubling_times_have_the_published_median_mean_and_spread(
    study: Study, keys: Keys, published: Callable[..., Typical], streams: Streams
) -> None:
    """Untreated recurrent gastric cancer, CEA, n = 112: median 32 d, mean 37.5, SD 20.5, range 12 to 105."""
    typical = published(cohort__doubling_time_lesion_sd=0.0)
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
    days = np.log(2.0) / cohort.growth_per_day[:, 0]
    assert np.median(days) == pytest.approx(32.0, rel=0.02)
    assert days.mean() == pytest.approx(37.5, rel=0.05)
    assert days.std() == pytest.approx(20.5, rel=0.08)
    assert 0.95 < ((days > 12) & (days < 105)).mean() < 1.0


def test_largest_lesions_are_lognormal_between_the_limits(candidates: Cohort, study: Study) -> None:
    diameter = candidates.lesion_diameter_mm[:, 0]
    inside = (diameter > 10.0) & (diameter < 110.0)
    model = stats.lognorm(0.45, scale=study.cohort.lesion_diameter_median_mm)
    assert inside.mean() == pytest.approx(model.cdf(110.0) - model.cdf(10.0), abs=0.01)
    assert np.median(diameter) == pytest.approx(26.0, rel=4 * 1.2533 * 0.45 / np.sqrt(len(diameter)))


@pytest.mark.parametrize(("column", "median", "spread"), [("frailty", 1.0, 0.50), ("weight_kg", 58.0, 0.18)])
def test_traits_are_lognormal_about_the_published_value(
    candidates: Cohort, column: str, median: float, spread: float
) -> None:
    logs = np.log(getattr(candidates, column) / median)
    assert abs(logs.mean()) < 4 * spread / np.sqrt(len(logs))
    assert logs.std() == pytest.approx(spread, rel=0.02)
