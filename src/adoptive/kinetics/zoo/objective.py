"""What a fit minimises: the misfit of many individuals on the log scale with censored values, and its slopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.scale import Scale
from adoptive.kinetics.zoo.series import Individuals
from adoptive.kinetics.zoo.simulate import run_zoo
from adoptive.kinetics.zoo.types import Floats, ZooModel

__all__ = ["Problem", "Settings"]

_FLOOR = 1e-12
_STEP = 1e-4


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
class Problem:
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
        """Return how many individuals there are."""
        return len(self.log_value)

    @classmethod
    def of(cls, zoo: ZooModel, data: Individuals, settings: Settings) -> Problem:
        """Pair the data with the model's rows; raise ParameterError for names that the model does not have."""
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
