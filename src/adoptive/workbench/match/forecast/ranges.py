"""Turn the record of the copies into numbers with intervals.

A chance's interval lies over the virtual trials: their parameters and what is not known of the patient. What the few
copies of one trial add by chance is taken out of it. Days have the interval that holds 90 of 100 patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from adoptive.units import months
from adoptive.verdict.survival.batch import quantile_trials
from adoptive.workbench.match.types import Range

__all__ = ["chance", "numbers_of", "time_to"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Record = Mapping[str, NDArray[Any]]

LOW, HIGH = 0.05, 0.95
REACHED_SHARE: Final = 0.95
"""Virtual trials in which a median must be reached for it to be given."""

LOST: Final = (
    ("lost_to_manufacturing", (1,)),
    ("lost_to_death", (2,)),
    ("lost_to_worsening", (3,)),
    ("lost_otherwise", (4, 5, 6)),
)
"""Why cells were not given, by codes of the record's column ``not_infused``."""


def numbers_of(record: Record) -> dict[str, Range]:
    """Give all numbers of a forecast by name from the record of the copies, each column ``(trials, copies)``."""
    infused = record["treated"] & (record["infusions"] > 0)
    everybody = np.ones_like(infused)
    found = {"infused": chance(infused, everybody)}
    for name, codes in LOST:
        found[name] = chance(np.isin(record["not_infused"], codes) & ~infused, everybody)
    found |= _days(record, infused)
    for name, event, among in _events(record, infused, everybody):
        if among.any():
            found[name] = chance(event & among, among)
    median = time_to(record["pfs_days"], record["pfs_event"])
    if median is not None:
        found["pfs_median"] = median
    return found


def _events(record: Record, infused: Flags, everybody: Flags) -> list[tuple[str, Flags, Flags]]:
    """Name what is counted, and among whom."""
    return [
        ("response", record["responder"], infused),
        ("response_of_enrolled", record["responder"] & infused, everybody),
        ("complete_response", record["complete_response"], infused),
        ("crs_any", record["crs_grade"] >= 1, infused),
        ("crs_grade3", record["crs_grade"] >= 3, infused),
        ("neurotoxicity_grade3", record["icans_grade"] >= 3, infused),
        ("infection_grade3", record["infection_grade"] >= 3, infused),
    ]


def _days(record: Record, infused: Flags) -> dict[str, Range]:
    """Give the median and the 5 and 95 % of patients of the days until the infusion."""
    if not infused.any():
        return {}
    columns = {"days_to_infusion": "infusion_day", "days_from_apheresis": "vein_to_vein_days"}
    each = {name: np.quantile(record[column][infused], [0.5, LOW, HIGH]) for name, column in columns.items()}
    return {name: Range(float(found[0]), float(found[1]), float(found[2]), "days") for name, found in each.items()}


def chance(event: Flags, among: Flags) -> Range:
    """Give the chance of an event in percent, with its 90 % interval over the trials.

    The counts of the trials are taken as beta-binomial, fitted by moments: the spread between trials beyond that of
    counting, ``Var(k/n) - E[p (1 - p) / (n - 1)]``, never below the error of the whole count itself.

    >>> event = np.arange(400).reshape(20, 20) % 2 == 0
    >>> chance(event, np.ones_like(event)).value
    50.0
    """
    hits, seen = (event & among).sum(axis=1), among.sum(axis=1)
    middle = (hits.sum() + 0.5) / (seen.sum() + 1.0)
    several = seen >= 2
    error = middle * (1.0 - middle) / max(int(seen.sum()), 1)
    spread = error
    if several.sum() >= 2:
        rate = hits[several] / seen[several]
        counting = (rate * (1.0 - rate) / (seen[several] - 1.0)).mean()
        spread = max(float(rate.var(ddof=1) - counting), error)
    size = max(middle * (1.0 - middle) / spread - 1.0, 1e-3)
    low, high = betaincinv(middle * size, (1.0 - middle) * size, [LOW, HIGH])
    value = float(hits.sum() / max(int(seen.sum()), 1))
    return Range(100.0 * value, 100.0 * min(float(low), value), 100.0 * max(float(high), value), "%")


def time_to(day: Floats, event: Flags) -> Range | None:
    """Give the median time to an event over all patients, months, with its 90 % interval over the trials.

    None if the median is not reached in 95 % of the trials. The trials' medians are drawn in, on the log scale, by the
    part of their spread that two halves of one trial have too.
    """
    whole = quantile_trials(day.reshape(1, -1), event.reshape(1, -1)).times[0]
    each = quantile_trials(day, event).times
    reached = np.isfinite(each) & (each > 0)
    if not (np.isfinite(whole) and whole > 0) or reached.mean() < REACHED_SHARE:
        return None
    log = np.log(each[reached])
    first, second = (quantile_trials(day[:, part::2], event[:, part::2]).times for part in (0, 1))
    both = np.isfinite(first) & np.isfinite(second) & (first > 0) & (second > 0)
    counting = float(((np.log(first[both]) - np.log(second[both])) ** 2).mean()) / 4.0 if both.any() else 0.0
    own = float(log.var(ddof=1)) if len(log) > 1 else 0.0
    error = own / max(len(log), 1)
    factor = np.sqrt(max(own - counting, error) / own) if own > 0 else 0.0
    low, high = np.exp(np.log(whole) + factor * (np.quantile(log, [LOW, HIGH]) - np.median(log)))
    middle = float(months(whole))
    return Range(middle, min(float(months(low)), middle), max(float(months(high)), middle), "months")
