"""Patients who are still watched: how much each of them counts, and the methods that use it.

TITE-CRM: Cheung and Chappell 2000, 10.1111/j.0006-341X.2000.01177.x; weights as in R package dfcrm. TITE-BOIN: Yuan et
al. 2018, 10.1158/1078-0432.CCR-18-0246.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.escalation.crm import (
    LOGISTIC_INTERCEPT,
    NODES,
    PRIOR_SD,
    CrmFit,
    check_skeleton,
    fit_of,
    log_curve,
    quadrature,
)
from adoptive.verdict.escalation.types import check_share

__all__ = ["follow_up_weights", "tite_boin_rate", "tite_crm"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def follow_up_weights(
    followed_days: ArrayLike, toxic: ArrayLike, *, window_days: float, scheme: Literal["linear", "adaptive"] = "linear"
) -> Floats:
    """Weigh each patient by how much of the window he was watched; a DLT weighs 1.

    ``linear``: days over the window. ``adaptive``: between the days of the DLTs seen so far, each step between two of
    them is worth the same (late DLTs make early days count less).

    Parameters
    ----------
    followed_days
        Days watched, or to the DLT, ``(..., patients)``; nan for a place that holds nobody (weight 0).
    toxic
        Who had a DLT, in the same shape.
    window_days
        Length of the DLT window.
    scheme
        ``"linear"`` or ``"adaptive"``.

    Raises
    ------
    StudyError
        Negative days, a window that is not positive, an unknown scheme.

    Examples
    --------
    >>> follow_up_weights([28, 14, 7], [False, False, True], window_days=28).tolist()
    [1.0, 0.5, 1.0]
    >>> follow_up_weights([28, 14, 7], [False, False, True], window_days=28, scheme="adaptive").round(3).tolist()
    [1.0, 0.667, 1.0]
    """
    days, had = np.broadcast_arrays(np.asarray(followed_days, np.float64), np.asarray(toxic, bool))
    if not window_days > 0 or (days < 0).any():
        raise StudyError("days are not negative", where="followed_days, window_days", value=window_days, allowed=">= 0")
    if scheme not in ("linear", "adaptive"):
        raise StudyError("unknown option", where="scheme", value=scheme, allowed="linear, adaptive")
    with np.errstate(invalid="ignore"):
        weight = days / window_days if scheme == "linear" else _adaptive(days, had, window_days)
    return np.where(np.isnan(days), 0.0, np.where(had, 1.0, np.minimum(weight, 1.0)))


def _adaptive(days: Floats, had: Bools, window_days: float) -> Floats:
    """Interpolate between the days of the DLTs: the k-th of z is worth k / (z + 1), the window's end 1."""
    seen = np.sort(np.where(had & ~np.isnan(days), days, np.inf), axis=-1)
    count = np.isfinite(seen).sum(axis=-1)[..., None]
    edges = np.where(np.isfinite(seen), seen, window_days)
    edges = np.concatenate([np.zeros_like(edges[..., :1]), edges, np.full_like(edges[..., :1], window_days)], axis=-1)
    passed = (seen[..., None, :] <= days[..., None]).sum(axis=-1)
    here = np.take_along_axis(edges, passed, axis=-1)
    length = np.take_along_axis(edges, np.minimum(passed + 1, edges.shape[-1] - 1), axis=-1) - here
    step = np.where(length > 0, (days - here) / np.where(length > 0, length, 1.0), 0.0)
    return np.asarray((passed + step) / (count + 1))


