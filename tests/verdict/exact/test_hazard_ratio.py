"""The two-arm comparison against closed forms, and trials that cannot be compared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from adoptive.tables import TableError
from adoptive.verdict import hazard_ratio, log_rank

FREIREICH_WEEKS = [
    6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35,
    1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
]  # fmt: skip
FREIREICH_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, *[1] * 21]
FREIREICH_ARM = [1] * 21 + [0] * 21


def test_the_leukaemia_trial() -> None:
    # published for these data: log-rank chi-squared 16.79; Efron's coefficient 1.572 with standard error 0.412
    test = log_rank([FREIREICH_WEEKS], [FREIREICH_EVENT], [FREIREICH_ARM])
    assert test.chi_squared[0] == pytest.approx(16.79, abs=0.005)
    assert (test.observed[0], test.expected[0]) == (9.0, pytest.approx(19.25, abs=0.005))
    fit = hazard_ratio([FREIREICH_WEEKS], [FREIREICH_EVENT], [FREIREICH_ARM])
    assert fit.log_ratio[0] == pytest.approx(-1.572, abs=0.0005)
    assert fit.standard_error[0] == pytest.approx(0.4124, abs=0.0005)


def test_score_equation_of_three_events() -> None:
    # times 1 (arm 1 of 2+2 at risk), 2 (arm 0 of 2+1), 3 (arm 0 of 1+1), 4 censored in arm 1
    days, event, arm = [[1.0, 2.0, 3.0, 4.0]], [[1, 1, 1, 0]], [[1, 0, 0, 1]]
    expected = brentq(lambda b: 1 - 2 * np.exp(b) / (2 + 2 * np.exp(b)) - sum(
        np.exp(b) / (m + np.exp(b)) for m in (2, 1)), -5, 5, xtol=1e-14)  # fmt: skip
    fit = hazard_ratio(days, event, arm)
    assert fit.log_ratio[0] == pytest.approx(expected, abs=1e-12)
    w = np.exp(expected)
    information = sum(p * (1 - p) for p in (w / (1 + w), w / (2 + w), w / (1 + w)))
    assert fit.standard_error[0] == pytest.approx(information**-0.5, rel=1e-12)
    assert fit.upper[0] == pytest.approx(np.exp(expected + 1.959963984540054 * information**-0.5))


def test_ties_by_efron() -> None:
    # all at once, two deaths of arm 1 among 3 + 3 and one of arm 0: minimise Efron's likelihood directly
    def minus(b: float) -> float:
        w = np.exp(b)
        return -(2 * b - sum(np.log(3 * w + 3 - share * (2 * w + 1)) for share in (0, 1 / 3, 2 / 3)))

    expected = minimize_scalar(minus, bracket=(-1, 1), tol=1e-12).x
    fit = hazard_ratio([[5.0] * 3 + [9.0] * 3], [[1, 1, 1, 0, 0, 0]], [[1, 1, 0, 1, 0, 0]])
    assert fit.log_ratio[0] == pytest.approx(expected, abs=1e-6)


def test_equal_arms_have_ratio_1() -> None:
    days = np.array([[1.0, 2.0, 3.0, 4.0] * 2])
    arm = np.array([[0] * 4 + [1] * 4])
    fit = hazard_ratio(days, np.ones((1, 8)), arm)
    assert fit.ratio[0] == pytest.approx(1.0, abs=1e-12)
    assert log_rank(days, np.ones((1, 8)), arm).z[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("days", "event", "arm"),
    [
        pytest.param([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1], id="no events"),
        pytest.param([1, 2, 3, 4], [1, 0, 1, 0], [0, 1, 0, 1], id="no events in arm 1"),
        pytest.param([1, 2, 3, 4], [0, 1, 0, 1], [0, 1, 0, 1], id="no events in arm 0"),
        pytest.param([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 0, 0], id="one arm only"),
        pytest.param([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 1, 1], id="all of arm 0 before all of arm 1"),
        pytest.param([5, 5, 7, 8], [1, 1, 0, 0], [1, 1, 1, 1], id="ties in one arm"),
    ],
)
def test_trials_without_a_finite_estimate(days: list[float], event: list[int], arm: list[int]) -> None:
    fit = hazard_ratio([days], [event], [arm])
    assert fit.estimable.tolist() == [False]
    assert (fit.ratio[0], fit.standard_error[0], fit.lower[0], fit.upper[0]) == (1.0, np.inf, 0.0, np.inf)
    everything = np.stack([getattr(log_rank([days], [event], [arm]), name) for name in ("z", "chi_squared", "p_value")])
    assert np.isfinite(everything).all()


def test_log_rank_is_a_test_even_without_events_in_one_arm() -> None:
    test = log_rank([[1, 2, 3, 4], [1, 2, 3, 4]], [[1, 0, 1, 0], [0, 0, 0, 0]], [[0, 1, 0, 1]] * 2)
    assert test.estimable.tolist() == [True, False]
    assert test.p_value[1] == 1.0


def test_empty_set() -> None:
    fit = hazard_ratio([[1.0, 2.0]], [[1, 1]], [[0, 1]], [[0, 0]])
    assert fit.estimable.tolist() == [False]
    assert hazard_ratio(np.empty((0, 4)), np.empty((0, 4)), np.empty((0, 4))).ratio.shape == (0,)


@pytest.mark.parametrize("true", [-7.0, -2.0, 3.0, 6.0])
def test_extreme_ratios_converge(true: float) -> None:
    rng = np.random.default_rng(5)
    arm = np.tile([0, 1], (40, 100))
    days = rng.exponential(np.where(arm == 1, np.exp(-true), 1.0))
    fit = hazard_ratio(days, np.ones(days.shape), arm)
    rest = [abs(score(days[k], arm[k], fit.log_ratio[k])) for k in np.flatnonzero(fit.estimable)]
    assert len(rest) >= 10  # the others have an arm that is over before the other begins
    assert max(rest) < 1e-8


def score(days: np.ndarray, arm: np.ndarray, beta: float) -> float:
    """Partial likelihood's slope without ties, one event at a time."""
    arm = arm[np.argsort(days)]
    total = 0.0
    for k in range(arm.size):
        weight = np.exp(beta * arm[k:])
        total += arm[k] - (weight * arm[k:]).sum() / weight.sum()
    return total


def test_level_is_checked() -> None:
    with pytest.raises(TableError, match="level"):
        hazard_ratio([[1.0]], [[1]], [[1]], level=95)
