"""The test of proportional hazards after a Cox fit: whether an effect changes with time.

The score test of Grambsch and Therneau 1994, 10.1093/biomet/81.3.515, for ``b(t) = b + theta g(t)``, with the
information of both b and theta as it is, not its average over time (as R's ``survival`` does since version 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from adoptive.tables import TableError
from adoptive.verdict.regression.cox import chi_squared
from adoptive.verdict.regression.residuals import event_rows
from adoptive.verdict.regression.risk_table import in_order, risk_table
from adoptive.verdict.regression.types import CoxFit, Design, Proportionality

__all__ = ["TRANSFORMS", "Transform", "proportionality"]

Floats = NDArray[np.float64]
Transform = Literal["km", "rank", "identity", "log"]
TRANSFORMS: Final = get_args(Transform)


def proportionality(
    fit: CoxFit, *, transform: Transform = "km", terms: Mapping[str, Sequence[str]] | None = None
) -> Proportionality:
    """Test each term, and all together, for an effect that changes with g(time).

    Parameters
    ----------
    transform
        g: "km" (1 - Kaplan-Meier of all rows, strata pooled, just before the time), "rank" of all rows' times,
        "identity", "log".
    terms
        Columns that belong together (the dummies of one factor), by term; default each column for itself.

    Raises
    ------
    TableError
        An unknown transform or column, a separated coefficient, exact ties, "log" with an event at time 0, events that
        are too few or too much at one time.

    >>> from adoptive.verdict.regression.cox import cox
    >>> from adoptive.verdict.rows import survival_rows
    >>> fit = cox(survival_rows([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1]), {"a": [1, 1, 0, 1, 0, 0]})
    >>> proportionality(fit).p_value.round(3)
    array([0.774])
    """
    _check(fit, transform)
    groups = {name: [name] for name in fit.names} if terms is None else {name: list(terms[name]) for name in terms}
    unknown = [name for columns in groups.values() for name in columns if name not in fit.names]
    if unknown:
        raise TableError("unknown column", where="terms", value=unknown[0], allowed=", ".join(fit.names))
    slope, information = _second_part(fit, transform)
    size, places = len(fit.names), [[fit.names.index(name) for name in columns] for columns in groups.values()]
    tests = [_test(slope, information, size, place) for place in places]
    together = _test(slope, information, size, list(range(size)))
    degrees = np.array([len(place) for place in places], np.int64)
    return Proportionality(
        names=tuple(groups),
        chi_squared=np.array(tests),
        degrees=degrees,
        p_value=np.asarray(chdtrc(degrees, tests), np.float64),
        overall=chi_squared(together, size),
        transform=transform,
    )


def _check(fit: CoxFit, transform: str) -> None:
    if transform not in TRANSFORMS:
        allowed = ", ".join(TRANSFORMS)
        raise TableError("unknown transform", where="proportionality: transform", value=transform, allowed=allowed)
    if any(fit.separated) or not fit.names:
        raise TableError(
            "no test of proportional hazards without finite coefficients",
            where="proportionality",
            value=[name for name, mark in zip(fit.names, fit.separated, strict=True) if mark],
            allowed="a fit with finite coefficients",
            next_step="fit again without the separated columns",
        )
    if transform == "log" and not (fit.design.time[fit.design.event] > 0).all():
        raise TableError("an event at time 0 has no log", where="proportionality: transform", allowed="times above 0")


def _second_part(fit: CoxFit, transform: str) -> tuple[Floats, Any]:
    """Give theta's slope at 0, and the information's blocks: of b, between, of theta."""
    table = risk_table(fit.design, fit.reached, fit.ties)
    which = event_rows(fit)
    place = table.until[which] - 1
    course = _course(fit.design, transform, in_order(fit.design, fit.design.time))[which]
    course = course - course.mean()
    less = in_order(fit.design, fit.design.covariates)[which] - table.mean[place]
    weight = in_order(fit.design, fit.design.weight)[which]
    slope = (weight * course) @ less
    at = np.zeros(table.time.size)
    at[place] = course  # one value at each time: g depends on the time alone
    blocks = [np.einsum("k,kab->ab", at**power, table.spread) for power in (0, 1, 2)]
    return slope, blocks


def _test(slope: Floats, information: Sequence[Floats], size: int, place: Sequence[int]) -> float:
    """Give the score test of theta at ``place``, b being fitted."""
    whole = np.empty((size + len(place),) * 2)
    whole[:size, :size] = information[0]
    whole[:size, size:] = information[1][:, place]
    whole[size:, :size] = information[1][:, place].T
    whole[size:, size:] = information[2][np.ix_(place, place)]
    scale = np.sqrt(whole.diagonal())
    if not (scale > 0).all() or np.linalg.matrix_rank(whole / np.outer(scale, scale), hermitian=True) < len(whole):
        raise TableError(
            "the events cannot tell an effect that changes with time", where="proportionality",
            allowed="events at several times, each with more than one kind of row at risk",
        )  # fmt: skip
    both = np.concatenate([np.zeros(size), slope[place]])
    return max(float(both @ np.linalg.solve(whole, both)), 0.0)


def _course(design: Design, transform: str, times: Floats) -> Floats:
    """Give g at the rows' times."""
    if transform == "identity":
        return times
    if transform == "log":
        return np.asarray(np.log(np.maximum(times, np.finfo(float).tiny)), np.float64)
    if transform == "rank":
        _, place, count = np.unique(times, return_inverse=True, return_counts=True)
        return np.asarray((np.cumsum(count) - 0.5 * (count - 1))[place], np.float64)  # the tied share their mean rank
    return _lost(design, times)


def _lost(design: Design, times: Floats) -> Floats:
    """Give 1 - S(t-) of all rows pooled, unweighted."""
    grid, events = np.unique(design.time[design.event], return_counts=True)
    ended, entered = np.sort(design.time), np.sort(design.entry)
    at_risk = np.searchsorted(entered, grid, side="left") - np.searchsorted(ended, grid, side="left")
    survival = np.concatenate([[1.0], np.cumprod(1.0 - events / at_risk)])
    return np.asarray(1.0 - survival[np.searchsorted(grid, times, side="left")], np.float64)
