"""How numbers are written for people, on the terminal and in the report alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

__all__ = [
    "COUNT_NOTE",
    "LABEL",
    "NOT_ESTIMABLE",
    "NOT_REACHED",
    "amount",
    "count_inside",
    "endpoint_label",
    "interval",
    "sparkline",
]

LABEL = "Simulated. For research only; no medical advice."
NOT_REACHED = "not reached"
NOT_ESTIMABLE = "not estimable"
COUNT_NOTE = "These counts depend on the seed and on the number of trials."

_TITLES = {
    "pfs_median": "PFS, median",
    "pfs_hazard_ratio": "PFS, hazard ratio",
    "pfs_rate": "PFS",
    "pfs_follow_up_median": "PFS follow-up, median",
    "os_median": "OS, median",
    "os_hazard_ratio": "OS, hazard ratio",
    "os_rate": "OS",
    "os_follow_up_median": "OS follow-up, median",
    "orr": "Objective response",
    "dcr": "Disease control",
    "dor_median": "Duration of response, median",
    "crs_any": "CRS, any grade",
    "crs_grade3": "CRS, grade 3",
    "crs_grade_ge3": "CRS, grade 3 or more",
    "crs_grade_ge4": "CRS, grade 4 or more",
    "neutropenia_ge3": "Neutropenia, grade 3 or more",
    "lymphopenia_ge3": "Lymphopenia, grade 3 or more",
    "leukopenia_ge3": "Leukopenia, grade 3 or more",
    "thrombocytopenia_ge3": "Thrombocytopenia, grade 3 or more",
    "cytopenia_ge3": "Any cytopenia, grade 3 or more",
    "icans_any": "ICANS, any grade",
    "icans_grade_ge3": "ICANS, grade 3 or more",
    "icaht_early_ge3": "Early ICAHT, grade 3 or more",
    "infection_ge3": "Infection, grade 3 or more",
    "gastritis_any": "Gastric mucosal injury, any grade",
    "tls_any": "Tumour lysis, clinical",
    "infused_fraction": "Infused",
    "crossover": "Crossed over",
    "screened": "Screened",
}

_BARS = "▁▂▃▄▅▆▇█"


def endpoint_label(name: str, at_months: float | None = None) -> str:
    """Give an endpoint's name as people say it.

    >>> endpoint_label("pfs_rate", 6.0)
    'PFS at 6 months'
    """
    title = _TITLES.get(name, name.replace("_", " "))
    return title if at_months is None or not math.isfinite(at_months) else f"{title} at {at_months:g} months"


def amount(value: float | None, unit: str, *, with_unit: bool = True) -> str:
    """Write a number with the digits that its unit deserves; ``inf`` is "not reached".

    >>> amount(3.2512, "months"), amount(22.04, "%"), amount(float("inf"), "months")
    ('3.25 months', '22 %', 'not reached')
    """
    if value is None:
        return "–"
    if not math.isfinite(value):
        return NOT_REACHED
    if unit == "%":
        text = f"{value:.1f}" if 0 < abs(value) < 9.95 else f"{value:.0f}"
    elif unit == "patients":
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3f}" if unit == "ratio" else f"{value:.2f}"
    return f"{text} {unit}" if with_unit and unit not in ("", "ratio") else text


def count_inside(judged: Iterable[tuple[bool, float]]) -> str:
    """Count endpoints, each (inside, weight), that lie inside; those of weight 0 (not confirmed) stand apart.

    Empty if nothing could be compared.

    >>> count_inside([(True, 1.0), (False, 0.5), (True, 0.0)])[:45]
    '1 of 2 published endpoints with a confirmed s'
    """
    rows = list(judged)
    sure, unsure = ([inside for inside, weight in rows if (weight > 0) is kept] for kept in (True, False))
    said = "published endpoints with a confirmed source lie inside their 90 % predictive interval"
    if not sure:
        alone = said.replace("with a confirmed", "without a confirmed")
        return f"{sum(unsure)} of {len(unsure)} {alone}" if unsure else ""
    apart = f"; {sum(unsure)} of {len(unsure)} unconfirmed ones" if unsure else ""
    return f"{sum(sure)} of {len(sure)} {said}{apart}"


def interval(low: float | None, high: float | None, unit: str) -> str:
    """Write an interval without its unit, or nothing if neither end is known.

    >>> interval(15.0, 31.0, "%")
    '15 to 31'
    """
    ends = [None if end is not None and not math.isfinite(end) and unit == "" else end for end in (low, high)]
    if all(end is None for end in ends):
        return ""
    return " to ".join("?" if end is None else amount(end, unit, with_unit=False) for end in ends)


def sparkline(values: Sequence[float], *, width: int = 60) -> str:
    """Draw a row of bars: the largest value of each of ``width`` equal stretches, on the range of all.

    >>> sparkline([0.0, 1.0, 2.0, 3.0], width=4)
    '▁▃▆█'
    """
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return ""
    width = min(width, len(known))
    edges = [round(step * len(known) / width) for step in range(width + 1)]
    tops = [max(known[start:end]) for start, end in pairwise(edges)]
    low, span = min(known), max(known) - min(known)
    if span <= 1e-6 * max(map(abs, known)):  # a constant is drawn flat, not as its rounding
        span = math.inf
    return "".join(_BARS[min(7, int((top - low) / span * 7 + 0.5))] for top in tops)
