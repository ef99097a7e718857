"""Near-ties made one as R's ``aeqSurv`` makes them."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict.rows import survival_rows
from r_reference import run_r


def test_near_ties_are_those_of_r() -> None:
    """Sums that differ by round-off, at three sizes; in one pair the difference is just too large."""
    random = np.random.default_rng(3)
    base = np.repeat(random.integers(1, 40, 60) / 7.0, 2)
    noise = np.tile([0.0, 1.0], 60) * random.choice([1e-15, 4e-9, 1.2e-7], 120)
    times = np.concatenate([base + noise, 1000.0 * base[:40] + noise[:40]])
    tables = {"d": {"time": times, "status": np.ones(times.size, int)}}
    seen = run_r("y <- aeqSurv(Surv(d$time, d$status)); put('y', list(time = y[, 1]))", tables=tables)["y"]["time"]
    ours = survival_rows(times, np.ones(times.size)).time
    assert 0 < np.unique(ours).size < np.unique(times).size
    np.testing.assert_allclose(ours, seen, rtol=1e-14)


def test_an_entry_that_meets_its_time_is_refused() -> None:
    with pytest.raises(TableError, match=r"entry, row 2"):
        survival_rows([2.0, 3.0], [1, 1], entry=[0.0, 3.0 - 1e-12])
