"""How many dose-finding trials a second, on one core? And do they come out as published?

Each round runs every design once, one after the other, so that a busy machine slows all of them; the median of the
rounds is reported, in processor time of all threads together. R is not run here. Two reference figures for R package
BOIN's ``get.oc`` are set beside ours: about 500 trials a second on one core (the figure our goal of a hundredfold was
set against), and 1,002 a second as printed in the README of R package simFastBOIN 2.1 (10,000 trials in 9.98 s, 20
cohorts of 3, early stop at 18 patients, one Windows machine). Prints one JSON document. Run:
``python benchmarks/dose_finding.py [--trials 20000] [--rounds 5]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from adoptive.streams import Streams
from adoptive.verdict.escalation import (
    Conduct,
    Curves,
    DesignOptions,
    DoseFindingTrials,
    boin_design,
    characteristics,
    make_design,
    run_dose_finding,
)

BOIN_PER_SECOND = 500.0
BOIN_PRINTED_PER_SECOND = 10_000 / 9.98
TRUTH = [0.05, 0.15, 0.25, 0.45, 0.60]
"""The scenario of the printed timing: target 0.3, 20 cohorts of 3, early stop at 18 patients at a dose."""
RESPONSE = [0.10, 0.25, 0.35, 0.40, 0.40]
SLOWER = {"crm": 10, "tite-crm": 20, "tite-boin": 10, "boin12": 10}
"""Designs that fit a model or watch patients: fewer trials."""


def tasks(trials: int) -> dict[str, tuple[int, Callable[[], DoseFindingTrials]]]:
    """Give what is timed: how many trials, and how to run them."""
    curves, both = Curves.of(TRUTH), Curves.of(TRUTH, RESPONSE)
    same = boin_design(0.3, 60, stop_at=18)
    counts = Conduct(most_patients=60, detail=False)

    def boin() -> DoseFindingTrials:
        return run_dose_finding(same, counts, curves, trials=trials, streams=Streams(1))

    listed: dict[str, tuple[int, Callable[[], DoseFindingTrials]]] = {"boin, counts only": (trials, boin)}
    options = DesignOptions(target=0.3, levels=5, most_patients=30)
    conduct = Conduct(accrual_days=10.0, stagger_days=7.0)
    for name in ("boin", "mtpi-2", "mtpi", "3+3", "crm", "tite-crm", "tite-boin", "boin12"):
        number, design = trials // SLOWER.get(name, 1), make_design(name, options)

        def run(design: Any = design, number: int = number) -> DoseFindingTrials:
            return run_dose_finding(design, conduct, both, trials=number, streams=Streams(1))

        listed[f"{name}, calendar and patients"] = (number, run)
    return listed


def main() -> None:
    """Time everything and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    listed = tasks(asked.trials)
    for number, run in listed.values():  # once, so that tables are made and modules are loaded
        assert len(run().trials) == number
    times: dict[str, list[float]] = {name: [] for name in listed}
    for _ in range(asked.rounds):
        for name, (_, run) in listed.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    rates = {name: listed[name][0] / statistics.median(spent) for name, spent in times.items()}
    ours = rates["boin, counts only"]
    published = characteristics(
        run_dose_finding(
            boin_design(0.25, 30, extra_safe=0.85, stop_at=9), Conduct(detail=False), Curves.of([0.1, 0.5]),
            trials=10_000, streams=Streams(1),
        )
    )  # fmt: skip
    document = {
        "machine": {
            "processor": platform.processor() or platform.machine(), "python": platform.python_version(),
            "numpy": version("numpy"), "load": os.getloadavg()[0], "cores used": 1,
        },
        "rounds": asked.rounds, "processor time": "median of the rounds",
        "trials per second": {name: round(rate) for name, rate in rates.items()},
        "R BOIN, trials per second (reference figures, not measured here)": {
            "goal": BOIN_PER_SECOND, "printed for this scenario": round(BOIN_PRINTED_PER_SECOND),
        },
        "times R BOIN": {
            "goal": round(ours / BOIN_PER_SECOND), "printed for this scenario": round(ours / BOIN_PRINTED_PER_SECOND),
        },
        "10,000 trials of get.oc(0.25, c(0.1, 0.5), 10, 3, 9, extrasafe, offset 0.1)": {
            "published selected": [77.75, 18.42], "ours selected": published.selected.value.round(2).tolist(),
            "published none": 3.83, "ours none": round(float(published.none_selected.value), 2),
            "published patients": [10.716, 7.7784], "ours patients": published.patients.value.round(3).tolist(),
        },
    }  # fmt: skip
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
