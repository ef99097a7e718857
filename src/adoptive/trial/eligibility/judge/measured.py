"""Fields of the patient: numbers against thresholds, answers of yes and no, names.

The newest reading decides, with those that bear no day or the same day; where they decide differently, nobody knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.known import Known, Reading
from adoptive.trial.eligibility.judge.seen import NOT_KNOWN, Seen
from adoptive.trial.eligibility.statements import Compare, Flag, Named, Quantity, Truth

__all__ = ["say_flag", "say_named", "say_quantity", "see_flag", "see_named", "see_quantity"]


def see_quantity(asked: Quantity, known: Known) -> Seen:
    """See whether a number compares with the threshold as asked.

    A bound ("< 0.2") or a range decides only where all numbers in it agree; a multiple of the upper limit of normal
    needs that laboratory's limit; a reading older than ``within_days``, or without a day where one is asked, decides
    nothing.
    """
    readings = known.readings.get(asked.field)
    if readings is None:
        return NOT_KNOWN
    if len(readings) == 1:
        return _compared(asked, readings[0], asked.within_days)
    seen = [_compared(asked, reading, asked.within_days) for reading in readings]
    if asked.within_days is not None and any(it.truth is not None for it in seen):
        # A reading without a day may be the newest: it cannot confirm, but it may contradict.
        seen = [it if it.why != "undated" else _compared(asked, it.used[0], None) for it in seen]
    return _agreed(seen)


def _agreed(seen: list[Seen]) -> Seen:
    """Join readings that may all be the newest: they decide if none contradicts another."""
    decided = [it for it in seen if it.truth is not None]
    if not decided:
        return Seen(None, seen[0].why, tuple(reading for it in seen for reading in it.used))
    used = tuple(reading for it in decided for reading in it.used)
    if any(it.truth is not decided[0].truth for it in decided):
        return Seen(None, "conflict", used)
    return Seen(decided[0].truth, "", used)


def _compared(asked: Quantity, reading: Reading, within_days: float | None) -> Seen:
    if reading.low is None:
        return NOT_KNOWN
    if within_days is not None and (reading.age is None or not reading.age <= within_days):
        return Seen(None, "undated" if reading.age is None else "stale", (reading,))
    limit = asked.value
    if asked.times_normal:
        normal = reading.fact.upper_limit
        if normal is None or not 0 < normal < math.inf:
            return Seen(None, "no limit", (reading,))
        limit = _snapped(limit * normal, reading.low)
    truth = _COMPARE[asked.compare](reading, limit)
    return Seen(truth, "" if truth is not None else "bound", (reading,))


def _snapped(limit: float, value: float) -> float:
    """Take a product of decimals as equal to the value from which it differs by rounding alone: 3 x 1.1 is 3.3."""
    return value if abs(limit - value) <= 1e-12 * abs(limit) else limit


def _at_least(it: Reading, limit: float) -> Truth:
    if it.low >= limit:  # type: ignore[operator]
        return True
    return False if it.high < limit or (it.high == limit and it.high_open) else None


def _above(it: Reading, limit: float) -> Truth:
    if it.low > limit or (it.low == limit and it.low_open):  # type: ignore[operator]
        return True
    return False if it.high <= limit else None


def _equal(it: Reading, limit: float) -> Truth:
    if it.low == limit == it.high:
        return True
    outside = it.low > limit or it.high < limit  # type: ignore[operator]
    edge = (it.low == limit and it.low_open) or (it.high == limit and it.high_open)
    return False if outside or edge else None


def _denied(compare: Callable[[Reading, float], Truth]) -> Callable[[Reading, float], Truth]:
    def turned(it: Reading, limit: float) -> Truth:
        truth = compare(it, limit)
        return None if truth is None else not truth

    return turned


_COMPARE: Final[dict[Compare, Callable[[Reading, float], Truth]]] = {
    ">=": _at_least,
    ">": _above,
    "<=": _denied(_above),
    "<": _denied(_at_least),
    "=": _equal,
}


def see_flag(asked: Flag, known: Known) -> Seen:
    """See whether a yes/no field is so."""
    readings = known.readings.get(asked.field, ())
    seen = [Seen(it.fact.value, "", (it,)) for it in readings if isinstance(it.fact.value, bool)]
    return _agreed(seen) if seen else NOT_KNOWN


def see_named(asked: Named, known: Known) -> Seen:
    """See whether a field with names has one of those asked; case does not count."""
    wanted = {name.strip().lower() for name in asked.names}
    readings = known.readings.get(asked.field, ())
    texts = [(it, it.fact.value) for it in readings if isinstance(it.fact.value, str)]
    return _agreed([Seen(text.strip().lower() in wanted, "", (it,)) for it, text in texts]) if texts else NOT_KNOWN


def say_quantity(asked: Quantity, known: Known, seen: Seen) -> Finding:
    """Say what was found of a number: the reading, what would settle it, and how far it is from the threshold."""
    field = phrasing.about(asked.field)
    because = tuple(phrasing.fact(asked.field, reading.fact) for reading in seen.used)
    if seen.truth is None:
        return Finding(None, because, (_settle(asked, known, seen, field),), unit=field.unit)
    distances = [far for reading in seen.used if (far := _distance(asked, reading)) is not None]
    distance = min(distances, key=abs, default=None)
    return Finding(seen.truth, because, (), distance, field.unit, recoverable=field.recovers)


def _settle(asked: Quantity, known: Known, seen: Seen, field: phrasing.About) -> str:
    named = f"{field.settled_by} ({field.meaning})"
    if seen.why == "stale":
        reading = seen.used[0]
        old, allowed = phrasing.days(reading.age), phrasing.days(asked.within_days or 0)
        return f"{named}: the last is of {reading.fact.day}, {old} old; {allowed} are allowed"
    more = {
        "undated": f"the day of the measurement, or again {named}",
        "no limit": f"the laboratory's upper limit of normal for {field.meaning}",
        "bound": f"{named}: the exact value, as only a range is known",
        "conflict": f"{named}: the values on record contradict each other",
    }
    return more.get(seen.why, named)


def _distance(asked: Quantity, reading: Reading) -> float | None:
    """Give how far the nearest number of a reading is from the threshold, above 0 on the side that is asked."""
    if reading.low is None:
        return None
    normal = reading.fact.upper_limit if asked.times_normal else None
    try:
        limit = float(asked.value) if normal is None else _snapped(float(asked.value) * normal, reading.low)
    except OverflowError:
        return None
    ends = [end - limit for end in (reading.low, reading.high) if math.isfinite(end) and math.isfinite(limit)]
    if not ends:
        return None
    nearest: float = min(ends, key=abs)
    nearest = round(nearest, 9)
    return -abs(nearest) if asked.compare == "=" else nearest if asked.compare in (">=", ">") else -nearest


def say_flag(asked: Flag, known: Known, seen: Seen) -> Finding:
    """Say what was found of an answer of yes or no."""
    return _say_answer(asked.field, seen)


def say_named(asked: Named, known: Known, seen: Seen) -> Finding:
    """Say what was found of a field with names."""
    return _say_answer(asked.field, seen)


def _say_answer(name: str, seen: Seen) -> Finding:
    field = phrasing.about(name)
    because = tuple(phrasing.fact(name, reading.fact) for reading in seen.used)
    if seen.truth is not None:
        return Finding(seen.truth, because, recoverable=field.recovers)
    clash = ": the answers on record contradict each other" if seen.why == "conflict" else ""
    return Finding(None, because, (f"{field.settled_by} ({field.meaning}){clash}",))
