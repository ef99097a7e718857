"""How well are eligibility criteria read? Prints the scores over the labelled set; writes nothing.

Run: ``python -m benchmarks.matching [--mistakes] [--json] [--trials N]``. Structure: share of criteria read as
labelled. Whole and part: share understood. Wrong: verdicts, over the synthetic patients, that the reading gives and
the label does not. False-eligible: of the verdicts "not met" by the label, the share that the reading calls "met".
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence

from adoptive.workbench.match.read.grammar import read_item
from benchmarks.matching.labelled import LABELLED
from benchmarks.matching.pace import Pace, pace
from benchmarks.matching.patients import synthetic_patients
from benchmarks.matching.scores import Reading, Row, read_all, score


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _line(row: Row) -> str:
    return (
        f"{row.domain:<20}{row.criteria:>9}{_percent(row.same, row.criteria):>11}{_percent(row.whole, row.criteria):>9}"
        f"{_percent(row.part, row.criteria):>9}{_percent(row.gates, row.criteria):>9}{row.wrong:>7}"
        f"{_percent(row.falsely_met, row.not_met):>16}"
    )


def _table(rows: Sequence[Row]) -> str:
    names = (
        ("criteria", 9),
        ("structure", 11),
        ("whole", 9),
        ("part", 9),
        ("gate", 9),
        ("wrong", 7),
        ("false-eligible", 16),
    )
    head = f"{'domain':<20}" + "".join(f"{name:>{width}}" for name, width in names)
    return "\n".join([head, *(_line(row) for row in rows)])


def _mistake(reading: Reading) -> str:
    label = reading.label
    return f"{label.kind}: {label.text!r}\n  label   {label.statement}\n  reading {reading.statement}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the labelled set and print its scores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--mistakes", action="store_true", help="also list what was not read as labelled")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--trials", type=int, default=5000, help="trials for the pace of matching; 0 leaves it out")
    chosen = parser.parse_args(arguments)
    patients = synthetic_patients([label.statement for label in LABELLED])
    start = time.perf_counter()
    for label in LABELLED:
        read_item(label.text, label.kind)
    seconds = time.perf_counter() - start
    readings = read_all(LABELLED, patients, read_item)
    rows = score(readings)
    if chosen.json:
        json.dump({"patients": len(patients), "rows": [row.__dict__ for row in rows]}, sys.stdout, indent=1)
        print()
        return 0
    print(_table(rows))
    whole = rows[-1]
    each = 1000 * seconds / len(LABELLED)
    print(f"\n{len(patients)} synthetic patients, {whole.pairs} verdicts; {each:.2f} ms a criterion")
    wrong = [one for one in readings if one.wrong]
    print(f"criteria with a wrong verdict: {len(wrong)}")
    listed = [one for one in readings if one.wrong or (chosen.mistakes and not one.same)]
    print("\n".join(_mistake(one) for one in listed))
    if chosen.trials:
        print(_pace_line(pace(chosen.trials)))
    return 0


def _pace_line(taken: Pace) -> str:
    loaded = f"loaded in {taken.loading_s:.1f} s ({taken.not_read} broken listed)"
    matched = f"set against one patient in {taken.matching_s:.2f} s, again in {taken.again_s:.2f} s"
    return f"{taken.trials:,} trials, {taken.items:,} criteria: {loaded}; {matched}"


if __name__ == "__main__":
    raise SystemExit(main())
