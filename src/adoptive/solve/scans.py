"""Scans on a calendar, read by the rules of RECIST 1.1, with what a progression does."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

__all__ = ["Scans"]


@dataclass(frozen=True)
class Scans:
    """Measure a signal (the sum of diameters, mm) on a calendar and find response and progression.

    The first scan is the baseline. Later, with the nadir the smallest sum since the baseline or the last progression:

    - response: sum <= (1 + `response_change`) baseline;
    - progression: sum >= (1 + `progression_change`) nadir and sum - nadir >= `progression_mm`.

    Each progression gives the `jump`, if one is named, and may move a `Regimen`. After `maximum` progressions the scans
    end, and with `stops` the patient's integration too. Response and best change are judged up to the first
    progression. A scan sees the values before the jumps of its moment. A first day before the patient's start is taken
    at the start; inf means never. Numbers: one for all, or ``(patients,)``.

    Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026.
    """

    signal: str
    first_day: ArrayLike
    interval_days: ArrayLike
    response_change: float = -0.30
    progression_change: float = 0.20
    progression_mm: float = 5.0
    jump: str | None = None
    amount: ArrayLike = 1.0
    maximum: int = 1
    stops: bool = False
