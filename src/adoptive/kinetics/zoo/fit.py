"""Fit a zoo model to many individuals at once: maximum a posteriori on the log scale, values below a limit censored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.zoo.descent import search
from adoptive.kinetics.zoo.objective import Problem, Settings
from adoptive.kinetics.zoo.series import Individuals
from adoptive.kinetics.zoo.types import Floats, ZooModel

__all__ = ["Fit", "Settings", "fit_individuals"]


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
    problem = Problem.of(zoo, data, chosen)
    found = search(problem, chosen)
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
        iterations=found.rounds, converged=found.converged,
    )  # fmt: skip


def _standard_errors(hessian: Floats) -> Floats:
    """Return the roots of the inverse's diagonal; inf where the Hessian is not positive definite."""
    found = np.full(hessian.shape[:2], np.inf)
    for row, matrix in enumerate(hessian):
        values, vectors = np.linalg.eigh(matrix)
        if values[0] > 1e-10 * max(values[-1], 1e-300):
            found[row] = np.sqrt((vectors**2 / values).sum(axis=1))
    return found
