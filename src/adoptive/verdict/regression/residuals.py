"""Residuals after a Cox fit: martingale and deviance, score and dfbeta, Schoenfeld's.

Therneau, Grambsch and Fleming 1990, 10.1093/biomet/77.1.147; Schoenfeld 1982, 10.1093/biomet/69.1.239; Grambsch and
Therneau 1994, 10.1093/biomet/81.3.515.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from adoptive.tables import TableError
from adoptive.verdict.regression.risk_table import in_order, martingale_residuals, risk_table, score_residuals
from adoptive.verdict.regression.types import Counts, CoxFit

__all__ = ["Kind", "event_rows", "residuals"]

Floats = NDArray[np.float64]
Kind = Literal["martingale", "deviance", "score", "dfbeta", "schoenfeld", "scaled schoenfeld"]
KINDS: Final = get_args(Kind)


def residuals(fit: CoxFit, *, kind: Kind = "martingale") -> Floats:
    """Give residuals of a fit with Efron's or Breslow's ties.

    Parameters
    ----------
    kind
        "martingale", "deviance" ``(rows,)``: one per row of the table, unweighted. "score" ``(rows, covariates)``: each
        row's part of the slope, unweighted; "dfbeta": about the change of the coefficients if the row were left out,
        ``weight score model-variance``. "schoenfeld" ``(events, covariates)``: covariates less their mean in the risk
        set, at the rows of :func:`event_rows`; "scaled schoenfeld": ``coefficients + events schoenfeld variance``.

    Raises
    ------
    TableError
        An unknown kind, or a fit with exact ties.

    >>> from adoptive.verdict.regression.cox import cox
    >>> from adoptive.verdict.rows import survival_rows
    >>> fit = cox(survival_rows([1, 2, 3], [1, 1, 0]), {"age": [1, 0, 1]})
    >>> residuals(fit).sum().round(9) + 0.0
    np.float64(0.0)
    """
    if kind not in KINDS:
        raise TableError("unknown residuals", where="residuals: kind", value=kind, allowed=", ".join(KINDS))
    table = risk_table(fit.design, fit.reached, fit.ties)
    if kind in ("martingale", "deviance"):
        event, left = in_order(fit.design, fit.design.event), martingale_residuals(fit.design, table)
        return left if kind == "martingale" else _deviance(event, left)
    if kind in ("score", "dfbeta"):
        scores = score_residuals(fit.design, table)
        weight = in_order(fit.design, fit.design.weight)[:, None]
        return scores if kind == "score" else (weight * scores) @ _finite(fit.model_covariance)
    which = event_rows(fit)
    mean = table.mean[table.until[which] - 1]
    less = (in_order(fit.design, fit.design.covariates)[which] - mean) * fit.design.scale
    return less if kind == "schoenfeld" else fit.coefficients + which.size * less @ _finite(fit.model_covariance)


def event_rows(fit: CoxFit) -> Counts:
    """Give the rows of the table that have an event, by stratum, time and row: the order of Schoenfeld's residuals."""
    order = fit.design.order
    dead = np.flatnonzero(fit.design.event)
    design = fit.design
    return np.asarray(order[dead[np.lexsort((order[dead], design.time[dead], design.stratum[dead]))]], np.int64)


def _finite(covariance: Floats) -> Floats:
    """Give a covariance whose separated columns weigh nothing."""
    return np.where(np.isfinite(covariance), covariance, 0.0)


def _deviance(event: Floats, martingale: Floats) -> Floats:
    """Make martingale residuals as symmetric as deviances."""
    expected = event - martingale
    inside = martingale + np.where(event > 0, xlogy(event, expected), 0.0)
    return np.asarray(np.sign(martingale) * np.sqrt(np.maximum(-2.0 * inside, 0.0)), np.float64)
