"""The k-th event by hand."""

from __future__ import annotations

import numpy as np

from adoptive.trial.cut import nth_event
from adoptive.trial.looks import stop_by
from adoptive.verdict.design.sequential import Bounds


def test_the_nth_event_is_counted_over_everybody() -> None:
    day = np.array([[4.0, np.inf, 1.0, 3.0], [np.inf, np.inf, 2.0, np.inf]])
    assert nth_event(day, 1).tolist() == [1.0, 2.0]
    assert nth_event(day, 3).tolist() == [4.0, np.inf]


def test_the_first_bound_that_is_crossed_stops() -> None:
    zero = np.zeros(3)
    bounds = Bounds(zero, np.array([3.0, 2.5, 2.0]), np.array([-0.5, 0.5, 2.0]), zero, zero, 0.0)
    z = np.array(
        [[3.0, 9.0, 9.0], [1.0, 1.0, 1.0], [1.0, 0.4, 9.0], [-1.0, 9.0, 9.0], [1.0, 2.5, 0.0], [9.0, 9.0, 9.0]]
    )
    happened = np.ones(z.shape, bool)
    happened[5] = [False, False, True]
    stopped, why = stop_by(z, happened, bounds)
    assert stopped.tolist() == [1, 0, 2, 1, 2, 3]
    assert why.tolist() == [1, 0, 2, 2, 1, 1]
