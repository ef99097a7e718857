"""How fast are the rules of the clinic on one core, against a plain loop of the same rule over patients?

No kept Python library grades these, so the loop, written from the rule and checked to give the same grades, is the only
peer. It tells the grades alone: no reasons, missing values, units or options, and of a course the worst day and the
onset. Each round times every rule and its loop one after the other; the ratio is taken within a round. Prints a table;
``--write`` refreshes the block in ``benchmarks/README.md``. Run: ``python benchmarks/outcome_rules.py [--write]``.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from adoptive.outcome.events import Planned, progression_free_survival
from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_due
from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls
from adoptive.outcome.haematology.daily import daily_lowest
from adoptive.outcome.haematology.icaht import grade_icaht_early, grade_icaht_late
from adoptive.outcome.haematology.thrombocytopenia import grade_t_icaht_early
from adoptive.outcome.haematology.tumour_lysis import Chemistry, grade_laboratory_tls
from adoptive.outcome.laboratory.rows import grade_laboratory_rows
from adoptive.outcome.response.best import best_response
from adoptive.outcome.response.recist import assess
from adoptive.outcome.toxicity.crs import CRS_SCALES, CrsSigns, crs_course, grade_crs
from adoptive.outcome.types import Response, Scans

README = Path(__file__).with_name("README.md")
START, END = "<!-- bench-outcome: start -->", "<!-- bench-outcome: end -->"


@dataclass(frozen=True)
class Race:
    """One rule: what is timed, in how many units, and the plain loop over the first few patients with its units."""

    name: str
    ours: Callable[[], Any]
    units: int
    unit: str
    loop: Callable[[], Sequence[Any]] | None = None
    loop_units: int = 0


def crs_grade(temperature: float, hypotension: int, vasopressors: int, oxygen: int) -> int:
    """Grade a day by the ASTCT consensus."""
    if temperature < 38.0:
        return 0
    low = (4 if vasopressors > 1 else 3 if vasopressors == 1 else 2) if hypotension or vasopressors else 1
    return max(low, (1, 2, 3, 4)[oxygen])


def crs_races(rng: np.random.Generator, patients: int, few: int) -> list[Race]:
    shape = (patients, 50)
    signs = (
        rng.normal(38.0, 1.0, shape), (rng.random(shape) < 0.3).astype(int), rng.integers(0, 3, shape),
        rng.integers(0, 4, shape),
    )  # fmt: skip
    signs = (signs[0], np.maximum(signs[1], signs[2] > 0), signs[2], signs[3])
    day = np.arange(50.0)
    grades = grade_crs(CrsSigns(*signs)).grade

    first = [sign[:few].tolist() for sign in signs]
    rows_of_grades = grades[:few].tolist()

    def loop() -> list[Any]:
        return [[crs_grade(*one) for one in zip(*rows, strict=True)] for rows in zip(*first, strict=True)]

    def course_loop() -> list[Any]:
        return [crs_day_by_day(row) for row in rows_of_grades]

    def course() -> Any:
        found = crs_course(grades, day)
        return np.stack([found.maximum_grade, found.onset_day, found.maximum_day], axis=1)

    return [
        Race("CRS, ASTCT", lambda: grade_crs(CrsSigns(*signs)).grade, patients * 50, "patient-days", loop, few * 50),
        Race("CRS course of 50 days", course, patients, "patients", course_loop, few),
        *older_scale_races(signs, rng, shape),
    ]


def older_scale_races(signs: tuple[Any, ...], rng: np.random.Generator, shape: tuple[int, int]) -> list[Race]:
    """Give the older scales, which read more signs."""
    more = CrsSigns(
        *signs, treated=rng.random(shape) < 0.5, organ_grade=rng.integers(0, 5, shape),
        transaminase_grade=rng.integers(0, 5, shape), oxygen_fraction=0.4, high_dose_vasopressor=0, ventilated=0,
    )  # fmt: skip
    days = shape[0] * shape[1]
    return [
        Race(f"CRS, {scale}", lambda scale=scale: grade_crs(more, scale=scale).grade, days, "patient-days")
        for scale in CRS_SCALES[1:]
    ]


def crs_day_by_day(row: list[int]) -> list[float]:
    """Tell the worst grade, the onset and the first day of the worst grade."""
    worst, onset, peak = 0, math.inf, math.inf
    for day, grade in enumerate(row):
        if grade > 0 and onset == math.inf:
            onset = day
        if grade > worst:
            worst, peak = grade, day
    return [worst, onset, peak]


def laboratory_grade(term: str, value: float, low: float, high: float) -> int:
    """Grade one row by CTCAE 5.0, baseline normal."""
    if term == "Neutrophil count decreased":
        return 4 if value < 0.5 else 3 if value < 1.0 else 2 if value < 1.5 else 1 if value < low else 0
    if term == "Hyperkalemia":
        return 4 if value > 7 else 3 if value > 6 else 2 if value > 5.5 else 1 if value > high else 0
    times = value / high
    return 4 if times > 20 else 3 if times > 5 else 2 if times > 3 else 1 if times > 1 else 0


def laboratory_race(rng: np.random.Generator, rows: int, few: int) -> Race:
    names = np.array(["Neutrophil count decreased", "Hyperkalemia", "Alanine aminotransferase increased"])
    units = np.array(["10^9/L", "mmol/L", "U/L"])
    which = rng.integers(0, 3, rows)
    scale, low, high = np.array([1.5, 5.5, 120.0]), np.array([1.8, 3.5, np.nan]), np.array([np.nan, 5.0, 30.0])
    value = scale[which] * rng.lognormal(0.0, np.array([0.6, 0.15, 1.2])[which])
    columns = (names[which], value, units[which], low[which], high[which])

    term, number, _, lower, upper = (column[:few].tolist() for column in columns)

    def loop() -> list[int]:
        return [laboratory_grade(*row) for row in zip(term, number, lower, upper, strict=True)]

    return Race(
        "CTCAE 5.0, rows of three terms", lambda: grade_laboratory_rows(*columns).grade, rows, "rows", loop, few
    )


def longest_run(values: list[float], limit: float) -> tuple[int, bool]:
    """Tell the longest run at or below a limit, joined over two days above it, and whether it lasted all along."""
    known = [day for day, value in enumerate(values) if not math.isnan(value)]
    runs: list[list[int]] = []
    for day in known:
        if values[day] <= limit:
            if runs and day - runs[-1][1] <= 3:
                runs[-1][1] = day
            else:
                runs.append([day, day])
    never = any(start <= 3 and end == known[-1] for start, end in runs)
    return max((end - start + 1 for start, end in runs), default=0), never


def icaht_grade(row: list[float]) -> int:
    """Grade the month of one patient: gaps of up to seven days on a line, rounded to ten."""
    known = [day for day, value in enumerate(row) if not math.isnan(value)]
    if not known:
        return -1
    values = list(row)
    if len(known) > 1:
        for start, end in zip([-1, *known], [*known, len(row)], strict=True):
            if 1 < end - start <= 8:
                left = row[start] if start >= 0 else row[end]
                right = row[end] if end < len(row) else left
                for day in range(start + 1, end):
                    values[day] = left + (right - left) * (day - start) / (end - start)
    values = [value if math.isnan(value) else round(value / 10) * 10 for value in values]
    long, never = longest_run(values, 500)
    deep, _ = longest_run(values, 100)
    if deep >= 14 or long >= 31 or never:
        return 4
    return 3 if long >= 14 or deep >= 7 else 2 if long >= 7 else 1 if long else 0


def icaht_race(rng: np.random.Generator, patients: int, few: int) -> Race:
    level = np.cumsum(rng.normal(0, 0.5, (patients, 31)), axis=1) + rng.normal(6.0, 1.0, (patients, 1))
    counts = np.where(rng.random((patients, 31)) < 0.3, np.nan, np.round(np.exp(level)))
    first = counts[:few].tolist()
    return Race(
        "early ICAHT, 31 days", lambda: grade_icaht_early(counts).grade, patients, "patients",
        lambda: [icaht_grade(row) for row in first], few,
    )  # fmt: skip


def haematology_races(rng: np.random.Generator, rows: int) -> list[Race]:
    """Give the other rules of blood counts and chemistry."""
    value, code = rng.uniform(0, 10, rows), rng.integers(0, 2, rows)
    shape = (rows // 31, 31)
    months = np.where(rng.random(shape) < 0.4, np.nan, rng.uniform(0, 3000, shape))
    chemistry = Chemistry(
        uric_acid_mg_dl=value, potassium_mmol_l=value, phosphate_mg_dl=value, corrected_calcium_mg_dl=value
    )
    half_years = 10 * value[: rows // 200 * 200].reshape(-1, 200)
    blood = {"platelets_e9_l": value, "anc_per_ul": value, "haemoglobin_g_dl": value, "crp_mg_dl": value}
    work: dict[str, Callable[[], Any]] = {
        "lowest value of a day": lambda: daily_lowest(np.arange(rows) // 31, np.arange(rows) % 31, value),
        "late ICAHT": lambda: grade_icaht_late(months, 31 + np.arange(31)),
        "early T-ICAHT": lambda: grade_t_icaht_early(months / 10),
        "laboratory tumour lysis": lambda: grade_laboratory_tls(chemistry),
        "clinical tumour lysis": lambda: grade_clinical_tls(code, creatinine_x_uln=value, arrhythmia=code, seizure=0),
        "CAR-HEMATOTOX": lambda: score_car_hematotox(**blood, ferritin_ng_ml=value),
        "B-cell aplasia": lambda: find_b_cell_aplasia(half_years, np.arange(200)),
        "immunoglobulin due": lambda: is_immunoglobulin_due(100 * value, recurrent_infection=code, day=30),
    }
    return [Race(name, call, rows, "rows") for name, call in work.items()]


def recist_visits(baseline: list[float], nodal: list[bool], visits: list[Any]) -> list[int]:
    """Judge the visits of one patient whose non-target disease has gone; a new lesion is PD."""
    total, nadir, told = sum(baseline), sum(baseline), []
    for sizes, measured, new in visits:
        part = sum(size for size, seen in zip(sizes, measured, strict=True) if seen)
        gone = all(size < 10 if node else size <= 0 for size, node in zip(sizes, nodal, strict=True))
        if new:
            told.append(Response.PD)
        elif all(measured) and gone:
            told.append(Response.CR)
        elif part - nadir >= 5 - 1e-9 and part >= 1.2 * nadir - 1e-9:
            told.append(Response.PD)
        elif not all(measured):
            told.append(Response.NE)
        else:
            told.append(Response.PR if part <= 0.7 * total + 1e-9 else Response.SD)
        nadir = min(nadir, part) if all(measured) else nadir
    return told


def recist_races(rng: np.random.Generator, patients: int, few: int) -> list[Race]:
    shape = (patients, 10, 5)
    baseline, nodal = rng.uniform(15, 60, (patients, 5)).round(), rng.random((patients, 5)) < 0.3
    change = np.cumsum(rng.normal(-0.05, 0.25, shape), axis=1)
    size = (baseline[:, None, :] * np.exp(change)).round()
    measured, new = rng.random(shape) < 0.97, rng.random(shape[:2]) < 0.02
    day = np.broadcast_to(42.0 * np.arange(1, 11), shape[:2])
    scans = Scans(
        day, np.ones(shape[:2], bool), np.where(size < 5, 0.0, size), measured, baseline, nodal,
        np.zeros(shape[:2], np.int64), new,
    )  # fmt: skip

    sizes, seen, fresh = scans.diameter_mm[:few].tolist(), measured[:few].tolist(), new[:few].tolist()
    nodes, start = nodal[:few].tolist(), baseline[:few].tolist()

    def loop() -> list[Any]:
        return [
            recist_visits(start[row], nodes[row], list(zip(sizes[row], seen[row], fresh[row], strict=True)))
            for row in range(few)
        ]

    def plain() -> Any:
        return assess(scans, partial_kept="never").response

    def best() -> Any:
        return best_response(assess(scans).response, day, confirm_days=28.0, minimum_stable_days=42.0)

    response = assess(scans).response
    death = rng.uniform(50, 900, patients)
    plan = Planned(interval_days=42.0, window_days=7.0)
    return [
        Race("RECIST 1.1, 10 visits, 5 lesions", plain, patients, "patients", loop, few),
        Race("the same, a confirmed PR kept (default)", lambda: assess(scans).response, patients, "patients"),
        Race("the same, with the confirmed best response", best, patients, "patients"),
        Race(
            "PFS with FDA censoring, 10 visits",
            lambda: progression_free_survival(response, day, death_day=death, cut_day=420.0, planned=plan).days,
            patients, "patients",
        ),
    ]  # fmt: skip


def seconds(work: Callable[[], Any]) -> float:
    """Time one call in processor time of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def check(race: Race) -> None:
    """Make sure that the loop tells what the rule tells."""
    if race.loop is not None:
        expected = np.asarray(race.loop())
        found = np.asarray(race.ours())[: len(expected)]
        if not np.array_equal(found, expected):
            where = np.argwhere(found != expected)[0].tolist()
            raise SystemExit(f"{race.name}: the plain loop differs from the rule at {where}")


