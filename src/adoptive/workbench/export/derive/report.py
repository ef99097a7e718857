"""Compute the report's numbers about one trial again, from the analysis data sets alone, and compare.

What the report says over all trials (medians over trials, bands, pooled shares) is not in one trial's data sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.units import days as in_days
from adoptive.units import months
from adoptive.verdict import ENDPOINTS, EndpointSpec, curve, judge, risk_table
from adoptive.workbench.export.checks.types import Tables
from adoptive.workbench.export.derive.patients import LEVELS, Patients, patients_from
from adoptive.workbench.export.source import Source

__all__ = ["OVER_ALL_TRIALS", "Derived", "derive_report"]

Floats = NDArray[np.float64]

RELATIVE: Final = 1e-9

OVER_ALL_TRIALS: Final = (
    "simulated medians and 90 % intervals of the comparison, bands of the curves, flow of patients, response bars, "
    "toxicity by grade, peak of the transgene level in words, table of the assessment rule: over all trials of a run, "
    "so not in one trial's data sets"
)
DAILY: Final = 120.0
LONG_MONTHS: Final = 36.0
"""As in the report's figure of levels: days drawn one by one, and the months from which a year is drawn."""

NOT_RECORDED: Final = {"screened": "the data sets hold entered patients only"}


@dataclass(frozen=True)
class Derived:
    """Hold one number (or column of numbers) of the report: where it stands, as derived, as in the run.

    ``equal`` is None where it cannot be derived, with the reason in ``derived``.
    """

    what: str
    where: str
    numbers: int
    derived: str
    run: str
    equal: bool | None


def derive_report(tables: Tables, source: Source) -> tuple[Derived, ...]:
    """Derive every number of one trial that the run folder holds, and compare it."""
    patients = patients_from(tables)
    found = [*_endpoints(patients, source), *_per_patient(tables, patients, source)]
    if source.trial == int(source.run.summary["median_trial"]):
        found += [*_curves(patients, source), *_risks(patients, source), *_kinetics(tables, source)]
    return tuple(found)


def _endpoints(patients: Patients, source: Source) -> Iterator[Derived]:
    """Judge every endpoint of the comparison again; the run holds each trial's value."""
    values = source.run.tables["trial_values"]
    rows = np.flatnonzero(values["trial"] == source.trial)
    for at in rows.tolist():
        name, arm, kind = str(values["endpoint"][at]), int(values["arm"][at]), str(values["set"][at])
        month = float(values["at_months"][at])
        where = f"comparison, {source.run.arms[arm] if arm >= 0 else 'all'}, {kind}"
        said = f"{value:.10g}" if np.isfinite(value := float(values["value"][at])) else "not reached or not estimable"
        if name in NOT_RECORDED:
            yield Derived(name, where, 1, NOT_RECORDED[name], said, None)
            continue
        spec = EndpointSpec(
            name, None if arm < 0 else arm, "infused" if kind == "infused" else "ITT",
            ENDPOINTS[name].unit, month if np.isfinite(month) else None,
        )  # fmt: skip
        [estimate] = judge(patients, {}, [spec])
        own = float(estimate.values[0]) if estimate.estimable[0] else np.inf
        same = _same(np.array([own]), np.array([value])) and bool(estimate.estimable[0]) == bool(
            values["estimable"][at]
        )
        mine = f"{own:.10g}" if np.isfinite(own) else "not reached or not estimable"
        yield Derived(name + (f" at {month:g} months" if np.isfinite(month) else ""), where, 1, mine, said, same)


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.shape != other.shape:
        return False
    both = np.isfinite(one) & np.isfinite(other)
    scale = RELATIVE * np.maximum(1.0, np.abs(np.where(both, other, 0.0)))
    near = np.abs(np.where(both, one, 0.0) - np.where(both, other, 0.0)) <= scale
    return bool((near & (np.isfinite(one) == np.isfinite(other))).all())


def _compared(what: str, where: str, own: dict[str, NDArray[Any]], run: dict[str, NDArray[Any]]) -> Derived:
    """Compare columns of numbers; the texts are how many there are, and the largest difference."""
    count = sum(np.size(values) for values in run.values())
    wrong = [name for name in run if not _same(np.asarray(own[name], float), np.asarray(run[name], float))]
    said = "all equal" if not wrong else "differ: " + ", ".join(wrong)
    return Derived(what, where, count, said, f"{count} numbers", not wrong)


def _set(patients: Patients, arm: int, kind: str) -> NDArray[np.bool_]:
    chosen = (patients["arm"] == arm) & patients["enrolled"]
    column = {"infused": "treated", "responders": "responder"}.get(kind)
    return np.asarray(chosen if column is None else chosen & patients[column], bool)


def _drawn(table: Mapping[str, NDArray[Any]]) -> list[tuple[str, int, str]]:
    pairs = zip(*(table[name].tolist() for name in ("event", "arm", "set")), strict=True)
    return list(dict.fromkeys(pairs))


def _curves(patients: Patients, source: Source) -> Iterator[Derived]:
    """Draw the Kaplan-Meier curves of the report again: every step with its interval, censorings and events."""
    table = source.run.tables["steps"]
    for event, arm, kind in _drawn(table):
        mine = (table["event"] == event) & (table["arm"] == arm)
        of = curve(patients[f"{event}_days"][0], patients[f"{event}_event"][0], _set(patients, arm, kind)[0])
        own = {"month": months(np.concatenate([[0.0], of.days]))}
        own |= {name: np.concatenate([[1.0], getattr(of, name)]) for name in ("survival", "lower", "upper")}
        own |= {name: np.concatenate([[0], getattr(of, name)]) for name in ("censored", "events")}
        run = {name: table[name][mine] for name in own}
        yield _compared(f"Kaplan-Meier curve, {event}", f"survival, {source.run.arms[arm]}, {kind}", own, run)


