"""Closed forms of non-compartmental analysis, corners, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.verdict.nca import noncompartmental


def test_a_decay_gives_its_rate_and_area() -> None:
    time = np.linspace(0.0, 28.0, 29)
    rates = np.array([0.05, 0.2, 0.7])
    level = 100.0 * np.exp(-rates[:, None] * time)
    found = noncompartmental(time, level, until=28.0, rule="linear up, log down")
    np.testing.assert_allclose(found.slope, rates, rtol=1e-9)
    np.testing.assert_allclose(found.half_life, np.log(2.0) / rates, rtol=1e-9)
    np.testing.assert_allclose(found.area, 100.0 / rates * (1.0 - np.exp(-28.0 * rates)), rtol=1e-12)
    assert found.peak.tolist() == [100.0] * 3
    assert found.peak_time.tolist() == [0.0] * 3
    assert found.complete.all()
    assert found.terminal.all()
    assert found.points.tolist() == [28] * 3


def test_straight_lines_are_exact_and_cut_where_asked() -> None:
    found = noncompartmental([0.0, 10.0, 30.0], [[0.0, 100.0, 0.0]], until=20.0)
    assert found.area.tolist() == [500.0 + 0.5 * (100.0 + 50.0) * 10.0]
    assert found.complete.tolist() == [True]
    assert noncompartmental([0.0, 10.0], [[0.0, 100.0]], until=20.0).complete.tolist() == [False]


def test_a_log_trapezoid_is_cut_on_its_curve() -> None:
    found = noncompartmental([0.0, 10.0], [[8.0, 2.0]], until=5.0, rule="linear up, log down")
    assert found.area[0] == pytest.approx((8.0 - 4.0) / (np.log(4.0) / 10.0), rel=1e-12)


def test_levels_below_the_limit_end_no_phase() -> None:
    level = [[1.0, 80.0, 60.0, 30.0, 20.0, 10.0]]
    found = noncompartmental(np.arange(6.0), level, limit=25.0)
    assert (found.last[0], found.last_time[0]) == (30.0, 3.0)
    assert not found.terminal[0], "two points after the peak are too few"
    assert found.half_life[0] == 0.0
    assert noncompartmental(np.arange(6.0), level).terminal[0]


def test_who_has_no_sample_and_who_has_no_level() -> None:
    found = noncompartmental(
        [[0.0, 1.0], [0.0, 1.0]], [[0.0, 0.0], [3.0, 4.0]], [[True, True], [False, False]], until=1.0
    )
    assert found.sampled.tolist() == [True, False]
    assert found.measurable.tolist() == [False, False]
    assert found.area.tolist() == [0.0, 0.0]
    assert found.complete.tolist() == [True, False]


def test_a_rising_end_has_no_half_life() -> None:
    found = noncompartmental(np.arange(6.0), [[9.0, 1.0, 2.0, 3.0, 4.0, 5.0]])
    assert not found.terminal[0]


def test_the_longer_of_two_equal_phases_is_taken() -> None:
    time = np.arange(12.0)
    level = np.where(time < 4, 200.0 * np.exp(-1.0 * time), 200.0 * np.exp(-4.0) * np.exp(-0.1 * (time - 4)))
    found = noncompartmental(time, level[None])
    assert found.points[0] == 8
    assert found.slope[0] == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize(
    ("time", "level", "words"),
    [
        ([0.0, 1.0], [[1.0, 2.0, 3.0]], "differ in shape"),
        ([0.0, 0.0], [[1.0, 2.0]], "do not ascend"),
        ([0.0, 1.0], [[1.0, -2.0]], "below 0"),
        ([0.0, np.inf], [[1.0, 2.0]], "no number"),
    ],
)
def test_mistakes_are_said(time: list[float], level: list[list[float]], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        noncompartmental(time, level)
