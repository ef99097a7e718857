"""What the data say of each individual: draws, means and spreads, the mode, and how far they shrink to the mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adoptive.workbench.calibrate.nlme.chains import Chains
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.residual import Observed, deviation, scaled
from adoptive.workbench.calibrate.nlme.types import Floats, Population

__all__ = ["Individual", "draw_individuals", "find_modes", "shrinkage", "standardised_residuals"]

Height = Callable[[Floats, Floats], Floats]
"""Places and whose they are to the log density there."""

_ROUNDS = 25
_HALVINGS = 6


@dataclass(frozen=True)
class Individual:
    """Hold the individuals on the parameters' scales.

    `draws` ``(draws, subjects, varying)``; `mean` and `covariance` of these; `mode` ``(subjects, parameters)``.
    """

    draws: Floats
    mean: Floats
    covariance: Floats
    mode: Floats


def draw_individuals(chains: Chains, population: Population, draws: int) -> Individual:
    """Draw each subject's parameters given the data and the population, then find the modes."""
    kept = []
    for _ in range(-(-draws // chains.count)):
        chains.advance(population, learn=False)
        kept.append(chains.varying)
    drawn = np.concatenate(kept)
    mean = drawn.mean(axis=0)
    away = drawn - mean
    covariance = np.einsum("dni,dnj->nij", away, away) / max(len(drawn) - 1, 1)
    return Individual(drawn, mean, covariance, find_modes(chains.problem, population, mean, covariance))


def find_modes(problem: Problem, population: Population, mean: Floats, covariance: Floats) -> Floats:
    """Find where each subject's density is highest, ``(subjects, parameters)``: damped Newton, all subjects at once.

    Slopes are central differences over a twentieth of the conditional sd.
    """
    centre = problem.means(population.beta)
    precision = np.linalg.inv(population.omega)
    width = 0.05 * np.sqrt(np.diagonal(covariance, axis1=1, axis2=2) + 1e-6 * np.diag(population.omega))

    def height(places: Floats, who: Floats) -> Floats:
        owner = who.astype(np.int64)
        phi = centre[owner].copy()
        phi[:, problem.varying] = places
        away = places - centre[owner][:, problem.varying]
        prior = 0.5 * ((away @ precision) * away).sum(axis=1)
        found: Floats = problem.likelihood(phi, owner, population.error) - prior
        return found

    who = problem.everyone.astype(np.float64)
    best, level = mean.copy(), height(mean, who)
    for _ in range(_ROUNDS):
        move = _newton(height, best, width, who)
        gained = np.zeros(len(best))
        for k in range(_HALVINGS):
            trial = best + 0.5**k * move
            ahead = height(trial, who)
            better = (ahead > level) & (gained == 0)
            gained = np.where(better, ahead - level, gained)
            best, level = np.where(better[:, None], trial, best), np.where(better, ahead, level)
        if gained.max() < 1e-8:
            break
    full = centre.copy()
    full[:, problem.varying] = best
    return full


def _newton(height: Height, places: Floats, width: Floats, who: Floats) -> Floats:
    """Give the Newton step of every subject; where a direction is not concave it goes uphill."""
    count, size = places.shape
    unit = np.eye(size)
    shifts = [unit[i] * s for i in range(size) for s in (1, -1)]
    shifts += [unit[i] * s + unit[j] * t for j in range(size) for i in range(j) for s in (1, -1) for t in (1, -1)]
    moved = np.concatenate([places, *(places + shift * width for shift in shifts)])
    level = height(moved, np.tile(who, len(shifts) + 1)).reshape(-1, count)
    slope = np.stack([0.5 * (level[1 + 2 * i] - level[2 + 2 * i]) for i in range(size)], axis=1)
    bend = np.zeros((count, size, size))
    for i in range(size):
        bend[:, i, i] = level[1 + 2 * i] - 2.0 * level[0] + level[2 + 2 * i]
    at = 1 + 2 * size
    for j in range(size):
        for i in range(j):
            bend[:, i, j] = bend[:, j, i] = 0.25 * (level[at] - level[at + 1] - level[at + 2] + level[at + 3])
            at += 4
    values, vectors = np.linalg.eigh(-bend)
    values = np.maximum(np.abs(values), 1e-4)
    step = np.einsum("nij,nj,nkj,nk->ni", vectors, 1.0 / values, vectors, slope)
    return np.asarray(np.clip(step, -40.0, 40.0) * width)


def standardised_residuals(problem: Problem, population: Population, phi: Floats) -> Floats:
    """Give (y - f) / sd at given parameters, ``(subjects, observations)``; NaN where nothing was measured."""
    residual = problem.model.residual
    if residual.kind == "count":
        return np.full(problem.data.value.shape, np.nan)
    seen = Observed.of(problem.data, problem.everyone)
    prediction = problem.predict(phi, problem.everyone)
    z = (scaled(residual, seen.value) - scaled(residual, prediction)) / deviation(
        residual, prediction, population.error
    )
    return np.where(seen.used & ~seen.below, z, np.nan)


def shrinkage(problem: Problem, population: Population, mode: Floats) -> tuple[Floats, float]:
    """Give eta shrinkage ``(varying,)`` and epsilon shrinkage: ``1 - sd(eta mode) / omega``, ``1 - sd(IWRES)``.

    Savic and Karlsson 2009, 10.1208/s12248-009-9133-0.
    """
    eta = (mode - problem.means(population.beta))[:, problem.varying]
    of_eta = 1.0 - eta.std(axis=0, ddof=1) / np.sqrt(np.diag(population.omega))
    residuals = standardised_residuals(problem, population, mode)
    known = residuals[np.isfinite(residuals)]
    return of_eta, float(1.0 - known.std(ddof=1)) if len(known) > 1 else float("nan")
