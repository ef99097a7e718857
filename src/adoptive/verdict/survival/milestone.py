"""The survival at one time, and its contrast between two groups on a scale of choice.

Klein, Logan, Harhoff and Andersen 2007, 10.1002/sim.2864: the plain difference is far from normal in small groups, the
log-log one near it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level, deviate, two_sided
from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.curves import risk_counts, survival_curves
from adoptive.verdict.survival.intervals import transformed
from adoptive.verdict.survival.pairs import pair_of
from adoptive.verdict.survival.steps import value_at
from adoptive.verdict.survival.types import IntervalKind, Milestone, MilestoneContrast, SurvivalCurve

__all__ = ["milestone_contrast", "milestones"]

Floats = NDArray[np.float64]


def milestones(
    rows: SurvivalRows, *, at: float, level: float = 0.95, interval: IntervalKind = "log", robust: bool | None = None
) -> tuple[Milestone, ...]:
    """Read each group's curve at one time; after a group's last time it keeps its last value, with nobody at risk.

    Arguments as for :func:`adoptive.verdict.survival.survival_curves`; ``at`` in the unit of the times.

    >>> from adoptive.verdict.rows import survival_rows
    >>> found, = milestones(survival_rows([1, 2, 3, 4], [1, 1, 0, 1]), at=3.5, interval="plain")
    >>> found.survival, found.standard_error, found.at_risk
    (0.5, 0.25, 1.0)
    """
    if not (math.isfinite(at) and at >= 0):
        raise TableError("not a time of the curve", where="milestones: at", value=at, allowed="finite, 0 or more")
    curves = survival_curves(rows, level=level, interval=interval, robust=robust)
    return tuple(
        _milestone(curve, at, float(risk.at_risk[0]))
        for curve, risk in zip(curves, risk_counts(rows, at=at), strict=True)
    )


def milestone_contrast(
    rows: SurvivalRows,
    *,
    at: float,
    level: float = 0.95,
    scale: IntervalKind = "log-log",
    reference: str | None = None,
    other: str | None = None,
    robust: bool | None = None,
) -> MilestoneContrast:
    """Test whether two groups survive equally up to one time.

    ``z = (g(S1) - g(S0)) / sqrt(v1 g'(S1)^2 + v0 g'(S0)^2)`` on the scale ``g``; the difference and its interval are
    plain, ``S1 - S0 -+ z sqrt(v1 + v0)``.

    Parameters
    ----------
    rows, at, level, robust
        As for :func:`milestones`.
    scale
        plain, log, log-log, logit or arcsine.
    reference, other
        Names of the two groups; default the first, and the only other one.

    >>> from adoptive.verdict.rows import survival_rows
    >>> rows = survival_rows([1, 2, 3, 4], [1, 1, 1, 1], group=["a", "a", "b", "b"])
    >>> found = milestone_contrast(rows, at=1.5)
    >>> found.difference, found.estimable
    (0.5, False)
    """
    check_level(level, where="milestone_contrast")
    transformed(np.array([0.5]), np.array([0.0]), scale)
    pair, names = pair_of(rows, reference, other, where="milestone_contrast")
    found = {one.name: one for one in milestones(pair, at=at, level=level, robust=robust)}
    survival = np.array([found[name].survival for name in names])
    error = np.array([found[name].standard_error for name in names])
    estimable = bool(((survival > 0.0) & (survival < 1.0)).all())
    difference, plain_error = float(survival[1] - survival[0]), float(np.hypot(*error))
    z = 0.0
    if estimable:
        values, errors = transformed(survival, error, scale)
        z = float((values[1] - values[0]) / np.hypot(*errors))
    width = deviate(level) * plain_error
    return MilestoneContrast(
        names=names,
        at=at,
        scale=scale,
        difference=difference,
        standard_error=plain_error,
        lower=difference - width,
        upper=difference + width,
        z=z,
        p_value=float(two_sided(z)),
        estimable=estimable,
    )


def _milestone(curve: SurvivalCurve, at: float, at_risk: float) -> Milestone:
    errors = curve.standard_error
    if curve.robust and curve.robust_standard_error is not None:
        errors = curve.robust_standard_error
    read = [float(value_at(curve.time, of, at)) for of in (curve.survival, curve.lower, curve.upper)]
    error = float(value_at(curve.time, errors, at, start=0.0))
    return Milestone(curve.name, at, read[0], error, read[1], read[2], at_risk)
