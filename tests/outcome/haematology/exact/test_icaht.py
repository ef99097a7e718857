"""Early and late ICAHT at every threshold, with gaps, short recoveries, early deaths and missing values."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.outcome.haematology.daily import daily_lowest
from adoptive.outcome.haematology.icaht import count_neutropenia_days, grade_icaht_early, grade_icaht_late

NAN = float("nan")


def month(low: int, value: float = 300.0, *, start: int = 6, days: int = 31) -> NDArray[np.float64]:
    """Make a month at 2000 with so many low days in a row."""
    grid = np.full(days, 2000.0)
    grid[start : start + low] = value
    return grid


@pytest.mark.parametrize(
    ("low", "value", "grade"),
    [
        (0, 300, 0),
        (1, 300, 1),
        (6, 300, 1),
        (7, 300, 2),
        (13, 300, 2),
        (14, 300, 3),
        (24, 300, 3),
        (6, 100, 1),
        (7, 100, 3),
        (13, 100, 3),
        (14, 100, 4),
        (7, 500, 2),
        (7, 504, 2),  # rounded to 500
        (7, 506, 0),
        (7, 104, 3),  # rounded to 100
        (7, 106, 2),
    ],
)
def test_thresholds(low: int, value: float, grade: int) -> None:
    assert grade_icaht_early(month(low, value)).grade.tolist() == grade


def test_reasons_name_what_decided() -> None:
    months = [month(0), month(6), month(7), month(14), month(7, 100), month(14, 100), month(28, start=3)]
    assert grade_icaht_early(months).because.tolist() == [
        "never at or below 500 neutrophils per uL: grade 0",
        "at or below 500 neutrophils per uL for 1 to 6 days: grade 1",
        "at or below 500 neutrophils per uL for 7 to 13 days: grade 2",
        "at or below 500 neutrophils per uL for 14 days or more: grade 3",
        "at or below 100 neutrophils per uL for 7 to 13 days: grade 3",
        "at or below 100 neutrophils per uL for 14 days or more: grade 4",
        "at or below 500 neutrophils per uL from day 0-3 to day 30 or the end of follow-up: grade 4",
    ]
    late = grade_icaht_late([[1600, 1600], [800, 1600], [1200, 900], [NAN, NAN]], [40, 60])
    assert late.because.tolist() == [
        "lowest neutrophil count above 1500 per uL: grade 0",
        "only one neutrophil count at or below 1500 per uL, transient: grade 0",
        "lowest neutrophil count 501 to 1000 per uL: grade 2",
        "no neutrophil count in the window of days: not graded",
    ]


def test_never_above_500_is_grade_4() -> None:
    found = grade_icaht_early(np.full(31, 400.0))
    assert found.grade == 4
    assert found.because == "never above 500 neutrophils per uL in 31 days: grade 4"


@pytest.mark.parametrize(("start", "grade"), [(0, 4), (3, 4), (4, 3)])
def test_a_fall_on_day_0_to_3_without_recovery_is_grade_4(start: int, grade: int) -> None:
    assert grade_icaht_early(month(31 - start, 300, start=start)).grade == grade


def test_an_early_death_without_recovery_is_grade_4() -> None:
    grid = np.full(31, NAN)
    grid[:17] = 300
    assert grade_icaht_early(grid, last_day=16).grade == 4
    assert grade_icaht_early(grid).grade == 4  # the last count stands for an end of follow-up that is not known
    assert grade_icaht_early(grid, last_day=30).grade == 3  # nobody knows that it stayed low to day 30
    grid[16] = 900
    assert grade_icaht_early(grid, last_day=16).grade == 3


def test_counts_that_stop_are_no_proof_that_neutrophils_never_came_back() -> None:
    grid = np.full((4, 31), NAN)
    grid[0, 0] = 300  # a single count is not spread
    grid[1, :2] = 300
    grid[2, :23] = 300  # days 24 to 30 are eight: too long a gap
    grid[3, :24] = 300  # seven missing days: the end stays level
    assert grade_icaht_early(grid, last_day=30).grade.tolist() == [1, 1, 3, 4]
    assert grade_icaht_early(grid).grade.tolist() == [4, 4, 4, 4]
    assert grade_icaht_early(grid[0], last_day=0).grade == 4
    assert grade_icaht_early(grid[1], last_day=8).grade == 4
    assert grade_icaht_early(grid[1], last_day=9).grade == 1


@pytest.mark.parametrize(("pause", "longest"), [(0, 10), (1, 11), (2, 12), (3, 5)])
def test_recovery_takes_three_days(pause: int, longest: int) -> None:
    grid = np.full(31, 2000.0)
    grid[5:10] = 300
    grid[10 + pause : 15 + pause] = 300
    assert count_neutropenia_days(grid).longest_severe == longest


def test_gaps_of_seven_days_are_filled_and_longer_ones_are_not() -> None:
    grid = np.full(31, 2000.0)
    grid[5], grid[6:13], grid[13] = 300, NAN, 300
    assert count_neutropenia_days(grid).longest_severe == 9
    grid[5], grid[6:14], grid[14] = 300, NAN, 300
    found = count_neutropenia_days(grid)
    assert (found.longest_severe, found.unknown_days) == (1, 8)


def test_a_gap_is_filled_by_a_straight_line_and_rounded() -> None:
    grid = np.full(31, 2000.0)
    grid[10:15] = [300, NAN, NAN, NAN, 700]  # 400, 500, 600
    assert count_neutropenia_days(grid).longest_severe == 3


def test_the_edges_stay_level_for_seven_days() -> None:
    grid = np.full(31, 2000.0)
    grid[:8] = [NAN] * 7 + [300]
    assert count_neutropenia_days(grid).longest_severe == 8
    grid[:9] = [NAN] * 8 + [300]
    assert count_neutropenia_days(grid).longest_severe == 1
    tail = np.full(31, 2000.0)
    tail[20:24] = 300
    tail[24:] = NAN
    assert count_neutropenia_days(tail).longest_severe == 11
    assert count_neutropenia_days(tail, last_day=26).longest_severe == 7


def test_one_value_alone_is_not_spread() -> None:
    grid = np.full(31, NAN)
    grid[10] = 300
    found = count_neutropenia_days(grid)
    assert (found.longest_severe, found.unknown_days, found.nadir_day) == (1, 30, 10)


def test_nothing_known_is_not_graded() -> None:
    found = grade_icaht_early(np.full((2, 31), NAN))
    assert found.grade.tolist() == [-1, -1]
    numbers = count_neutropenia_days(np.full(31, NAN))
    assert (numbers.nadir_day, numbers.last_known_day, numbers.longest_severe) == (-1, -1, 0)
    assert numbers.nadir_per_ul == np.inf
    assert grade_icaht_early(month(9), last_day=-1).grade == -1  # follow-up ended before the infusion
    assert grade_icaht_early(month(9), last_day=NAN).grade == 2


def test_shapes() -> None:
    grid = np.stack([month(7), month(14)])[:, None, :]
    assert grade_icaht_early(grid).grade.tolist() == [[2], [3]]
    assert grade_icaht_early(month(7, days=20)).grade.shape == ()


@pytest.mark.parametrize("grid", [np.full(32, 1.0), np.float64(3), np.full((2, 0), 1.0), [-1.0, 2.0], [np.inf]])
def test_bad_grids_are_refused(grid: object) -> None:
    with pytest.raises(StudyError, match="allowed"):
        grade_icaht_early(grid)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "grade"),
    [
        ([1501, 1501], 0),
        ([1500, 1500], 1),
        ([1001, 1500], 1),
        ([1000, 1500], 2),
        ([501, 1500], 2),
        ([500, 1500], 3),
        ([101, 1500], 3),
        ([100, 1500], 4),
        ([0, 0], 4),
        ([100, 1501], 0),  # transient
        ([NAN, 900], 2),  # one count alone
        ([NAN, 1501], 0),
        ([NAN, NAN], -1),
    ],
)
def test_late_thresholds(counts: list[float], grade: int) -> None:
    assert grade_icaht_late(counts, [40, 60]).grade == grade
    assert grade_icaht_late(counts[::-1], [40, 60]).grade == grade


def test_the_late_window() -> None:
    low = [[200.0, 200.0, 900.0, 900.0, 200.0, 200.0]]
    day = [29, 30, 31, 100, 101, 102]
    assert grade_icaht_late(low, day).grade.tolist() == [2]
    assert grade_icaht_late(low, day, until_day=180).grade.tolist() == [3]
    for end in ("last_day", "progression_day", "next_therapy_day"):
        assert grade_icaht_late(low, day, **{end: 30}).grade.tolist() == [-1]  # type: ignore[arg-type]
        assert grade_icaht_late(low, day, **{end: [31]}).grade.tolist() == [2]  # type: ignore[arg-type]
        assert grade_icaht_late(low, day, **{end: NAN}).grade.tolist() == [2]  # type: ignore[arg-type]


def test_long_rows_become_a_grid() -> None:
    found = daily_lowest(
        [2, 1, 2, 2, 1, 3, 1], [0.4, 1, 0.9, 31, -1, 2, 3], [5.0, 7.0, 3.0, 1.0, 2.0, NAN, 1.0], last_day=2
    )
    assert found.patient.tolist() == [1, 2, 3]
    assert found.day.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(found.value, [[NAN, 7, NAN], [3, NAN, NAN], [NAN, NAN, NAN]])


@pytest.mark.parametrize(
    "rows",
    [([1], [0, 1], [3.0, 4.0]), ([1], [NAN], [3.0]), ([1], [0], [-3.0]), ([[1]], [[0]], [[3.0]])],
)
def test_bad_rows_are_refused(rows: tuple[object, object, object]) -> None:
    with pytest.raises(StudyError, match="allowed"):
        daily_lowest(*rows)  # type: ignore[arg-type]
