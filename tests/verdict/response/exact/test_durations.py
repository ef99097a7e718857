"""Being in response: plain shares without censoring, the difference of two curves with it."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict import kaplan_meier, response

RANDOM = np.random.default_rng(8)
END = RANDOM.exponential(10, 80) + 0.1
ANSWERS = RANDOM.uniform(size=80) < 0.5
FIRST = END * RANDOM.uniform(0.05, 0.9, 80)
SEEN = RANDOM.uniform(size=80) < 0.7


def test_without_censoring_it_is_the_share() -> None:
    days = np.linspace(0, 20, 41)
    found = response.probability_in_response(FIRST, ANSWERS, END, np.ones(80), at_days=days)
    share = (ANSWERS[:, None] & (FIRST[:, None] <= days) & (END[:, None] > days)).mean(axis=0)
    assert found.share == pytest.approx(share, abs=1e-12)
    assert found.standard_error == pytest.approx(np.sqrt(share * (1 - share) / 80), abs=1e-12)
    assert found.mean_days == pytest.approx(np.where(ANSWERS, END - FIRST, 0).mean())


def test_with_censoring_it_is_the_difference_of_two_curves() -> None:
    days = np.linspace(0.5, 15, 20)
    found = response.probability_in_response(FIRST, ANSWERS, END, SEEN, at_days=days)
    end = kaplan_meier(END[None], SEEN[None], at_days=days)[0]
    first = kaplan_meier(np.where(ANSWERS, FIRST, END)[None], (SEEN | ANSWERS)[None], at_days=days)[0]
    assert found.share == pytest.approx(end - first, abs=1e-12)
    assert (found.lower >= 0).all()
    assert (found.upper <= 1).all()


def test_standard_error_is_that_of_resampled_patients() -> None:
    """Bootstrap of 2000: its own error is about 1.6 %, the check allows 10 %."""
    days = np.array([2.0, 5.0, 9.0])
    found = response.probability_in_response(FIRST, ANSWERS, END, SEEN, at_days=days)
    rows = RANDOM.integers(0, 80, (2000, 80))
    end = kaplan_meier(END[rows], SEEN[rows], at_days=days)
    first = kaplan_meier(np.where(ANSWERS, FIRST, END)[rows], (SEEN | ANSWERS)[rows], at_days=days)
    assert found.standard_error == pytest.approx((end - first).std(axis=0), rel=0.1)


def test_a_response_after_the_end_is_refused() -> None:
    with pytest.raises(TableError, match="after the end"):
        response.probability_in_response([5.0], [1], [4.0], [1])


def test_summaries() -> None:
    found = response.time_to_response([10, 20, 99, 40, 30], [1, 1, 0, 1, 1])
    assert (found.patients, found.median, found.lower_quartile, found.upper_quartile) == (4, 25, 15, 35)
    assert response.spread([1.0], of=[0]).patients == 0
    whose, best = response.best_changes([3, 1, 3, 1], [0.2, -0.1, -0.5, -0.3])
    assert whose.tolist() == [1, 3]
    assert best.tolist() == [-0.3, -0.5]
    curve = response.duration_of_response([5, 6, 7, 0], [1, 0, 1, 0], [1, 1, 1, 0])
    assert curve.survival.tolist() == pytest.approx([2 / 3, 2 / 3, 0])
