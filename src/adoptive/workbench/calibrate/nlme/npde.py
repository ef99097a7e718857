"""Normalised prediction distribution errors: where each observation lies among simulated ones, decorrelated; tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import chi2, shapiro, wilcoxon

from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.residual import scaled
from adoptive.workbench.calibrate.nlme.types import Floats

__all__ = ["Npde", "prediction_errors"]


@dataclass(frozen=True)
class Npde:
    """Hold the errors ``(subjects, observations)``, NaN where there is no observation, and the tests' p values.

    Under the model they are independent standard normals. `mean`: Wilcoxon's signed ranks about 0; `variance`: chi
    square of a variance of 1; `normality`: Shapiro and Wilk; `together`: three times the least, at most 1.
    """

    values: Floats
    mean: float
    variance: float
    normality: float

    @property
    def together(self) -> float:
        """Return the p value of all three by Bonferroni."""
        return min(1.0, 3.0 * min(self.mean, self.variance, self.normality))


def prediction_errors(problem: Problem, simulated: Floats, *, seed: int) -> Npde:
    """Compute them from simulated data ``(copies, subjects, observations)``.

    Observed and simulated vectors of a subject are both centred and multiplied by the inverse Cholesky root of the
    simulated covariance (on the logarithm for an exponential error); the share of simulated values below the observed
    one is turned into a normal deviate. A value below its limit is first given a draw from the simulated values below
    that limit. Brendel 2006, 10.1007/s11095-006-9067-5; Comets 2008, 10.1016/j.cmpb.2007.12.002.
    """
    residual, data = problem.model.residual, problem.data
    values, copies = scaled(residual, data.value), scaled(residual, simulated)
    lot = Streams(seed).uniform("nlme.npde", Keys.of(0, problem.everyone), data.value.shape[1])
    lot = lot.reshape(data.value.shape)
    found = np.full(values.shape, np.nan)
    for who in problem.everyone:
        used = data.used[who]
        own, seen = copies[:, who, used], values[who, used].copy()
        for at in np.flatnonzero(data.below[who, used]):
            column = np.sort(own[:, at])
            under = max(int(np.searchsorted(column, seen[at])), 1)
            seen[at] = column[min(int(lot[who, used][at] * under), under - 1)]
        found[who, used] = _deviates(own, seen)
    known = found[np.isfinite(found)]
    return Npde(found, *_tests(known))


def _deviates(copies: Floats, seen: Floats) -> Floats:
    """Give the deviates of one subject."""
    centre = copies.mean(axis=0)
    matrix = np.atleast_2d(np.cov(copies, rowvar=False))
    root = np.linalg.cholesky(matrix + 1e-10 * np.diag(np.diag(matrix) + 1e-300))
    free = np.linalg.solve(root, (copies - centre).T).T
    own = np.linalg.solve(root, seen - centre)
    share = (free < own).mean(axis=0)
    edge = 0.5 / len(copies)
    return np.asarray(ndtri(np.clip(share, edge, 1.0 - edge)))


def _tests(known: Floats) -> tuple[float, float, float]:
    count = len(known)
    sum_of_squares = float(known.var(ddof=1) * (count - 1))
    lower = float(chi2.cdf(sum_of_squares, count - 1))
    return float(wilcoxon(known).pvalue), 2.0 * min(lower, 1.0 - lower), float(shapiro(known[:5000]).pvalue)
