"""Prior guesses for the continual reassessment method, from how near to the target is near enough.

Lee and Cheung 2009, 10.1177/1740774509105076 (the inverse of Cheung and Chappell 2002,
10.1111/j.0006-341X.2002.00671.x); R package dfcrm's ``getprior`` and ``crmsens``.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.optimize import brentq

from adoptive.errors import StudyError
from adoptive.verdict.escalation.crm import LOGISTIC_INTERCEPT
from adoptive.verdict.escalation.types import check_share

__all__ = ["indifference_intervals", "skeleton"]

Floats = NDArray[np.float64]
Model = Literal["empiric", "logistic"]


def skeleton(
    half_width: float,
    target: float,
    *,
    prior_level: int,
    levels: int,
    model: Model = "empiric",
    intercept: float = LOGISTIC_INTERCEPT,
) -> Floats:
    """Give the prior DLT probabilities ``(levels,)`` whose indifference intervals are the target +- half_width.

    At the parameter where the method would change from one dose to the next, the lower dose has ``target -
    half_width`` and the higher one ``target + half_width``.

    Parameters
    ----------
    half_width, target
        Of the interval; wanted probability of a DLT.
    prior_level
        The level that is guessed to be right, from 0: its prior is the target.
    levels
        How many levels there are.
    model, intercept
        As for :func:`~adoptive.verdict.escalation.crm.crm`.

    Raises
    ------
    StudyError
        An interval that leaves 0 to 1, or a level that does not exist.

    Examples
    --------
    >>> skeleton(0.05, 0.25, prior_level=2, levels=5).round(4).tolist()
    [0.084, 0.1567, 0.25, 0.3545, 0.4603]
    """
    check_share("target - half_width", target - half_width)
    check_share("target + half_width", target + half_width)
    if not 0 <= prior_level < levels:
        raise StudyError("no such dose level", where="prior_level", value=prior_level, allowed=f"0 to {levels - 1}")
    low, high = (_scaled(np.asarray(share), model, intercept) for share in (target - half_width, target + half_width))
    steps = np.arange(levels) - prior_level
    # Every step to the right multiplies the scaled dose by high / low: the slopes cancel.
    scaled = _scaled(np.asarray(target), model, intercept) * (high / low) ** steps
    return np.asarray(np.exp(scaled) if model == "empiric" else special.expit(intercept + scaled))


def indifference_intervals(
    guesses: ArrayLike, target: float, *, model: Model = "empiric", intercept: float = LOGISTIC_INTERCEPT
) -> Floats:
    """Give the lower and upper limits ``(levels, 2)`` between which each dose may lie and still be settled on.

    Nan below the lowest dose and above the highest. The reverse of :func:`skeleton`.

    Parameters
    ----------
    guesses
        Prior DLT probabilities ``(levels,)``, rising.
    target, model, intercept
        As for :func:`skeleton`.

    Raises
    ------
    StudyError
        Guesses that do not rise between 0 and 1.

    Examples
    --------
    >>> guesses = skeleton(0.05, 0.25, prior_level=2, levels=3)
    >>> indifference_intervals(guesses, 0.25).round(6).tolist()
    [[nan, 0.3], [0.2, 0.3], [0.2, nan]]
    """
    guess = np.asarray(guesses, np.float64)
    check_share("target", target)
    if guess.ndim != 1 or not ((guess > 0) & (guess < 1)).all() or not (np.diff(guess) > 0).all():
        raise StudyError("a skeleton rises", where="guesses", value=guess, allowed="0 < p1 < p2 < ... < 1")
    scaled = _scaled(guess, model, intercept)
    limits = np.full((guess.size, 2), np.nan)
    for level in range(guess.size - 1):
        pair = scaled[level : level + 2]
        switch = brentq(lambda b, pair=pair: _curve(np.exp(b) * pair, model, intercept).sum() - 2 * target, -30, 30)
        limits[level, 1], limits[level + 1, 0] = _curve(np.exp(switch) * pair, model, intercept)[::-1]
    return limits


def _scaled(share: Floats, model: str, intercept: float) -> Floats:
    """Give the scaled dose whose probability is the share while the parameter is 0."""
    if model not in ("empiric", "logistic"):
        raise StudyError("unknown option", where="model", value=model, allowed="empiric, logistic")
    return np.asarray(np.log(share) if model == "empiric" else np.log(share) - np.log1p(-share) - intercept)


def _curve(scaled: Floats, model: str, intercept: float) -> Floats:
    return np.asarray(np.exp(scaled) if model == "empiric" else special.expit(intercept + scaled))
