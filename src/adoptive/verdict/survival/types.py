"""What the survival of one group comes out as: the nouns of this folder.

Nothing here is ever NaN. A time that is not reached is inf; where R prints ``NA`` the docstring says what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Family",
    "Incidence",
    "IntervalKind",
    "Milestone",
    "MilestoneContrast",
    "ParametricFit",
    "Quantiles",
    "RestrictedMean",
    "RestrictedMeanContrast",
    "RiskCounts",
    "SurvivalCurve",
    "TrialContrasts",
    "TrialEstimates",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

IntervalKind = Literal["log", "log-log", "plain", "arcsine", "logit", "none"]
Family = Literal["exponential", "Weibull", "log-normal", "log-logistic", "Gompertz", "piecewise exponential"]


@dataclass(frozen=True)
class SurvivalCurve:
    """Hold one group's Kaplan-Meier and Nelson-Aalen curves at its distinct times ``(times,)``, events or censorings.

    ``at_risk``, ``events``, ``censored``, ``entered`` are sums of weights: just before the time, at it, at it, and
    since the time before. ``standard_error`` is Greenwood's of ``survival``; ``robust_standard_error`` (only if some
    weight is not 1) the infinitesimal jackknife's. ``robust`` says which of them made ``lower`` and ``upper``.
    Where the curve is 0, the errors are 0 and the interval runs from 0 to its last upper end.
    """

    name: str
    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    entered: Floats
    survival: Floats
    standard_error: Floats
    robust_standard_error: Floats | None
    lower: Floats
    upper: Floats
    cumulative_hazard: Floats
    hazard_standard_error: Floats
    rows: int
    level: float
    interval: IntervalKind
    robust: bool


@dataclass(frozen=True)
class RiskCounts:
    """Hold the extended number-at-risk table of one group at given times ``(times,)``; sums of weights.

    ``at_risk``: under observation just before the time; ``events``, ``censored``, ``entered``: before it.
    """

    name: str
    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    entered: Floats


@dataclass(frozen=True)
class Quantiles:
    """Hold the times ``(probabilities,)`` by which a share has had the event, with intervals; inf = not reached."""

    name: str
    probabilities: Floats
    times: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class RestrictedMean:
    """Hold the mean time without event up to a horizon: the area under the curve."""

    name: str
    horizon: float
    mean: float
    standard_error: float
    lower: float
    upper: float


@dataclass(frozen=True)
class RestrictedMeanContrast:
    """Hold the difference (other minus reference) and ratio (other over reference) of two restricted means.

    ``z`` and ``p_value`` test the difference, ``ratio_p_value`` the logarithm of the ratio.
    """

    names: tuple[str, str]
    horizon: float
    difference: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p_value: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    ratio_p_value: float


@dataclass(frozen=True)
class Milestone:
    """Hold the survival at one time, with its interval and the weight at risk just before."""

    name: str
    at: float
    survival: float
    standard_error: float
    lower: float
    upper: float
    at_risk: float


@dataclass(frozen=True)
class MilestoneContrast:
    """Hold the difference of two survivals at one time (other minus reference), and its test on a chosen scale.

    ``difference``, its error and interval are on the scale of survival; ``z`` and ``p_value`` on that of ``scale``,
    positive if the other group survives better. Not ``estimable``: a curve at 0 or 1 there; z 0, p 1.
    """

    names: tuple[str, str]
    at: float
    scale: IntervalKind
    difference: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p_value: float
    estimable: bool


@dataclass(frozen=True)
class Incidence:
    """Hold one group's cumulative incidence of each cause ``(causes, times)``, by Aalen and Johansen.

    ``at_risk`` ``(times,)`` is the weight at risk just before.
    Where an incidence is 0 its error is 0 and its interval 0 to 0.
    """

    name: str
    time: Floats
    causes: tuple[int, ...]
    incidence: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    at_risk: Floats


@dataclass(frozen=True)
class TrialEstimates:
    """Hold an estimate per trial ``(trials,)`` with error and interval; value 0 where not ``estimable``."""

    value: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    estimable: Bools


@dataclass(frozen=True)
class TrialContrasts:
    """Hold a difference per trial ``(trials,)``, experimental minus control; not estimable: difference 0, z 0, p 1."""

    difference: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    z: Floats
    p_value: Floats
    estimable: Bools


@dataclass(frozen=True)
class ParametricFit:
    """Hold a fitted distribution of times: parameters by name, their errors, and how well it fits.

    ``covariance`` ``(k, k)`` in the order of ``parameters``. ``cuts`` are those of the piecewise exponential.
    ``converged`` is false where the likelihood has no finite maximum.
    """

    family: Family
    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float]
    covariance: Floats
    log_likelihood: float
    aic: float
    bic: float
    converged: bool
    rows: int
    events: float
    cuts: tuple[float, ...] = ()
