"""Events, patients and calendar of survival trials against rpact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.enrolment import Accrual, accrual_of, hazard_of
from adoptive.verdict.design.families import family
from adoptive.verdict.design.sample_size import power_survival, sample_size_survival
from adoptive.verdict.design.types import SampleSize, SequentialPlan
from r_reference import run_r

SCRIPT = """
numbers <- function(text) as.numeric(strsplit(text, ";")[[1]])
sums <- NULL; looks <- NULL
for (i in seq_len(nrow(trials))) {
  p <- trials[i, ]; rates <- numbers(p$rates)
  given <- list(informationRates = rates, alpha = p$alpha, beta = p$beta, sided = p$sided, typeOfDesign = p$type)
  if (p$futility != "none") given$typeBetaSpending <- p$futility
  design <- do.call(getDesignGroupSequential, given)
  common <- list(design = design, hazardRatio = p$ratio, dropoutRate1 = p$drop1, dropoutRate2 = p$drop0,
    dropoutTime = 12, allocationRatioPlanned = p$allocation, piecewiseSurvivalTime = numbers(p$starts),
    lambda2 = numbers(p$hazards), accrualTime = numbers(p$accrual), typeOfComputation = p$method)
  if (p$mode == "patients") common <- c(common, followUpTime = p$follow, list(accrualIntensity = numbers(p$intensity),
    accrualIntensityType = "relative"))
  if (p$mode == "follow") common <- c(common, list(accrualIntensity = numbers(p$intensity),
    accrualIntensityType = "absolute"))
  if (p$mode == "accrual") common <- c(common, followUpTime = p$follow, list(accrualIntensity = numbers(p$intensity),
    accrualIntensityType = "absolute"))
  if (p$mode == "power") {
    common <- c(common, list(accrualIntensity = numbers(p$intensity), accrualIntensityType = "absolute",
      maxNumberOfEvents = p$events, directionUpper = FALSE))
    s <- tryCatch(suppressWarnings(do.call(getPowerSurvival, common)), error = function(e) NULL)
    if (is.null(s)) next
    events <- p$events; power <- s$overallReject[1]
    expected <- s$expectedNumberOfEvents[1]; duration <- s$studyDuration[1]; enrolled <- s$expectedNumberOfSubjects[1]
    patients <- max(s$numberOfSubjects[, 1])
  } else {
    s <- tryCatch(suppressWarnings(do.call(getSampleSizeSurvival, common)), error = function(e) NULL)
    if (is.null(s)) next
    events <- max(s$eventsPerStage[, 1]); power <- 1 - p$beta
    expected <- s$expectedEventsH1[1]; duration <- s$studyDuration[1]; enrolled <- s$expectedNumberOfSubjectsH1[1]
    patients <- s$maxNumberOfSubjects[1]
  }
  sums <- rbind(sums, data.frame(i = i, events = events, power = power, expected = expected, duration = duration,
    enrolled = enrolled, patients = patients))
  looks <- rbind(looks, data.frame(i = i, time = s$analysisTime[, 1], enrolled = s$numberOfSubjects[, 1],
    ratio = (if (p$sided == 2 && length(s$criticalValuesEffectScaleLower) > 1) s$criticalValuesEffectScaleLower
      else s$criticalValuesEffectScale)[, 1]))
}
put("sums", sums); put("looks", looks)
"""


def listed(values: tuple[float, ...]) -> str:
    return ";".join(f"{value:.17g}" for value in values) + ";"


def random_trials(number: int, seed: int) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    made = []
    for i in range(number):
        looks = int(random.integers(2, 5))
        cut = np.cumsum(random.uniform(0.4, 1.0, looks))
        pieces = int(random.integers(1, 4))
        starts = (0.0, *np.cumsum(random.uniform(2, 8, pieces - 1)))
        mode = ("patients", "follow", "accrual", "power")[i % 4]
        steps = int(random.integers(1, 4))
        ends = (0.0, *np.cumsum(random.uniform(3, 9, steps)))
        sided = int(random.integers(1, 3))
        made.append({
            "rates": tuple(np.append(cut[:-1] / cut[-1], 1.0)), "alpha": float(random.choice([0.01, 0.025, 0.05])),
            "beta": float(random.choice([0.1, 0.2])), "sided": sided, "type": str(random.choice(["asOF", "asP", "OF"])),
            "futility": "bsOF" if sided == 1 and random.random() < 0.4 else "none",
            "ratio": float(random.uniform(0.5, 0.75)), "drop1": float(random.uniform(0, 0.15)),
            "drop0": float(random.uniform(0, 0.15)), "allocation": float(random.choice([0.5, 1.0, 2.0])),
            "starts": starts, "hazards": tuple(random.uniform(0.03, 0.1, pieces)), "method": "Schoenfeld",
            "accrual": ends[:-1] if mode == "accrual" else ends, "mode": mode, "follow": float(random.uniform(4, 14)),
            "intensity": tuple(random.uniform(40, 70, steps) if mode != "patients" else random.uniform(1, 3, steps)),
            "events": 150.0,
        })  # fmt: skip
        if made[-1]["type"] == "OF":
            made[-1]["futility"] = "none"
        if i % 5 == 4 and mode in ("patients", "power"):
            made[-1]["method"] = str(random.choice(["Freedman", "HsiehFreedman"]))
    return made


def ours(trial: dict[str, Any]) -> tuple[SequentialPlan, SampleSize]:
    plan = sequential_plan(
        trial["rates"], alpha=trial["alpha"], beta=trial["beta"], sided=trial["sided"], efficacy=family(trial["type"]),
        futility=None if trial["futility"] == "none" else family(trial["futility"]),
    )  # fmt: skip
    control = hazard_of(trial["hazards"], trial["starts"])
    loss = (-np.log1p(-trial["drop1"]) / 12.0, -np.log1p(-trial["drop0"]) / 12.0)
    ends = trial["accrual"] if trial["mode"] != "accrual" else (*trial["accrual"], trial["accrual"][-1] + 1.0)
    accrual: Accrual = accrual_of(ends, trial["intensity"])
    same: dict[str, Any] = {
        "hazard_ratio": trial["ratio"], "control": control, "accrual": accrual, "loss": loss,
        "allocation": trial["allocation"], "method": trial["method"],
    }  # fmt: skip
    if trial["mode"] == "power":
        return plan, power_survival(plan, events=trial["events"], **same)
    if trial["mode"] == "follow":
        return plan, sample_size_survival(plan, rates_hold=True, **same)
    hold = trial["mode"] == "accrual"
    return plan, sample_size_survival(plan, follow_up=trial["follow"], rates_hold=hold, open_end=hold, **same)


def compare(trials: list[dict[str, Any]]) -> None:
    table = {
        name: [listed(trial[name]) if isinstance(trial[name], tuple) else trial[name] for trial in trials]
        for name in trials[0]
    }
    answers = run_r(SCRIPT, tables={"trials": table}, packages=("rpact",))
    answered = {int(i): row for row, i in enumerate(answers["sums"]["i"])}
    assert len(answered) > 0.8 * len(trials)  # the others ask for more events than there are patients
    for i, trial in enumerate(trials):
        if i + 1 not in answered:
            continue
        told = f"trial {i}: {trial}"
        _, size = ours(trial)
        seen = {name: float(values[answered[i + 1]]) for name, values in answers["sums"].items()}
        assert size.events == pytest.approx(seen["events"], abs=0.01), told
        assert size.power == pytest.approx(seen["power"], abs=1e-6), told
        assert size.expected_events["h1"] == pytest.approx(seen["expected"], abs=0.02), told
        assert size.patients == pytest.approx(seen["patients"], abs=0.02), told
        assert size.expected_duration["h1"] == pytest.approx(seen["duration"], abs=2e-3), told
        assert size.expected_patients["h1"] == pytest.approx(seen["enrolled"], abs=0.05), told
        rows = answers["looks"]["i"] == i + 1
        np.testing.assert_allclose(size.look_time, answers["looks"]["time"][rows], atol=2e-3, err_msg=told)
        np.testing.assert_allclose(size.look_patients, answers["looks"]["enrolled"][rows], atol=0.1, err_msg=told)
        np.testing.assert_allclose(size.hazard_ratio_efficacy, answers["looks"]["ratio"][rows], atol=1e-5, err_msg=told)


def test_random_trials() -> None:
    compare(random_trials(4, seed=4)[::3])


@pytest.mark.slow
def test_many_random_trials() -> None:
    compare(random_trials(40, seed=5))
