"""How fast is one Cox fit (five covariates, Efron's ties) against lifelines, statsmodels and R's ``coxph``?

Each round times every tool once, one after the other, on the same table, in processor time of one core; the ratio is
taken within a round. R's time is that of ``coxph`` alone, measured inside R. Prints one JSON document. Run:
``python benchmarks/cox.py [--rows 20000]``.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from statsmodels.duration.hazard_regression import PHReg

from adoptive.verdict.regression import cox
from adoptive.verdict.rows import survival_rows

NAMES = [f"x{k}" for k in range(5)]
FIT_IN_R = """
library(survival); d <- read.csv("rows.csv"); options(digits = 17)
t <- system.time(f <- coxph(Surv(time, event) ~ x0 + x1 + x2 + x3 + x4, d, control = coxph.control(eps = 1e-12)))
cat(t[["user.self"]], coef(f))
"""


def simulate(rows: int, *, ties: bool) -> pd.DataFrame:
    """Draw a table with about 40 % censored; ``ties``: on a grid of about 200 times."""
    random = np.random.default_rng(1)
    x = random.normal(size=(rows, 5))
    happens = random.exponential(np.exp(-x @ [0.5, 0.2, 0.0, 0.0, -0.3]))
    stop = random.exponential(1.5, rows)
    time_ = np.minimum(happens, stop)
    table = {"time": np.ceil(time_ * 50.0) if ties else time_, "event": (happens <= stop).astype(int)}
    return pd.DataFrame(table | {name: x[:, k] for k, name in enumerate(NAMES)})


def ours(table: pd.DataFrame) -> Any:
    """Fit by this package."""
    rows = survival_rows(table["time"], table["event"])
    return cox(rows, {name: table[name].to_numpy() for name in NAMES}).coefficients


def by_lifelines(table: pd.DataFrame) -> Any:
    """Fit by lifelines."""
    return CoxPHFitter().fit(table, "time", "event").params_.to_numpy()


def by_statsmodels(table: pd.DataFrame) -> Any:
    """Fit by statsmodels."""
    return PHReg(table["time"], table[NAMES], status=table["event"], ties="efron").fit().params


def timed(work: Callable[[pd.DataFrame], Any], table: pd.DataFrame) -> tuple[float, Any]:
    """Give processor seconds and coefficients."""
    start = time.process_time()
    found = work(table)
    return time.process_time() - start, np.asarray(found)


def by_r(folder: Path) -> tuple[float, Any]:
    """Give R's own processor seconds of ``coxph`` and its coefficients."""
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", FIT_IN_R], cwd=folder, capture_output=True, text=True, check=True
    )
    numbers = [float(word) for word in done.stdout.split()]
    return numbers[0], np.array(numbers[1:])


def race(rows: int, rounds: int, *, ties: bool) -> dict[str, Any]:
    """Time all tools on one table in interleaved rounds."""
    table = simulate(rows, ties=ties)
    tools = {"adoptive": ours, "lifelines": by_lifelines, "statsmodels": by_statsmodels}
    ours(table.head(100))  # compile
    found: list[dict[str, tuple[float, Any]]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table.to_csv(folder / "rows.csv", index=False)
        for _ in range(rounds):
            found.append({tool: timed(work, table) for tool, work in tools.items()})
            if shutil.which("Rscript"):
                found[-1]["R coxph"] = by_r(folder)
    best = found[0]["adoptive"][1]
    return {
        tool: {
            "seconds": round(statistics.median(one[tool][0] for one in found), 4),
            "ratio_to_adoptive": round(statistics.median(one[tool][0] / one["adoptive"][0] for one in found), 2),
            "largest_relative_difference": float(np.abs(found[0][tool][1] / best - 1.0).max()),
        }
        for tool in found[0]
    }


def main() -> None:
    """Race without and with ties, and time the package alone on 100,000 rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    report: dict[str, Any] = {"machine": platform.processor() or platform.machine(), "rows": options.rows}
    for label, ties in (("without ties", False), ("with ties", True)):
        report[label] = race(options.rows, options.rounds, ties=ties)
        report[f"adoptive, 100,000 rows, {label}, s"] = round(timed(ours, simulate(100_000, ties=ties))[0], 3)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
