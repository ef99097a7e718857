"""Log-likelihoods of survival distributions with their derivatives, and the search for the maximum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr

from adoptive.verdict.rows import SurvivalRows

__all__ = ["LOCATION_SCALE", "Likelihood", "Standard", "gompertz", "newton"]

Floats = NDArray[np.float64]
Triple = tuple[Floats, Floats, Floats]

LOG_2PI: Final = float(np.log(2.0 * np.pi))
STEPS, HALVINGS, TOLERANCE = 100, 40, 1e-10


@dataclass(frozen=True)
class Standard:
    """Hold a standard distribution W: logarithms of density and survival, each with two derivatives."""

    density: Callable[[Floats], Triple]
    survival: Callable[[Floats], Triple]


def _extreme_density(z: Floats) -> Triple:
    power = np.exp(z)
    return z - power, 1.0 - power, -power


def _extreme_survival(z: Floats) -> Triple:
    power = np.exp(z)
    return -power, -power, -power


def _normal_density(z: Floats) -> Triple:
    return -0.5 * (z**2 + LOG_2PI), -z, np.full(z.shape, -1.0)


def _normal_survival(z: Floats) -> Triple:
    log_survival = log_ndtr(-z)
    ratio = np.exp(-0.5 * (z**2 + LOG_2PI) - log_survival)
    return log_survival, -ratio, -ratio * (ratio - z)


def _logistic_density(z: Floats) -> Triple:
    p = expit(z)
    return z - 2.0 * np.logaddexp(0.0, z), 1.0 - 2.0 * p, -2.0 * p * (1.0 - p)


def _logistic_survival(z: Floats) -> Triple:
    p = expit(z)
    return -np.logaddexp(0.0, z), -p, -p * (1.0 - p)


LOCATION_SCALE: Final[Mapping[str, Standard]] = {
    "Weibull": Standard(_extreme_density, _extreme_survival),
    "log-normal": Standard(_normal_density, _normal_survival),
    "log-logistic": Standard(_logistic_density, _logistic_survival),
}
"""W of ``ln T = location + scale W`` by family."""


class Likelihood:
    """The log-likelihood of location and log scale of ``ln T``, for rows with times above 0."""

    def __init__(self, rows: SurvivalRows, standard: Standard) -> None:
        late = rows.entry > 0
        self._parts = tuple(
            (sign * rows.weight[mark], np.log(times[mark]), function, mark is rows.event)
            for mark, times, sign, function in (
                (rows.event, rows.time, 1.0, standard.density),
                (~rows.event, rows.time, 1.0, standard.survival),
                (late, rows.entry, -1.0, standard.survival),
            )
        )
        self._rows = rows

    def start(self) -> Floats:
        """Give a first guess: the exponential's location, or that of the events, and scale 1."""
        rows = self._rows
        exposure = rows.weight @ (rows.time - np.maximum(rows.entry, 0.0))
        return np.array([np.log(exposure / rows.weight[rows.event].sum()), 0.0])

    def value(self, point: Floats) -> float:
        """Give the log-likelihood."""
        return self.slopes(point)[0]

    def slopes(self, point: Floats) -> tuple[float, Floats, Floats]:
        """Give the log-likelihood, its gradient and its second derivatives."""
        location, log_scale = point
        scale = np.exp(log_scale)
        total, gradient, curvature = 0.0, np.zeros(2), np.zeros((2, 2))
        for weight, log_time, function, dense in self._parts:
            z = (log_time - location) / scale
            value, first, second = function(z)
            if dense:
                value = value - log_scale - log_time
                gradient[1] -= weight.sum()
            total += float(weight @ value)
            gradient += np.array([-(weight @ first) / scale, -(weight @ (first * z))])
            both = weight @ (second * z + first) / scale
            own = weight @ (second * z**2 + first * z)
            curvature += np.array([[weight @ second / scale**2, both], [both, own]])
        return total, gradient, curvature


Value = Callable[[Floats], float]
Slopes = Callable[[Floats], tuple[float, Floats, Floats]]


def gompertz(rows: SurvivalRows) -> tuple[Value, Slopes, Floats, float]:
    """Give Gompertz' log-likelihood of ``ln rate`` and growth with its derivatives, a start, and the unit of time.

    The unit is the mean time at risk: in it both parameters are of order 1.
    """
    start = np.maximum(rows.entry, 0.0)
    weight, event = rows.weight, rows.weight * rows.event
    unit = float(weight @ (rows.time - start) / weight.sum())
    t, e = rows.time / unit, start / unit

    def slopes(point: Floats) -> tuple[float, Floats, Floats]:
        log_rate, growth = point
        area = [weight @ (_moment(t, growth, k) - _moment(e, growth, k)) for k in range(3)]
        hazard = np.exp(log_rate) * np.array(area)
        total = float(event.sum() * log_rate + growth * (event @ t) - hazard[0])
        gradient = np.array([event.sum() - hazard[0], event @ t - hazard[1]])
        return total, gradient, -np.array([[hazard[0], hazard[1]], [hazard[1], hazard[2]]])

    begin = np.array([np.log(event.sum() / (weight @ (t - e))), 0.0])
    return lambda point: slopes(point)[0], slopes, begin, unit


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def _moment(t: Floats, growth: float, power: int) -> Floats:
    """Integrate ``u^power exp(growth u)`` from 0 to t, by Gauss and Legendre: exact to round-off for sane growth."""
    u = 0.5 * t[:, None] * (_NODES + 1.0)
    area: Floats = 0.5 * t * ((u**power * np.exp(growth * u)) @ _WEIGHTS)
    return area


def newton(value: Value, slopes: Slopes, start: Floats) -> tuple[Floats, Floats, float, bool]:
    """Climb to the maximum: Newton's steps, halved until they rise; a step uphill where the hill is not concave.

    Returns the point, the inverse of the observed information, the log-likelihood and whether it converged.
    """
    point = start
    for _ in range(STEPS):
        with np.errstate(all="ignore"):  # where the likelihood has no maximum the scale runs to 0
            here, gradient, curvature = slopes(point)
        size, directions = np.linalg.eigh(-curvature)
        if not np.isfinite(size).all():
            break
        size = np.maximum(np.abs(size), 1e-10 * max(np.abs(size).max(), 1.0))
        step = directions @ ((directions.T @ gradient) / size)
        if float(gradient @ step) < TOLERANCE**2 * (1.0 + abs(here)) and np.abs(step).max() < TOLERANCE**0.5:
            information = -slopes(point + step)[2]
            if np.linalg.eigvalsh(information)[0] > 0:
                return point + step, np.asarray(np.linalg.inv(information), np.float64), value(point + step), True
            break
        point = _risen(value, point, step, here)
        if np.abs(point).max() > WIDEST:
            break
    return point, np.diag(np.full(start.size, np.inf)), 0.0, False


WIDEST: Final = 500.0
"""A logarithm of time or scale beyond this is no finite maximum."""


def _risen(value: Value, point: Floats, step: Floats, here: float) -> Floats:
    """Halve a step until the log-likelihood is not lower."""
    for _ in range(HALVINGS):
        with np.errstate(all="ignore"):
            there = value(point + step)
        if np.isfinite(there) and there >= here - 1e-12 * (1.0 + abs(here)):
            break
        step = 0.5 * step
    return point + step
