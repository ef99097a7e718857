"""The continual reassessment method: one curve through all doses, moved by the data.

O'Quigley, Pepe and Fisher 1990, 10.2307/2531628; prior and plug-in estimate as in Cheung 2011, Dose Finding by the
Continual Reassessment Method, and R package dfcrm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.escalation.types import check_counts, check_share

__all__ = ["CrmFit", "by_level", "crm"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

PRIOR_SD: Final = float(np.sqrt(1.34))
"""Standard deviation of the parameter's prior (R dfcrm, Cheung 2011)."""
LOGISTIC_INTERCEPT: Final = 3.0
"""Intercept of the logistic curve (R dfcrm)."""
NODES: Final = 2001
"""Points of the quadrature over 10 prior standard deviations on either side."""


@dataclass(frozen=True)
class CrmFit:
    """Hold posterior mean and variance of the parameter ``(...,)``, DLT probabilities ``(..., levels)``, the level.

    ``level`` counts from 0: the dose whose estimated probability is nearest to the target. ``above_target`` ``(...,
    levels)`` is the posterior probability that a dose's DLT probability is above the target.
    """

    mean: Floats
    variance: Floats
    dlt_probability: Floats
    level: Counts
    above_target: Floats


def by_level(level: ArrayLike, toxic: ArrayLike, *, levels: int) -> tuple[Counts, Counts]:
    """Count DLTs and patients per dose from one row per patient.

    Parameters
    ----------
    level, toxic
        Dose level (from 0) and DLT (0 or 1) of each patient ``(patients,)``.
    levels
        How many levels there are.

    Returns
    -------
    tuple
        DLTs and patients, both ``(levels,)``.

    Raises
    ------
    StudyError
        A level that does not exist.

    Examples
    --------
    >>> [counts.tolist() for counts in by_level([0, 0, 1], [0, 1, 1], levels=3)]
    [[1, 1, 0], [2, 1, 0]]
    """
    places = np.asarray(level, np.int64)
    if places.size and not ((places >= 0) & (places < levels)).all():
        raise StudyError("no such dose level", where="level", value=places, allowed=f"0 to {levels - 1}")
    patients = np.bincount(places, minlength=levels)
    dlt = np.bincount(places, weights=np.asarray(toxic, np.float64), minlength=levels)
    return np.rint(dlt).astype(np.int64), patients.astype(np.int64)


def crm(
    dlt: ArrayLike,
    patients: ArrayLike,
    *,
    skeleton: ArrayLike,
    target: float,
    model: Literal["empiric", "logistic"] = "empiric",
    prior_sd: float = PRIOR_SD,
    intercept: float = LOGISTIC_INTERCEPT,
    nodes: int = NODES,
) -> CrmFit:
    """Estimate the DLT probability of every dose and the dose nearest to the target.

    Empiric ``p = skeleton^exp(b)``; logistic ``logit p = intercept + exp(b) d`` with ``d = logit(skeleton) -
    intercept``; ``b ~ N(0, prior_sd^2)``. The posterior mean of b, by quadrature, is put into the curve.

    Parameters
    ----------
    dlt, patients
        DLTs and patients per dose ``(..., levels)``: one trial or many at once.
    skeleton
        Prior guess of the DLT probabilities ``(levels,)``, rising.
    target
        Wanted probability of a DLT.
    model
        ``"empiric"`` or ``"logistic"``.
    prior_sd, intercept
        Of the prior; of the logistic curve.
    nodes
        Points of the quadrature.

    Raises
    ------
    StudyError
        Unknown model, a skeleton that does not rise, counts or probabilities that cannot be.

    Examples
    --------
    >>> fit = crm([0, 0, 2, 1], [0, 3, 5, 2], skeleton=[0.05, 0.12, 0.25, 0.4], target=0.25)
    >>> int(fit.level)
    2
    """
    guess = np.asarray(skeleton, np.float64)
    seen, treated = check_counts(dlt, patients)
    check_skeleton(guess, target=target, model=model, prior_sd=prior_sd)
    if seen.ndim < 1 or seen.shape[-1] != guess.size:
        raise StudyError("one count per dose", where="dlt", value=seen.shape, allowed=f"(..., {guess.size})")
    grid = quadrature(prior_sd, nodes)
    log_toxic, log_safe = log_curve(grid, guess, model, intercept)
    log_density = seen @ log_toxic.T + (treated - seen) @ log_safe.T
    return fit_of(log_density, grid, guess, target=target, model=model, prior_sd=prior_sd, intercept=intercept)


