"""How fast is the engine, against whom, at what error? Prints one JSON document; progress goes to standard error.

    python -m benchmarks.engine [--rounds 5] [--patients 64] [--full-patients 16] [--quick] [--no-peers] [--write]

A peer that is not installed is a value in the document, with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.engine import full, problem28, race, reference, report, scale
from benchmarks.engine.problem import Problem
from benchmarks.engine.worker import COMPETITORS

README = Path(__file__).parents[1] / "README.md"
DIFFRAX_BATCH = 16
"""Patients of the implicit diffrax methods, one batch: more would wait longer for their slowest member."""
MANY = 100_000
LEFT_OUT = {
    ("full", name): "left out: four patients took more than 200 s, compiling included"
    for name in ("diffrax_kvaerno5", "diffrax_kvaerno3")
}
"""Who does not race on a problem, and why."""


def main(words: list[str] | None = None) -> None:
    """Measure and print."""
    asked = _asked(words)
    small = _race("problem28", problem28.problem(asked.patients), asked, patients=asked.patients)
    whole = None
    if not asked.no_full:
        whole = _race("full", full.problem(asked.full_patients), asked, patients=asked.full_patients)
    house = {} if asked.no_house else _house(asked)
    conditions = {
        "rounds": asked.rounds,
        "rtol": asked.rtol,
        "error": "median over patients of the largest |y - ref| / (|ref| + 1e-3 max over time of |ref|)",
        "reference": f"{reference.METHOD}, rtol {reference.RTOL:g}",
        "time": "processor time of one core, medians of interleaved rounds, ratios within a round",
    }
    told = report.document(conditions=conditions, small=small, full=whole, **house)
    if asked.write:
        report.write_readme(README, told)
    print(json.dumps(told, indent=2))


def _house(asked: argparse.Namespace) -> dict[str, Any]:
    _say("two threads against one")
    pair = scale.threads(problem28.problem(64), patients=max(asked.many // 8, 512), rounds=asked.rounds)
    _say(f"memory of {asked.many} patients")
    most = scale.memory(patients=asked.many)
    _say("start in fresh processes")
    return {"threads": pair, "memory": most, "startup": scale.startup(full.problem(1), rounds=1 if asked.quick else 3)}


def _race(name: str, problem: Problem, asked: argparse.Namespace, *, patients: int) -> dict[str, Any]:
    _say(f"{name}: reference of {patients} patients")
    tight = race.Reference(reference.reference(problem, workers=asked.workers), problem.scale)
    entrants = ("adoptive",) if asked.no_peers else tuple(COMPETITORS)
    left_out = {n: LEFT_OUT[name, n] for n in entrants if (name, n) in LEFT_OUT}
    racing = [n for n in entrants if n not in left_out]
    fields = {n: min(patients, DIFFRAX_BATCH) if "kvaerno" in n else patients for n in racing}
    copies = max(1, asked.lanes // patients)
    table = race.race(name, tight, fields=fields, copies=copies, rounds=asked.rounds, rtol=asked.rtol)
    table["engines"] |= {n: {"absent": why} for n, why in left_out.items()}
    return table


def _asked(words: list[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    reader.add_argument("--patients", type=int, default=64, help="patients of the 28-state problem")
    reader.add_argument("--full-patients", type=int, default=16, help="patients of the full model")
    reader.add_argument(
        "--lanes", type=int, default=512, help="patients in one run of this engine (the same, repeated)"
    )
    reader.add_argument("--many", type=int, default=MANY, help="patients of the memory measurement")
    reader.add_argument("--rtol", type=float, default=1e-6, help="everybody's relative tolerance")
    reader.add_argument("--workers", type=int, default=2, help="processes that make the reference")
    reader.add_argument("--no-peers", action="store_true", help="this engine alone")
    reader.add_argument("--no-full", action="store_true", help="leave the full model's race out")
    reader.add_argument("--no-house", action="store_true", help="leave threads, memory and start out")
    reader.add_argument("--quick", action="store_true", help="few patients, two rounds: to see that it works")
    reader.add_argument("--write", action="store_true", help="write the table of benchmarks/README.md")
    if "--quick" in (sys.argv[1:] if words is None else words):
        reader.set_defaults(rounds=2, patients=8, full_patients=4, lanes=512, many=4096)
    return reader.parse_args(words)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
