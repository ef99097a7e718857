"""The course of CRS over days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.toxicity.crs import crs_course


@pytest.mark.parametrize(
    ("grades", "maximum", "onset", "worst_day", "duration", "episodes"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, np.inf, np.inf, 0, 0),
        ([0, 1, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0], 2, 1, 2, 4, 1),
        ([0, 1, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0], 3, 1, 4, 4, 1),  # a short pause reopens the episode
        ([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], 1, 0, 0, 3, 2),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4], 4, 11, 11, 1, 1),
    ],
)
def test_course(
    grades: list[int], maximum: int, onset: float, worst_day: float, duration: float, episodes: int
) -> None:
    course = crs_course(np.array([grades]), np.arange(12.0))
    found = (course.maximum_grade, course.onset_day, course.maximum_day, course.duration_days, course.episodes)
    assert [values.tolist() for values in found] == [[maximum], [onset], [worst_day], [duration], [episodes]]


def test_pause_at_the_limit_reopens_and_beyond_opens_a_new_episode() -> None:
    two = np.zeros((1, 10), np.int64)
    two[0, [0, 7]] = 1
    assert crs_course(two, np.arange(10.0), reopen_days=7.0).episodes.tolist() == [1]
    assert crs_course(two, np.arange(10.0), reopen_days=6.9).episodes.tolist() == [2]
    assert crs_course(two, np.arange(10.0), reopen_days=np.inf).duration_days.tolist() == [8.0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-100, 100))
def test_patients_are_apart_and_days_only_shift(seed: int, shift: float) -> None:
    rng = np.random.default_rng(seed)
    grades = rng.choice([0, 0, 0, 1, 2, 3], (8, 40))
    day = np.arange(40.0)
    course = crs_course(grades, day)
    moved = crs_course(grades[::-1], np.broadcast_to(day + round(shift), grades.shape))
    assert (moved.onset_day[::-1] == course.onset_day + round(shift)).all()
    assert (moved.duration_days[::-1] == course.duration_days).all()
    assert (moved.episodes[::-1] == course.episodes).all()
    assert (course.duration_days >= (grades > 0).sum(axis=1)).all()


def test_no_days() -> None:
    course = crs_course(np.empty((3, 0), np.int64), np.empty(0))
    assert course.maximum_grade.tolist() == [0, 0, 0]
    assert course.onset_day.tolist() == [np.inf] * 3
