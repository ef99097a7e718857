"""How numbers are written for people, on the terminal and in the report alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

__all__ = [
    "ALL_ARMS",
    "CHANCE_NOTE",
    "CHANCE_TITLE",
    "COUNT_NOTE",
    "DESIGN_LABEL",
    "LABEL",
    "NOT_ESTIMABLE",
    "NOT_REACHED",
    "PREDICTION",
    "amount",
    "chance",
    "count_inside",
    "endpoint_label",
    "interval",
    "sparkline",
]

LABEL = "Simulated. For research only; no medical advice."
DESIGN_LABEL = "Designed in silico. For research only; no medical advice."
NOT_REACHED = "not reached"
ALL_ARMS = "all"
"""Where a row names no arm: the whole trial, a comparison, or everybody whom the endpoint is about."""

NOT_ESTIMABLE = "not estimable"
COUNT_NOTE = "These counts depend on the seed and on the number of trials."
PREDICTION = (
    "No result of this trial was given: what follows is a prediction. No number of it has been set against an outcome."
)
CHANCE_TITLE = "chance of at least this"
CHANCE_NOTE = (
    "Chance of at least this: share of the simulated trials that give at least the published count; shown for numbers "
    "that stand in a story told about the trial and in no source."
)

_EVENTS = {"pfs": "PFS", "os": "OS", "efs": "EFS", "rfs": "RFS"}
_SYNDROMES = {"crs": "CRS", "icans": "ICANS"}

_TITLES = {
    **{f"{event}_median": f"{name}, median" for event, name in _EVENTS.items()},
    **{f"{event}_hazard_ratio": f"{name}, hazard ratio" for event, name in _EVENTS.items()},
    **{f"{event}_rate": name for event, name in _EVENTS.items()},
    **{f"{event}_follow_up_median": f"{name} follow-up, median" for event, name in _EVENTS.items()},
    "orr": "Objective response",
    "cr": "Complete response",
    "pr": "Partial response",
    "sd": "Stable disease",
    "pd": "Progressive disease",
    "vgpr_or_better": "Very good partial response or better",
    "mrd_negative": "MRD-negative, of complete responders",
    "response_any": "Response, confirmed or not",
    "any_shrinkage": "Any shrinkage",
    "dcr": "Disease control",
    "dor_median": "Duration of response, median",
    "dor_rate": "Response that lasts",
    **{f"{stem}_any": f"{name}, any grade" for stem, name in _SYNDROMES.items()},
    **{f"{stem}_grade{n}": f"{name}, grade {n}" for stem, name in _SYNDROMES.items() for n in range(1, 6)},
    **{f"{stem}_grade1_2": f"{name}, grade 1 or 2" for stem, name in _SYNDROMES.items()},
    **{f"{stem}_grade_ge{n}": f"{name}, grade {n} or more" for stem, name in _SYNDROMES.items() for n in (2, 3, 4)},
    **{f"{stem}_onset_median": f"{name}, median onset" for stem, name in _SYNDROMES.items()},
    **{f"{stem}_duration_median": f"{name}, median length" for stem, name in _SYNDROMES.items()},
    "tocilizumab": "Tocilizumab given",
    "steroids": "Steroids given",
    "neutropenia_ge3": "Neutropenia, grade 3 or more",
    "lymphopenia_ge3": "Lymphopenia, grade 3 or more",
    "leukopenia_ge3": "Leukopenia, grade 3 or more",
    "thrombocytopenia_ge3": "Thrombocytopenia, grade 3 or more",
    "cytopenia_ge3": "Any cytopenia, grade 3 or more",
    "neutropenia_day30_ge3": "Neutropenia, grade 3 or more at day 30",
    "thrombocytopenia_day30_ge3": "Thrombocytopenia, grade 3 or more at day 30",
    "hypogammaglobulinaemia": "Hypogammaglobulinaemia",
    "icaht_early_ge3": "Early ICAHT, grade 3 or more",
    "infection_ge3": "Infection, grade 3 or more",
    "lung_ge3": "Lung toxicity, grade 3 or more",
    "gastritis_any": "Gastric mucosal injury, any grade",
    "tls_any": "Tumour lysis, clinical",
    "dlt": "Dose-limiting toxicity",
    "il6_rise": "Rise of interleukin 6",
    "cmax_median": "Peak of cells, median",
    "cmax_mean": "Peak of cells, mean",
    "tmax_median": "Day of the peak, median",
    "auc28_median": "Exposure to day 28, median",
    "persistence_median": "Persistence of cells, median",
    "expansion": "Cells expanded",
    "b_cell_aplasia_rate": "B-cell aplasia",
    "infused_fraction": "Infused",
    "manufacturing_failure": "Manufacturing failure",
    "vein_to_vein_median": "Vein to vein, median",
    "enrolment_to_infusion_median": "Enrolment to infusion, median",
    "infusions_mean": "Infusions, mean",
    "multiple_infusions": "More than one infusion",
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
    elif unit == "patients" or (unit.startswith("copies") and abs(value) >= 10):
        text = f"{value:,.0f}"
    elif unit in ("day", "days"):
        text = f"{value:.1f}"
    else:
        text = f"{value:.3f}" if unit == "ratio" else f"{value:.2f}"
    return f"{text} {unit}" if with_unit and unit not in ("", "ratio") else text


def chance(share: float | None, trials: int) -> str:
    """Write a share of trials; none of them, or all, does not make it impossible or certain.

    >>> chance(0.125, 200), chance(0.0, 200), chance(None, 200)
    ('12.5 %', 'below 0.5 %', '')
    """
    if share is None or not math.isfinite(share):
        return ""
    least = 100.0 / max(trials, 1)
    if share <= 0.0:
        return f"below {least:.2g} %"
    return f"above {100.0 - least:.3g} %" if share >= 1.0 else f"{100.0 * share:.1f} %"


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
