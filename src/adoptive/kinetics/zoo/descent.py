"""Descend from many starts for many individuals at once.

Every individual has its own Levenberg-Marquardt damping, and one call of the ensemble engine computes all finite
differences of all individuals and all starts, one more all trial steps: a step that one individual refuses does not
stop another, which one joint optimiser would do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from adoptive.kinetics.zoo.objective import Problem, Settings
from adoptive.kinetics.zoo.types import Floats

__all__ = ["Found", "search"]

_NEARBY = 0.15
_AGREEMENT = 1e-4
_FAR_ROUNDS = 60
_MOST_PASSES = 4
_LARGEST_MOVE = 1.0
_HIGHEST_DAMPING = 1e10
_LIGHT_DAMPING = 1e-2
_FLAT = 1e-5
_UNFINISHED, _STUCK, _MET = range(3)


@dataclass(frozen=True)
class Found:
    """Hold the best point of each individual, its objective, whether it is an optimum, and the rounds it took."""

    theta: Floats
    value: Floats
    converged: NDArray[np.bool_]
    rounds: int


def search(problem: Problem, settings: Settings) -> Found:
    """Descend from far starts, then again from near the best of them until a pass finds nothing better."""
    short = replace(settings, most_iterations=_FAR_ROUNDS)
    best = _best(problem, *_descend(problem, short, _first_guesses(problem, settings)))
    rounds, agreed = best.rounds, np.zeros(problem.individuals, np.bool_)
    for _ in range(_MOST_PASSES):
        near = np.repeat(best.theta, settings.nearby + 1, axis=0)
        near += _NEARBY * np.tile(_normal_draws(settings.nearby, near.shape[1]), (problem.individuals, 1))
        found = _best(problem, *_descend(problem, settings, near))
        agreed = best.value - found.value < _AGREEMENT * (1.0 + np.abs(found.value))
        best, rounds = found, rounds + found.rounds
        if agreed.all():
            break
    return Found(best.theta, best.value, (best.end == _MET) | ((best.end == _STUCK) & agreed), rounds)


@dataclass(frozen=True)
class _Best:
    """Hold the best start of each individual."""

    theta: Floats
    value: Floats
    end: NDArray[np.int64]
    rounds: int


def _best(problem: Problem, theta: Floats, value: Floats, end: NDArray[np.int64], rounds: int) -> _Best:
    starts = len(value) // problem.individuals
    kept = np.argmin(value.reshape(-1, starts), axis=1) + np.arange(problem.individuals) * starts
    return _Best(theta[kept], value[kept], end[kept], rounds)


def _first_guesses(problem: Problem, settings: Settings) -> Floats:
    """Return the medians and quasi-random draws around them, ``(individuals * starts, parameters)``."""
    width = len(problem.scale.names)
    spread = np.minimum(problem.scale.sd, settings.widest_start)
    return np.tile(problem.scale.centre + spread * _normal_draws(settings.starts, width), (problem.individuals, 1))


def _normal_draws(count: int, width: int) -> Floats:
    """Return a row of zeros and `count` quasi-random standard normal rows, always the same."""
    draws = np.zeros((count + 1, width))
    if count:
        draws[1:] = ndtri(qmc.Halton(width, scramble=False).random(count + 1)[1:])
    return draws


def _descend(problem: Problem, settings: Settings, theta: Floats) -> tuple[Floats, Floats, NDArray[np.int64], int]:
    """Minimise all starts of all individuals; rows that have ended leave the runs.

    An end is met (slope or gain vanished) or stuck (no step of any length improves: a kink, or the engine's precision).
    """
    theta = theta.copy()
    who = np.repeat(np.arange(problem.individuals), len(theta) // problem.individuals)
    model = problem.predict(theta, who)
    value = problem.value(theta, who, model)
    damping = np.full(len(theta), 1e-2)
    done = ~np.isfinite(value)
    converged = np.zeros(len(theta), np.bool_)
    rounds = 0
    while not done.all() and rounds < settings.most_iterations:
        rounds += 1
        at = np.flatnonzero(~done)
        gradient, hessian = problem.slopes(theta[at], who[at], model[at])
        step = _step(gradient, hessian, damping[at])
        tried = theta[at] + step
        new_model = problem.predict(tried, who[at])
        new_value = problem.value(tried, who[at], new_model)
        gain = value[at] - new_value
        better = gain > 0.0
        won = at[better]
        theta[won], value[won], model[won] = tried[better], new_value[better], new_model[better]
        damping[at] = np.where(better, np.maximum(damping[at] / 5.0, 1e-9), damping[at] * 4.0)
        # A short step says nothing under heavy damping: the slope, in standard errors, must have vanished too.
        slope = (gradient**2 / np.maximum(np.einsum("ikk->ik", hessian), 1e-12)).max(axis=1)
        small = better & (gain < settings.tolerance * (1.0 + np.abs(value[at]))) & (damping[at] < _LIGHT_DAMPING)
        converged[at] |= small | (slope < _FLAT)
        done[at] |= converged[at] | (damping[at] > _HIGHEST_DAMPING)
    return theta, value, np.where(converged, _MET, np.where(done, _STUCK, _UNFINISHED)), rounds


def _step(gradient: Floats, hessian: Floats, damping: Floats) -> Floats:
    """Return the damped Newton steps, none longer than `_LARGEST_MOVE` in any parameter."""
    diagonal = np.maximum(np.einsum("ikk->ik", hessian), 1e-6)
    damped = hessian + damping[:, None, None] * diagonal[:, :, None] * np.eye(gradient.shape[1])
    damped += 1e-12 * np.eye(gradient.shape[1])
    step: Floats = -np.linalg.solve(damped, gradient[:, :, None])[:, :, 0]
    longest = np.maximum(np.abs(step).max(axis=1, keepdims=True) / _LARGEST_MOVE, 1.0)
    bounded: Floats = step / longest
    return bounded
