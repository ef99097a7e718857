"""How often the founder clone is there, how wrong a read is, how well two biopsies agree; error rates are stated."""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.special import logit

from adoptive.cohort import Cohort
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Keys, Streams


def test_the_founder_clone_is_absent_as_often_as_stated(candidates: Cohort) -> None:
    """In the row of the study's target; binomial test at 1 in 1,000."""
    absent = int((~candidates.antigen.founder_clone).sum())
    stated = load_book()["antigen.founder_absent@CLDN18.2"].value
    assert stats.binomtest(absent, len(candidates), stated).pvalue > 1e-3


def test_the_clones_absence_is_drawn_anew_for_each_trial() -> None:
    """Doubt before the calibration: 0.35 on the logit scale; standard deviation of 400 trials, 4 standard errors."""
    typical = draw_typical(load_book(calibrated=False), Streams(3), trials=range(400))
    spread = logit(typical.at("antigen.founder_absent", Keys.of(np.arange(400), 0))).std(ddof=1)
    assert abs(spread - 0.35) < 4 * 0.35 / np.sqrt(2 * 399)


def test_the_size_of_the_clone_is_lognormal_where_nothing_cuts_it(candidates: Cohort) -> None:
    """Median 4 %, spread 1.1, in lesions with at least two thirds unstained; Kolmogorov-Smirnov at 1 in 1,000."""
    antigen = candidates.antigen
    roomy = antigen.founder_clone & (antigen.high_share[:, 0] < 0.3)
    share = antigen.negative_share[roomy, 0]
    assert len(share) > 3000
    assert stats.kstest(share, stats.lognorm(1.1, scale=0.04).cdf).pvalue > 1e-3


def test_read_error_is_half_a_logit(candidates: Cohort) -> None:
    """Standard deviation within 4 standard errors (1 in 10,000), no bias."""
    antigen = candidates.antigen
    error = logit(antigen.read_share) - logit(antigen.positive_share)
    assert abs(error.std() - 0.5) < 4 * 0.5 / np.sqrt(2 * len(error))
    assert abs(error.mean()) < 4 * 0.5 / np.sqrt(len(error))


def test_two_lesions_agree_at_the_entry_threshold_about_as_often_as_published(candidates: Cohort) -> None:
    """Primary and metastasis agree at 40 % in 79.8 % (peritoneum, PMC11193835) to 86.7 % (node); 2 points tolerated."""
    antigen = candidates.antigen
    lesion = 1.0 - antigen.low_share[:, 0] - antigen.negative_share[:, 0]
    agree = ((lesion >= 0.40) == (antigen.positive_share >= 0.40)).mean()
    assert 0.778 < agree < 0.887
