"""How facts are said in a sentence: numbers, days, fields with their units."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adoptive.trial.eligibility.facts import Fact
from adoptive.trial.eligibility.screen import CRITERION_FIELDS
from adoptive.trial.eligibility.vocabulary import load_vocabulary

__all__ = ["About", "about", "after", "days", "fact", "listed", "number", "on"]

_SILENT: Final = frozenset({"points", "count", "lines", "ratio", "name", "yes/no", "fraction", ""})


@dataclass(frozen=True)
class About:
    """Hold what people need to know of a field."""

    unit: str
    meaning: str
    settled_by: str
    recovers: bool


def about(field: str) -> About:
    """Say what a field is; one that only virtual patients have is settled by the trial itself."""
    known = load_vocabulary().fields.get(field)
    if known is not None:
        return About(known.unit, known.meaning, known.settled_by, known.recovers)
    virtual = CRITERION_FIELDS.get(field)
    if virtual is not None:
        return About(virtual.unit, virtual.meaning, "the trial's own examination", virtual.known != "always")
    return About("", field.replace("_", " "), "the patient's record", False)


def number(value: float) -> str:
    """Write a number plainly, with at most six figures.

    >>> number(9.0), number(2.5), number(150000), number(0.1 + 0.2)
    ('9', '2.5', '150000', '0.3')
    """
    if isinstance(value, int) and abs(value) >= 10**15:
        return "a huge number"
    if not math.isfinite(value):
        return str(value)
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def days(count: float) -> str:
    """Write a number of days."""
    return "1 day" if count == 1 else f"{number(count)} days"


def on(day: datetime.date | None, source: str = "") -> str:
    """Write the day and the source of a fact, as the end of a sentence."""
    return (f" on {day.isoformat()}" if day else "") + (f", {source}" if source else "")


def after(day: datetime.date | None, count: float) -> str:
    """Give the first day that lies at least so many days after another, "" where the calendar ends before."""
    try:
        return "" if day is None else (day + datetime.timedelta(days=math.ceil(count))).isoformat()
    except (OverflowError, ValueError):
        return ""


def listed(names: Iterable[str], *, join: str = "or") -> str:
    """Write names as a list: "a, b or c"."""
    all_names = list(dict.fromkeys(names))
    if len(all_names) < 2:
        return "".join(all_names)
    return f"{', '.join(all_names[:-1])} {join} {all_names[-1]}"


def fact(field: str, it: Fact) -> str:
    """Say a fact of a field: meaning, value, unit, day and source.

    >>> fact("haemoglobin_g_dl", Fact(8.1, day=datetime.date(2026, 10, 2), source="labs row 3"))
    'haemoglobin 8.1 g/dL on 2026-10-02, labs row 3'
    """
    known = about(field)
    if isinstance(it.value, bool):
        said = f"{known.meaning}: {'yes' if it.value else 'no'}"
    elif isinstance(it.value, str):
        said = f"{known.meaning}: {it.value}" if ":" not in known.meaning else f"{field.replace('_', ' ')}: {it.value}"
    else:
        said = f"{known.meaning} {_range(it)}{unit_of(known.unit)}"
        if it.upper_limit is not None:
            said += f" (upper limit of normal {number(it.upper_limit)})"
    return said + on(it.day, it.source)


def unit_of(unit: str) -> str:
    """Write a unit as it stands after a number."""
    if unit in _SILENT:
        return ""
    if unit == "percent":
        return " %"
    return f" {unit}s" if unit in ("year", "week", "day") else f" {unit}"


def _range(it: Fact) -> str:
    value = number(float(it.value)) if not isinstance(it.value, int) else number(it.value)
    if it.censored:
        return f"{'below' if it.censored == '<' else 'above'} {value}"
    if it.until is None:
        return value
    return f"at least {value}" if it.until == math.inf else f"{value} to {number(it.until)}"
