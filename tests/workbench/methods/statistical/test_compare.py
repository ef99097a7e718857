"""The comparison scores the exact posterior as exact; its intervals hold the truths; a missing library is a value."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from scipy.stats import binom

from adoptive.workbench.calibrate.methods.compare import compare_methods

pytest.importorskip("numpyro")


def test_the_comparison_knows_exact_from_wrong() -> None:
    """Eight data sets of eight quantities; fewer than 49 of 64 truths inside 90 % has a chance below 0.001 if right.

    (Quantities of one data set depend on each other, so the binomial law is a guide and the bound generous.)
    """
    exact, wide, missing = compare_methods(("smoother", "neural"), budgets=(200,), data_sets=8, seed=11)
    print(exact, wide, missing, sep="\n")
    assert exact.mean_error == 0.0
    assert exact.sd_ratio == pytest.approx(1.0)
    assert exact.inside >= 49
    assert binom.cdf(48, 64, 0.9) < 0.001
    if not wide.refused:
        assert wide.mean_error > 0.2
    if importlib.util.find_spec("sbi") is None:
        assert "sbi" in missing.refused or "torch" in missing.refused
        assert np.isnan(missing.mean_error)
