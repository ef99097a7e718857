"""The positive share against the Beta distribution it is drawn from, and against the cohort that set it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from adoptive.antigen import draw_positive_share
from adoptive.cohort import Cohort
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study


def test_the_share_is_the_beta_quantile_of_the_patients_uniform(
    study: Study, keys: Keys, typical: Typical, streams: Streams
) -> None:
    few = keys.take(np.arange(200))
    uniform = streams.uniform("antigen.positive share", few)
    expected = stats.beta(study.antigen.primary_alpha, study.antigen.primary_beta).ppf(uniform)
    drawn = draw_positive_share(study.antigen, few, kinds=Kinds.one(200), typical=typical, streams=streams)
    np.testing.assert_allclose(drawn, np.clip(expected, 1e-6, 1 - 1e-6), rtol=1e-6)


def test_drawn_shares_have_the_beta_distribution(study: Study, candidates: Cohort) -> None:
    """Kolmogorov-Smirnov at 1 in 1,000 (fixed seed, so it fails for a reason or never)."""
    beta = stats.beta(study.antigen.primary_alpha, study.antigen.primary_beta)
    assert stats.kstest(candidates.antigen.positive_share, beta.cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    ("place", "threshold", "positive", "of"),
    [("primary", 0.40, 48, 84), ("primary", 0.75, 24, 84), ("peritoneal", 0.40, 37, 84), ("peritoneal", 0.75, 17, 84)],
)
def test_shares_of_the_dissemination_cohort_come_back(
    study: Study, place: str, threshold: float, positive: int, of: int
) -> None:
    """CLDN18 in gastric cancer with peritoneal dissemination (Gastric Cancer 2024, PMC11193835): counts of 84."""
    alpha, beta = (getattr(study.antigen, f"{place}_{name}") for name in ("alpha", "beta"))
    assert stats.beta(alpha, beta).sf(threshold) == pytest.approx(positive / of, abs=0.01)
