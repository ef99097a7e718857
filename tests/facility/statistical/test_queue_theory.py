"""Queues whose waits are known: Erlang's formulas for Poisson arrivals, exponential holding times and c places."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from adoptive.facility.queue import assign_slots
from adoptive.facility.slots import Slots

BATCHES = 30


def _erlang_c(places: int, load: float) -> float:
    """Give the probability of waiting (Erlang 1917): ``a^c / c! / (1 - a/c)`` over it plus ``sum a^k / k!, k < c``."""
    top = load**places / factorial(places) / (1.0 - load / places)
    return top / (top + sum(load**k / factorial(k) for k in range(places)))


def test_erlangs_formula_gives_the_known_cases() -> None:
    assert _erlang_c(1, 0.9) == pytest.approx(0.9)
    assert _erlang_c(1, 0.9) / (1 - 0.9) == pytest.approx(9.0)
    assert _erlang_c(2, 1.5) == pytest.approx(0.6429, abs=5e-5)
    assert _erlang_c(2, 1.5) / (2 - 1.5) == pytest.approx(1.2857, abs=5e-5)


@pytest.mark.parametrize(
    ("places", "load", "patients"),
    [pytest.param(1, 0.9, 50_000, marks=pytest.mark.slow), (2, 1.5, 20_000), (1, 0.5, 6_000), (4, 3.0, 15_000)],
)
def test_waits_follow_erlang(places: int, load: float, patients: int) -> None:
    """Within 4.5 standard errors of 30 batch means: a true queue fails in 1 of 5,000 (Student, two tests)."""
    draw = np.random.default_rng(17)
    asked = np.cumsum(draw.exponential(1.0 / load, patients))
    waited = assign_slots(asked, slots=Slots(places=places), held_days=draw.exponential(1.0, patients)).waited_days
    settled = waited[patients // 10 :][: patients * 9 // 10 // BATCHES * BATCHES].reshape(BATCHES, -1)
    expected = _erlang_c(places, load)
    for seen, known in (((settled > 1e-9).mean(axis=1), expected), (settled.mean(axis=1), expected / (places - load))):
        error = seen.std(ddof=1) / np.sqrt(BATCHES)
        assert abs(seen.mean() - known) < 4.5 * error
        assert error < 0.25 * known  # the test would see a wrong queue


def test_each_wait_is_lindleys() -> None:
    """One place: ``W(n+1) = max(W(n) + S(n) - A(n), 0)`` (Lindley 1952), patient by patient."""
    draw = np.random.default_rng(3)
    between, held = draw.exponential(1.0, 3_000), draw.exponential(0.95, 3_000)
    waited = assign_slots(np.cumsum(between), slots=Slots(places=1), held_days=held).waited_days
    expected = [0.0]
    for service, gap in zip(held[:-1], between[1:], strict=True):
        expected.append(max(expected[-1] + service - gap, 0.0))
    np.testing.assert_allclose(waited, expected, rtol=0, atol=1e-8)
