"""T-ICAHT early and late at every threshold, and the definition of the growth-factor guideline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.outcome.haematology.icaht import grade_icaht_late
from adoptive.outcome.haematology.thrombocytopenia import (
    grade_t_icaht_early,
    grade_t_icaht_late,
    has_nccn_thrombocytopenia,
)
from adoptive.outcome.types import Graded

NAN = float("nan")


def month(*runs: tuple[int, float]) -> NDArray[np.float64]:
    """Make a month at 150 with runs of (days, value), four good days before each."""
    grid, day = np.full(31, 150.0), 0
    for days, value in runs:
        grid[day + 4 : day + 4 + days] = value
        day += 4 + days
    return grid


@pytest.mark.parametrize(
    ("runs", "grade"),
    [
        ([], 0),
        ([(3, 50)], 0),
        ([(1, 49.9)], 1),
        ([(6, 40)], 1),
        ([(7, 40)], 2),
        ([(3, 40), (4, 40)], 2),  # days add up
        ([(3, 40), (3, 40)], 1),
        ([(3, 20)], 1),
        ([(1, 19.9)], 3),
        ([(13, 15)], 3),
        ([(14, 15)], 4),
        ([(7, 15), (7, 15)], 4),
    ],
)
def test_early_thresholds(runs: list[tuple[int, float]], grade: int) -> None:
    assert grade_t_icaht_early(month(*runs)).grade == grade


def test_early_window_and_missing() -> None:
    for end in ("last_day", "progression_day", "next_therapy_day"):
        assert grade_t_icaht_early(month((7, 40)), **{end: 8}).grade == 1
        assert grade_t_icaht_early(month((7, 40)), **{end: NAN}).grade == 2
    assert grade_t_icaht_early(month((7, 40)), last_day=3).grade == 0
    assert grade_t_icaht_early(np.full(31, NAN)).grade == -1
    with pytest.raises(StudyError, match="31 columns"):
        grade_t_icaht_early(np.full(40, 100.0))


def test_unstable_recovery_counts_as_low() -> None:
    grid = np.full(31, 150.0)
    grid[[5, 6, 7, 10, 11]] = 40  # days 8 and 9 above
    assert grade_t_icaht_early(grid).grade == 2
    grid[10] = 150
    assert grade_t_icaht_early(grid).grade == 1


@pytest.mark.parametrize(
    ("counts", "grade"),
    [
        ([100, 100], 0),
        ([99, 99], 1),
        ([99, 100], 0),  # transient
        ([50, 99], 1),
        ([49, 99], 2),
        ([20, 99], 2),
        ([19, 99], 3),
        ([19] * 13, 3),
        ([19] * 14, 4),
        ([NAN, 49], 2),
        ([NAN, NAN], -1),
    ],
)
def test_late_thresholds(counts: list[float], grade: int) -> None:
    assert grade_t_icaht_late(counts, 40 + np.arange(len(counts))).grade == grade


def test_late_window() -> None:
    assert grade_t_icaht_late([[10, 90, 90, 10]], [30, 31, 100, 101]).grade.tolist() == [1]
    assert grade_t_icaht_late([[10, 90, 90, 10]], [30, 31, 100, 101], next_therapy_day=[30]).grade.tolist() == [-1]
    assert grade_t_icaht_late([[10, 90, 10, 10]], [30, 31, 101, 102]).grade.tolist() == [1]
    with pytest.raises(StudyError, match="axis of days"):
        grade_t_icaht_late(40.0, 40.0)


@pytest.mark.parametrize(
    ("days", "value", "transfused", "grade"),
    [(7, 20, 0, 0), (8, 20, 0, 1), (8, 25, 0, 0), (8, 20, -1, 1), (7, 20, -1, -1), (0, 20, 1, 1)],
)
def test_growth_factor_guideline(days: int, value: float, transfused: int, grade: int) -> None:
    assert has_nccn_thrombocytopenia(month((days, value)), transfusion_dependent=transfused).grade == grade


def test_growth_factor_guideline_counts_days_in_a_row() -> None:
    grid = np.full(31, 150.0)
    grid[[3, 4, 5, 6, 8, 9, 10, 11]] = 20
    assert has_nccn_thrombocytopenia(grid, transfusion_dependent=0).grade == 0
    assert has_nccn_thrombocytopenia(np.full(31, NAN), transfusion_dependent=0).grade == -1


def test_reasons_name_what_decided() -> None:
    found = has_nccn_thrombocytopenia([month((8, 20)), month(), month(), month()], transfusion_dependent=[0, 1, 0, -1])
    assert found.because.tolist() == [
        "below 25e9 platelets per L for more than 7 days",
        "dependent on platelet transfusions",
        "neither below 25e9 platelets per L for more than 7 days nor dependent on transfusions",
        "too few platelet counts to tell: not known",
    ]
    for found in (
        grade_t_icaht_early([month(), month((3, 40)), month((7, 40)), month((1, 10)), month((14, 10))]),
        grade_t_icaht_late(np.repeat([[150.0], [90], [40], [10]], 13, axis=1), 31 + np.arange(13)),
    ):
        assert all(text.endswith(f"grade {grade}") for text, grade in zip(found.because, found.grade, strict=True))
    early = grade_t_icaht_early([month(), month((3, 40))]).because.tolist()
    assert early == [
        "never below 50e9 platelets per L: grade 0",
        "below 50e9 platelets per L for 1 to 6 days in all: grade 1",
    ]


@pytest.mark.parametrize("grade", [grade_icaht_late, grade_t_icaht_late])
def test_without_a_day_nobody_is_graded(grade: Callable[..., Graded]) -> None:
    assert grade(np.empty((3, 0)), np.empty(0)).grade.tolist() == [-1, -1, -1]
    assert grade(np.empty((0, 4)), np.arange(40, 44)).grade.shape == (0,)
