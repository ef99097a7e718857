"""A three-gene score of tumour-reactive cells, fitted to labelled cells at call; its areas under the curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GENES", "Reactivity", "fit_reactivity", "reactivity_cases"]

GENES = ("CXCL13", "ENTPD1", "IL7R")

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Reactivity:
    """Hold the fitted model: logit = intercept + sum of coefficient times log-normalised expression."""

    intercept: float
    cxcl13: float
    entpd1: float
    il7r: float

    def score(self, cxcl13: Values, entpd1: Values, il7r: Values) -> Values:
        """Score cells, 0 to 1: it ranks them and is no calibrated chance."""
        raise NotImplementedError


def fit_reactivity() -> Reactivity:
    """Fit the model to the shipped labelled melanoma cells."""
    raise NotImplementedError


def reactivity_cases() -> tuple[tuple[str, bool, str], ...]:
    """Compare the model and its out-of-patient areas under the curve with what was published for the labels."""
    raise NotImplementedError