def _risks(patients: Patients, source: Source) -> Iterator[Derived]:
    table = source.run.tables["risk"]
    for event, arm, kind in _drawn(table):
        mine = (table["event"] == event) & (table["arm"] == arm)
        found = risk_table(
            patients[f"{event}_days"], patients[f"{event}_event"], _set(patients, arm, kind),
            at_days=in_days(np.asarray(table["month"][mine], float)),
        )  # fmt: skip
        own = {name: np.asarray(getattr(found, name)[0]) for name in ("at_risk", "censored", "events")}
        run = {name: table[name][mine] for name in own}
        yield _compared(f"numbers at risk, {event}", f"survival, {source.run.arms[arm]}, {kind}", own, run)


def _per_patient(tables: Tables, patients: Patients, source: Source) -> Iterator[Derived]:
    """Compare what the figures draw patient by patient: waterfall, spider, swimmer, levels."""
    run = source.patients
    own = {name: patients[name][0] for name in ("os_days", "os_event", "pfs_days", "response_day", "responder")}
    yield _compared("course of every patient", "swimmer", own, {name: run[name] for name in own})
    if source.visits and (tables["ADTR"]["PARAMCD"] == "SDIAM").any():
        yield from _tumours(tables, source)
    if "ADEX" in tables and source.doses:
        doses = tables["ADEX"]
        cells = doses["PARAMCD"] == "CELLS"
        given = {"day": doses["ADAYEX"][cells], "cells": doses["EXDOSE"][cells]}
        yield _compared("infusions", "swimmer, triangles", given, {name: source.doses[name] for name in given})
    if "ADPP" in tables:
        infused = source.infused
        levels = {name: patients[name][0][infused] for name in LEVELS.values()}
        yield _compared("peak, its day, area, persistence", "cells in blood, infused patients", levels,
                        {name: run[name][infused] for name in levels})  # fmt: skip


def _tumours(tables: Tables, source: Source) -> Iterator[Derived]:
    table = tables["ADTR"]
    after = (table["PARAMCD"] == "SDIAM") & (table["ABLFL"] != "Y")
    subject = source.subjects[source.place(source.visits["patient"])]
    drawn = np.isin(subject.astype(str), np.unique(table["USUBJID"][after].astype(str)))
    base = source.patients["baseline_sld_mm"][source.place(source.visits["patient"])]
    drawn &= base > 0
    known = np.isfinite(table["PCHG"][after])
    yield _compared("change of the sum of diameters", "spider", {
        "day": table["ADAYEX"][after][known], "change": table["PCHG"][after][known] / 100.0,
    }, {"day": source.visits["day"][drawn], "change": source.visits["change"][drawn]})  # fmt: skip
    best = table["PARAMCD"] == "BPCHG"
    yield _compared("best change of every patient", "waterfall", {"best_change": table["AVAL"][best] / 100.0},
                    {"best_change": source.patients["best_change"][source.patients["evaluable"]]})  # fmt: skip


def _kinetics(tables: Tables, source: Source) -> Iterator[Derived]:
    """Draw the levels of the report again: median and 90 % band of the infused patients by day."""
    levels = tables.get("ADPC", {})
    whole = source.study.trial.accrual_months + source.study.trial.follow_up_months
    last = 365.0 if whole > LONG_MONTHS else DAILY
    for arm in source.run.cells if levels else ():
        mine = levels["TRT01PN"] == arm + 1
        own = _band(np.round(levels["AFRLT"][mine]), levels["AVAL"][mine], last)
        run = _band(*_daily_levels(source, arm), last)
        yield _compared("median and band of the transgene level", f"cells in blood, {source.run.arms[arm]}", own, run)


def _daily_levels(source: Source, arm: int) -> tuple[Floats, Floats]:
    """Give the run's daily levels of an arm's infused patients by whole day since the first infusion."""
    daily, doses = source.daily, source.doses
    first = np.full(len(source.patients["patient"]), np.inf)
    np.minimum.at(first, source.place(doses["patient"]), doses["day"])
    first[source.patients["arm"] != arm] = np.inf
    start = first[source.place(daily["patient"])]
    since = np.round(daily["day"] - np.where(np.isfinite(start), start, 0.0))
    keep = np.isfinite(start) & (since >= 0)
    return since[keep], daily["car_copies"][keep]


def _band(day: Floats, level: Floats, last: float) -> dict[str, NDArray[Any]]:
    """Give median and 90 % band by day, as the report draws them: by weeks after day 120, at least one copy."""
    keep = day <= last
    day = np.where(day[keep] > DAILY, np.floor((day[keep] - DAILY) / 7.0) * 7.0 + DAILY, day[keep])
    level = np.maximum(level[keep], 1.0)
    days = np.unique(day)
    ends = [np.quantile(level[day == one], [0.05, 0.5, 0.95], method="inverted_cdf") for one in days]
    low, middle, high = np.array(ends).reshape(-1, 3).T
    return {"day": days, "low": low, "copies": middle, "high": high}
