"""Fit a zoo model to many individuals at once: maximum a posteriori on the log scale, values below a limit censored.

Every individual has its own Levenberg-Marquardt damping, and one call of the ensemble engine computes all finite
differences of all individuals and all starts, one more all trial steps: a step that one individual refuses does not
stop another, which one joint optimiser would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri
from scipy.stats import qmc

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.scale import Scale
from adoptive.kinetics.zoo.series import Individuals
from adoptive.kinetics.zoo.simulate import run_zoo
from adoptive.kinetics.zoo.types import Floats, ZooModel

__all__ = ["Fit", "Settings", "fit_individuals"]

_FLOOR = 1e-12
_STEP = 1e-4
_NEARBY = 0.15
_AGREEMENT = 1e-4
_LARGEST_MOVE = 1.0
_HIGHEST_DAMPING = 1e10
_LIGHT_DAMPING = 1e-2
_UNFINISHED, _STUCK, _MET = range(3)


@dataclass(frozen=True)
class Settings:
    """Say how to fit.

    `priors` replaces a row's own prior: (median, standard deviation on the row's scale); inf means flat. `starts` are
    drawn from the priors (quasi-random, no wider than `widest_start`) besides the medians themselves; `nearby` more
    are drawn around the best of them, for a second descent.
    """

    parameters: tuple[str, ...] = ()
    parameter_set: str | None = None
    priors: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    starts: int = 24
    nearby: int = 6
    widest_start: float = 1.0
    noise: float | None = None
    most_iterations: int = 200
    tolerance: float = 1e-7
    threads: int = 1


@dataclass(frozen=True)
class Fit:
    """Hold the fits, one row per individual.

    `estimate` and `standard_error` ``(individuals, parameters)``: the error is that of the row's scale (log: relative)
    from the Hessian of the objective; inf where it is singular. `objective` is minus the log posterior without
    constants, `rmse` the root mean square of log residuals of the values above their limit, `r_squared` on the log
    scale. `converged`: the slope or the gain vanished, or no step improves and a second descent came to the same value.
    """

    model: str
    ids: tuple[str, ...]
    parameters: tuple[str, ...]
    estimate: Floats
    standard_error: Floats
    objective: Floats
    rmse: Floats
    r_squared: Floats
    observations: NDArray[np.int64]
    censored: NDArray[np.int64]
    iterations: int
    converged: NDArray[np.bool_]


def fit_individuals(zoo: ZooModel, data: Individuals, settings: Settings | None = None) -> Fit:
    """Fit chosen rows to each individual.

    Minimises over theta, for each individual: sum of ((ln y - ln f) / sigma)^2 / 2 over measured values, minus sum of
    ln Phi((ln limit - ln f) / sigma) over values below their limit (method M3 of Beal 2001, J Pharmacokinet
    Pharmacodyn 28:481, 10.1023/A:1012299115260), plus sum of ((theta - median) / sd)^2 / 2.
    Arguments: `data` as from `read_individuals`. Raises ParameterError for names that the model does not have.
    """
    chosen = Settings() if settings is None else settings
    problem = _Problem.of(zoo, data, chosen)
    far = _best(problem, *_descend(problem, chosen, _first_guesses(problem, chosen)))
    near = np.repeat(far.theta, chosen.nearby + 1, axis=0)
    near += _NEARBY * np.tile(_normal_draws(chosen.nearby, near.shape[1]), (problem.individuals, 1))
    found = _best(problem, *_descend(problem, chosen, near))
    agreed = far.value - found.value < _AGREEMENT * (1.0 + np.abs(found.value))
    theta, who = found.theta, np.arange(problem.individuals)
    model = problem.predict(theta, who)
    _, hessian = problem.slopes(theta, who, model)
    measured = problem.measured
    residual = np.where(measured, problem.log_value - model, 0.0)
    count = np.maximum(measured.sum(axis=1), 1)
    centre = (np.where(measured, problem.log_value, 0.0).sum(axis=1) / count)[:, None]
    spread = np.where(measured, problem.log_value - centre, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = 1.0 - (residual**2).sum(axis=1) / (spread**2).sum(axis=1)
    return Fit(
        model=zoo.name, ids=data.ids, parameters=problem.scale.names, estimate=problem.scale.natural(theta),
        standard_error=_standard_errors(hessian), objective=found.value,
        rmse=np.sqrt((residual**2).sum(axis=1) / count), r_squared=np.where(np.isfinite(explained), explained, 0.0),
        observations=measured.sum(axis=1), censored=(problem.used & ~measured).sum(axis=1),
        iterations=far.rounds + found.rounds,
        converged=(found.end == _MET) | ((found.end == _STUCK) & agreed),
    )  # fmt: skip


@dataclass(frozen=True)
class _Best:
    """Hold the best start of each individual."""

    theta: Floats
    value: Floats
    end: NDArray[np.int64]
    rounds: int


def _best(problem: _Problem, theta: Floats, value: Floats, end: NDArray[np.int64], rounds: int) -> _Best:
    starts = len(value) // problem.individuals
    kept = np.argmin(value.reshape(-1, starts), axis=1) + np.arange(problem.individuals) * starts
    return _Best(theta[kept], value[kept], end[kept], rounds)


def _standard_errors(hessian: Floats) -> Floats:
    """Return the roots of the inverse's diagonal; inf where the Hessian is not positive definite."""
    found = np.full(hessian.shape[:2], np.inf)
    for row, matrix in enumerate(hessian):
        values, vectors = np.linalg.eigh(matrix)
        if values[0] > 1e-10 * max(values[-1], 1e-300):
            found[row] = np.sqrt((vectors**2 / values).sum(axis=1))
    return found


