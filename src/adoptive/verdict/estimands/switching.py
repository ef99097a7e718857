"""How likely a switch is in each piece of a control's time: a binary regression on intervals.

Pooled logistic regression on short intervals stands for a Cox model of the time to the switch (D'Agostino et al. 1990,
10.1002/sim.4780091214). With the complementary log-log link and the log of each piece's length it is that model of
grouped times itself, whatever the lengths.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Link", "fit_binary", "survival_of_pieces"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Link = Literal["logit", "cloglog"]

STEPS: Final = 50
TOLERANCE: Final = 1e-14
WIDEST: Final = 30.0
"""Bound on the linear predictor."""
TINY: Final = 1e-12


def fit_binary(matrix: Floats, happened: Bools, offset: Floats, *, link: Link) -> tuple[Floats, bool]:
    """Fit ``P(happened) = g(matrix b + offset)`` by Fisher scoring with halved steps.

    Parameters
    ----------
    matrix, happened, offset
        ``(pieces, columns)``, ``(pieces,)``, ``(pieces,)``.
    link
        "logit", or "cloglog": ``1 - exp(-exp(eta))``.

    Returns
    -------
    Coefficients, and whether the likelihood stopped rising. Where columns separate those who switch from the others,
    some coefficients are large and mean "never" or "always"; the chances are right all the same.
    """
    y = happened.astype(np.float64)
    coefficients = np.zeros(matrix.shape[1])
    value = _log_likelihood(matrix @ coefficients + offset, y, link)
    for _ in range(STEPS):
        eta = np.clip(matrix @ coefficients + offset, -WIDEST, WIDEST)
        chance, slope = _mean(eta, link), _slope(eta, link)
        weight = slope**2 / np.maximum(chance * (1.0 - chance), TINY)
        residual = slope * (y - chance) / np.maximum(chance * (1.0 - chance), TINY)
        information = (matrix * weight[:, None]).T @ matrix
        step = np.linalg.lstsq(information, matrix.T @ residual, rcond=None)[0]
        for _ in range(STEPS):
            trial = _log_likelihood(matrix @ (coefficients + step) + offset, y, link)
            if trial >= value - TINY * abs(value):
                break
            step = step / 2.0
        coefficients, gain, value = coefficients + step, trial - value, trial
        if abs(gain) <= TOLERANCE * (abs(value) + TOLERANCE):
            return coefficients, True
    return coefficients, False


def survival_of_pieces(eta: Floats, *, link: Link) -> Floats:
    """Give the chance ``(pieces,)`` of no switch in each piece."""
    bounded = np.clip(eta, -WIDEST, WIDEST)
    if link == "cloglog":
        return np.asarray(np.exp(-np.exp(bounded)))
    return np.asarray(1.0 / (1.0 + np.exp(bounded)))


def _mean(eta: Floats, link: Link) -> Floats:
    return np.asarray(-np.expm1(-np.exp(eta)) if link == "cloglog" else 1.0 / (1.0 + np.exp(-eta)))


def _slope(eta: Floats, link: Link) -> Floats:
    if link == "cloglog":
        return np.asarray(np.exp(eta - np.exp(np.minimum(eta, WIDEST))))
    chance = 1.0 / (1.0 + np.exp(-eta))
    return np.asarray(chance * (1.0 - chance))


def _log_likelihood(eta: Floats, y: Floats, link: Link) -> float:
    chance = np.clip(_mean(np.clip(eta, -WIDEST, WIDEST), link), TINY, 1.0 - TINY)
    return float((y * np.log(chance) + (1.0 - y) * np.log1p(-chance)).sum())
