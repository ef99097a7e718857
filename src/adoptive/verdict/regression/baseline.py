"""Baseline hazard and predicted survival after a Cox fit, with the hazard that matches the rule for ties.

Breslow's sum of ``events / sum of risks``, or Efron's, in which the tied leave one after the other; the variance of a
prediction is Tsiatis' (1981, 10.1214/aos/1176345335).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level, deviate
from adoptive.verdict.regression.risk_table import risk_table
from adoptive.verdict.regression.types import Baseline, CoxFit, PredictedCurve

__all__ = ["baseline_hazard", "predicted_survival"]

Floats = NDArray[np.float64]


def baseline_hazard(fit: CoxFit, at: Mapping[str, float] | None = None) -> tuple[Baseline, ...]:
    """Give each stratum's cumulative hazard ``sum of dH_0 exp(x' b)`` at covariates ``at`` (default: all 0), offset 0.

    Strata without an event have no times.

    >>> from adoptive.verdict.regression.cox import cox
    >>> from adoptive.verdict.rows import survival_rows
    >>> baseline_hazard(cox(survival_rows([1, 2, 3], [1, 0, 1])))[0].cumulative_hazard
    array([0.33333333, 1.33333333])
    """
    table = risk_table(fit.design, fit.reached, fit.ties)
    log_risk = float(_scaled(fit, {} if at is None else at, partly=at is None) @ fit.reached)
    out = []
    for place, name in _present(fit):
        here = table.stratum == place
        hazard = np.cumsum(table.hazard[here]) * np.exp(log_risk - table.top[place])
        out.append(Baseline(name, table.time[here], table.events[here].astype(np.float64), hazard))
    return tuple(out)


def predicted_survival(fit: CoxFit, at: Mapping[str, float], *, level: float = 0.95) -> tuple[PredictedCurve, ...]:
    """Give each stratum's predicted ``S(t) = exp(-H(t))`` at covariates ``at``, with intervals ``S exp(-+ z se(H))``.

    The error counts the hazard's variance and that of the coefficients (the robust one if the fit has it).

    Raises
    ------
    TableError
        A covariate without a value, an unknown one, exact ties, or a level outside 0 to 1.
    """
    check_level(level, where="predicted_survival")
    table = risk_table(fit.design, fit.reached, fit.ties)
    x = _scaled(fit, at)
    scaled = np.where(np.isfinite(fit.covariance), fit.covariance, 0.0) * np.outer(fit.design.scale, fit.design.scale)
    reach = deviate(level)
    out = []
    for place, name in _present(fit):
        here = table.stratum == place
        risk = float(np.exp(x @ fit.reached - table.top[place]))
        hazard = risk * np.cumsum(table.hazard[here])
        apart = hazard[:, None] * x - risk * np.cumsum(table.drift[here], axis=0)
        own = risk**2 * np.cumsum(table.variance[here])
        error = np.sqrt(own + np.einsum("ka,ab,kb->k", apart, scaled, apart))
        survival = np.exp(-hazard)
        lower, upper = survival * np.exp(-reach * error), np.minimum(survival * np.exp(reach * error), 1.0)
        out.append(PredictedCurve(name, table.time[here], hazard, error, survival, lower, upper))
    return tuple(out)


def _present(fit: CoxFit) -> list[tuple[int, str]]:
    """Give the strata that have rows: place among them, and name."""
    return [(place, fit.design.strata[code]) for place, code in enumerate(np.unique(fit.design.stratum))]


def _scaled(fit: CoxFit, at: Mapping[str, float], *, partly: bool = False) -> Floats:
    """Give the covariates asked for on the design's scale."""
    unknown = [name for name in at if name not in fit.names] or [
        name for name in fit.names if name not in at and not partly
    ]
    if unknown:
        allowed = ", ".join(fit.names)
        raise TableError("unknown or missing covariate", where="at", value=unknown[0], allowed=allowed)
    values = np.array([float(at.get(name, 0.0)) for name in fit.names])
    return np.asarray((values - fit.design.centre) / fit.design.scale, np.float64)
