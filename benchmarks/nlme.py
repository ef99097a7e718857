"""How long does a population fit of theophylline take, part by part: SAEM, likelihood, standard errors, checks?

There is no peer in Python to race; Monolix 5.1.1 states 2.9 s for SAEM and 1.8 s for the likelihood of a fit of this
size on its own machine. Prints one JSON document, processor seconds. Run: ``python benchmarks/nlme.py [--rounds 3]``.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from adoptive.workbench.calibrate.nlme import (
    PopulationData,
    Problem,
    Residual,
    Settings,
    check_fit,
    fit_population,
    population_model,
)
from adoptive.workbench.calibrate.nlme.saem import estimate_population

TABLE = Path(__file__).parents[1] / "tests" / "workbench" / "nlme" / "data" / "theophylline.csv"


def theophylline() -> PopulationData:
    """Read the data: 12 subjects, 11 samples each, doses in mg."""
    with TABLE.open() as file:
        rows = list(csv.DictReader(file))
    names = ("time", "concentration_mg_l", "dose_mg_kg", "weight_kg")
    table = {name: np.array([float(row[name]) for row in rows]).reshape(12, 11) for name in names}
    dose = (table["dose_mg_kg"] * table["weight_kg"])[:, 0]
    yes = np.ones((12, 11), bool)
    ids = tuple(row["id"] for row in rows[::11])
    return PopulationData(ids, table["time"], table["concentration_mg_l"], ~yes, yes, {"dose": dose})


def processor_seconds(what: Callable[[], Any]) -> tuple[float, Any]:
    """Time one call; a busy machine does not count."""
    start = time.process_time()
    found = what()
    return time.process_time() - start, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    data, model = theophylline(), population_model("one-compartment-oral", Residual("additive"))
    times: dict[str, list[float]] = {"saem": [], "whole fit": [], "checks": []}
    for seed in range(1, rounds + 1):
        settings = Settings(seed=seed)
        took, _ = processor_seconds(lambda settings=settings: estimate_population(Problem.of(model, data), settings))
        times["saem"].append(took)
        took, fit = processor_seconds(lambda settings=settings: fit_population(model, data, settings))
        times["whole fit"].append(took)
        took, _ = processor_seconds(lambda fit=fit: check_fit(fit))
        times["checks"].append(took)
    medians = {name: round(statistics.median(values), 2) for name, values in times.items()}
    print(json.dumps({"processor_seconds": medians, "rounds": rounds, "python": platform.python_version()}, indent=2))


if __name__ == "__main__":
    main()
