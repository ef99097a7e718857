"""Bounds of interim looks for efficacy, futility and harm; one- and two-sided, by spending or of a classical shape.

Everything rests on the recursive integral of :mod:`adoptive.verdict.design.recursion`. Drift is the mean of ``z`` at
information fraction 1. Jennison and Turnbull 2000, Group Sequential Methods, 10.1201/9780367805326, chapters 2 to 7 and
19; futility by beta spending: Pampallona, Tsiatis and Kim 2001, 10.1177/009286150103500408.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from adoptive.errors import StudyError
from adoptive.verdict.design.families import CLASSICAL, family, spent_by
from adoptive.verdict.design.placing import Rules, place
from adoptive.verdict.design.recursion import Path
from adoptive.verdict.design.types import Characteristics, ErrorSpending, SequentialPlan

__all__ = ["characteristics", "sequential_plan"]

Floats = NDArray[np.float64]

MOST_LOOKS: Final = 50
_LARGEST_DRIFT: Final = 60.0

_CLOSEST: Final = 1e-3
"""Closer looks, relative to their time, are one look."""


def sequential_plan(
    fractions: ArrayLike,
    *,
    alpha: float = 0.025,
    beta: float = 0.2,
    sided: int = 1,
    efficacy: str | ErrorSpending = "O'Brien-Fleming",
    futility: str | ErrorSpending | None = None,
    futility_bounds: ArrayLike | None = None,
    binding: bool = False,
    harm: str | ErrorSpending | None = None,
    harm_alpha: float | None = None,
    spending_times: ArrayLike | None = None,
) -> SequentialPlan:
    """Place the bounds of a group-sequential plan.

    Parameters
    ----------
    fractions
        Information fraction of each look, rising; the last may differ from 1 after an under- or over-run.
    alpha, beta, sided
        Level (of both sides together if ``sided`` is 2) and type II error.
    efficacy
        Family of the efficacy bounds.
    futility
        Family by which ``beta`` is spent (one-sided plans). The drift is then the one at which the last futility bound
        meets the last efficacy bound, so that the power is ``1 - beta`` with the bounds heeded.
    futility_bounds
        Fixed z bounds for futility at every look but the last, in the place of spending; -inf for none.
    binding
        Whether the efficacy bounds rely on futility being heeded.
    harm, harm_alpha
        Family and level of a lower bound under the null: a trial without an effect falls below it, before it
        crossed for efficacy, with ``harm_alpha`` (default ``alpha``). Efficacy bounds never rely on it.
    spending_times
        Times at which the spending functions are read, such as calendar fractions; default the fractions.

    Raises
    ------
    StudyError
        A level, side, family or list that makes no sense.

    Examples
    --------
    >>> sequential_plan([0.4, 0.7, 1.0], efficacy="OF").efficacy.round(3).tolist()
    [3.18, 2.404, 2.011]
    >>> sequential_plan([0.5, 1.0], alpha=0.05, sided=2).efficacy.round(3).tolist()
    [2.963, 1.969]
    """
    t = _fractions(fractions)
    times = t if spending_times is None else _times(spending_times, t.size)
    _levels(alpha, beta, sided, harm_alpha)
    upper = family(efficacy, where="efficacy")
    lower = None if futility is None else _spends(family(futility, where="futility"), "futility")
    below = None if harm is None else _spends(family(harm, where="harm"), "harm")
    fixed = _fixed(futility_bounds, t.size, lower)
    if binding and lower is not None and upper.family in CLASSICAL:
        raise StudyError(
            "binding futility by spending needs efficacy by spending", where="binding", value=upper.family,
            next_step="leave binding out, or choose a spending family for efficacy",
        )  # fmt: skip
    if sided == 2 and (lower is not None or fixed is not None or below is not None):
        raise StudyError("lower bounds are for one-sided plans", where="sided", value=sided, allowed="1")
    rules = Rules(
        t, sided, binding, upper, alpha,
        None if upper.family in CLASSICAL else spent_by(upper, times, level=alpha, sided=sided),
        None if lower is None else spent_by(lower, times, level=beta),
        fixed,
        None if below is None else spent_by(below, times, level=alpha if harm_alpha is None else harm_alpha),
    )  # fmt: skip
    return _plan(rules, beta, upper, lower, below)


def _plan(
    rules: Rules, beta: float, upper: ErrorSpending, lower: ErrorSpending | None, below: ErrorSpending | None
) -> SequentialPlan:
    """Find the drift of the plan's power, and the bounds that go with it."""
    t, sided = rules.fractions, rules.sided
    if not rules.binding or lower is None:
        efficacy, futility, harm = place(rules, 0.0)
        rules = replace(rules, settled=efficacy)
    if lower is None:

        def lacking(drift: float) -> float:
            chances = _chances(t, efficacy, futility, harm, drift, sided == 2)
            return float(chances[0].sum() - (1.0 - beta))
    else:

        def lacking(drift: float) -> float:
            at = place(rules, drift)
            return float(at[1][-1] - at[0][-1])

    try:
        drift = float(brentq(lacking, 0.0, _LARGEST_DRIFT / np.sqrt(t[-1]), xtol=1e-10))
    except ValueError:  # the same sign at both ends
        raise StudyError(
            "no effect gives these bounds this power", where="bounds", value=f"beta {beta:g}",
            next_step="spend some error by the last look, or make futility less strict",
        ) from None  # fmt: skip
    efficacy, futility, harm = place(rules, drift)
    if lower is not None:
        futility = np.minimum(futility, efficacy)
    null = _chances(t, efficacy, futility if rules.binding else np.full(t.size, -np.inf), None, 0.0, sided == 2)
    under = _chances(t, efficacy, futility, harm, drift, sided == 2)
    harmed = _chances(t, efficacy, np.full(t.size, -np.inf), harm, 0.0, two_sided=False)[2]
    fixed_drift = float(ndtri(1.0 - rules.alpha / sided) + ndtri(1.0 - beta))
    stops = np.isfinite(futility).any()
    return SequentialPlan(
        fractions=t, sided=sided, alpha=rules.alpha, beta=beta, efficacy=efficacy, futility=futility, harm=harm,
        alpha_spent=np.cumsum(null[0] + null[3]), beta_spent=np.cumsum(under[1] + under[2]) * bool(stops),
        harm_spent=np.cumsum(harmed), stage_levels=np.asarray(ndtr(-efficacy)), binding=rules.binding, drift=drift,
        fixed_drift=fixed_drift, inflation_factor=(drift / fixed_drift) ** 2 * float(t[-1]),
        efficacy_family=upper, futility_family=lower, harm_family=below,
    )  # fmt: skip


