"""Curves small enough to be rebuilt by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict.reconstruction import joined, reconstruct
from adoptive.verdict.reconstruction.rebuild import monotone


def test_complete_data_come_back_exactly() -> None:
    time = np.array([2.0, 3.0, 3.0, 5.0, 8.0, 8.5, 9.0, 12.0])
    at = np.unique(time)
    share = [(time > t).mean() for t in at]
    found = reconstruct(at, share, at_risk_time=[0], at_risk=[8])
    assert found.rows.time.tolist() == time.tolist()
    assert found.rows.event.all()
    assert (found.events, found.root_mean_square, found.median) == (8, 0.0, 6.5)
    assert found.median == found.median_of_points


def test_a_censoring_is_put_in_the_middle_of_its_piece() -> None:
    # ten patients, one event at 1, one censored in [2, 4), one event of 8 at 5
    found = reconstruct([1, 5], [0.9, 0.9 * 7 / 8], at_risk_time=[0, 2, 4], at_risk=[10, 9, 8])
    assert found.rows.time.tolist() == [1.0, 3.0, 5.0] + [5.0] * 7
    assert found.rows.event.tolist() == [True, False, True] + [False] * 7
    assert [(piece.at_risk, piece.events, piece.censored) for piece in found.pieces] == [
        (10, 1, 0),
        (9, 0, 1),
        (8, 1, 7),
    ]


def test_a_curve_may_rise_by_a_reading_error() -> None:
    exact = reconstruct([1, 2, 3, 4], [0.9, 0.9, 0.8, 0.8], at_risk_time=[0], at_risk=[10])
    shaky = reconstruct([1, 2, 3, 4], [0.899, 0.902, 0.801, 0.804], at_risk_time=[0], at_risk=[10])
    assert shaky.rows.time.tolist() == exact.rows.time.tolist()
    assert shaky.rows.event.tolist() == exact.rows.event.tolist()
    assert (np.diff(shaky.survival) <= 0).all()


def test_points_in_any_order_and_both_ends_of_a_step() -> None:
    top_and_bottom = reconstruct([3, 1, 3, 1], [0.8, 1.0, 0.9, 0.9], at_risk_time=[0], at_risk=[10])
    assert top_and_bottom.rows.time[top_and_bottom.rows.event].tolist() == [1.0, 3.0]
    assert top_and_bottom.largest_deviation == 0.0


def test_known_events_set_the_censorings_after_the_table() -> None:
    at, share = np.arange(1.0, 11.0), 0.9 ** np.arange(1, 11)
    free = reconstruct(at, share, at_risk_time=[0], at_risk=[100])
    bound = reconstruct(at, share, at_risk_time=[0], at_risk=[100], events=50)
    assert free.events == 65
    assert not free.events_known
    assert (bound.events, bound.events_difference) == (50, 0)
    assert len(bound.rows) == len(free.rows) == 100
    assert bound.root_mean_square < 0.01


def test_numbers_at_risk_beyond_the_last_point() -> None:
    found = reconstruct([1, 2], [0.9, 0.8], at_risk_time=[0, 3, 6], at_risk=[10, 7, 4])
    assert found.at_risk_difference.tolist() == [0.0, 0.0, 0.0]
    assert found.rows.time.max() == 6.0
    assert found.events == 2


def test_curves_are_joined_by_name() -> None:
    arms = [
        reconstruct([1, 2], [0.5, 0.5], at_risk_time=[0], at_risk=[n], name=name) for n, name in ((4, "b"), (6, "a"))
    ]
    rows = joined(*arms)
    assert rows.groups == ("a", "b")
    assert np.bincount(rows.group).tolist() == [6, 4]
    with pytest.raises(TableError, match="name of its own"):
        joined(arms[0], arms[0])


def test_monotone_is_the_least_squares_fit() -> None:
    random = np.random.default_rng(2)
    values = np.sort(random.random(30))[::-1] + random.normal(0, 0.05, 30)
    fit = monotone(values)
    assert (np.diff(fit) <= 0).all()
    for _ in range(200):  # no other falling sequence is nearer
        other = np.sort(fit + random.normal(0, 0.01, 30))[::-1]
        assert ((values - fit) ** 2).sum() <= ((values - other) ** 2).sum() + 1e-12


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"points_survival": [90.0, 80.0]}, "not per cent"),
        ({"points_survival": [0.9]}, "as many times"),
        ({"points_time": [1.0, np.nan]}, "finite"),
        ({"at_risk_time": [1.0, 2.0]}, "from 0 on"),
        ({"at_risk_time": [0.0, 0.0]}, "from 0 on"),
        ({"at_risk": [5, 6]}, "do not rise"),
        ({"at_risk": [5, 4.5]}, "whole"),
        ({"events": 11}, "number of events"),
    ],
)
def test_misuse_is_said(changed: dict[str, object], message: str) -> None:
    given = {"points_time": [1.0, 2.0], "points_survival": [0.9, 0.8], "at_risk_time": [0.0, 2.0], "at_risk": [10, 8]}
    with pytest.raises(TableError, match=message):
        reconstruct(**(given | changed))  # type: ignore[arg-type]
