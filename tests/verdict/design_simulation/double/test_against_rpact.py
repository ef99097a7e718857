"""Operating characteristics against rpact's own simulation, within both Monte Carlo errors."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict.design import group_sequential
from adoptive.verdict.design.enrolment import Hazard, hazard_of
from adoptive.verdict.design.simulate import simulate_trials
from adoptive.verdict.design.simulation_types import Arrivals, TrialPlan
from r_reference import run_r

TRIALS, PEER_TRIALS = 8_000, 1_500
SCRIPT = f"""
design <- getDesignGroupSequential(kMax = 3, alpha = 0.025, sided = 1, typeOfDesign = "asOF",
  informationRates = 1:3 / 3)
show <- function(x) data.frame(look = 1:3, stop = x$rejectPerStage[, 1], day = x$analysisTime[, 1],
  events = x$expectedNumberOfEvents[1], duration = x$studyDuration[1], patients = x$expectedNumberOfSubjects[1])
common <- list(design = design, directionUpper = FALSE, maxNumberOfSubjects = 400, accrualTime = c(0, 20),
  maxNumberOfIterations = {PEER_TRIALS}, seed = 17)
put("plain", show(do.call(getSimulationSurvival, c(common, list(median2 = 12, hazardRatio = 0.7,
  plannedEvents = c(80, 160, 240))))))
put("lost", show(do.call(getSimulationSurvival, c(common, list(lambda2 = 0.06, hazardRatio = 0.65,
  plannedEvents = c(60, 120, 180), dropoutRate1 = 0.1, dropoutRate2 = 0.05, dropoutTime = 12, allocation1 = 2)))))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, np.ndarray]]:
    return run_r(SCRIPT, packages=("rpact",))


@pytest.mark.parametrize("name", ["plain", "lost"])
def test_stops_events_days_and_patients(name: str, seen: dict[str, dict[str, np.ndarray]]) -> None:
    control = Hazard.of_median(12.0) if name == "plain" else hazard_of(0.06)
    lost = (-np.log(0.9) / 12, -np.log(0.95) / 12) if name == "lost" else (0.0, 0.0)
    plan = TrialPlan(
        patients=400, control=control, experimental=control.times(0.7 if name == "plain" else 0.65),
        arrivals=Arrivals(np.array([20.0])), efficacy=group_sequential([1 / 3, 2 / 3, 1]).efficacy,
        look_events=[80, 160, 240] if name == "plain" else [60, 120, 180],
        allocation=(2, 1) if name == "lost" else (1, 1), dropout=lost,
    )  # fmt: skip
    found, peer = simulate_trials(plan, trials=TRIALS, seed=9), seen[name]
    of, wider = found.summary(), 3.29 * np.sqrt(1 + TRIALS / PEER_TRIALS)
    assert (np.abs(of.efficacy - peer["stop"]) < wider * of.efficacy_error).all()
    assert abs(of.expected_events - peer["events"][0]) < wider * of.expected_events_error
    assert abs(of.expected_duration - peer["duration"][0]) < wider * of.expected_duration_error
    assert abs(of.expected_patients - peer["patients"][0]) < wider * of.expected_patients_error
    for look in range(3):
        days = found.day[found.looked[:, look], look]
        assert days.mean() == pytest.approx(peer["day"][look], abs=wider * days.std() / np.sqrt(days.size))
