"""Transduction: who carries the receptor, and how many vector copies.

Copies per cell are negative binomial with mean ``m`` and dispersion ``k``: variance ``m + m^2 / k``; ``k = inf`` is the
Poisson law, ``k = 1`` the geometric one. The share of positive cells is ``TE = 1 - (1 + m/k)^-k``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from adoptive.facility.types import Process
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["copies_needed", "copies_per_positive", "probability_of_copies", "transduce", "transduced_share"]

Floats = NDArray[np.float64]


def transduced_share(mean_copies: ArrayLike, dispersion: ArrayLike = np.inf) -> Floats:
    """Give the share of cells with at least one copy: ``1 - (1 + m/k)^-k``, in the Poisson limit ``1 - exp(-m)``.

    >>> transduced_share([0.4620, 0.4286], [np.inf, 1.0]).round(2)
    array([0.37, 0.3 ])
    """
    mean, k = np.broadcast_arrays(np.asarray(mean_copies, float), np.asarray(dispersion, float))
    finite = np.isfinite(k)
    some = np.where(finite, k, 1.0)
    exponent = np.where(finite, some * np.log1p(mean / some), mean)
    return np.asarray(-np.expm1(-exponent))


def copies_needed(share: ArrayLike, dispersion: ArrayLike = np.inf) -> Floats:
    """Give the mean copies per cell at which a share of the cells is positive: ``k ((1 - TE)^(-1/k) - 1)``."""
    negative, k = np.broadcast_arrays(-np.log1p(-np.asarray(share, float)), np.asarray(dispersion, float))
    finite = np.isfinite(k)
    some = np.where(finite, k, 1.0)
    return np.asarray(np.where(finite, some * np.expm1(negative / some), negative))


def copies_per_positive(share: ArrayLike, dispersion: ArrayLike = np.inf) -> Floats:
    """Give the mean copies of a positive cell, ``m / TE``.

    >>> copies_per_positive([0.3, 0.5, 0.99]).round(2)
    array([1.19, 1.39, 4.65])
    """
    positive = np.asarray(share, float)
    return np.asarray(copies_needed(positive, dispersion) / np.maximum(positive, 1e-300))


def probability_of_copies(copies: ArrayLike, mean_copies: ArrayLike, dispersion: ArrayLike = np.inf) -> Floats:
    """Give the probability that a cell holds a whole number of copies."""
    n, mean, k = np.broadcast_arrays(*(np.asarray(part, float) for part in (copies, mean_copies, dispersion)))
    finite = np.isfinite(k)
    some = np.where(finite, k, 1.0)
    poisson = n * np.log(mean) - mean - gammaln(n + 1.0)
    wide = gammaln(n + some) - gammaln(some) - gammaln(n + 1.0) + n * np.log(mean / (some + mean))
    return np.asarray(np.exp(np.where(finite, wide - some * np.log1p(mean / some), poisson)))


def transduce(
    process: Process, *, number: int, keys: Keys, typical: Typical, streams: Streams
) -> tuple[Floats, Floats]:
    """Give the share of CAR-positive cells and the mean copies of a positive one for the batches of one attempt.

    A donor's cells take up the vector well or badly, and so does each attempt. Cells grown from a tumour get no vector:
    all of them count, with no copies.
    """
    if process.starting_cells == "tumour":
        return np.ones(len(keys)), np.zeros(len(keys))
    row = typical.book["facility.car_positive"]
    donors = typical.at("facility.donor_share", keys)
    own = streams.normal("patient:facility.car_positive", keys)
    batch = streams.normal(f"facility.transduction, attempt {number}", keys)
    scatter = np.clip(np.sqrt(donors) * own + np.sqrt(1.0 - donors) * batch, -3.0, 3.0)
    aim = process.target_share_positive
    centre = typical.at(row.name, keys) if aim is None else np.full(len(keys), aim)
    share = row.shift(centre, row.between * scatter)
    dispersion = draw_patients(typical, streams, name="facility.copies_dispersion", keys=keys)
    return share, copies_per_positive(share, dispersion)
