"""Toy fits whose answers are known: a few free quantities, studies that see some of their sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from adoptive.workbench.calibrate.types import Emulator, Fit, FreeQuantity, Observation


def quantities(*names: str, trials: str = "") -> tuple[FreeQuantity, ...]:
    return tuple(FreeQuantity(name, "population", name, {}, f"what {name} is", "by hand", trials) for name in names)


def emulator(
    study: str, names: Sequence[str], rows: ArrayLike, y: ArrayLike, *, sd: float = 0.1, bend: float = 0.0,
    endpoints: Sequence[str] = (), weight: float = 1.0, scale: str = "identity",
) -> Emulator:  # fmt: skip
    """Give an emulator with mean ``rows phi + bend (rows phi)^2`` and independent noise."""
    linear, values = np.atleast_2d(np.asarray(rows, float)), np.atleast_1d(np.asarray(y, float))
    count = len(linear)
    named = [*endpoints, *(f"endpoint_{at}" for at in range(len(endpoints), count))]
    seen = tuple(
        Observation(
            study, named[at], "cells", "ITT", None, float(values[at]), 50, weight, "L", scale, float(values[at])
        )  # type: ignore[arg-type]
        for at in range(count)
    )
    quadratic = bend * np.einsum("ei,ej->eij", linear, linear)
    free = linear.shape[1]
    return Emulator(
        study=study, free=tuple(names), observations=seen, levers=np.eye(free), centre=np.zeros(free),
        constant=np.zeros(count), linear=linear, quadratic=quadratic, covariance=sd**2 * np.eye(count),
        explained=np.ones(count),
    )  # fmt: skip


def fit_of(emulators: Sequence[Emulator], free: Sequence[FreeQuantity], *, draws: int = 4000, seed: int = 3) -> Fit:
    """Sample the exact Gaussian posterior of linear emulators under standard normal priors."""
    precision, pull = np.eye(len(free)), np.zeros(len(free))
    for one in emulators:
        slopes, inverse = one.jacobian(np.zeros(len(free))), np.linalg.inv(one.covariance)
        precision += slopes.T @ inverse @ slopes
        pull += slopes.T @ inverse @ np.array([seen.y for seen in one.observations])
    covariance = np.linalg.inv(precision)
    drawn = np.random.default_rng(seed).multivariate_normal(covariance @ pull, covariance, size=draws)
    studies = tuple(one.study for one in emulators)
    return Fit(tuple(free), studies, drawn, {}, np.zeros((draws, len(studies))))