def characteristics(plan: SequentialPlan, drift: ArrayLike) -> Characteristics:
    """Give the chances to stop and the expected information of a plan at drifts.

    All bounds are heeded, binding or not. ``power`` of a two-sided plan counts both sides.

    Examples
    --------
    >>> plan = sequential_plan([0.5, 1.0], beta=0.2)
    >>> characteristics(plan, [0.0, plan.drift]).power.round(6).tolist()
    [0.025, 0.8]
    """
    drifts = np.atleast_1d(np.asarray(drift, np.float64))
    if not np.isfinite(drifts).all():
        raise StudyError("a drift is not finite", where="drift", value=drifts.tolist(), allowed="finite numbers")
    rows = [_chances(plan.fractions, plan.efficacy, plan.futility, plan.harm, one, plan.sided == 2) for one in drifts]
    up, futile, harmed, down = (np.array([row[k] for row in rows]) for k in range(4))
    stopped = (up + futile + harmed + down)[:, :-1]
    t = plan.fractions / plan.fractions[-1]
    expected = stopped @ t[:-1] + (1.0 - stopped.sum(axis=1))
    return Characteristics(drifts, up + down, futile, harmed, (up + down).sum(axis=1), expected, down)


def _chances(
    t: Floats, efficacy: Floats, futility: Floats, harm: Floats | None, drift: float, two_sided: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the chance to stop at each look above, for futility, for harm and (two-sided) below."""
    found = np.zeros((4, t.size))
    path = Path(drift)
    for look, time in enumerate(t):
        high, hurt = efficacy[look], -np.inf if harm is None else min(harm[look], efficacy[look])
        low = max(min(futility[look], high), hurt)
        found[0, look] = path.beyond(time, high)
        found[2, look] = path.below(time, hurt)
        found[1, look] = path.below(time, low) - found[2, look]
        if two_sided:
            low = -high
            found[3, look] = path.below(time, low)
        if look < t.size - 1:
            path = path.on(time, low, high)
    return found[0], found[1], found[2], found[3]


def _fractions(given: ArrayLike) -> Floats:
    t = np.atleast_1d(np.asarray(given, np.float64))
    sound = (
        t.ndim == 1
        and 0 < t.size <= MOST_LOOKS
        and np.isfinite(t).all()
        and bool((np.diff(t, prepend=0.0) > _CLOSEST * t).all())
    )
    if not sound or t[-1] > 10.0:
        raise StudyError(
            "information fractions must rise", where="fractions", value=t.tolist(),
            allowed=f"1 to {MOST_LOOKS} numbers above 0, each {_CLOSEST:.1%} or more above the last; 1 is as planned",
        )  # fmt: skip
    return t


def _times(given: ArrayLike, looks: int) -> Floats:
    times = np.atleast_1d(np.asarray(given, np.float64))
    sound = times.size == looks and np.isfinite(times).all() and bool((np.diff(times, prepend=0.0) > 0).all())
    if not sound:
        raise StudyError(
            "spending times must rise", where="spending_times", value=times.tolist(),
            allowed=f"{looks} rising numbers above 0, one per look",
        )  # fmt: skip
    return times


def _levels(alpha: float, beta: float, sided: int, harm_alpha: float | None) -> None:
    if sided not in (1, 2):
        raise StudyError("a test has one or two sides", where="sided", value=sided, allowed="1 or 2")
    if not 1e-12 <= alpha < 0.5 * sided:
        raise StudyError("level out of range", where="alpha", value=alpha, allowed=f"1e-12 to below {0.5 * sided:g}")
    if not 1e-6 <= beta < 1.0 - alpha / sided:
        raise StudyError(
            "type II error out of range", where="beta", value=beta, allowed=f"1e-6 to below {1 - alpha / sided:g}"
        )
    if harm_alpha is not None and not 1e-12 <= harm_alpha < 1.0:
        raise StudyError("level out of range", where="harm_alpha", value=harm_alpha, allowed="1e-12 to below 1")


def _spends(rule: ErrorSpending, where: str) -> ErrorSpending:
    if rule.family in CLASSICAL:
        raise StudyError("this bound needs a spending family", where=where, value=rule.family)
    return rule


def _fixed(given: ArrayLike | None, looks: int, lower: ErrorSpending | None) -> Floats | None:
    if given is None:
        return None
    if lower is not None:
        raise StudyError("futility by spending and by fixed bounds", where="futility_bounds", allowed="one of them")
    bounds = np.atleast_1d(np.asarray(given, np.float64))
    if bounds.size != looks - 1 or np.isnan(bounds).any():
        raise StudyError(
            "one bound per look but the last",
            where="futility_bounds",
            value=bounds.tolist(),
            allowed=f"{looks - 1} numbers",
        )
    return bounds
