"""One simulated trial taken apart: its draws, its entries, its looks and its tests, made again by other code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.streams import Keys, Streams
from adoptive.verdict.comparison import Weights, log_rank_test
from adoptive.verdict.design.enrolment import hazard_of
from adoptive.verdict.design.simulate import PURPOSE, entry_times, simulate_trials
from adoptive.verdict.design.simulation_types import Arrivals, TrialPlan
from adoptive.verdict.rows import survival_rows

CONTROL = hazard_of([0.05, 0.1], [0.0, 6.0])


def plan(**changes: Any) -> TrialPlan:
    given: dict[str, Any] = {
        "patients": 90,
        "control": CONTROL,
        "experimental": CONTROL.times(hazard_of([1.0, 0.5], [0.0, 3.0])),
        "arrivals": Arrivals(np.array([3.0, 8.0]), np.array([0.0, 6.0])),
        "efficacy": [9.0, 9.0, 9.0],
        "look_events": [15, 30, 50],
        "allocation": (2, 1),
        "dropout": (0.02, 0.01),
    }
    return TrialPlan(**(given | changes))


def patients(of: TrialPlan, trial: int, seed: int) -> tuple[NDArray[Any], ...]:
    """Draw a trial's patients with the product's named streams and the inverse of the cumulative hazard."""
    drawn = Streams(seed).uniform(PURPOSE, Keys.of(trial, np.arange(of.patients)), 2)
    arm = np.arange(of.patients) % 3 < 2
    time = np.empty(of.patients)
    for i, gone in enumerate(-np.log(drawn[:, 0])):
        hazard = of.experimental if arm[i] else of.control
        reached = np.concatenate([[0.0], np.cumsum(np.diff(hazard.starts) * hazard.rates[:-1])])
        piece = int(np.searchsorted(reached, gone, side="right")) - 1
        time[i] = hazard.starts[piece] + (gone - reached[piece]) / hazard.rates[piece]
    lost = -np.log(drawn[:, 1]) / np.where(arm, of.dropout[0], of.dropout[1])
    return np.minimum(time, lost), time <= lost, arm, entry_times(of.arrivals, of.patients)[0]


@pytest.mark.parametrize(
    "weights",
    [Weights.log_rank(), Weights.fleming_harrington(0, 1), Weights.magirr_burman(delay=4), Weights.gehan(),
     Weights.magirr_burman(weight_cap=1.2), Weights.peto(), Weights.early_zero(3)],
    ids=lambda weights: weights.name,
)  # fmt: skip
def test_every_look_is_the_one_table_test_of_whom_it_saw(weights: Weights) -> None:
    of = plan(weights=weights)
    found = simulate_trials(of, trials=6, seed=77)
    for trial in range(6):
        time, event, arm, entry = patients(of, trial, 77)
        calendar = np.sort((entry + time)[event])
        for look, wanted in enumerate((15, 30, 50)):
            day = calendar[wanted - 1]
            assert found.day[trial, look] == pytest.approx(day, rel=1e-12)
            here = entry < day
            cut = np.minimum(time, day - entry)[here]
            seen = (event & (entry + time <= day * (1 + 1e-12)))[here]
            test = log_rank_test(survival_rows(cut, seen, group=arm[here]), weights=weights)
            assert found.z[trial, look] == pytest.approx(-test.z, rel=1e-8, abs=1e-10)
            assert found.events[trial, look] == wanted == seen.sum()
            assert found.patients[trial, look] == here.sum()


def test_looks_on_the_calendar() -> None:
    found = simulate_trials(plan(look_events=None, look_times=[5.0, 12.0, 30.0]), trials=3, seed=77)
    assert (found.day == [5.0, 12.0, 30.0]).all()
    time, event, _, entry = patients(plan(), 2, 77)
    assert found.events[2].tolist() == [int((event & (entry + time <= day)).sum()) for day in (5.0, 12.0, 30.0)]
    assert found.patients[2].tolist() == [int((entry < day).sum()) for day in (5.0, 12.0, 30.0)]


def test_conventions_of_arrival_are_named() -> None:
    """The first patient comes after one gap or at once."""
    rate = np.array([2.0])
    assert entry_times(Arrivals(rate), 3)[0].tolist() == [0.5, 1.0, 1.5]
    assert entry_times(Arrivals(rate, first="at once"), 3)[0].tolist() == [0.0, 0.5, 1.0]
    gap = Arrivals(np.array([2.0, 0.0, 4.0]), np.array([0.0, 1.0, 5.0]))
    assert entry_times(gap, 4)[0].tolist() == [0.5, 1.0, 5.25, 5.5]
    random = entry_times(Arrivals(rate, spacing="random"), 400, trials=range(50), seed=3)
    assert (np.diff(random, axis=1) > 0).all()
    assert random[:, -1].mean() == pytest.approx(200, abs=5 * 10 / np.sqrt(50))


def test_stops_and_their_order() -> None:
    bounds = {"efficacy": [-9.0, 9.0, 9.0], "harm": [9.0] * 3, "futility": [9.0] * 3}
    assert (simulate_trials(plan(**bounds), trials=4, seed=1).reason == 1).all()
    bounds["efficacy"] = [9.0] * 3
    assert (simulate_trials(plan(**bounds), trials=4, seed=1).reason == 3).all()
    found = simulate_trials(plan(futility=[-9.0, 9.0, 9.0]), trials=4, seed=1)
    assert (found.reason == 2).all()
    assert (found.stopped == 1).all()
    assert (found.looked == [True, True, False]).all()
    assert (found.z[:, 2] == 0).all()


def test_events_that_never_come_are_said() -> None:
    cured = hazard_of([0.2, 0.0], [0.0, 1.0])
    found = simulate_trials(plan(control=cured, experimental=cured, dropout=(0.0, 0.0)), trials=5, seed=1)
    assert not found.reached.any()
    assert found.summary().looks_not_reached == 1.0
    assert np.isfinite(found.day).all()
    assert (found.events.max(axis=1) < 50).all()


def test_misuse_is_named() -> None:
    with pytest.raises(StudyError, match="no trials"):
        simulate_trials(plan(), trials=0, seed=1)
    wrongs: list[dict[str, Any]] = [
        {"look_events": None}, {"look_times": [1.0, 2.0, 3.0]}, {"look_events": [3, 2, 9]}, {"efficacy": [1.0]},
        {"look_events": [15, 30, 91]}, {"allocation": (1, 0)}, {"dropout": (-1.0, 0.0)},
    ]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(StudyError):
            plan(**wrong)
    for rates, starts in [([1.0, 2.0], [0.0]), ([1.0], [1.0]), ([-1.0], [0.0])]:
        with pytest.raises(StudyError):
            hazard_of(rates, starts)