def tite_crm(
    level: ArrayLike,
    toxic: ArrayLike,
    weights: ArrayLike,
    *,
    skeleton: ArrayLike,
    target: float,
    model: Literal["empiric", "logistic"] = "empiric",
    prior_sd: float = PRIOR_SD,
    intercept: float = LOGISTIC_INTERCEPT,
    nodes: int = NODES,
) -> CrmFit:
    """Estimate the DLT probability of every dose while patients are still watched.

    As :func:`~adoptive.verdict.escalation.crm.crm`; a patient without a DLT gives the likelihood ``1 - weight p``.

    Parameters
    ----------
    level
        Dose level of each patient from 0, ``(..., patients)``; -1 for a place that holds nobody.
    toxic, weights
        DLT and weight of each, in the same shape; a DLT weighs 1 whatever is given.
    skeleton, target, model, prior_sd, intercept
        As for :func:`~adoptive.verdict.escalation.crm.crm`.
    nodes
        Points of the quadrature.

    Raises
    ------
    StudyError
        Levels, weights or probabilities that cannot be.

    Examples
    --------
    >>> fit = tite_crm([0, 0, 1, 1], [0, 0, 0, 1], [1, 1, 0.4, 1], skeleton=[0.1, 0.25, 0.4], target=0.25)
    >>> int(fit.level)
    0
    """
    guess = np.asarray(skeleton, np.float64)
    check_skeleton(guess, target=target, model=model, prior_sd=prior_sd)
    place, had, weight = np.broadcast_arrays(
        np.asarray(level, np.int64), np.asarray(toxic, bool), np.asarray(weights, np.float64)
    )
    if not ((place >= -1) & (place < guess.size)).all():
        raise StudyError("no such dose level", where="level", value=place, allowed=f"-1 to {guess.size - 1}")
    if not ((weight >= 0) & (weight <= 1)).all():
        raise StudyError("a weight", where="weights", value=weight, allowed="0 to 1")
    grid = quadrature(prior_sd, nodes)
    log_toxic, log_safe = log_curve(grid, guess, model, intercept)
    here = place >= 0
    whole = here & ~had & (weight == 1.0)
    part = here & ~had & (weight > 0.0) & (weight < 1.0)
    is_at = place[..., None] == np.arange(guess.size)
    toxic_at, safe_at = ((is_at & chosen[..., None]).sum(axis=-2) for chosen in (here & had, whole))
    log_density = toxic_at @ log_toxic.T + safe_at @ log_safe.T
    probability = np.exp(log_toxic.T)
    for patient in np.flatnonzero(part.reshape(-1, part.shape[-1]).any(axis=0)):
        share = np.where(part[..., patient], weight[..., patient], 0.0)[..., None]
        log_density = log_density + np.log1p(-share * probability[np.maximum(place[..., patient], 0)])
    return fit_of(log_density, grid, guess, target=target, model=model, prior_sd=prior_sd, intercept=intercept)


def tite_boin_rate(
    dlt: ArrayLike, patients: ArrayLike, pending: ArrayLike, followed_share: ArrayLike, *, target: float
) -> Floats:
    """Estimate a dose's DLT rate with the pending patients' expected DLTs, to be set against BOIN's boundaries.

    ``(dlt + p / (1 - p) (pending - followed_share)) / patients``, where ``p = (dlt + target / 2) / (patients - pending
    + 1)`` is the posterior mean under ``Beta(target / 2, 1 - target / 2)`` from the patients who are not pending.

    Parameters
    ----------
    dlt, patients
        Patients with a DLT and patients treated at the dose, any shape.
    pending
        Patients still watched without a DLT.
    followed_share
        Sum of their weights (days watched over the window).
    target
        Wanted probability of a DLT.

    Raises
    ------
    StudyError
        Counts or a target that cannot be.

    Examples
    --------
    >>> float(tite_boin_rate(1, 6, 0, 0.0, target=0.3).round(4))
    0.1667
    >>> float(tite_boin_rate(1, 6, 2, 0.5, target=0.3).round(4))
    0.2413
    """
    check_share("target", target)
    seen, treated, waits, share = np.broadcast_arrays(
        *(np.asarray(given, np.float64) for given in (dlt, patients, pending, followed_share))
    )
    if not ((seen >= 0) & (waits >= 0) & (seen + waits <= treated) & (share >= 0) & (share <= waits)).all():
        raise StudyError(
            "pending patients are a part of those without a DLT",
            where="dlt, patients, pending, followed_share",
            allowed="0 <= dlt + pending <= patients, 0 <= followed_share <= pending",
        )
    mean = (seen + target / 2) / (treated - waits + 1.0)
    expected = seen + mean / (1.0 - mean) * (waits - share)
    return np.where(treated > 0, expected / np.where(treated > 0, treated, 1.0), np.nan)
