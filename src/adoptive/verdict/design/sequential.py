"""The plain plan of interim looks that a study file describes: one-sided, spending functions, non-binding futility.

:mod:`adoptive.verdict.design.boundaries` has every other kind. Bounds are one-sided: large ``z`` favours the
experimental arm. The score at information fraction ``t`` is Brownian motion with a drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.families import FAMILIES, SPENDING, error_spent
from adoptive.verdict.design.recursion import Path
from adoptive.verdict.design.types import ErrorSpending

__all__ = ["SPENDING", "Bounds", "crossing_probabilities", "error_spent", "group_sequential"]

Floats = NDArray[np.float64]

_NEVER: Final = 30.0
"""A bound that no trial reaches."""


@dataclass(frozen=True)
class Bounds:
    """Hold a group-sequential plan, each ``(looks,)``: stop for efficacy at ``z >= efficacy``, else for futility.

    ``futility`` is -inf where nothing stops for it; the bound is non-binding: the efficacy bounds hold the error even
    if nobody heeds it. ``alpha_spent`` and ``beta_spent`` are cumulative. ``drift`` is the mean of the final ``z``
    at which the plan has its power (0 without futility).
    """

    fractions: Floats
    efficacy: Floats
    futility: Floats
    alpha_spent: Floats
    beta_spent: Floats
    drift: float


def group_sequential(
    fractions: ArrayLike,
    *,
    alpha: float = 0.025,
    spending: str = "O'Brien-Fleming",
    parameter: float = 1.0,
    futility: str = "none",
    futility_parameter: float = 1.0,
    beta: float = 0.1,
) -> Bounds:
    """Place the bounds of a group-sequential plan.

    Parameters
    ----------
    fractions
        Information fraction of each look, rising.
    alpha, spending, parameter
        One-sided level and how it is spent.
    futility, futility_parameter, beta
        How the type II error is spent for futility; "none" for no such bound. With it, the drift is the one at which
        the final futility bound meets the final efficacy bound, so that the power is ``1 - beta``.

    Raises
    ------
    StudyError
        Fractions that do not rise within (0, 1], or an unknown spending function.

    Examples
    --------
    >>> group_sequential([0.5, 1.0]).efficacy.round(3).tolist()
    [2.963, 1.969]
    """
    t = np.atleast_1d(np.asarray(fractions, np.float64))
    if not ((np.diff(t, prepend=0.0) > 0).all() and t[-1] <= 1.0 + 1e-12):
        raise StudyError("fractions must rise within (0, 1]", where="fractions", value=t.tolist())
    plan = sequential_plan(
        t, alpha=alpha, beta=beta, efficacy=_spending(spending, parameter),
        futility=None if futility == "none" else _spending(futility, futility_parameter),
    )  # fmt: skip
    return Bounds(
        t, np.minimum(plan.efficacy, _NEVER),
        plan.futility if futility == "none" else np.maximum(plan.futility, -_NEVER), plan.alpha_spent, plan.beta_spent,
        0.0 if futility == "none" else plan.drift,
    )  # fmt: skip


def _spending(name: str, parameter: float) -> ErrorSpending:
    if name not in SPENDING:
        raise StudyError("unknown spending function", where="spending", value=name, allowed=", ".join(SPENDING))
    return ErrorSpending(name, (parameter,) if FAMILIES[name].parameters else ())


def crossing_probabilities(
    fractions: ArrayLike, efficacy: ArrayLike, futility: ArrayLike | None = None, *, drift: float = 0.0
) -> tuple[Floats, Floats]:
    """Give the chance to stop at each look for efficacy and for futility, both ``(looks,)``.

    ``drift`` is the mean of the final ``z`` at information fraction 1.

    >>> above, below = crossing_probabilities([0.5, 1.0], group_sequential([0.5, 1.0]).efficacy)
    >>> above.round(4).tolist(), below.tolist()
    ([0.0015, 0.0235], [0.0, 0.0])
    """
    t, upper = np.atleast_1d(np.asarray(fractions, float)), np.atleast_1d(np.asarray(efficacy, float))
    lower = np.full(len(t), -np.inf) if futility is None else np.atleast_1d(np.asarray(futility, float))
    path = Path(drift)
    above, below = np.zeros(len(t)), np.zeros(len(t))
    for look, (time, low, high) in enumerate(zip(t, lower, upper, strict=True)):
        above[look], below[look] = path.beyond(time, high), path.below(time, low)
        path = path.on(time, low, high)
    return above, below
