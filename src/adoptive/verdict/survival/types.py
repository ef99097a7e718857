"""What the survival of one group comes out as: the nouns of this folder.

Nothing here is ever NaN. A time that is not reached is inf; where R prints ``NA`` the docstring says what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_ndtr, ndtri

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
    "TrialQuantiles",
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
class TrialQuantiles:
    """Hold a quantile of each trial ``(trials,)`` with its interval; inf = not reached."""

    times: Floats
    lower: Floats
    upper: Floats


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

    def hazard_integral(self, time: ArrayLike) -> Floats:
        """Give the cumulative hazard ``H(t) = -ln S(t)`` at given times."""
        value, t = self.parameters, np.asarray(time, np.float64)
        if self.family in ("exponential", "piecewise exponential"):
            edges = np.array([0.0, *self.cuts])
            stayed = np.diff(np.minimum(t[..., None], np.append(edges, np.inf)), axis=-1)
            return np.asarray(np.maximum(stayed, 0.0) @ np.array(list(value.values())), np.float64)
        if self.family == "Gompertz":
            growth = value["growth"]
            return np.asarray(value["rate"] * (np.expm1(growth * t) / growth if growth != 0.0 else t), np.float64)
        with np.errstate(divide="ignore"):
            log_time = np.log(t)
        if self.family == "log-normal":
            return np.asarray(-log_ndtr((value["mean_log"] - log_time) / value["sd_log"]), np.float64)
        z = value["shape"] * (log_time - np.log(value["scale"]))
        return np.asarray(np.exp(z) if self.family == "Weibull" else np.logaddexp(0.0, z), np.float64)

    def survival(self, time: ArrayLike) -> Floats:
        """Give ``S(t)`` at given times."""
        return np.asarray(np.exp(-self.hazard_integral(time)), np.float64)

    def hazard(self, time: ArrayLike) -> Floats:
        """Give ``h(t)`` at given times above 0; at a cut, that of the piece it ends."""
        value, t = self.parameters, np.asarray(time, np.float64)
        if self.family in ("exponential", "piecewise exponential"):
            return np.array(list(value.values()))[np.searchsorted(self.cuts, t, side="left")]
        if self.family == "Gompertz":
            return np.asarray(value["rate"] * np.exp(value["growth"] * t), np.float64)
        if self.family == "log-normal":
            z = (np.log(t) - value["mean_log"]) / value["sd_log"]
            density = np.exp(-0.5 * (z**2 + np.log(2.0 * np.pi)) - log_ndtr(-z))
            return np.asarray(density / (value["sd_log"] * t), np.float64)
        z = value["shape"] * np.log(t / value["scale"])
        top = np.exp(z) if self.family == "Weibull" else expit(z)
        return np.asarray(value["shape"] * top / t, np.float64)

    def quantile(self, probability: float) -> float:
        """Give the time by which a share, above 0 and below 1, has had the event; inf = never."""
        value, target = self.parameters, -np.log1p(-probability)
        if not self.converged and not self.cuts:
            return float(np.inf)
        if self.family == "Weibull":
            return float(value["scale"] * target ** (1.0 / value["shape"]))
        if self.family == "log-logistic":
            return float(value["scale"] * np.expm1(target) ** (1.0 / value["shape"]))
        if self.family == "log-normal":
            return float(np.exp(value["mean_log"] + value["sd_log"] * ndtri(probability)))
        if self.family == "Gompertz":
            grown = value["growth"] * target / value["rate"]
            if grown <= -1.0:
                return float(np.inf)
            return float(np.log1p(grown) / value["growth"] if grown else target / value["rate"])
        edges, rates = np.array([0.0, *self.cuts]), np.array(list(value.values()))
        piece = int(np.searchsorted(self.hazard_integral(edges), target, side="right")) - 1
        rest = target - float(self.hazard_integral(edges[piece]))
        return float(edges[piece] + rest / rates[piece]) if rates[piece] > 0 else float(np.inf)

    @property
    def median(self) -> float:
        """Give the time by which half have had the event; inf = never."""
        return self.quantile(0.5)
