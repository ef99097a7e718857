"""The likelihood of the data: by importance sampling, with its Monte Carlo error, and linearised about the modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, gammaln, ndtri

from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.nlme.individuals import Individual
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.residual import deviation, scaled
from adoptive.workbench.calibrate.nlme.types import Floats, Marks, Population

__all__ = ["Likelihood", "Linear", "importance_likelihood", "linearise"]

_FREEDOM = 5.0
_ROWS = 40_000


@dataclass(frozen=True)
class Likelihood:
    """Hold minus twice the log-likelihood, its Monte Carlo standard error and each subject's part."""

    minus2: float
    error: float
    each: Floats
    effective: Floats


def importance_likelihood(
    problem: Problem, population: Population, individual: Individual, *, samples: int, seed: int
) -> Likelihood:
    """Estimate ``-2 ln L``; proposals are t with 5 degrees of freedom about each subject's conditional distribution.

    The error is the delta method's: ``2 sqrt(sum_i var(w_i) / (samples mean(w_i)^2))``. `effective` gives each
    subject's effective number of samples.
    """
    root = np.asarray(np.linalg.cholesky(individual.covariance + 1e-3 * population.omega), np.float64)
    subjects = problem.data.subjects
    block = max(1, _ROWS // subjects)
    weights = []
    for first in range(0, samples, block):
        count = min(block, samples - first)
        weights.append(_weights(problem, population, individual.mean, root, first, count, Streams(seed)))
    logs = np.concatenate(weights)
    top = logs.max(axis=0)
    weight = np.exp(logs - top)
    mean = weight.mean(axis=0)
    each = top + np.log(mean)
    spread = weight.var(axis=0, ddof=1) / (samples * mean**2)
    effective = weight.sum(axis=0) ** 2 / (weight**2).sum(axis=0)
    return Likelihood(float(-2.0 * each.sum()), float(2.0 * np.sqrt(spread.sum())), each, effective)


def _weights(
    problem: Problem, population: Population, mean: Floats, root: Floats, first: int, count: int, streams: Streams
) -> Floats:
    """Give log weights ``(count, subjects)`` of samples `first` onwards."""
    subjects, size = mean.shape
    keys = Keys.of(np.repeat(np.arange(first, first + count), subjects), np.tile(problem.everyone, count))
    lot = streams.uniform("nlme.importance", keys, size + 1)
    chi = chdtri(_FREEDOM, lot[:, size]) / _FREEDOM
    z = ndtri(lot[:, :size]) / np.sqrt(chi)[:, None]
    who = np.tile(problem.everyone, count)
    phi = problem.means(population.beta)[who]
    away = np.einsum("rij,rj->ri", root[who], z)
    varying = mean[who] + away
    from_centre = varying - phi[:, problem.varying]
    phi[:, problem.varying] = varying
    density = (
        gammaln(0.5 * (_FREEDOM + size)) - gammaln(0.5 * _FREEDOM) - 0.5 * size * np.log(_FREEDOM * np.pi)
        - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)[who]
        - 0.5 * (_FREEDOM + size) * np.log1p((z**2).sum(axis=1) / _FREEDOM)
    )  # fmt: skip
    prior = _normal(from_centre, population.omega)
    found: Floats = problem.likelihood(phi, who, population.error) + prior - density
    return found.reshape(count, subjects)


def _normal(away: Floats, omega: Floats) -> Floats:
    """Give the log density of a normal about 0, last axis the components."""
    _, volume = np.linalg.slogdet(omega)
    quadratic = ((away @ np.linalg.inv(omega)) * away).sum(axis=-1)
    value: Floats = -0.5 * (quadratic + volume + away.shape[-1] * np.log(2.0 * np.pi))
    return value


@dataclass(frozen=True)
class Linear:
    """Hold the model linearised about the modes: means, slopes ``(subjects, observations, parameters)`` and errors.

    Observations below a limit and counts have no place here and are left out (`measured`).
    """

    problem: Problem
    mode: Floats
    centre: Floats
    slopes: Floats
    prediction: Floats
    measured: Marks

    def covariance(self, population: Population) -> Floats:
        """Give every subject's marginal covariance; 1 on the diagonal where nothing was measured."""
        slopes = self.slopes[:, :, self.problem.varying]
        between = np.einsum("noi,ij,npj->nop", slopes, population.omega, slopes)
        sd = deviation(self.problem.model.residual, self.prediction, population.error)
        own = np.where(self.measured, sd**2, 1.0)
        return np.asarray(between + own[:, :, None] * np.eye(own.shape[1]), np.float64)

    def minus2(self, population: Population) -> float:
        """Give ``-2 ln L`` of the linearised model, of the measured values alone."""
        residual, data = self.problem.model.residual, self.problem.data
        means = self.problem.means(population.beta)
        mean = self.centre + np.einsum("nop,np->no", self.slopes, means - self.mode)
        away = np.where(self.measured, scaled(residual, data.value) - mean, 0.0)
        matrix = self.covariance(population)
        _, volume = np.linalg.slogdet(matrix)
        quadratic = np.einsum("no,no->n", away, np.linalg.solve(matrix, away[:, :, None])[:, :, 0])
        jacobian = 0.0
        if residual.kind == "exponential":
            jacobian = float(np.log(np.where(self.measured, data.value, 1.0)).sum())
        count = int(self.measured.sum())
        return float((quadratic + volume).sum() + count * np.log(2.0 * np.pi) + 2.0 * jacobian)


def linearise(problem: Problem, mode: Floats) -> Linear:
    """Linearise the model about the modes by central differences."""
    residual, who = problem.model.residual, problem.everyone
    measured = problem.data.used & ~problem.data.below
    prediction = problem.predict(mode, who)
    slopes = np.zeros((*prediction.shape, mode.shape[1]))
    for place in range(mode.shape[1]):
        shift = np.zeros(mode.shape[1])
        shift[place] = 1e-3
        ahead, behind = (scaled(residual, problem.predict(mode + sign * shift, who)) for sign in (1.0, -1.0))
        slopes[:, :, place] = np.where(measured, (ahead - behind) / 2e-3, 0.0)
    centre = np.where(measured, scaled(residual, prediction), 0.0)
    return Linear(problem, mode, centre, slopes, np.where(measured, prediction, 1.0), measured)
