"""Measure the checks that are asked for, and put the table together."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import numpy as np

from adoptive.errors import RunError
from adoptive.workbench.check import efficacy, exact, expansion, population, safety, trials
from adoptive.workbench.check.rows import choose_codes, load_checks
from adoptive.workbench.check.setting import SHORTER, Setting
from adoptive.workbench.check.types import CheckRun, Line

__all__ = ["MEASURES", "as_document", "run_checks"]

Measure = Callable[[Setting], Iterator[tuple[str, float]]]
Progress = Callable[[int, int, str], None]
Around = Callable[[], AbstractContextManager[None]]

MEASURES: Final[tuple[tuple[frozenset[str], bool, Measure], ...]] = tuple(
    (frozenset(codes.split()), repeated, measure)
    for codes, repeated, measure in (
        ("A1 A2 A4 S8", False, exact.untreated),
        ("A3 A5 A6", False, exact.conservation),
        ("A7 A8", False, exact.growth),
        ("A9 A10", False, exact.doubling),
        ("K1 K3 K4 K5 K8", True, expansion.one_infusion),
        ("K2 K6", True, expansion.doses),
        ("K7", True, expansion.niche),
        ("E1", False, trials.endpoints),
        ("E2 E4", True, efficacy.antigen),
        ("E3", True, efficacy.relapse),
        ("E5", True, efficacy.repeats),
        ("E6", True, efficacy.mixed),
        ("E7", True, efficacy.pd1),
        ("E8 E9", True, efficacy.exhaustion),
        ("E11", False, trials.ordering),
        ("S1 S2 S9", True, safety.inflammation),
        ("S3", True, safety.dexamethasone),
        ("S4", True, safety.burden),
        ("S5", True, safety.blood_counts),
        ("K2 K4 K5 S6 S7 S8", True, safety.cd19),
        ("S7 S8", True, safety.lysis),
        ("K2 K3 K9 S1 S5", True, population.expansion),
        ("K10 E7 E10", True, population.responses),
    )
)
"""What is measured: the codes of its lines, whether it is repeated with the shorter regimen, and how."""


def run_checks(
    *,
    seed: int = 1,
    patients: int = 300,
    only: str | None = None,
    shorter: bool = True,
    changed: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    around: Around = nullcontext,
) -> CheckRun:
    """Measure the checks (``only`` some, as in ``K2,S5``) with the reference regimen and the trial's shorter one.

    ``changed`` sets parameters of the model on purpose, to see which lines notice (E1 and E11 follow the published
    ones). Each measurement is made inside ``around()``. The same seed, patients and choice give the same numbers.

    Raises
    ------
    StudyError
        A code that does not exist.
    RunError
        A patient could not be integrated.
    """
    codes = choose_codes(only)
    reference = Setting(seed=seed, patients=patients, changed=dict(changed or {}))
    wanted = [measure for measure in MEASURES if measure[0] & codes]
    jobs = [(measure, reference) for _, _, measure in wanted]
    if shorter:
        other = dataclasses.replace(reference, fludarabine_days=SHORTER)
        jobs += [(measure, other) for _, repeated, measure in wanted if repeated]
    found: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for number, (measure, by) in enumerate(jobs):
        if progress is not None:
            progress(number, len(jobs), (measure.__doc__ or "").partition(":")[0])
        with around():
            found[by is not reference].update(_measured(measure, by))
    return CheckRun(seed, patients, _lines(codes, *found))


def _measured(measure: Measure, by: Setting) -> dict[str, float]:
    """Measure; a ratio to nothing has no value, which is written as inf and lies in no range."""
    with np.errstate(divide="ignore", invalid="ignore"):
        values = {key: float(value) for key, value in measure(by)}
    return {key: value if math.isfinite(value) else math.inf for key, value in values.items()}


def _lines(codes: frozenset[str], found: Mapping[str, float], shorter: Mapping[str, float]) -> tuple[Line, ...]:
    """Put what was found under its rows; a row that nothing measures is a mistake of the program."""
    checks = [check for check in load_checks() if check.code in codes]
    missing = [check.key for check in checks if check.key not in found]
    if missing:
        raise RunError("checks that nothing measures", where="check kinetics", value=", ".join(missing))
    return tuple(Line(check, found[check.key], shorter.get(check.key)) for check in checks)


def as_document(run: CheckRun) -> dict[str, Any]:
    """Give the table as one document; an open end of a range is null."""
    return {
        "target": "kinetics", "seed": run.seed, "patients": run.patients, "holds": run.holds,
        "passed": len(run.lines) - run.failed, "failed": run.failed, "checks": [_row(line) for line in run.lines],
        "simulated": True,
    }  # fmt: skip


def _row(line: Line) -> dict[str, Any]:
    check = line.check
    return {
        "key": check.key, "code": check.code, "what": check.what, "low": _number(check.low),
        "high": _number(check.high), "found": _number(line.found), "unit": check.unit, "holds": line.holds,
        "found_shorter_regimen": _number(line.shorter), "holds_shorter_regimen": line.shorter_holds,
        "status": check.status, "source": check.source,
    }  # fmt: skip


def _number(value: float | None) -> float | None:
    """Round to ten digits; None for what is not finite."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.10g}")
