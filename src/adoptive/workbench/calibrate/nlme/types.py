"""The nouns of population fitting: data as rectangles, a population model, settings, and what an estimate is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import ParameterError

__all__ = [
    "IMPOSSIBLE",
    "Builder",
    "Estimate",
    "Floats",
    "Marks",
    "Population",
    "PopulationData",
    "PopulationModel",
    "PopulationParameter",
    "Residual",
    "Settings",
    "Slope",
    "Structure",
    "Whole",
]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
Whole = NDArray[np.int64]
Structure = Callable[[Floats, Whole], Floats]
"""Natural parameters ``(rows, parameters)`` and whose they are ``(rows,)`` to predictions ``(rows, observations)``."""

IMPOSSIBLE = -1e10
"""The log-likelihood of what cannot be: finite, so that differences stay numbers."""

_SCALES = ("log", "logit", "identity")
_KINDS = ("additive", "proportional", "combined", "exponential", "count")
_ASSAYS = ("flow", "digital PCR")


@dataclass(frozen=True)
class PopulationData:
    """Hold series as rectangles ``(subjects, most observations)``; `used` marks the real entries.

    Where `below` is set, `value` is the limit and the truth is known only to lie under it. `covariates` hold one
    number per subject (a dose, a weight, a group's mark), `context` one per observation: for counts ``leukocytes``
    per uL (flow) or ``dna`` in ug (digital PCR).
    """

    ids: tuple[str, ...]
    time: Floats
    value: Floats
    below: Marks
    used: Marks
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    context: Mapping[str, Floats] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say how much there is; the numbers would fill a notebook."""
        return f"<PopulationData {self.subjects:,} subjects, {self.observations:,} values, {self.censored:,} below>"

    @property
    def subjects(self) -> int:
        """Return how many subjects there are."""
        return len(self.ids)

    @property
    def observations(self) -> int:
        """Return how many observations there are, those below a limit included."""
        return int(self.used.sum())

    @property
    def censored(self) -> int:
        """Return how many observations lie below their limit."""
        return int((self.used & self.below).sum())


Builder = Callable[[PopulationData], Structure]
"""Fit a structure to the times of some data."""


@dataclass(frozen=True)
class Slope:
    """Let a covariate x move a parameter: ``coefficient (x - centre)`` on the parameter's scale; ``log``: of ln x."""

    covariate: str
    centre: float = 0.0
    start: float = 0.0
    log: bool = False


@dataclass(frozen=True)
class PopulationParameter:
    """Describe an individual parameter: ``transformed = transformed(start) + slopes + eta``, ``eta ~ N(0, omega^2)``.

    `start` is the typical value on the natural scale, `spread` omega at the start; 0 means that the parameter does not
    vary between subjects. ``fixed`` holds the typical value, ``fixed_spread`` holds omega.
    """

    name: str
    start: float
    scale: str = "log"
    spread: float = 0.5
    slopes: tuple[Slope, ...] = ()
    fixed: bool = False
    fixed_spread: bool = False

    def __post_init__(self) -> None:
        inside = {"log": self.start > 0, "logit": 0 < self.start < 1, "identity": True}
        if self.scale not in _SCALES:
            raise ParameterError("no such scale", where=self.name, value=self.scale, allowed=", ".join(_SCALES))
        if not (np.isfinite(self.start) and inside[self.scale]):
            raise ParameterError(f"the {self.scale} scale does not hold this start", where=self.name, value=self.start)
        if not (np.isfinite(self.spread) and self.spread >= 0):
            raise ParameterError("a spread is negative", where=self.name, value=self.spread, allowed="0 or more")


@dataclass(frozen=True)
class Residual:
    """Describe the error of one observation y about its prediction f; the numbers are starts.

    additive: sd a; proportional: sd b f; combined: variance a^2 + b^2 f^2; exponential: ln y = ln f + a e.
    count: the chance of the assay itself (`assay`, with its published rows), nothing to estimate.
    """

    kind: Literal["additive", "proportional", "combined", "exponential", "count"] = "additive"
    additive: float = 1.0
    proportional: float = 0.3
    assay: Literal["", "flow", "digital PCR"] = ""

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ParameterError("no such residual error", value=self.kind, allowed=", ".join(_KINDS))
        if not (self.additive > 0 and self.proportional > 0):
            raise ParameterError("a residual error must start above 0", value=(self.additive, self.proportional))
        if (self.kind == "count") != (self.assay in _ASSAYS):
            raise ParameterError(
                "a count needs an assay, and only a count has one", value=self.assay, allowed=", ".join(_ASSAYS)
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of what is estimated of it."""
        return {"additive": ("a",), "exponential": ("a",), "proportional": ("b",), "combined": ("a", "b")}.get(
            self.kind, ()
        )


@dataclass(frozen=True)
class PopulationModel:
    """Join a structure, its parameters and the residual error; ``correlated``: omega is full, else diagonal."""

    name: str
    structure: Builder
    parameters: tuple[PopulationParameter, ...]
    residual: Residual
    correlated: bool = False


@dataclass(frozen=True)
class Population:
    """Hold a population's values: ``beta`` (coefficients,) on the parameters' scales, ``omega`` (varying, varying) the
    covariance of the random effects, ``error`` (2,) = a, b.
    """  # noqa: D205

    beta: Floats
    omega: Floats
    error: Floats


@dataclass(frozen=True)
class Settings:
    """Say how to fit.

    `chains` per subject (0: as many as make 50 rows), iterations of `burn_in` and of `averaging`; variances may fall by
    no more than the factor `annealing` in the first half of the burn-in. `samples` per subject of the likelihood,
    `posterior_draws` of each subject's parameters, `simulations` of the data for VPC and NPDE.
    """

    seed: int = 1
    chains: int = 0
    burn_in: int = 300
    averaging: int = 200
    annealing: float = 0.95
    samples: int = 5_000
    posterior_draws: int = 500
    simulations: int = 500

    def __post_init__(self) -> None:
        least = {"chains": 0, "burn_in": 20, "averaging": 10, "samples": 100, "posterior_draws": 20, "simulations": 50}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ParameterError("too few", where=name, value=getattr(self, name), allowed=f"{low} or more")
        if not 0 < self.annealing < 1:
            raise ParameterError("no such annealing", value=self.annealing, allowed="between 0 and 1")


@dataclass(frozen=True)
class Estimate:
    """Hold one estimated number: a typical value, a slope, an omega (sd), a correlation or a residual error.

    The errors are standard errors on the value's own scale: by the linearised and by the observed information (Louis);
    inf where the information cannot be inverted, NaN where it is not defined; 0 for a number that was held.
    """

    name: str
    kind: Literal["typical", "slope", "omega", "correlation", "residual"]
    value: float
    error_linear: float
    error_louis: float
    held: bool = False
