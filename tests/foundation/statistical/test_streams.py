"""Distribution and independence of the streams.

Seeds are fixed, so the tests never flicker. Error rate: were the seeds chosen anew, a faultless generator would fail
the whole file with a chance below 1e-3 (every p value must exceed 1e-3 / number of tests, Bonferroni).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from adoptive.streams import Keys, Streams

PURPOSES = [f"purpose {number}" for number in range(5)]
SEEDS = [0, 1, 2**63]
NEIGHBOURS = ["patient", "trial", "draw", "purpose", "seed"]
LIMIT = 1e-3 / (3 * len(PURPOSES) * len(SEEDS) + len(NEIGHBOURS) * len(SEEDS))
PATIENTS = 40_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_draws_follow_their_distributions(purpose: str, seed: int) -> None:
    streams, keys = Streams(seed), Keys.of(np.arange(PATIENTS) // 200, np.arange(PATIENTS) % 200)
    for drawn, law in (
        (streams.uniform(purpose, keys), stats.uniform),
        (streams.normal(purpose, keys), stats.norm),
        (streams.exponential(purpose, keys), stats.expon),
    ):
        assert stats.kstest(drawn, law.cdf).pvalue > LIMIT


def _neighbours(what: str, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    number = np.arange(PATIENTS)
    base = Streams(seed).uniform("a", Keys.of(0, number))
    if what == "patient":
        return base[:-1], base[1:]
    if what == "trial":
        return base, Streams(seed).uniform("a", Keys.of(1, number))
    if what == "draw":
        pair = Streams(seed).uniform("a", Keys.of(0, number), 2)
        return pair[:, 0], pair[:, 1]
    if what == "purpose":
        return base, Streams(seed).uniform("b", Keys.of(0, number))
    return base, Streams(seed + 1).uniform("a", Keys.of(0, number))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("what", NEIGHBOURS)
def test_neighbouring_draws_are_independent(what: str, seed: int) -> None:
    first, second = _neighbours(what, seed)
    cells = np.histogram2d(first, second, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > LIMIT


def test_the_test_can_fail() -> None:
    first, _ = _neighbours("patient", 0)
    cells = np.histogram2d(first, 0.98 * first + 0.01, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue < LIMIT