@dataclass(frozen=True)
class _Problem:
    """Hold the data as rectangles ``(individuals, most observations)`` and the priors."""

    zoo: ZooModel
    settings: Settings
    scale: Scale
    fixed: Mapping[str, Floats]
    days: Floats
    visit: NDArray[np.int64]
    column: NDArray[np.int64]
    log_value: Floats
    used: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    sigma: float

    @property
    def individuals(self) -> int:
        return len(self.log_value)

    @classmethod
    def of(cls, zoo: ZooModel, data: Individuals, settings: Settings) -> _Problem:
        rows = zoo.rows_of_set(settings.parameter_set)
        names = settings.parameters or zoo.fitted
        if not names:
            raise ParameterError("no parameter to fit", where=zoo.name, next_step="name some", allowed=", ".join(rows))
        if twice := sorted(set(names) & set(data.constants)):
            raise ParameterError("a fitted parameter is given by the data", where=zoo.name, value=", ".join(twice))
        if unknown := sorted(set(data.constants) - set(rows)):
            raise ParameterError("a column is no parameter", where=zoo.name, value=", ".join(unknown))
        noise = settings.noise or (rows[zoo.noise].value if zoo.noise else 0.5)
        places = {quantity.name: at for at, quantity in enumerate(zoo.quantities)}
        days = np.unique(np.concatenate([[0.0], data.day[data.used]]))
        column = np.zeros(data.day.shape, np.int64)
        for at, quantity in enumerate(data.quantities):
            zoo.quantity(quantity)
            column[data.quantity == at] = places[quantity]
        return cls(
            zoo=zoo, settings=settings, scale=Scale.of(rows, names, settings.priors), fixed=data.constants, days=days,
            visit=np.searchsorted(days, np.where(data.used, data.day, 0.0)), column=column,
            log_value=np.log(np.where(data.used, data.value, 1.0)), used=data.used,
            measured=data.used & ~data.below_limit, sigma=float(noise),
        )  # fmt: skip

    def predict(self, theta: Floats, who: NDArray[np.int64]) -> Floats:
        """Return ln f at each individual's observations; not finite where it cannot be integrated."""
        natural = self.scale.natural(theta)
        changes = {name: natural[:, at] for at, name in enumerate(self.scale.names)}
        changes |= {name: values[who] for name, values in self.fixed.items()}
        run = run_zoo(
            self.zoo, days=self.days, parameter_set=self.settings.parameter_set, changes=changes, rtol=1e-7,
            threads=self.settings.threads,
        )  # fmt: skip
        seen = run.values[np.arange(len(theta))[:, None], self.visit[who], self.column[who]]
        seen = np.where((run.failure == 0)[:, None], seen, np.nan)
        logs: Floats = np.log(np.maximum(seen, _FLOOR))
        return logs

    def value(self, theta: Floats, who: NDArray[np.int64], model: Floats) -> Floats:
        """Return the objective per row; inf where the model could not be integrated."""
        z = (self.log_value[who] - model) / self.sigma
        each = np.where(self.measured[who], 0.5 * z**2, -log_ndtr(z))
        total: Floats = np.where(self.used[who], each, 0.0).sum(axis=1) + self.scale.penalty(theta)
        return np.where(np.isfinite(total), total, np.inf)

    def slopes(self, theta: Floats, who: NDArray[np.int64], model: Floats) -> tuple[Floats, Floats]:
        """Return gradient and Hessian (second derivatives of the model left out), all differences in one run."""
        count, width = theta.shape
        moved = np.concatenate([theta + sign * _STEP * np.eye(width)[k] for k in range(width) for sign in (1, -1)])
        ahead = self.predict(moved, np.tile(who, 2 * width)).reshape(width, 2, count, -1)
        jacobian = np.nan_to_num((ahead[:, 0] - ahead[:, 1]) / (2.0 * _STEP)).transpose(1, 2, 0)
        z = (self.log_value[who] - model) / self.sigma
        ratio = np.exp(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(z))
        measured, used = self.measured[who], self.used[who]
        first = np.where(measured, -z, ratio) / self.sigma
        second = np.where(measured, 1.0, ratio * (ratio + z)) / self.sigma**2
        first, second = (np.where(used, part, 0.0) for part in (first, second))
        gradient = np.einsum("ijk,ij->ik", jacobian, first) + self.scale.penalty_slope(theta)
        hessian = np.einsum("ijk,ij,ijl->ikl", jacobian, second, jacobian) + np.diag(self.scale.precision)
        return np.nan_to_num(gradient), hessian


def _first_guesses(problem: _Problem, settings: Settings) -> Floats:
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


def _descend(problem: _Problem, settings: Settings, theta: Floats) -> tuple[Floats, Floats, NDArray[np.int64], int]:
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
        converged[at] |= small | (slope < settings.tolerance)
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
