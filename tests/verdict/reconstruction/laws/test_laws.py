"""What holds of every reconstruction, whatever the points: nobody is lost, the table is met, the curve falls."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.verdict.reconstruction import reconstruct


@st.composite
def _published(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 40))
    time = draw(st.lists(st.floats(0, 50), min_size=size, max_size=size))
    share = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    ticks = draw(st.integers(1, 5))
    at_risk = sorted(draw(st.lists(st.integers(0, 60), min_size=ticks, max_size=ticks)), reverse=True)
    at_risk[0] = max(at_risk[0], 1)
    return np.array(time), np.array(share), np.arange(ticks) * 10.0, np.array(at_risk)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(_published(), st.integers(0, 60) | st.none())
def test_any_points(published: tuple[np.ndarray, ...], events: int | None) -> None:
    time, share, ticks, at_risk = published
    wanted = None if events is None else min(events, int(at_risk[0]))
    found = reconstruct(time, share, at_risk_time=ticks, at_risk=at_risk, events=wanted)
    assert len(found.rows) == at_risk[0]
    assert (found.at_risk_difference == 0).all()
    assert (np.diff(found.fitted) <= 0).all()
    assert found.events == found.rows.event.sum() == sum(piece.events for piece in found.pieces)
    assert sum(piece.censored for piece in found.pieces) == at_risk[0] - found.events
    assert np.isin(found.rows.time[found.rows.event], time).all()
    assert 0 <= found.root_mean_square <= found.largest_deviation <= 1


@settings(max_examples=30, deadline=None, derandomize=True)
@given(_published(), st.sampled_from([0.25, 8.0]))
def test_the_unit_of_time_does_not_matter(published: tuple[np.ndarray, ...], unit: float) -> None:
    time, share, ticks, at_risk = published
    one = reconstruct(time, share, at_risk_time=ticks, at_risk=at_risk)
    other = reconstruct(time * unit, share, at_risk_time=ticks * unit, at_risk=at_risk)
    assert one.rows.event.tolist() == other.rows.event.tolist()
    np.testing.assert_allclose(other.rows.time, one.rows.time * unit)
