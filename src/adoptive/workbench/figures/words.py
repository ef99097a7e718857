"""What a survival figure says in words: medians, hazard ratios and tests, with the names of the methods."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from adoptive.verdict import log_rank
from adoptive.verdict.regression import cox_groups
from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival import SurvivalCurve, quantiles
from adoptive.workbench.wording import NOT_REACHED

__all__ = ["contrast_in_words", "ends_in_words", "median_in_words", "medians_in_words", "p_in_words", "two_groups"]


def median_in_words(curve: SurvivalCurve, *, unit: str = "months") -> str:
    """Say a curve's median with its interval (Brookmeyer and Crowley 1982, 10.2307/2530286)."""
    of = quantiles(curve, (0.5,))
    middle, low, high = (float(values[0]) for values in (of.times, of.lower, of.upper))
    said = NOT_REACHED if not math.isfinite(middle) else f"{middle:.1f} {unit}"
    return f"{said} (95 % {ends_in_words(low, high, digits=1)})"


def medians_in_words(curves: Sequence[SurvivalCurve], *, unit: str = "months") -> str:
    """Say the medians of curves in one sentence."""
    if len(curves) == 1:
        return f"Median {median_in_words(curves[0], unit=unit)}."
    return f"Median: {'; '.join(f'{of.name} {median_in_words(of, unit=unit)}' for of in curves)}."


def ends_in_words(low: float, high: float, *, digits: int = 2) -> str:
    """Write the ends of an interval; an end that is not reached is said to be so.

    >>> ends_in_words(3.1, float("inf"), digits=1)
    '3.1 to not reached'
    """
    ends = [f"{end:.{digits}f}" if math.isfinite(end) else NOT_REACHED for end in (low, high)]
    return f"{ends[0]} to {ends[1]}"


def p_in_words(p: float) -> str:
    """Write a p-value with the digits that can be trusted.

    >>> p_in_words(0.0314), p_in_words(2e-6)
    ('p = 0.031', 'p < 0.0001')
    """
    if p < 1e-4:
        return "p < 0.0001"
    return f"p = {p:.4f}" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def two_groups(rows: SurvivalRows, one: str, other: str) -> SurvivalRows:
    """Give the rows of two groups."""
    places = [rows.groups.index(name) for name in (one, other)]
    return rows.where(np.isin(rows.group, places))


def contrast_in_words(rows: SurvivalRows, *, one: str, reference: str) -> str:
    """Say the hazard ratio of one group over another (Cox model, Efron's ties) and the log-rank test between them."""
    pair = two_groups(rows, one, reference)
    mine = pair.group == rows.groups.index(one)
    if not len(pair) or not pair.event.any() or mine.all() or not mine.any():
        return f"The hazard ratio of {one} over {reference} cannot be estimated."
    fit = cox_groups(pair, reference=reference)
    test = log_rank(pair.time[None], pair.event[None], mine[None])
    if not math.isfinite(float(fit.coefficients[0])):
        said = f"The hazard ratio of {one} over {reference} has no finite estimate"
    else:
        ends = f"{float(fit.lower[0]):.2f} to {float(fit.upper[0]):.2f}"
        said = f"Hazard ratio of {one} over {reference} {float(fit.hazard_ratios[0]):.2f} (95 % {ends}; Cox model)"
    return f"{said}; log-rank test, two-sided, {p_in_words(float(test.p_value[0]))}."
