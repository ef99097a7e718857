"""Distributions fitted to times: by maximum likelihood, with right censoring, delayed entry and weights.

A row gives ``event * ln h(t) - H(t) + H(entry)``, times its weight. The Weibull has two sets of names: ``shape`` k and
``scale`` b of ``S = exp(-(t/b)^k)``, and the accelerated time's ``intercept = ln b`` and ``log_scale = -ln k`` of
:func:`log_location` (R's ``survreg``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.families import LOCATION_SCALE, Likelihood, gompertz, newton
from adoptive.verdict.survival.types import Family, ParametricFit

__all__ = ["FAMILIES", "log_location", "parametric_fit"]

Floats = NDArray[np.float64]
Found = tuple[dict[str, float], Floats, float, bool]


def parametric_fit(rows: SurvivalRows, family: Family, *, cuts: Sequence[float] | None = None) -> ParametricFit:
    """Fit a distribution to all rows; groups are fitted one by one with :meth:`SurvivalRows.by_group`.

    Parameters
    ----------
    rows
        The patients. A distribution other than the exponentials and Gompertz' has no event at time 0.
    family
        exponential (``rate``), Weibull (``shape``, ``scale``), log-normal (``mean_log``, ``sd_log``), log-logistic
        (``shape``, ``scale``), Gompertz (``rate``, ``growth``: ``h = rate exp(growth t)``), piecewise exponential
        (``rate 1``, ``rate 2``, ...).
    cuts
        Times at which the piecewise exponential's rate changes, rising, above 0.

    Returns
    -------
    The fit; ``bic`` counts rows. ``converged`` is false, and errors inf, where no finite maximum exists: no event, or
    all events at one time.

    Raises
    ------
    TableError
        An unknown family, cuts missing or out of order, an event at time 0 where that is impossible.

    >>> from adoptive.verdict.rows import survival_rows
    >>> fit = parametric_fit(survival_rows([1, 2, 3, 4], [1, 0, 1, 1]), "exponential")
    >>> fit.parameters["rate"], round(fit.median, 3)
    (0.3, 2.31)
    """
    if family not in FAMILIES:
        raise TableError("no such family", where="parametric_fit", value=family, allowed=", ".join(FAMILIES))
    points = _cuts(cuts, family)
    values, covariance, likelihood, converged = FAMILIES[family](rows, points)
    errors = np.sqrt(np.diag(covariance))
    k = len(values)
    return ParametricFit(
        family=family,
        parameters=values,
        standard_errors=dict(zip(values, errors.tolist(), strict=True)),
        covariance=covariance,
        log_likelihood=likelihood,
        aic=2.0 * k - 2.0 * likelihood,
        bic=k * math.log(len(rows)) - 2.0 * likelihood,
        converged=converged,
        rows=len(rows),
        events=float(rows.weight[rows.event].sum()),
        cuts=points,
    )


def log_location(fit: ParametricFit) -> tuple[dict[str, float], dict[str, float]]:
    """Give a fit as ``ln T = intercept + exp(log_scale) W``, R's ``survreg``: values and standard errors.

    W is the smallest extreme value (Weibull, exponential), the normal (log-normal) or the logistic (log-logistic).

    >>> from adoptive.verdict.rows import survival_rows
    >>> values, errors = log_location(parametric_fit(survival_rows([1, 2, 3, 4], [1, 0, 1, 1]), "exponential"))
    >>> round(values["intercept"], 4), round(errors["intercept"], 4)
    (1.204, 0.5774)
    """
    value, error = fit.parameters, fit.standard_errors
    if fit.family == "exponential":
        return {"intercept": -math.log(value["rate"])}, {"intercept": error["rate"] / value["rate"]}
    if fit.family == "log-normal":
        spread = value["sd_log"]
        return (
            {"intercept": value["mean_log"], "log_scale": math.log(spread)},
            {"intercept": error["mean_log"], "log_scale": error["sd_log"] / spread},
        )
    if fit.family not in LOCATION_SCALE:
        raise TableError("not a model of accelerated time", where="log_location", value=fit.family)
    shape, scale = value["shape"], value["scale"]
    return (
        {"intercept": math.log(scale), "log_scale": -math.log(shape)},
        {"intercept": error["scale"] / scale, "log_scale": error["shape"] / shape},
    )


def _cuts(cuts: Sequence[float] | None, family: Family) -> tuple[float, ...]:
    """Check the cuts of the piecewise exponential."""
    if family != "piecewise exponential":
        if cuts is not None:
            raise TableError("only the piecewise exponential has cuts", where="parametric_fit: cuts", value=family)
        return ()
    given = np.asarray([] if cuts is None else cuts, np.float64)
    if not given.size or not np.isfinite(given).all() or given[0] <= 0 or (np.diff(given) <= 0).any():
        raise TableError("not cuts", where="parametric_fit: cuts", value=cuts, allowed="rising times above 0")
    return tuple(given.tolist())


def _exponential(rows: SurvivalRows, cuts: tuple[float, ...]) -> Found:
    """Fit one rate, or one per piece: events over time at risk, error ``sqrt(events) / time``."""
    edges = np.concatenate([[0.0], cuts, [np.inf]])
    entry = np.maximum(rows.entry, 0.0)
    stayed = [
        np.maximum(np.minimum(rows.time, high) - np.maximum(entry, low), 0.0) for low, high in pairwise(edges.tolist())
    ]
    exposure = np.array([rows.weight @ time for time in stayed])
    piece = np.maximum(np.searchsorted(edges, rows.time, side="left") - 1, 0)
    events = np.bincount(piece, np.where(rows.event, rows.weight, 0.0), exposure.size)
    seen = exposure > 0
    rate = np.divide(events, exposure, out=np.zeros(events.size), where=seen)
    error = np.divide(np.sqrt(events), exposure, out=np.full(events.size, np.inf), where=seen)
    log_rate = np.log(rate, out=np.zeros(rate.size), where=rate > 0)
    names = [f"rate {k + 1}" for k in range(rate.size)] if cuts else ["rate"]
    parameters = dict(zip(names, rate.tolist(), strict=True))
    return parameters, np.diag(error**2), float(events @ log_rate - events.sum()), bool((rate > 0).all())


def _location_scale(family: Family) -> Callable[[SurvivalRows, tuple[float, ...]], Found]:
    """Make the fit of a family with location and scale on the logarithm of time."""

    def fit(rows: SurvivalRows, cuts: tuple[float, ...]) -> Found:
        if (rows.event & (rows.time == 0)).any():
            raise TableError("an event at time 0", where=f"parametric_fit: {family}", next_step="use an exponential")
        past = rows.where(rows.time > 0)
        if not past.event.any() or np.unique(past.time).size < 2:
            return _no_maximum(_NAMES[family])
        likelihood = Likelihood(past, LOCATION_SCALE[family])
        point, covariance, value, converged = newton(likelihood.value, likelihood.slopes, likelihood.start())
        if not converged:
            return _no_maximum(_NAMES[family])
        return (*_back(family, point, covariance), value, True)

    return fit


def _back(family: Family, point: Floats, covariance: Floats) -> tuple[dict[str, float], Floats]:
    """Turn location and log scale into the family's own parameters, with their covariance."""
    location, log_scale = point.tolist()
    spread = math.exp(log_scale)
    if family == "log-normal":
        jacobian = np.diag([1.0, spread])
        values = (location, spread)
    else:
        values = (1.0 / spread, math.exp(location))
        jacobian = np.array([[0.0, -values[0]], [values[1], 0.0]])
    return dict(zip(_NAMES[family], values, strict=True)), jacobian @ covariance @ jacobian.T


