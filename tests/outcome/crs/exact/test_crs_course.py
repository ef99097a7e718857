"""The course of CRS over days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.outcome.toxicity.crs import crs_course
from adoptive.outcome.toxicity.episodes import episodes


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


@pytest.mark.parametrize(
    ("grades", "episode", "duration", "resolved", "ungraded"),
    [
        ([0, 1, 2, 0, 0, 0], [0, 1, 1, 0, 0, 0], 2, True, 0),
        ([0, 1, 0, 1, 0, 0], [0, 1, 1, 1, 0, 0], 3, True, 0),  # a pause of two days is within the limit
        ([1, 0, 0, 1, 1, 0], [1, 0, 0, 2, 2, 0], 3, True, 0),  # of three is not
        ([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1], 2, False, 0),  # still there at the end
        ([1, -1, -1, -1, 1, 0], [1, 1, 1, 1, 1, 0], 5, True, 3),  # days without a grade end nothing
        ([1, -1, -1, 0, 1, 0], [1, 1, 1, 1, 1, 0], 5, True, 2),  # the pause is counted from the last of them
        ([1, 0, -1, -1, 1, 0], [1, 0, 0, 0, 2, 0], 2, True, 2),  # it was over before them
        ([-1, -1, 1, -1, -1, -1], [0, 0, 1, 0, 0, 0], 1, False, 5),  # nobody saw it end
        ([-1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], 0, False, 1),
        ([5, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], 1, False, 0),
    ],
)
def test_episodes(grades: list[int], episode: list[int], duration: float, resolved: bool, ungraded: int) -> None:
    course = episodes([grades], np.arange(6.0), gap_days=2)
    assert course.episode.tolist() == [episode]
    assert course.episodes.tolist() == [max(episode)]
    assert course.duration_days.tolist() == [duration]
    assert course.resolved.tolist() == [resolved]
    assert course.ungraded_days.tolist() == [ungraded]


def test_the_worst_grade_of_days_that_could_not_be_graded() -> None:
    course = episodes([[-1, -1], [-1, 0], [-1, 3]], [4.0, 5.0])
    assert course.maximum_grade.tolist() == [-1, 0, 3]
    assert course.maximum_day.tolist() == [np.inf, np.inf, 5.0]


def test_days_of_each_patient() -> None:
    course = episodes([[0, 1, 0], [0, 1, 0]], [[0.0, 1.0, 2.0], [10.0, 14.0, 15.0]])
    assert course.onset_day.tolist() == [1.0, 14.0]


def test_one_patient_without_a_cohort() -> None:
    assert episodes([0, 2, 0], [0.0, 1.0, 2.0]).maximum_grade.tolist() == [2]


@pytest.mark.parametrize("day", [[0.0, 1.0, 1.0], [2.0, 1.0, 0.0], [0.0, np.nan, 2.0]])
def test_days_must_ascend(day: list[float]) -> None:
    with pytest.raises(StudyError, match="the days must ascend"):
        episodes([0, 1, 0], day)


def test_misuse_is_said_in_one_sentence() -> None:
    with pytest.raises(StudyError, match="days and grades do not fit"):
        episodes([0, 1, 0], [0.0, 1.0])
    with pytest.raises(StudyError, match="cannot be negative"):
        episodes([0, 1, 0], [0.0, 1.0, 2.0], gap_days=-1.0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_against_a_walk_through_the_days(seed: int, gap: int) -> None:
    grades = np.random.default_rng(seed).choice([-1, 0, 0, 0, 0, 1, 3], (6, 30))
    course = episodes(grades, np.arange(30.0), gap_days=gap)
    for patient, row in enumerate(grades):
        number, last, ongoing, seen, total = 0, None, None, [0] * 30, 0
        for day, grade in enumerate(row):
            if grade > 0:
                again = ongoing is not None and day - ongoing <= gap
                number += not again
                total += day - last if again else 1
                seen[last if again else day : day + 1] = [number] * (day + 1 - (last if again else day))
                last = ongoing = day
            elif grade < 0 and ongoing == day - 1 and ongoing is not None:
                ongoing = day
        assert seen == course.episode[patient].tolist()
        assert (course.duration_days[patient], course.episodes[patient]) == (total, number)
