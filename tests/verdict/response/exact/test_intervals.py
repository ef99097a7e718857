"""Intervals of one share by the probabilities that their ends solve, their coverage, and exact tests by counting."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from adoptive.verdict import response

SIZE = 17
HITS = np.arange(SIZE + 1)


def test_mid_p_counts_the_outcome_by_half() -> None:
    found = response.mid_p(HITS, SIZE, level=0.9)
    low, high = found.lower[1:], found.upper[:-1]
    assert binom.sf(HITS[1:], SIZE, low) + binom.pmf(HITS[1:], SIZE, low) / 2 == pytest.approx(0.05)
    assert binom.sf(HITS[:-1], SIZE, high) + binom.pmf(HITS[:-1], SIZE, high) / 2 == pytest.approx(0.95)
    assert (found.lower[0], found.upper[-1]) == (0.0, 1.0)
    exact = response.clopper_pearson(HITS, SIZE, level=0.9)
    assert (found.lower >= exact.lower).all()
    assert (found.upper <= exact.upper).all()


def test_blaker_covers_and_lies_inside_the_exact_interval() -> None:
    found, exact = response.blaker(HITS, SIZE), response.clopper_pearson(HITS, SIZE)
    assert (found.lower >= exact.lower - 1e-12).all()
    assert (found.upper <= exact.upper + 1e-12).all()
    assert (found.upper - found.lower).sum() < (exact.upper - exact.lower).sum() - 0.1
    shares = np.linspace(0.001, 0.999, 999)[:, None]
    inside = (shares >= found.lower - 1e-9) & (shares <= found.upper + 1e-9)
    assert (binom.pmf(HITS, SIZE, shares) * inside).sum(axis=1).min() >= 0.95


def test_fisher_by_counting_all_divisions() -> None:
    """Of all ways to give 5 hits to 9 patients, 4 in group 1: those no likelier than the observed one."""
    hits = np.array([sum(place < 4 for place in those) for those in itertools.combinations(range(9), 5)])
    chance = np.bincount(hits, minlength=5) / hits.size
    for seen in range(5):
        found = response.fisher_exact(seen, 4, 5 - seen, 5)
        assert float(found.p_value) == pytest.approx(chance[chance <= chance[seen] + 1e-12].sum())
        assert float(found.p_greater) == pytest.approx(chance[seen:].sum())


def test_unconditional_tests() -> None:
    tables = (7, 15, 12, 15)
    fisher, boschloo, barnard = (
        test(*tables) for test in (response.fisher_exact, response.boschloo_exact, response.barnard_exact)
    )
    for side in ("p_less", "p_greater"):
        assert float(getattr(boschloo, side)) <= float(getattr(fisher, side)) + 1e-9
    # Mehta and Senchaudhuri 2003, "Conditional versus unconditional exact tests": one-sided 0.0341 and 0.0641
    assert float(barnard.p_less) == pytest.approx(0.0341, abs=1e-4)
    assert float(fisher.p_less) == pytest.approx(0.0641, abs=1e-4)
    assert float(response.barnard_exact(0, 5, 0, 6).p_value) == 1.0


def test_conditional_odds_end_where_the_tails_are() -> None:
    _, lower, upper = response.conditional_odds(7, 15, 2, 14)
    support = np.arange(0, 10)
    ways = np.array([_choose(15, k) * _choose(14, 9 - k) for k in support], float)
    for odds, tail in ((float(lower), slice(7, None)), (float(upper), slice(None, 8))):
        chance = ways * odds**support
        assert chance[tail].sum() / chance.sum() == pytest.approx(0.025)


def _choose(n: int, k: int) -> int:
    from math import comb

    return comb(n, k)
