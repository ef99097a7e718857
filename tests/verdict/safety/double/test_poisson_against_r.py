"""Rates of events and their ratio as R's ``poisson.test`` gives them."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict import safety
from r_reference import Answers, run_r

RANDOM = np.random.default_rng(99)
X1, X0 = RANDOM.poisson(4, 40), RANDOM.poisson(9, 40)
T1, T0 = RANDOM.uniform(0.5, 30, 40), RANDOM.uniform(0.5, 30, 40)
X1[:3], X0[:3] = [0, 5, 0], [7, 0, 1]

SCRIPT = """
rows <- lapply(seq_len(nrow(d)), function(k) with(d[k, ], {
  one <- poisson.test(x1, t1); two <- poisson.test(c(x1, x0), c(t1, t0))
  data.frame(low = one$conf.int[1], high = one$conf.int[2], p = two$p.value, ratio_low = two$conf.int[1],
    ratio_high = two$conf.int[2]) }))
put("rates", do.call(rbind, rows))
"""


@pytest.fixture(scope="module")
def seen() -> Answers:
    return run_r(SCRIPT, tables={"d": {"x1": X1, "t1": T1, "x0": X0, "t0": T0}}, packages=())


def test_rates(seen: Answers) -> None:
    found = safety.exposure_adjusted_rate(X1, T1)
    np.testing.assert_allclose(found.lower, seen["rates"]["low"], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found.upper, seen["rates"]["high"], rtol=1e-9)


def test_ratio(seen: Answers) -> None:
    found = safety.rate_ratio(X1, T1, X0, T0)
    np.testing.assert_allclose(found.p_value, seen["rates"]["p"], rtol=1e-8)
    np.testing.assert_allclose(found.lower, seen["rates"]["ratio_low"], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found.upper, seen["rates"]["ratio_high"].astype(float), rtol=1e-9)
