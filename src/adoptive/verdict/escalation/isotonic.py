"""The dose that a finished trial recommends: DLT rates made to rise with the dose, and the one nearest to the target.

Pool-adjacent-violators estimates (Barlow et al. 1972) and the selection rule as in R package BOIN's ``select.mtd``
(Liu and Yuan 2015, 10.1111/rssc.12089; Yan et al. 2020, 10.18637/jss.v094.i13).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.escalation.types import TOO_TOXIC, check_counts, check_share, toxic_table

__all__ = ["NO_LEVEL", "isotonic", "rates", "select_mtd"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

NO_LEVEL: Final = -1
"""No dose is recommended."""
_HALF_PATIENT: Final = 0.05
"""Prior of a rate at the end of the trial: Beta(0.05, 0.05), a tenth of a patient (as R package BOIN)."""
_TIE: Final = 1e-10
"""Of equal estimates below the target the higher dose is nearer, of those above it the lower (as R package BOIN)."""


def isotonic(values: ArrayLike, weights: ArrayLike) -> Floats:
    """Make values rise along the last axis, changing them as little as possible in weighted squares.

    ``max over j <= i of min over k >= i of the weighted mean of values j..k``, which is what pooling adjacent
    violators gives.

    Parameters
    ----------
    values, weights
        ``(..., levels)``; a weight of 0 leaves a level out, its result is nan.

    Raises
    ------
    StudyError
        A negative or infinite weight, or shapes that do not fit.

    Examples
    --------
    >>> isotonic([0.1, 0.4, 0.2], [1, 1, 1]).round(3).tolist()
    [0.1, 0.3, 0.3]
    """
    given, weight = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(weights, np.float64))
    if given.ndim < 1 or not (np.isfinite(weight) & (weight >= 0)).all():
        raise StudyError("weights are finite and not negative", where="weights", value=weight, allowed=">= 0")
    mass = np.where(weight > 0, weight * np.where(weight > 0, given, 0.0), 0.0)
    levels = given.shape[-1]
    # From the highest start downwards: mean[j] of j..k for every k, then the least of k >= i, then the most of j <= i.
    best = np.full(given.shape, -np.inf)
    for first in range(levels):
        total, share = np.cumsum(mass[..., first:], axis=-1), np.cumsum(weight[..., first:], axis=-1)
        mean = np.where(share > 0, total / np.where(share > 0, share, 1.0), np.inf)
        least = np.minimum.accumulate(mean[..., ::-1], axis=-1)[..., ::-1]
        reached = np.where(np.isinf(least), -np.inf, least)
        best[..., first:] = np.maximum(best[..., first:], reached)
    return np.where(weight > 0, best, np.nan)


def rates(dlt: ArrayLike, patients: ArrayLike) -> Floats:
    """Give the isotonic DLT rates ``(..., levels)`` of the doses that were tried; nan where nobody was treated.

    ``(dlt + 0.05) / (patients + 0.1)``, pooled with the inverse of its posterior variance as weight.

    Parameters
    ----------
    dlt, patients
        Patients with a DLT and patients treated ``(..., levels)``.

    Examples
    --------
    >>> rates([0, 2, 1], [3, 3, 3]).round(3).tolist()
    [0.016, 0.5, 0.5]
    """
    seen, treated = check_counts(dlt, patients)
    return _rates(seen, treated, treated > 0)


def select_mtd(
    dlt: ArrayLike,
    patients: ArrayLike,
    *,
    target: float,
    cutoff: float = TOO_TOXIC,
    extra_safe: float | None = None,
    below: float | None = None,
    fewest: int = 3,
) -> Counts:
    """Recommend the dose whose isotonic DLT rate is nearest to the target, from 0; :data:`NO_LEVEL` if there is none.

    A dose that is :func:`~adoptive.verdict.escalation.types.too_toxic` is left out with all above it, and so is a dose
    that nobody had.

    Parameters
    ----------
    dlt, patients
        Patients with a DLT and patients treated ``(..., levels)``.
    target, cutoff
        Wanted probability of a DLT; how sure one must be to leave a dose out.
    extra_safe
        A smaller cutoff for the lowest dose alone.
    below
        The recommended dose's rate must be lower than this (R BOIN's ``boundMTD``: the de-escalation boundary).
    fewest
        With fewer patients no dose is left out.

    Raises
    ------
    StudyError
        Counts or probabilities that cannot be.

    Examples
    --------
    >>> int(select_mtd([0, 0, 4, 4, 0], [3, 3, 15, 9, 0], target=0.3))
    2
    """
    seen, treated = check_counts(dlt, patients)
    check_share("target", target)
    gone = toxic_table(int(treated.max(initial=0)), target=target, cutoff=cutoff, fewest=fewest)[treated, seen]
    gone = np.logical_or.accumulate(gone, axis=-1)
    if extra_safe is not None:
        check_share("extra_safe", extra_safe)
        first = toxic_table(int(treated.max(initial=0)), target=target, cutoff=extra_safe, fewest=fewest)
        gone = gone | first[treated[..., 0], seen[..., 0]][..., None]
    open_ = (treated > 0) & ~gone
    estimate = _rates(seen, treated, open_) + _TIE * np.cumsum(open_, axis=-1)
    if below is not None:
        open_ = open_ & (estimate < below)
    distance = np.where(open_, np.abs(estimate - target), np.inf)
    return np.where(open_.any(axis=-1), distance.argmin(axis=-1), NO_LEVEL).astype(np.int64)


def _rates(seen: Counts, treated: Counts, used: Bools) -> Floats:
    total = treated + 2 * _HALF_PATIENT
    toxic, safe = seen + _HALF_PATIENT, treated - seen + _HALF_PATIENT
    precision = total**2 * (total + 1) / (toxic * safe)
    return isotonic(toxic / total, np.where(used, precision, 0.0))
