"""How endpoints are measured: medians and rates of survival times, hazard ratios, shares, spreads of a number.

Every function here makes a measure: from the tables, the specification and who belongs to the set to one value per
trial, and whether it could be estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.units import days as in_days
from adoptive.units import months
from adoptive.verdict.endpoints.types import Bools, Floats, Measure, Measured, Table, Trials, anybody, column
from adoptive.verdict.regression import hazard_ratio
from adoptive.verdict.response import proportion
from adoptive.verdict.survival import kaplan_meier, median_survival
from adoptive.verdict.types import EndpointSpec

__all__ = [
    "all_of",
    "code",
    "count",
    "flag",
    "grade",
    "number",
    "rate",
    "ratio",
    "screened",
    "share",
    "survival_median",
    "where",
]

Mark = Callable[[Table], Bools]


def survival_median(stem: str, *, among: str = "", follow_up: bool = False) -> Measure:
    """Measure the median of ``<stem>_days`` in months; follow-up swaps event and censoring (reverse Kaplan-Meier).

    ``among`` names a column of those whom it is about.
    """

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        days, event = column(trials.patients, f"{stem}_days"), column(trials.patients, f"{stem}_event")
        chosen = _among(trials.patients, chosen, among)
        return months(median_survival(days, ~event if follow_up else event, chosen)), anybody(chosen)

    return measure


def rate(stem: str, *, among: str = "") -> Measure:
    """Measure the per cent free of the event at a time; not estimable beyond the set's follow-up."""

    def measure(trials: Trials, spec: EndpointSpec, chosen: Bools) -> Measured:
        days, event = column(trials.patients, f"{stem}_days"), column(trials.patients, f"{stem}_event")
        chosen = _among(trials.patients, chosen, among)
        at = in_days(float(spec.at_months or 0.0))
        survival = kaplan_meier(days, event, chosen, at_days=[at])[:, 0]
        followed = np.where(chosen, days, -1.0).max(axis=1, initial=-1.0)
        return 100.0 * survival, (followed >= at) | ((survival <= 0.0) & anybody(chosen))

    return measure


def ratio(stem: str) -> Measure:
    """Measure the hazard ratio of an arm (0 if none is named) over another one, the last if none is named."""

    def measure(trials: Trials, spec: EndpointSpec, chosen: Bools) -> Measured:
        days, event = column(trials.patients, f"{stem}_days"), column(trials.patients, f"{stem}_event")
        arm = column(trials.patients, "arm")
        first = spec.arm or 0
        last = int(arm.max(initial=0)) if spec.against is None else spec.against
        if first == last > 0:
            raise StudyError(
                "an arm cannot be compared with itself",
                where=f"endpoint {spec.name}", value=first, allowed="an arm before the last, or another one to compare",
            )  # fmt: skip
        both = chosen & ((arm == first) | (arm == last))
        fit = hazard_ratio(days, event, arm == first, both)
        return fit.ratio, fit.estimable

    return measure


def share(mark: Mark, *, assessed: Mark | None = None) -> Measure:
    """Measure the per cent of the patients that are marked; not estimable where nobody was assessed."""

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        known = chosen if assessed is None else chosen & assessed(trials.patients)
        hits = (chosen & mark(trials.patients)).sum(axis=1)
        return 100.0 * proportion(hits, chosen.sum(axis=1)), anybody(known)

    return measure


def where(mark: Mark, *, among: Mark) -> Measure:
    """Measure the per cent that are marked of those among the patients whom another mark chooses."""

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        chosen = chosen & among(trials.patients)
        hits = (chosen & mark(trials.patients)).sum(axis=1)
        return 100.0 * proportion(hits, chosen.sum(axis=1)), anybody(chosen)

    return measure


def flag(name: str) -> Measure:
    """Measure the per cent of patients with a yes in a column."""
    return share(lambda table: column(table, name).astype(np.bool_))


def code(name: str, codes: Collection[int]) -> Measure:
    """Measure the per cent of patients with one of some codes in a column."""
    return share(lambda table: np.isin(column(table, name), list(codes)))


def count(name: str, *, low: int) -> Measure:
    """Measure the per cent of patients with at least so many in a column."""
    return share(lambda table: column(table, name) >= low)


def all_of(*marks: Mark) -> Mark:
    """Mark who has all of some marks."""
    return lambda table: np.asarray(np.logical_and.reduce([mark(table) for mark in marks]))


def grade(*names: str, low: int, high: int = 5) -> Measure:
    """Measure the per cent of patients whose worst grade in any of the columns is from ``low`` to ``high``."""

    def worst(table: Table) -> NDArray[Any]:
        grades: NDArray[Any] = np.stack([column(table, f"{name}_grade") for name in names]).max(axis=0)
        return grades

    return share(lambda table: (worst(table) >= low) & (worst(table) <= high), assessed=lambda table: worst(table) >= 0)


def number(name: str, *, of: Literal["median", "mean"], among: Mark | None = None) -> Measure:
    """Measure the median or the mean of a column, of the patients whom a mark chooses."""

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        values = column(trials.patients, name).astype(np.float64)
        chosen = chosen if among is None else chosen & among(trials.patients)
        return (_median if of == "median" else _mean)(values, chosen), anybody(chosen)

    return measure


def screened(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
    """Read the number of screened patients."""
    return column(trials.screening, "screened").astype(np.float64), np.ones(len(chosen), np.bool_)


def _among(patients: Table, chosen: Bools, name: str) -> Bools:
    """Keep those with a yes in a column; all if none is named."""
    return chosen & column(patients, name).astype(np.bool_) if name else chosen


def _median(values: Floats, chosen: Bools) -> Floats:
    """Give each trial's median of the chosen, 0 where nobody is."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    size = chosen.sum(axis=1)
    row = np.arange(len(values))
    low, high = (ordered[row, np.clip(place, 0, values.shape[1] - 1)] for place in ((size - 1) // 2, size // 2))
    return np.where(size > 0, np.where(low == high, low, 0.5 * (low + np.where(size > 0, high, 0.0))), 0.0)


def _mean(values: Floats, chosen: Bools) -> Floats:
    """Give each trial's mean of the chosen, 0 where nobody is."""
    return np.asarray(np.where(chosen, values, 0.0).sum(axis=1) / np.maximum(chosen.sum(axis=1), 1))
