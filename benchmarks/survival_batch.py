"""How fast are Kaplan-Meier, medians, log-rank and Cox of many trials, against lifelines and statsmodels?

Each round times every tool once, one after the other, on the same trials, so that a busy machine slows all of them; the
ratio is taken within a round. Prints one JSON document. Run: ``python benchmarks/survival_batch.py [--trials 10000]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from numpy.typing import NDArray
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from adoptive.verdict import hazard_ratio, kaplan_meier, log_rank, median_survival

Batch = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
GRID = np.arange(0.0, 24.5, 0.5)
EXPERIMENTAL, CONTROL = 104, 52


def simulate(trials: int, seed: int) -> Batch:
    """Draw exponential times in months on a 0.1 month grid (ties), censored between 6 and 24 months."""
    rng = np.random.default_rng(seed)
    arm = np.tile(np.arange(EXPERIMENTAL + CONTROL) < EXPERIMENTAL, (trials, 1))
    event_time = rng.exponential(np.where(arm, 4.7, 2.6))
    stop = rng.uniform(6.0, 24.0, arm.shape)
    return np.ceil(np.minimum(event_time, stop) * 10) / 10, event_time <= stop, arm


def ours(batch: Batch) -> NDArray[Any]:
    """Do all four for all trials at once."""
    days, event, arm = batch
    for chosen in (arm, ~arm):
        kaplan_meier(days, event, chosen, at_days=GRID)
        median_survival(days, event, chosen)
    log_rank(days, event, arm)
    return hazard_ratio(days, event, arm).log_ratio


def by_lifelines(batch: Batch) -> NDArray[Any]:
    """Do the same one trial after the other."""
    out = []
    for days, event, arm in zip(*batch, strict=True):
        for chosen in (arm, ~arm):
            fit = KaplanMeierFitter().fit(days[chosen], event[chosen])
            _ = fit.survival_function_at_times(GRID), fit.median_survival_time_
        logrank_test(days[arm], days[~arm], event[arm], event[~arm])
        table = pd.DataFrame({"days": days, "event": event, "arm": arm.astype(float)})
        out.append(CoxPHFitter().fit(table, "days", "event").params_["arm"])
    return np.array(out)


def by_statsmodels(batch: Batch) -> NDArray[Any]:
    """Do the same one trial after the other."""
    out = []
    for days, event, arm in zip(*batch, strict=True):
        status = event.astype(int)
        for chosen in (arm, ~arm):
            fit = SurvfuncRight(days[chosen], status[chosen])
            _ = np.interp(GRID, fit.surv_times, fit.surv_prob), fit.quantile(0.5)
        survdiff(days, status, arm.astype(int))
        out.append(PHReg(days, arm[:, None].astype(float), status=status, ties="efron").fit().params[0])
    return np.array(out)


def machine() -> dict[str, Any]:
    """Say on what this ran."""
    libraries = ("numpy", "numba", "lifelines", "statsmodels")
    return {
        "cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(), "python": platform.python_version(),
        "libraries": {name: version(name) for name in libraries},
    }  # fmt: skip


def timed(work: Callable[[Batch], NDArray[Any]], batch: Batch) -> tuple[float, NDArray[Any]]:
    """Give processor seconds per trial, of all threads together, and the log hazard ratios."""
    start = time.process_time()
    found = work(batch)
    return (time.process_time() - start) / len(batch[0]), found


def main() -> None:
    """Time in interleaved rounds and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000, help="trials of the batch")
    parser.add_argument("--peer-trials", type=int, default=20, help="trials that the peers work through per round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    batch = simulate(options.trials, seed=1)
    few: Batch = (batch[0][: options.peer_trials], batch[1][: options.peer_trials], batch[2][: options.peer_trials])
    first, _ = timed(ours, few)
    tools = {"adoptive": (ours, batch), "lifelines": (by_lifelines, few), "statsmodels": (by_statsmodels, few)}
    rounds = [{name: timed(work, data) for name, (work, data) in tools.items()} for _ in range(options.rounds)]
    exact = rounds[0]["adoptive"][1][: options.peer_trials]
    report = {
        "question": "Kaplan-Meier at 49 times and median of both arms, log-rank, Cox; 156 patients per trial",
        "machine": machine(),
        "load": os.getloadavg()[0],
        "rounds": options.rounds,
        "first_call_s": round(first * options.peer_trials, 3),
        "microseconds_per_trial": {
            name: round(1e6 * statistics.median(one[name][0] for one in rounds), 2) for name in tools
        },
        "trials": options.trials,
        "seconds_for_all_trials": round(options.trials * statistics.median(one["adoptive"][0] for one in rounds), 3),
        "ratio_to_adoptive": {
            name: round(statistics.median(one[name][0] / one["adoptive"][0] for one in rounds), 1) for name in tools
        },
        "largest_difference_of_log_hazard_ratio": {
            name: float(np.abs(rounds[0][name][1] - exact).max()) for name in ("lifelines", "statsmodels")
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
