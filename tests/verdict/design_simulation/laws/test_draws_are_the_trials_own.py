"""A trial is the same however many are simulated, and whatever is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict.design.enrolment import Hazard
from adoptive.verdict.design.simulate import simulate_trials
from adoptive.verdict.design.simulation_types import Arrivals, TrialPlan


@pytest.mark.parametrize("spacing", ["even", "random"])
def test_trials_do_not_depend_on_their_number(spacing: str) -> None:
    control = Hazard.of_median(8.0)
    arrivals = Arrivals(np.array([10.0]), spacing=spacing)  # type: ignore[arg-type]
    plan = TrialPlan(
        patients=60, control=control, experimental=control, arrivals=arrivals, efficacy=[3], look_events=[40]
    )
    few, many = (simulate_trials(plan, trials=trials, seed=5) for trials in (3, 2_050))
    assert (few.z == many.z[:3]).all()
    assert (few.day == many.day[:3]).all()
    other = simulate_trials(plan, trials=3, seed=6)
    assert (other.z != few.z).all()
    assert np.unique(many.z).size > 2_000


def test_an_early_look_moves_no_later_one() -> None:
    control = Hazard.of_median(8.0)
    rest = {"patients": 60, "control": control, "experimental": control, "arrivals": Arrivals(np.array([10.0]))}
    one = simulate_trials(TrialPlan(**rest, efficacy=[9], look_events=[40]), trials=20, seed=5)
    two = simulate_trials(TrialPlan(**rest, efficacy=[9, 9], look_events=[20, 40]), trials=20, seed=5)
    assert (one.z[:, 0] == two.z[:, 1]).all()
