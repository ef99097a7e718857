"""ICAHT read a second time, patient by patient with loops and ``numpy.interp``, against the fast rule."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adoptive.outcome.haematology.icaht import count_neutropenia_days, grade_icaht_early, grade_icaht_late

SEEDS = st.integers(0, 2**32 - 1)


def draw(seed: int, patients: int = 40) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw grids with every kind of gap and the last day of follow-up."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0, 0.6, (patients, 31)), axis=1) + rng.normal(5.5, 1.5, (patients, 1))
    grid = np.round(np.exp(level))
    grid[rng.random(grid.shape) < rng.random((patients, 1))] = np.nan
    for row in grid:
        start = rng.integers(0, 31)
        row[start : start + rng.integers(0, 14)] = np.nan
    last = np.where(rng.random(patients) < 0.5, 30, rng.integers(0, 31))
    return grid, last.astype(float)


def fill(values: list[float]) -> list[float]:
    """Fill gaps of up to seven days; edges level; a single value stays alone."""
    known = [day for day, value in enumerate(values) if not math.isnan(value)]
    if len(known) < 2:
        return values
    line = np.interp(range(len(values)), known, [values[day] for day in known]).tolist()
    out, day = list(values), 0
    while day < len(values):
        gap = day
        while gap < len(values) and math.isnan(values[gap]):
            gap += 1
        if 0 < gap - day <= 7:
            out[day:gap] = line[day:gap]
        day = max(gap, day + 1)
    return out


def runs(values: list[float], limit: float) -> list[tuple[int, int]]:
    """List runs at or below the limit, joined over one or two days above."""
    found: list[tuple[int, int]] = []
    for day, value in enumerate(values):
        if not math.isnan(value) and value <= limit:
            if found and day - found[-1][1] <= 3:
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
    return found


def read_plainly(row: NDArray[np.float64], last: int) -> tuple[int, int, int]:
    """Give the early grade and both longest runs of one patient."""
    values = [round(value / 10) * 10 if not math.isnan(value) else value for value in fill(row[: last + 1].tolist())]
    known = [day for day, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return -1, 0, 0
    severe, profound = runs(values, 500), runs(values, 100)
    long = max((end - start + 1 for start, end in severe), default=0)
    deep = max((end - start + 1 for start, end in profound), default=0)
    never = any(start <= 3 and end == last for start, end in severe)
    if deep >= 14 or long >= 31 or never:
        return 4, long, deep
    if long >= 14 or deep >= 7:
        return 3, long, deep
    return (2 if long >= 7 else 1 if long >= 1 else 0), long, deep


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_early(seed: int) -> None:
    grid, last = draw(seed)
    plainly = [read_plainly(row, int(end)) for row, end in zip(grid, last, strict=True)]
    days = count_neutropenia_days(grid, last_day=last)
    found = zip(grade_icaht_early(grid, last_day=last).grade, days.longest_severe, days.longest_profound, strict=True)
    assert [tuple(int(x) for x in one) for one in found] == plainly


def test_the_drawn_cohorts_hold_every_early_grade() -> None:
    grades = np.concatenate([grade_icaht_early(*draw(seed)[:1], last_day=draw(seed)[1]).grade for seed in range(10)])
    assert set(grades.tolist()) == {-1, 0, 1, 2, 3, 4}


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_late(seed: int) -> None:
    grid, _ = draw(seed)
    rng = np.random.default_rng(seed)
    grid = grid * rng.choice([1, 3, 20], (len(grid), 1))
    day = np.sort(rng.choice(np.arange(25, 120), 31, replace=False))
    last, progression, therapy = rng.choice([np.inf, np.nan, 40, 60, 90], (3, len(grid)))
    found = grade_icaht_late(grid, day, last_day=last, progression_day=progression, next_therapy_day=therapy).grade
    for row, grade, *stops in zip(grid, found, last, progression, therapy, strict=True):
        end = min([100, *(stop for stop in stops if not math.isnan(stop))])
        counts = sorted(v for v, when in zip(row, day, strict=True) if 31 <= when <= end and not math.isnan(v))
        if not counts:
            expected = -1
        elif len(counts) > 1 and counts[1] > 1500:
            expected = 0
        else:
            expected = sum(counts[0] <= limit for limit in (1500, 1000, 500, 100))
        assert grade == expected