def quadrature(prior_sd: float, nodes: int) -> Floats:
    """Give the points of the quadrature, evenly over 10 prior standard deviations on either side.

    Parameters
    ----------
    prior_sd, nodes
        Of the prior; how many points. The trapezoid rule on a smooth bell converges faster than any power: for
        the mean 201 points are as good as 2001. A tail probability needs more.
    """
    return np.linspace(-10.0, 10.0, nodes) * prior_sd


def fit_of(
    log_likelihood: Floats,
    grid: Floats,
    skeleton: Floats,
    *,
    target: float,
    model: str,
    prior_sd: float,
    intercept: float,
) -> CrmFit:
    """Turn a log likelihood on the grid ``(..., nodes)`` into the fit.

    Parameters
    ----------
    log_likelihood, grid
        On the points of :func:`quadrature`.
    skeleton, target, model, prior_sd, intercept
        As for :func:`crm`.
    """
    log_density = log_likelihood - 0.5 * (grid / prior_sd) ** 2
    weight = np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    weight /= weight.sum(axis=-1, keepdims=True)
    mean = weight @ grid
    variance = np.maximum(weight @ grid**2 - mean**2, 0.0)
    probability = np.exp(log_curve(mean, skeleton, model, intercept)[0])
    # A dose is above the target wherever the parameter is below the point at which its curve crosses it.
    goal = np.log(target) if model == "empiric" else np.log(target) - np.log1p(-target) - intercept
    dose = np.log(skeleton) - (0.0 if model == "empiric" else np.log1p(-skeleton) + intercept)
    # Half of the node that stands on the crossing counts: the trapezoid rule up to there.
    crossing = np.log(goal / dose)
    above = weight @ np.clip((crossing - grid[:, None]) / (grid[1] - grid[0]) + 0.5, 0.0, 1.0)
    level = np.abs(probability - target).argmin(axis=-1)
    return CrmFit(mean, variance, probability, level, above)


def log_curve(parameter: Floats, skeleton: Floats, model: str, intercept: float) -> tuple[Floats, Floats]:
    """Give the logarithms of p and 1 - p ``(..., levels)`` without loss near 0 and 1.

    Parameters
    ----------
    parameter
        Any shape.
    skeleton, model, intercept
        As for :func:`crm`.
    """
    slope = np.exp(np.asarray(parameter))[..., None]
    if model == "empiric":
        log_p = slope * np.log(skeleton)
        return log_p, np.log(-np.expm1(np.minimum(log_p, -1e-300)))
    dose = np.log(skeleton) - np.log1p(-skeleton) - intercept
    logit = intercept + slope * dose
    return -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)


def check_skeleton(skeleton: Floats, *, target: float, model: str, prior_sd: float) -> None:
    """Check what describes a curve and its prior.

    Parameters
    ----------
    skeleton, target, model, prior_sd
        As for :func:`crm`.
    """
    check_share("target", target)
    if model not in ("empiric", "logistic"):
        raise StudyError("unknown option", where="model", value=model, allowed="empiric, logistic")
    rising = skeleton.ndim == 1 and ((skeleton > 0) & (skeleton < 1)).all() and (np.diff(skeleton) > 0).all()
    if not rising or not skeleton.size:
        raise StudyError("a skeleton rises", where="skeleton", value=skeleton, allowed="0 < p1 < p2 < ... < 1")
    if not (np.isfinite(prior_sd) and prior_sd > 0):
        raise StudyError("a standard deviation is positive", where="prior_sd", value=prior_sd, allowed="> 0")
