"""How fast are plain group-sequential trials simulated, against R's rpact, and do both find the same?

10,000 trials of 500 patients, median 12 months, hazard ratio 0.7, 20 months of accrual, looks at 100, 200 and 300
events, Lan-DeMets O'Brien-Fleming bounds, one-sided 0.025. Each round runs rpact and then adoptive, one after the
other, on one core, and the ratio is taken within a round. Prints one JSON document.
Run: ``python benchmarks/group_sequential.py [--trials 10000] [--rounds 5]`` (needs Rscript with rpact).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from adoptive.verdict.design import crossing_probabilities, group_sequential
from adoptive.verdict.design.enrolment import Hazard
from adoptive.verdict.design.simulate import simulate_trials
from adoptive.verdict.design.simulation_types import Arrivals, TrialPlan

EVENTS = (100, 200, 300)
PEER = """
suppressPackageStartupMessages(library(rpact))
design <- getDesignGroupSequential(kMax = 3, alpha = 0.025, sided = 1, typeOfDesign = "asOF",
  informationRates = 1:3 / 3)
input <- file("stdin", "r")
cat("ready", as.character(packageVersion("rpact")), "\\n"); flush(stdout())
while (length(line <- readLines(input, n = 1)) > 0) {
  asked <- as.numeric(strsplit(line, " ")[[1]])
  start <- proc.time()
  found <- getSimulationSurvival(design = design, median2 = 12, hazardRatio = 0.7, directionUpper = FALSE,
    plannedEvents = c(100, 200, 300), maxNumberOfSubjects = 500, accrualTime = c(0, 20),
    maxNumberOfIterations = asked[1], seed = asked[2])
  spent <- proc.time() - start
  cat(sprintf("%.6f", c(spent[["elapsed"]], spent[["user.self"]], found$overallReject, found$rejectPerStage[, 1],
                        found$expectedNumberOfEvents, found$studyDuration, found$expectedNumberOfSubjects)), "\\n")
  flush(stdout())
}
"""
NAMES = ("wall_s", "processor_s", "power", "stop_1", "stop_2", "stop_3", "events", "duration", "patients")


def plan() -> TrialPlan:
    """Make the plan of the question."""
    control = Hazard.of_median(12.0)
    return TrialPlan(
        patients=500, control=control, experimental=control.times(0.7), arrivals=Arrivals(np.array([25.0])),
        efficacy=group_sequential(np.array(EVENTS) / 300).efficacy, look_events=np.array(EVENTS),
    )  # fmt: skip


def ours(trials: int, seed: int) -> dict[str, float]:
    """Simulate and give the same numbers as the peer."""
    wall, processor = time.perf_counter(), time.process_time()
    found = simulate_trials(plan(), trials=trials, seed=seed)
    spent = time.perf_counter() - wall, time.process_time() - processor
    of = found.summary()
    values = (*spent, of.power, *of.efficacy, of.expected_events, of.expected_duration, of.expected_patients)
    return dict(zip(NAMES, map(float, values), strict=True))


def peer(process: subprocess.Popen[str], trials: int, seed: int) -> dict[str, float]:
    """Ask the running R for one simulation."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{trials} {seed}\n")
    process.stdin.flush()
    return dict(zip(NAMES, map(float, process.stdout.readline().split()), strict=True))


def middle(rounds: list[dict[str, dict[str, float]]], value: Callable[[dict[str, dict[str, float]]], float]) -> float:
    """Give the median of a value over the rounds."""
    return statistics.median(value(one) for one in rounds)


def main() -> None:
    """Time in interleaved rounds and print rates, ratios and what both found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        ["Rscript", "--vanilla", "-e", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    ready = process.stdout.readline().split()
    if not ready:
        sys.exit("Rscript with rpact is needed (Debian: r-base-core r-cran-rpact)")
    ours(2, 0), peer(process, 100, 1)
    rounds = [
        {"rpact": peer(process, options.trials, seed), "adoptive": ours(options.trials, seed)}
        for seed in range(1, options.rounds + 1)
    ]
    assert process.stdin is not None
    process.stdin.close()
    process.wait()
    drift = -np.log(0.7) * np.sqrt(300) / 2
    efficacy = crossing_probabilities(np.array(EVENTS) / 300, plan().efficacy, drift=drift)[0]
    report: dict[str, Any] = {
        "question": (__doc__ or "").splitlines()[2],
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(), "rpact": ready[1]},
        "load": os.getloadavg()[0],
        "trials": options.trials,
        "rounds": options.rounds,
        "trials_per_second": {
            name: round(options.trials / middle(rounds, lambda one, name=name: one[name]["processor_s"]))  # type: ignore[misc]
            for name in ("adoptive", "rpact")
        },
        "ratio_by_processor_time": round(
            middle(rounds, lambda one: one["rpact"]["processor_s"] / one["adoptive"]["processor_s"]), 2
        ),
        "ratio_by_the_clock": round(middle(rounds, lambda one: one["rpact"]["wall_s"] / one["adoptive"]["wall_s"]), 2),
        "over_2270_per_second": round(
            options.trials / middle(rounds, lambda one: one["adoptive"]["processor_s"]) / 2270, 2
        ),
        "found": {
            name: {what: round(statistics.fmean(one[name][what] for one in rounds), 4) for what in NAMES[2:]}
            for name in ("adoptive", "rpact")
        },
        "by_formula": {"stops": efficacy.round(4).tolist(), "power": round(float(efficacy.sum()), 4)},
        "error_of_adoptive": {
            name: round(value / np.sqrt(options.rounds), 4) for name, value in asdict_errors(options.trials).items()
        },
    }
    print(json.dumps(report, indent=2))


def asdict_errors(trials: int) -> dict[str, float]:
    """Give the Monte Carlo errors of one round."""
    of = asdict(simulate_trials(plan(), trials=trials, seed=1).summary())
    return {name: float(value) for name, value in of.items() if name.endswith("_error") and np.ndim(value) == 0}


if __name__ == "__main__":
    main()
