"""What the evidence teaches: the nouns of the identifiability report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CLOSES_AT",
    "REACH",
    "Contraction",
    "Direction",
    "Floats",
    "Identifiability",
    "Information",
    "Pair",
    "Profile",
    "Sensitivity",
    "Variance",
    "Verdict",
]

Floats = NDArray[np.float64]

Verdict = Literal["learned", "weakly learned", "not identifiable"]
"""Ends of a profile's interval that lie within reach: both, one, none (practically non-identifiable)."""

CLOSES_AT: Final = 3.84
"""Twice the drop of the log-likelihood that ends a 95 % interval: chi-square with one degree of freedom."""

REACH: Final = 4.0
"""Standard deviations of the prior to which a profile is followed: the virtual trials were designed within it."""


@dataclass(frozen=True)
class Contraction:
    """Hold how far the evidence moved and narrowed one free quantity.

    ``contraction`` is ``1 - sd_posterior^2 / sd_prior^2``: 1 known exactly, 0 nothing learned, below 0 wider than
    before. ``shift`` is the posterior mean in standard deviations of the prior, away from its mean.
    """

    name: str
    kind: str
    family: str
    meaning: str
    prior_sd: float
    mean: float
    sd: float
    contraction: float
    shift: float


@dataclass(frozen=True)
class Pair:
    """Hold two free quantities and their correlation in the posterior."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True)
class Direction:
    """Hold an axis of the posterior: its standard deviation, and the free quantities that make it, largest first.

    ``loadings`` have unit length over all quantities. An axis as wide as the prior is sloppy: along it nothing was
    learned.
    """

    sd: float
    loadings: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Profile:
    """Hold the profile of one free quantity.

    ``drop`` ``(grid,)`` is twice the fall of the log-likelihood from its maximum when the quantity is held at each
    value of ``grid`` and all others are set as well as they can be; ``lower`` and ``upper`` are where it reaches
    :data:`CLOSES_AT`, infinite where it does not within :data:`REACH`. ``held`` says that the others paid for leaving
    their priors.
    """

    name: str
    grid: Floats
    drop: Floats
    lower: float
    upper: float
    held: bool
    failures: int = 0

    @property
    def verdict(self) -> Verdict:
        """Say whether the evidence closes the interval at both ends, at one, or at none."""
        closed = int(np.isfinite(self.lower)) + int(np.isfinite(self.upper))
        verdicts: tuple[Verdict, ...] = ("not identifiable", "weakly learned", "learned")
        return verdicts[closed]


@dataclass(frozen=True)
class Information:
    """Hold which study teaches which free quantity.

    ``shares`` ``(studies, free)`` are each study's part of the Fisher information on a quantity, columns sum to 1 or
    are 0; ``loss`` ``(studies, free)`` is by how much of itself the quantity's standard deviation would grow without
    the study (prior kept).
    """

    studies: tuple[str, ...]
    free: tuple[str, ...]
    shares: Floats
    loss: Floats


@dataclass(frozen=True)
class Sensitivity:
    """Hold what the doubt about each free quantity contributes to one prediction's doubt, on the endpoint's scale.

    ``first``, ``total`` and their half-widths ``(free,)`` are Sobol's indices with independent inputs, each with the
    posterior's own mean and standard deviation. ``independent_sd`` is the prediction's with such inputs, ``joint_sd``
    that over the posterior's joint draws: where the two differ, correlations matter and the indices are a guide only.
    """

    study: str
    endpoint: str
    arm: str
    set: str
    free: tuple[str, ...]
    first: Floats
    first_error: Floats
    total: Floats
    total_error: Floats
    independent_sd: float
    joint_sd: float


@dataclass(frozen=True)
class Variance:
    """Hold the parts of one endpoint's predictive variance, on the endpoint's scale.

    ``parameters``: the posterior's spread of the expected value; ``trials``: what differs between trials; ``missed``:
    what the model misses of published values; ``sampling``: one trial's finite number of patients (and what the
    emulator misses).
    """

    study: str
    endpoint: str
    arm: str
    set: str
    scale: str
    parameters: float
    trials: float
    missed: float
    sampling: float

    @property
    def whole(self) -> float:
        """Give the variance of one trial's result."""
        return self.parameters + self.trials + self.missed + self.sampling


@dataclass(frozen=True)
class Identifiability:
    """Hold the whole report of a calibration; ``spectrum`` ``(free,)``: eigenvalues of all information, largest first.

    ``profiles`` ask the evidence alone; in ``held_profiles`` the other quantities pay for leaving their priors.
    """

    contractions: tuple[Contraction, ...]
    pairs: tuple[Pair, ...]
    directions: tuple[Direction, ...]
    profiles: tuple[Profile, ...]
    held_profiles: tuple[Profile, ...]
    information: Information
    spectrum: Floats
    sensitivities: tuple[Sensitivity, ...]
    variances: tuple[Variance, ...]
    provenance: Mapping[str, object]

    def counted(self) -> dict[Verdict, int]:
        """Count the free quantities by verdict."""
        found = [profile.verdict for profile in self.profiles]
        order: tuple[Verdict, ...] = ("learned", "weakly learned", "not identifiable")
        return {verdict: found.count(verdict) for verdict in order}
