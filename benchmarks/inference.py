"""Which method of inference comes nearest to the exact posterior of the toy problem at one budget of simulated trials?

Prints one JSON document, and the table of ``docs/inference.md`` with ``--table``; processor seconds are of one core and
of one data set, compilation included. Methods whose library is missing say so. Run:
``python benchmarks/inference.py [--data-sets 4] [--budgets 400,1500] [--methods emulator,smoother]``.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict

from adoptive.workbench.calibrate.methods.compare import METHODS, Score, compare_methods


def row(one: Score) -> str:
    """Write a line of the table."""
    if one.refused:
        return f"| {one.method} | {one.budget} | {one.refused} | | | |"
    told = f"{one.mean_error:.2f} | {one.sd_ratio:.2f} | {one.inside} of {one.of} | {one.seconds:.1f}"
    return f"| {one.method} | {one.budget or '–'} | {told} |"


def main() -> None:
    """Compare and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data-sets", type=int, default=4)
    asked.add_argument("--budgets", default="400,1500")
    asked.add_argument("--methods", default=",".join(METHODS))
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--table", action="store_true")
    given = asked.parse_args()
    scores = compare_methods(
        tuple(given.methods.split(",")), budgets=tuple(int(one) for one in given.budgets.split(",")),
        data_sets=given.data_sets, seed=given.seed, said=lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    if given.table:
        print("| method | trial sets | error of mean, exact sds | sd / exact sd | truths inside 90 % | CPU s |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        print("\n".join(row(one) for one in scores))
    else:
        print(json.dumps({"machine": platform.processor(), "scores": [asdict(one) for one in scores]}, indent=1))


if __name__ == "__main__":
    main()
