"""What an interim look lets one expect: conditional power, predictive power, probability of success.

Lan, Simon and Halperin 1982, 10.1080/07474948208836014 (stochastic curtailment); Spiegelhalter, Freedman and Blackburn
1986, 10.1016/0197-2456(86)90003-6 (predictive power). Drift is the mean of z at information fraction 1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import characteristics
from adoptive.verdict.design.recursion import Path
from adoptive.verdict.design.types import SequentialPlan

__all__ = ["conditional_power", "predictive_power", "probability_of_success"]

Floats = NDArray[np.float64]

_NODE, _WEIGHT = np.polynomial.legendre.leggauss(96)
_WIDE: Final = 9.0
"""Standard deviations of a prior that are integrated."""


def conditional_power(
    plan: SequentialPlan, *, look: int, z: float, drift: float | str = "trend", heed_futility: bool = False
) -> float:
    """Give the chance to cross for efficacy after a look at which z was seen; both sides of a two-sided plan.

    Parameters
    ----------
    plan, look, z
        The plan, the look (counted from 1, not the last) and the statistic there; that it went on is taken as given.
    drift
        The truth from there on: a drift, "trend" (what was seen, ``z / sqrt(t)``), "design" (the plan's) or "null".
    heed_futility
        Whether later looks stop for futility or harm.

    Raises
    ------
    StudyError
        A look that does not exist or is the last, a z that is not finite, an unknown word.

    Examples
    --------
    >>> from adoptive.verdict.design.boundaries import sequential_plan
    >>> plan = sequential_plan([0.5, 1.0], efficacy="noEarlyEfficacy")
    >>> round(conditional_power(plan, look=1, z=1.5), 4)
    0.5903
    """
    time = _time(plan, look, z)
    words = {"trend": z / float(np.sqrt(time)), "design": plan.drift, "null": 0.0}
    if isinstance(drift, str) and drift not in words:
        raise StudyError("unknown drift", where="drift", value=drift, allowed=f"a number, {', '.join(words)}")
    truth = words[drift] if isinstance(drift, str) else float(drift)
    return _crossing(plan, look, z, truth, heed_futility)


def predictive_power(
    plan: SequentialPlan, *, look: int, z: float, prior: tuple[float, float] | None = None, heed_futility: bool = False
) -> float:
    """Average the conditional power over what the drift may be after a look.

    ``prior`` is the mean and standard deviation of a normal prior of the drift; None is a flat one. After z at fraction
    ``t`` the drift is normal with precision ``1 / sd^2 + t`` and mean ``(mean / sd^2 + z sqrt t) / precision``.

    Examples
    --------
    >>> from adoptive.verdict.design.boundaries import sequential_plan
    >>> plan = sequential_plan([0.5, 1.0], efficacy="noEarlyEfficacy")
    >>> round(predictive_power(plan, look=1, z=1.5), 4)
    0.5641
    """
    time = _time(plan, look, z)
    mean, spread = (0.0, np.inf) if prior is None else _prior(prior)
    precision = spread**-2 + time
    middle = (mean * spread**-2 + z * np.sqrt(time)) / precision
    drifts, weights = _normal(float(middle), float(precision**-0.5))
    powers = np.array([_crossing(plan, look, z, drift, heed_futility) for drift in drifts])
    return float(weights @ powers)


def probability_of_success(plan: SequentialPlan, *, prior: tuple[float, float]) -> float:
    """Average the plan's power over a normal prior of the drift (mean, standard deviation); all bounds are heeded.

    O'Hagan, Stevens and Campbell 2005, 10.1002/pst.175.

    >>> from adoptive.verdict.design.boundaries import sequential_plan
    >>> round(probability_of_success(sequential_plan([1.0]), prior=(2.8, 1.0)), 4)
    0.7237
    """
    drifts, weights = _normal(*_prior(prior))
    return float(weights @ characteristics(plan, drifts).power)


def _crossing(plan: SequentialPlan, look: int, z: float, drift: float, heed: bool) -> float:
    time = float(plan.fractions[look - 1])
    score = float(z * np.sqrt(time))
    path, total = Path(drift, time, np.array([score]), centre=score), 0.0
    for k in range(look, plan.fractions.size):
        at, high = float(plan.fractions[k]), float(plan.efficacy[k])
        low = min(max(plan.futility[k], plan.harm[k]), high) if heed else -np.inf
        total += path.beyond(at, high)
        if plan.sided == 2:
            low = -high
            total += path.below(at, low)
        path = path.on(at, low, high)
    return total


def _time(plan: SequentialPlan, look: int, z: float) -> float:
    if not 1 <= look < plan.fractions.size:
        raise StudyError("no such interim look", where="look", value=look, allowed=f"1 to {plan.fractions.size - 1}")
    if not np.isfinite(z):
        raise StudyError("not a statistic", where="z", value=z, allowed="a finite number")
    return float(plan.fractions[look - 1])


def _prior(prior: tuple[float, float]) -> tuple[float, float]:
    mean, spread = prior
    if not (np.isfinite(mean) and np.isfinite(spread) and spread > 0):
        raise StudyError("not a prior", where="prior", value=prior, allowed="a mean and a standard deviation above 0")
    return float(mean), float(spread)


def _normal(mean: float, spread: float) -> tuple[Floats, Floats]:
    """Give nodes and weights of a normal distribution."""
    nodes = _WIDE * _NODE
    weights = _WEIGHT * np.exp(-0.5 * nodes**2)
    return mean + spread * nodes, weights / weights.sum()
