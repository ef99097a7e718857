"""Residuals after a Cox fit."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.verdict.regression.types import CoxFit

__all__ = ["Kind", "residuals"]

Kind = Literal["martingale", "deviance", "score", "dfbeta", "schoenfeld", "scaled schoenfeld"]


def residuals(fit: CoxFit, *, kind: Kind = "martingale") -> NDArray[np.float64]:
    """Give residuals in the order of the table's rows (Schoenfeld's: of the events, by stratum and time)."""
    raise NotImplementedError
