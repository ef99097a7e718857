"""Published facts about those who enter, and about manufacture and crossover in the record of whole trials."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.trial.types import Followed


def test_k8_entrants_carry_about_a_quarter_of_unstained_cells(entrants: Cohort) -> None:
    """Beta(0.693, 0.714), entry at 40 % or more: mean share 0.74, so 26 % unstained; three points tolerated."""
    unstained = 1.0 - entrants.antigen.positive_share
    assert unstained.mean() == pytest.approx(0.26, abs=0.03)


def test_k8_holds_for_those_who_are_randomised(followed: Followed) -> None:
    """936 patients of six trials; four standard errors of their mean on top of the three points."""
    unstained = 1.0 - followed.cohort.antigen.positive_share
    assert unstained.mean() == pytest.approx(0.26, abs=0.03 + 4 * 0.2 / np.sqrt(len(unstained)))


def test_half_of_entrants_are_three_quarters_positive(entrants: Cohort) -> None:
    """Share with 75 % or more positive cells among entrants: about a half (28.6 of 57 in the peritoneal cohort)."""
    assert (entrants.antigen.positive_share >= 0.75).mean() == pytest.approx(0.5, abs=0.05)


def test_about_as_many_are_screened_as_published(followed: Followed) -> None:
    """266 were screened for 156 places (Qi 2025, 10.1016/S0140-6736(25)00860-8): within a fifth, on average."""
    assert followed.enrolment.screened.mean() == pytest.approx(266, rel=0.2)