def _gompertz(rows: SurvivalRows, cuts: tuple[float, ...]) -> Found:
    """Fit Gompertz' rate and growth."""
    if not rows.event.any() or np.unique(rows.time[rows.event]).size < 2:
        return _no_maximum(_NAMES["Gompertz"])
    value, slopes, start, unit = gompertz(rows)
    point, covariance, likelihood, converged = newton(value, slopes, start)
    if not converged:
        return _no_maximum(_NAMES["Gompertz"])
    rate = math.exp(point[0]) / unit
    jacobian = np.diag([rate, 1.0 / unit])
    likelihood -= float(rows.weight[rows.event].sum()) * math.log(unit)
    values = {"rate": rate, "growth": float(point[1]) / unit}
    return values, jacobian @ covariance @ jacobian.T, likelihood, True


def _no_maximum(names: tuple[str, ...]) -> Found:
    """Say that there is no fit."""
    return dict.fromkeys(names, 0.0), np.diag(np.full(len(names), np.inf)), 0.0, False


_NAMES: Final[Mapping[Family, tuple[str, ...]]] = {
    "Weibull": ("shape", "scale"),
    "log-normal": ("mean_log", "sd_log"),
    "log-logistic": ("shape", "scale"),
    "Gompertz": ("rate", "growth"),
}

FAMILIES: Final[Mapping[Family, Callable[[SurvivalRows, tuple[float, ...]], Found]]] = {
    "exponential": _exponential,
    "Weibull": _location_scale("Weibull"),
    "log-normal": _location_scale("log-normal"),
    "log-logistic": _location_scale("log-logistic"),
    "Gompertz": _gompertz,
    "piecewise exponential": _exponential,
}
"""The families that can be fitted."""
