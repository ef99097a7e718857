"""Rates of the screen under known truth: false discoveries, calibration with few wells, power, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from adoptive.antigen.hits import screen_plate
from adoptive.antigen.pools import lay_pools
from adoptive.antigen.replicates import Wells
from adoptive.antigen.screen import ScreenRules, judge_stimuli, read_plate
from adoptive.antigen.screen_types import Judged, Well
from adoptive.antigen.titration import Dose, fit_titration

Draw = np.random.Generator


def plate(
    draw: Draw, *, dispersion: float, wells: int, raised: int = 0, fold: float = 6.0, cells: bool = False
) -> list[Well]:
    """Make a plate of four effectors and ten stimuli, the first ``raised`` of which raise the response."""
    made = []
    for effector in range(4):
        background = float(np.exp(draw.normal(np.log(10.0), 0.5)))
        for stimulus in range(11):
            mean = background * (fold if 1 <= stimulus <= raised else 1.0)
            for k in range(2 * wells if stimulus == 0 else wells):
                own = mean * draw.gamma(1.0 / dispersion, dispersion) if dispersion else mean
                total = int(draw.integers(10_000, 40_000))
                numbers = (
                    {"positive": int(draw.binomial(total, min(own / 1e4, 0.9))), "total": total}
                    if cells else {"count": int(draw.poisson(own))}
                )  # fmt: skip
                name = f"P{stimulus}" if stimulus else ""
                kind = "mutant" if stimulus else "none"
                made.append(Well(f"{effector}.{stimulus}.{k}", f"F{effector}", name, "r", kind, **numbers))  # type: ignore[arg-type]
    return made


def judged(draw: Draw, **how: float | bool) -> list[Judged]:
    rules = ScreenRules(fold=1.0)
    return list(judge_stimuli(read_plate(plate(draw, **how), rules=rules), rules=rules))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dispersion", "wells", "cells"),
    [(0.0, 3, False), (0.05, 3, False), (0.2, 3, False), (0.05, 2, False), (0.05, 3, True)],
)
def test_p_values_hold_their_level_with_few_wells(dispersion: float, wells: int, cells: bool) -> None:
    """No stimulus raises anything: 24 plates (3 of cells) of four effectors; a share of p <= 0.05 is 0.05 at most.

    The ten tests of an effector share its wells without antigen, so the count is taken per effector. The fraction of
    the effectors' mean rejections may exceed 0.05 by four standard errors; that is wrong once in 30,000 runs.
    """
    draw = np.random.default_rng(11)
    shares = []
    for _ in range(3 if cells else 24):
        rows = judged(draw, dispersion=dispersion, wells=wells, cells=cells)
        for effector in {row.effector for row in rows}:
            shares.append(np.mean([row.p_value <= 0.05 for row in rows if row.effector == effector]))  # type: ignore[operator]
    error = np.std(shares) / np.sqrt(len(shares))
    assert np.mean(shares) <= 0.05 + 4 * max(error, 0.003)


def test_the_false_discovery_rate_holds() -> None:
    """Two of ten stimuli raise the response sixfold; 24 plates. The mean share of false ones among the positives is at
    most 0.05 by Benjamini and Hochberg; four standard errors are left, wrong once in 30,000 runs.
    """
    draw = np.random.default_rng(12)
    shares, found = [], 0
    for _ in range(24):
        positive = [row for row in judged(draw, dispersion=0.05, wells=3, raised=2) if row.positive]
        false = sum(row.stimulus not in ("P1", "P2") for row in positive)
        shares.append(false / max(len(positive), 1))
        found += len(positive) - false
    assert np.mean(shares) <= 0.05 + 4 * np.std(shares) / np.sqrt(len(shares))
    assert found / (24 * 8) > 0.95  # power: sixfold over about ten spots, three wells against six, 22 % variation


def test_nothing_is_found_where_nothing_is() -> None:
    """The chance of any positive on a plate without true ones is the rate itself: 0.05, binomial test at 1 in 1,000."""
    draw = np.random.default_rng(13)
    any_ = sum(any(row.positive for row in judged(draw, dispersion=0.05, wells=3)) for _ in range(24))
    assert binomtest(any_, 24, 0.05, alternative="greater").pvalue > 1e-3


def test_what_two_wells_of_one_stimulus_alone_can_say() -> None:
    """Three wells against two, nothing else on the plate, variation of 55 %, twice what the prior thinks likely.

    Said as it is: p <= 0.05 then comes more often than once in twenty, up to about one in ten. A plate's other wells
    mend that; without them the level holds only where the variation is not larger than expected.
    """
    draw = np.random.default_rng(14)

    def share(dispersion: float) -> float:
        hits = 0
        for _ in range(200):
            spots = draw.poisson(100 * draw.gamma(1 / dispersion, dispersion, 5))
            wells = [Well(f"{k}", "F", "" if k < 3 else "P", "r", "none" if k < 3 else "mutant", count=int(n))
                     for k, n in enumerate(spots)]  # fmt: skip
            p = judge_stimuli(read_plate(wells, rules=ScreenRules()), rules=ScreenRules())[0].p_value
            hits += p is not None and p <= 0.05
        return hits / 200

    assert share(0.04) <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)
    assert 0.05 < share(0.3) < 0.14


def test_the_right_antigen_is_found_as_often_as_its_chance_says() -> None:
    """One of 16 antigens is seen, fourfold: where the chance is 0.9 or more it is right in at least 0.9 of the cases
    (binomial test at 1 in 1,000), and that is so in more than half of the plates.
    """
    draw = np.random.default_rng(15)
    pools = lay_pools([f"a{k}" for k in range(16)])
    right = told = 0
    for _ in range(24):
        truth = f"a{int(draw.integers(16))}"
        wells = [Well(f"n{k}", "F", "", "r", "none", count=int(draw.poisson(8))) for k in range(6)]
        for pool in pools:
            mean = 32.0 if truth in pool.antigens else 8.0
            wells += [
                Well(f"{pool.name}{k}", "F", pool.name, "r", "mutant", count=int(draw.poisson(mean * own)))
                for k, own in enumerate(draw.gamma(25, 1 / 25, 3))
            ]
        for hit in screen_plate(wells, pools).hits:
            if hit.antigen and hit.hit:
                told += 1
                right += hit.antigen == truth
    assert told > 12
    assert binomtest(right, told, 0.9, alternative="less").pvalue > 1e-3


@pytest.mark.parametrize("cells", [False, True])
def test_intervals_of_ec50_cover_the_truth(cells: bool) -> None:
    """Seven concentrations, three wells each, 14 % variation, 40 titrations (8 of cells): 95 % intervals hold the
    truth in 0.95 of the cases; the binomial test is wrong once in 1,000 runs.
    """
    draw = np.random.default_rng(16)
    dose, d, ec50 = np.repeat(10.0 ** np.arange(-11.0, -4.0), 3), 0.02, 2e-8
    rise = 1.0 / (1.0 + ec50 / dose)
    covered, runs = 0, 8 if cells else 40
    for _ in range(runs):
        if cells:
            mean = 0.005 + 0.4 * rise
            share = draw.beta(1 / (d * (1 - mean)) - mean, 1 / (d * mean) - (1 - mean))
            wells = Wells(draw.binomial(5000, share).astype(float), np.full(dose.size, 5000.0))
        else:
            wells = Wells(draw.poisson((5 + 200 * rise) * draw.gamma(1 / d, d, dose.size)).astype(float))
        found = fit_titration(Dose(dose, wells), dispersion=d).mutant
        covered += found.low is not None and found.high is not None and found.low <= ec50 <= found.high
    assert binomtest(covered, runs, 0.95).pvalue > 1e-3


@pytest.mark.slow
def test_intervals_of_ec50_and_of_the_ratio_cover_the_truth_at_length() -> None:
    """As above, 600 titrations alone and 200 with a wild type a hundredfold weaker: 0.90 to 0.98 of the intervals."""
    draw = np.random.default_rng(17)
    dose, d = np.repeat(10.0 ** np.arange(-11.0, -4.0), 3), 0.02

    def one(ec50: float) -> Dose:
        mean = (5 + 200 / (1 + ec50 / dose)) * draw.gamma(1 / d, d, dose.size)
        return Dose(dose, Wells(draw.poisson(mean).astype(float)))

    alone = [fit_titration(one(2e-8), dispersion=d).mutant for _ in range(600)]
    assert 0.90 <= np.mean([(e.low or 0) <= 2e-8 <= (e.high or 1) for e in alone]) <= 0.98
    both = [fit_titration(one(2e-8), one(2e-6), dispersion=d).fold for _ in range(200)]
    assert 0.90 <= np.mean([e is not None and (e.low or 0) <= 100 <= (e.high or np.inf) for e in both]) <= 0.985
