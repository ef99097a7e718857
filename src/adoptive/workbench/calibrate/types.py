"""What a fit to published trials is made of: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bank", "Emulator", "Fit", "Floats", "FreeQuantity", "Observation", "Scale"]

Floats = NDArray[np.float64]

Scale = Literal["arcsine", "log", "identity"]
"""Scale on which an endpoint's sampling noise is nearly the same wherever it lies."""


@dataclass(frozen=True)
class FreeQuantity:
    """Hold one quantity that the fit moves: a standardised deviation, standard normal before any evidence.

    ``rows`` says how far one unit shifts each row on the row's scale; ``kind`` is ``population`` or ``effect`` (of a
    product class, target or tumour type, drawn towards none by the ``family``'s common spread); ``trials`` names the
    group of quantities that share one spread between trials, empty if trials do not differ in it.
    """

    name: str
    kind: Literal["population", "effect"]
    family: str
    rows: Mapping[str, float]
    meaning: str
    source: str
    trials: str = ""


@dataclass(frozen=True)
class Observation:
    """Hold one published endpoint as the fit sees it: ``y`` is the value on the scale, ``weight`` divides its variance.

    ``cap`` is the largest value that counts, for a median that may not be reached within follow-up.
    """

    study: str
    endpoint: str
    arm: str
    set: str
    at_months: float | None
    value: float
    n: int | None
    weight: float
    confidence: str
    scale: Scale
    y: float
    cap: float = np.inf


@dataclass(frozen=True)
class Bank:
    """Hold virtual trials of one study at designed values of the free quantities, one trial for each.

    ``design`` ``(draws, free)``; ``values`` and ``estimable`` ``(draws, observations)``, on the observations' scales.
    """

    study: str
    free: tuple[str, ...]
    design: Floats
    observations: tuple[Observation, ...]
    values: Floats
    estimable: NDArray[np.bool_]


@dataclass(frozen=True)
class Emulator:
    """Hold what one trial of a study is expected to give, as a quadratic in the study's levers.

    ``z = levers phi - centre`` ``(levers,)`` are the shifts that this study can tell apart; ``mean_e = constant_e +
    linear_e z + z' quadratic_e z`` on the observations' scales. ``covariance`` ``(observations, observations)`` is that
    of one trial's residuals, its sampling noise and what the quadratic misses; ``explained`` the part of the values'
    variance that the quadratic gives.
    """

    study: str
    free: tuple[str, ...]
    observations: tuple[Observation, ...]
    levers: Floats
    centre: Floats
    constant: Floats
    linear: Floats
    quadratic: Floats
    covariance: Floats
    explained: Floats

    def mean(self, phi: Floats) -> Floats:
        """Give the expected values at some points ``(points, free)``: ``(points, observations)``."""
        z = phi @ self.levers.T - self.centre
        bent = np.einsum("pi,eij,pj->pe", z, self.quadratic, z, optimize=True)
        return np.asarray(self.constant + z @ self.linear.T + bent)

    def jacobian(self, phi: Floats) -> Floats:
        """Give the slopes at one point ``(free,)``: ``(observations, free)``."""
        z = self.levers @ phi - self.centre
        return np.asarray((self.linear + 2.0 * np.einsum("eij,j->ei", self.quadratic, z)) @ self.levers)

    @property
    def y(self) -> Floats:
        """Give the published values on their scales."""
        return np.array([one.y for one in self.observations])

    @property
    def weight(self) -> Floats:
        """Give the published values' weights."""
        return np.array([one.weight for one in self.observations])


@dataclass(frozen=True)
class Fit:
    """Hold a posterior of the free quantities: ``draws`` ``(draws, free)``.

    ``scales`` are the common spreads, ``(draws,)`` by name; ``log_lik`` ``(draws, studies)``; ``without`` the studies
    that had no say.
    """

    free: tuple[FreeQuantity, ...]
    studies: tuple[str, ...]
    draws: Floats
    scales: Mapping[str, Floats]
    log_lik: Floats
    diagnostics: Mapping[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