def table(races: list[Race], rounds: int) -> list[str]:
    """Time every rule and its loop in rounds; give the rows of the table."""
    times = [[(seconds(race.ours), seconds(race.loop) if race.loop else None) for race in races] for _ in range(rounds)]
    lines = [
        "| rule | size | s | per second | plain loop, per second | ratio |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for place, race in enumerate(races):
        mine = statistics.median(one[place][0] for one in times)
        peer, ratio = "none", ""
        if race.loop is not None:
            each = [(one[place][1] or 0.0) / race.loop_units for one in times]
            peer = f"{1 / statistics.median(each):,.0f}"
            ratio = (
                f"{statistics.median(e * race.units / one[place][0] for e, one in zip(each, times, strict=True)):.1f}"
            )
        size = f"{race.units:,} {race.unit}"
        lines.append(f"| {race.name} | {size} | {mine:.2f} | {race.units / mine:,.0f} | {peer} | {ratio} |")
    return lines


def pin() -> str:
    """Keep to one core and say on what this runs."""
    pa.set_cpu_count(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cpu = platform.machine()
    if Path("/proc/cpuinfo").exists():
        named = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        cpu = named[0].split(":", 1)[1].strip() if named else cpu
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{cpu}, one core{load}, {platform.system()}, Python {platform.python_version()}, numpy {np.__version__}"


def write(block: str) -> None:
    """Put the block between its marks in the README."""
    text = README.read_text("utf-8")
    if START not in text or END not in text:
        raise SystemExit(f"{README.name} lacks the marks {START} and {END}")
    before, after = text.split(START, 1)[0], text.split(END, 1)[1]
    README.write_text(f"{before}{START}\n{block}\n{END}{after}", "utf-8")


def main() -> None:
    """Check, time, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size, one round")
    parser.add_argument("--write", action="store_true", help="refresh the block in benchmarks/README.md")
    options = parser.parse_args()
    shrink, rounds = (100, 1) if options.quick else (1, options.rounds)
    where, rng, few = pin(), np.random.default_rng(1), 1000
    races = crs_races(rng, 20_000 // shrink, few // 10)
    races.append(laboratory_race(rng, 1_000_000 // shrink, 10 * few))
    races.append(icaht_race(rng, 100_000 // shrink, few))
    races += haematology_races(rng, 1_000_000 // shrink)
    races += recist_races(rng, 100_000 // shrink, few)
    for race in races:
        check(race)
    block = "\n".join([f"Measured on {where}; {rounds} rounds; processor time, median.", "", *table(races, rounds)])
    print(block)
    if options.write and not options.quick:
        write(block)


if __name__ == "__main__":
    main()
