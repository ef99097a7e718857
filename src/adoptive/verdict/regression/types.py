"""What the regressions give: a fitted Cox or Fine-Gray model, its tests, its baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "TIES",
    "Baseline",
    "ChiSquared",
    "Concordance",
    "CoxFit",
    "CoxTrials",
    "Design",
    "FineGrayFit",
    "PredictedCurve",
    "Proportionality",
    "ProportionalityTrials",
    "Ties",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]

Ties = Literal["efron", "breslow", "exact"]
TIES: Final = ("efron", "breslow", "exact")


@dataclass(frozen=True)
class ChiSquared:
    """Hold one test: its statistic, its degrees of freedom, its p-value."""

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True)
class Design:
    """Hold the rows as the kernels walk them: stratum by stratum, the latest time first.

    ``order`` tells which row of the table stands at each place, ``starts`` where each stratum begins (and the end),
    ``by_entry`` the places in order of stratum and entry, latest first. ``covariates`` ``(rows, covariates)`` are less
    ``centre`` and over ``scale``.
    """

    order: Counts
    starts: Counts
    by_entry: Counts
    time: Floats
    entry: Floats
    event: Bools
    weight: Floats
    offset: Floats
    stratum: Counts
    strata: tuple[str, ...]
    covariates: Floats
    centre: Floats
    scale: Floats


@dataclass(frozen=True)
class CoxFit:
    """Hold a fitted Cox model; arrays ``(covariates,)`` unless said.

    ``covariance`` ``(covariates, covariates)`` is the one that z, p-values, intervals and the Wald test use: the robust
    one if there is one, else the model's. A coefficient whose likelihood rises for ever is ``separated``: it is -inf or
    inf, its standard error inf, its interval 0 to inf, its p-value 1; judge it by the likelihood ratio. ``reached`` are
    the finite coefficients, of the scaled covariates, where the climb ended.
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    robust_standard_errors: Floats | None
    covariance: Floats
    model_covariance: Floats
    hazard_ratios: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_values: Floats
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: ChiSquared
    wald: ChiSquared
    score: ChiSquared
    degrees: int
    ties: Ties
    iterations: int
    converged: bool
    rows: int
    events: int
    level: float
    separated: tuple[bool, ...]
    reached: Floats = field(repr=False)
    design: Design = field(repr=False, compare=False)

    @property
    def aic(self) -> float:
        """Give Akaike's criterion of the partial likelihood: ``2 degrees - 2 log L``."""
        return 2.0 * self.degrees - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Give Schwarz' criterion with the number of events as the size: ``log(events) degrees - 2 log L``."""
        return float(np.log(self.events)) * self.degrees - 2.0 * self.log_likelihood


@dataclass(frozen=True)
class Proportionality:
    """Hold the test of proportional hazards: per term, and of all together (``overall``)."""

    names: tuple[str, ...]
    chi_squared: Floats
    degrees: Counts
    p_value: Floats
    overall: ChiSquared
    transform: str


@dataclass(frozen=True)
class CoxTrials:
    """Hold Cox fits of two arms ``(trials,)``; the three tests are chi-squared with one degree of freedom.

    Not estimable (no finite maximum): log ratio 0, errors inf, Wald 0; score and likelihood ratio hold all the same.
    """

    log_ratio: Floats
    standard_error: Floats
    robust_standard_error: Floats | None
    wald: Floats
    score: Floats
    likelihood_ratio: Floats
    estimable: Bools


@dataclass(frozen=True)
class ProportionalityTrials:
    """Hold the test of proportional hazards of two arms in each of many trials, ``(trials,)``."""

    chi_squared: Floats
    p_value: Floats
    estimable: Bools


@dataclass(frozen=True)
class Baseline:
    """Hold one stratum's cumulative hazard at the covariates given, at its distinct event times."""

    stratum: str
    time: Floats
    events: Floats
    cumulative_hazard: Floats


@dataclass(frozen=True)
class PredictedCurve:
    """Hold one patient's predicted cumulative hazard and survival, with the hazard's standard error."""

    stratum: str
    time: Floats
    cumulative_hazard: Floats
    standard_error: Floats
    survival: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Concordance:
    """Hold Harrell's C: pairs that agree, disagree, are tied in risk, and its infinitesimal-jackknife error."""

    concordance: float
    standard_error: float
    concordant: float
    discordant: float
    tied_risk: float
    tied_time: float


@dataclass(frozen=True)
class FineGrayFit:
    """Hold a fitted subdistribution-hazard model; arrays ``(covariates,)`` unless said.

    ``variance`` tells which covariance ``(covariates, covariates)`` is held: "censoring" counts that the censoring
    weights were estimated, "robust" takes them as known.
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    covariance: Floats
    hazard_ratios: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_values: Floats
    log_likelihood_null: float
    log_likelihood: float
    wald: ChiSquared
    ties: Ties
    variance: str
    iterations: int
    converged: bool
    rows: int
    events: int
    level: float
    separated: tuple[bool, ...]
