"""The queue against ciw, a second simulator: the same arrivals, services and patiences give the same waits."""

from __future__ import annotations

from typing import Any

import ciw
import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.facility.queue import assign_slots
from adoptive.facility.slots import Slots

Floats = NDArray[np.float64]

PATIENTS, NEVER = 400, 1e9


def _records(network: dict[str, Any], *, until: float) -> list[Any]:
    simulation = ciw.Simulation(ciw.create_network(**network))
    simulation.simulate_until_max_time(until)
    seen = [row for row in simulation.get_all_records() if row.record_type in ("service", "renege")]
    return sorted(seen, key=lambda row: float(row.arrival_date))


def _sequence(values: Floats) -> Any:
    return ciw.dists.Sequential([*values.tolist(), NEVER])


@pytest.mark.parametrize("places", [1, 2, 5])
@pytest.mark.parametrize("seed", [1, 2])
def test_waits_are_ciws(places: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    between, held = draw.exponential(1.0, PATIENTS), draw.exponential(0.9 * places, PATIENTS)
    asked = np.cumsum(between)
    network = {
        "arrival_distributions": [_sequence(between)],
        "service_distributions": [_sequence(held)],
        "number_of_servers": [places],
    }
    rows = _records(network, until=asked[-1] + 1e4)[:PATIENTS]
    ours = assign_slots(asked, slots=Slots(places=places), held_days=held)
    assert max(ours.waited_days) > 1.0
    np.testing.assert_allclose(ours.waited_days, [row.waiting_time for row in rows], rtol=0, atol=1e-9)


@pytest.mark.parametrize("places", [1, 3])
def test_those_who_leave_are_ciws(places: int) -> None:
    draw = np.random.default_rng(7)
    between, patience = draw.exponential(1.0, PATIENTS), draw.exponential(3.0, PATIENTS)
    asked = np.cumsum(between)
    network = {
        "arrival_distributions": [_sequence(between)],
        "service_distributions": [ciw.dists.Deterministic(1.05 * places)],
        "reneging_time_distributions": [_sequence(patience)],
        "number_of_servers": [places],
    }
    rows = _records(network, until=asked[-1] + 1e4)[:PATIENTS]
    ours = assign_slots(asked, asked + patience, slots=Slots(places=places), held_days=1.05 * places)
    assert 20 < ours.reneged.sum() < PATIENTS - 20
    assert ours.reneged.tolist() == [row.record_type == "renege" for row in rows]
    np.testing.assert_allclose(ours.waited_days, [row.waiting_time for row in rows], rtol=0, atol=1e-9)


def test_priorities_are_ciws() -> None:
    """Two classes, the second served only when nobody of the first waits."""
    draw = np.random.default_rng(5)
    between = {name: draw.exponential(2.2, PATIENTS // 2) for name in ("sick", "well")}
    asked = {name: np.cumsum(days) for name, days in between.items()}
    network = {
        "arrival_distributions": {name: [_sequence(days)] for name, days in between.items()},
        "service_distributions": {name: [ciw.dists.Deterministic(1.0)] for name in between},
        "number_of_servers": [1],
        "priority_classes": {"sick": 0, "well": 1},
    }
    last = min(days[-1] for days in asked.values())
    rows = [row for row in _records(network, until=last + 1e4) if row.arrival_date < last]
    days = np.concatenate([asked["sick"], asked["well"]])
    severity = np.repeat([2.0, 1.0], PATIENTS // 2)
    ours = assign_slots(days, slots=Slots(places=1, priority="sickest first"), held_days=1.0, severity=severity)
    early = days < last
    order = np.argsort(days[early])
    np.testing.assert_allclose(ours.waited_days[early][order], [row.waiting_time for row in rows], rtol=0, atol=1e-9)
    assert ours.waited_days[: PATIENTS // 2].mean() < ours.waited_days[PATIENTS // 2 :].mean()
