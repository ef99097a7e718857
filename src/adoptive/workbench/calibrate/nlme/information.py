"""Standard errors: the information of the linearised model, and the observed information by Louis' identity."""

from __future__ import annotations

import numpy as np

from adoptive.workbench.calibrate.nlme.coordinates import Coordinates
from adoptive.workbench.calibrate.nlme.likelihood import Linear
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.residual import Observed, log_likelihood
from adoptive.workbench.calibrate.nlme.types import Floats, Population

__all__ = ["linear_information", "louis_errors", "louis_information", "standard_errors"]

_STEP = 1e-3
_LEAST_KEPT = 0.1
_ROWS = 60_000


def standard_errors(information: Floats) -> Floats:
    """Return the roots of the inverse's diagonal; inf in coordinates that the data leave open.

    >>> standard_errors(np.diag([4.0, 0.0])).tolist()
    [0.5, inf]
    """
    if not len(information):
        return np.zeros(0)
    size = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    sound = values > 1e-8
    inverse = (vectors[:, sound] ** 2 / values[sound]).sum(axis=1) / size**2
    open_ = (vectors[:, ~sound] ** 2).sum(axis=1) > 1e-3
    errors: Floats = np.where(open_, np.inf, np.sqrt(inverse))
    return errors


def linear_information(coordinates: Coordinates, population: Population, linear: Linear) -> Floats:
    """Return the expected information of the linearised model, coefficients and variances apart.

    ``sum_i A' V^-1 A`` and ``sum_i tr(V^-1 dV V^-1 dV) / 2``; NaN for counts, which it does not hold.
    """
    problem = coordinates.problem
    size = len(coordinates)
    if problem.model.residual.kind == "count":
        return np.full((size, size), np.nan)
    theta = coordinates.pack(population)
    matrix = linear.covariance(population)
    inverse = np.linalg.inv(matrix)
    slopes = np.einsum("nop,npq->noq", linear.slopes, problem.design[:, :, coordinates.beta])
    found = np.zeros((size, size))
    first = len(coordinates.beta)
    found[:first, :first] = np.einsum("noq,nop,npr->qr", slopes, inverse, slopes)
    parts = []
    for k in range(first, size):
        shift = np.zeros(size)
        shift[k] = _STEP
        ahead, behind = (
            linear.covariance(coordinates.unpack(theta + sign * shift, population)) for sign in (1.0, -1.0)
        )
        parts.append(inverse @ ((ahead - behind) / (2.0 * _STEP)))
    for k, left in enumerate(parts):
        for m, right in enumerate(parts):
            found[first + k, first + m] = 0.5 * np.einsum("nop,npo->", left, right)
    return found


def louis_errors(coordinates: Coordinates, population: Population, draws: Floats) -> Floats:
    """Return standard errors from the observed information; NaN where the draws do not resolve it.

    The information is a difference of two large numbers where an omega is small beside what is known of the
    individuals, and correlated draws make the second too small by about one over their effective number. Coordinates
    that keep less than a tenth of the complete data's information get no error and count as known for the others; so
    do those in which the two halves of the draws differ by more than half.
    """
    kept = _thin(coordinates.problem, draws)
    lost = [louis_information(coordinates, population, part) for part in (kept[0::2], kept[1::2])]
    halves = [complete - missing for complete, missing in lost]
    one, other = (np.diag(half) for half in halves)
    least = _LEAST_KEPT * np.diag(lost[0][0])
    clear = np.flatnonzero((np.minimum(one, other) > least) & (np.abs(one - other) < 0.25 * (one + other)))
    errors = np.full(len(coordinates), np.nan)
    parts = [half[np.ix_(clear, clear)] for half in halves]
    both = standard_errors(0.5 * (parts[0] + parts[1]))
    first, second = (standard_errors(part) for part in parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        agree = np.abs(np.log(first) - np.log(second)) < np.log(1.5)
    errors[clear] = np.where(agree & np.isfinite(both) & (both > 1e-8), both, np.nan)
    return errors


def louis_information(coordinates: Coordinates, population: Population, draws: Floats) -> tuple[Floats, Floats]:
    """Return the two parts of the observed information, from draws of the individuals ``(draws, subjects, varying)``.

    The complete data's curvature ``E[-H]``, and what is not known of the individuals, ``sum_i Cov(s_i)``; their
    difference is the observed information (Louis 1982, J R Stat Soc B 44:226).
    """
    complete = _Complete(coordinates, population, draws)
    theta, size = coordinates.pack(population), len(coordinates)
    unit = _STEP * np.eye(size)
    ahead = [complete.each(theta + unit[k]) for k in range(size)]
    behind = [complete.each(theta - unit[k]) for k in range(size)]
    score = np.stack([(up - down) / (2.0 * _STEP) for up, down in zip(ahead, behind, strict=True)], axis=-1)
    away = score - score.mean(axis=0)
    lost = np.einsum("dni,dnj->ij", away, away) / (len(score) - 1)
    middle = float(complete.each(theta).sum())
    curvature = np.zeros((size, size))
    for i in range(size):
        curvature[i, i] = (ahead[i].sum() + behind[i].sum() - 2.0 * middle) / _STEP**2
        for j in range(i):
            corners = [
                float(complete.each(theta + s * unit[i] + t * unit[j]).sum()) * s * t for s in (1, -1) for t in (1, -1)
            ]
            curvature[i, j] = curvature[j, i] = sum(corners) / (4.0 * _STEP**2)
    return np.asarray(-curvature / len(score)), np.asarray(lost)


def _thin(problem: Problem, draws: Floats) -> Floats:
    """Keep as many draws as are worth their time."""
    most = max(50, _ROWS // problem.data.subjects)
    return draws[:: max(1, -(-len(draws) // most))]


class _Complete:
    """Give the log-likelihood of data and drawn individuals together, ``(draws, subjects)``, at any coordinates."""

    def __init__(self, coordinates: Coordinates, population: Population, draws: Floats) -> None:
        self.coordinates, self.population, self.draws = coordinates, population, draws
        problem = coordinates.problem
        self.who = np.tile(problem.everyone, len(draws))
        self.seen = Observed.of(problem.data, self.who)
        self.still = np.setdiff1d(np.arange(problem.design.shape[1]), problem.varying)
        self.predictions: dict[bytes, Floats] = {}
        self.levels: dict[bytes, Floats] = {}

    def each(self, theta: Floats) -> Floats:
        population = self.coordinates.unpack(theta, self.population)
        problem = self.coordinates.problem
        means = problem.means(population.beta)
        away = self.draws - means[:, problem.varying]
        _, volume = np.linalg.slogdet(population.omega)
        prior = -0.5 * (((away @ np.linalg.inv(population.omega)) * away).sum(axis=-1) + volume)
        return np.asarray(prior + self._data(means, population.error))

    def _data(self, means: Floats, error: Floats) -> Floats:
        """Give the data's part; it changes only with parameters that do not vary and with the error."""
        problem = self.coordinates.problem
        place = means[:, self.still].tobytes()
        key = place + error.tobytes()
        if key not in self.levels:
            if place not in self.predictions:
                phi = means[self.who]
                phi[:, problem.varying] = self.draws.reshape(len(self.who), -1)
                self.predictions[place] = problem.predict(phi, self.who)
            each = log_likelihood(problem.model.residual, self.seen, self.predictions[place], error)
            self.levels[key] = each.sum(axis=1).reshape(len(self.draws), -1)
        return self.levels[key]
