"""Lack of neutrophils (ICAHT) and of platelets (T-ICAHT) from daily counts: one row per draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.haematology.daily import daily_lowest
from adoptive.outcome.haematology.icaht import count_neutropenia_days, grade_icaht_early, grade_icaht_late
from adoptive.outcome.haematology.thrombocytopenia import grade_t_icaht_early, grade_t_icaht_late
from adoptive.outcome.types import Graded
from adoptive.workbench.grade.rules.answers import because, grades, numbers
from adoptive.workbench.grade.rules.common import ANC, DAY_NEEDED, PATIENT_NEEDED, PLATELETS
from adoptive.workbench.grade.rules.draws import DRAW, picked, same_of_patient
from adoptive.workbench.grade.rules.visits import DATE, DATES, REFERENCE, Bad, days_between
from adoptive.workbench.grade.types import Column, Judged, Layout, Rule, Signs

__all__ = ["RULES"]

Floats = NDArray[np.float64]
_LATE: Final = 100

_FOLLOW_UP: Final = (
    Column("last_day", "last day of follow-up of the patient, the same in every row", aliases=(
        "last_followup_day", "last_follow_up_day", "followup_day", "last_fu_day", "follow_up_day"), low=-10, high=36500,
        required=False),
    Column("progression_day", "day of progression or relapse, the same in every row", aliases=("relapse_day", "pd_day"),
           low=-10, high=36500, required=False),
    Column("next_therapy_day", "day of the next therapy, the same in every row", aliases=("next_treatment_day",),
    low=-10,
           high=36500, required=False),
)  # fmt: skip

_DATES: Final = tuple(
    Column(name, meaning, "text", aliases, required=False)
    for name, meaning, aliases in (
        ("last_day_date", "date of last follow-up", ("last_fu_date", "last_followup_date", "last_follow_up_date")),
        (
            "progression_day_date",
            "date of progression or relapse",
            ("progression_date", "relapse_date", "pd_date", "date_of_progression"),
        ),
        (
            "next_therapy_day_date",
            "date of the next therapy",
            ("next_therapy_date", "subsequent_therapy_date", "next_treatment_date"),
        ),
    )
)


def _by_day(signs: Signs) -> tuple[Signs, Bad]:
    """Turn dates into days after the infusion, where the file gives dates; a count without a day is bad."""
    if "day" in signs.has:
        return _ends_by_day(signs, dict(signs.columns), ())
    columns = dict(signs.columns)
    columns["day"], bad = days_between(signs, "date")
    listed = {row for row, *_ in bad}
    lost = [int(row) for row in np.flatnonzero(np.isnan(columns["day"])) if row not in listed]
    bad = (*bad, *((row, "date", str(signs["date"][row]), "the day after the infusion is not known") for row in lost))
    columns["day"] = np.where(np.isnan(columns["day"]), -np.inf, columns["day"])
    columns["day"] = np.where(np.isinf(columns["day"]), -1e6, columns["day"])
    return _ends_by_day(signs, columns, bad)


def _ends_by_day(signs: Signs, columns: dict[str, Any], bad: Bad) -> tuple[Signs, Bad]:
    """Turn the dates that end follow-up into days, where the infusion has a date and no such day is told."""
    has = set(signs.has)
    for column in _DATES:
        day = column.name.removesuffix("_date")
        if column.name in has and "reference_date" in has and day not in has:
            columns[day], more = days_between(signs, column.name)
            bad = (*bad, *more)
            has.add(day)
    return replace(signs, columns=columns, has=frozenset(has)), tuple(dict.fromkeys(bad))


def _grids(signs: Signs, name: str) -> tuple[Floats, Floats, Floats]:
    """Lay counts out by patient and day: days 0 to 30, days to 100, and the days of the latter."""
    size = len(signs.patients)
    who = np.append(signs.patient, np.arange(size))  # a patient without a good row keeps a line
    when = np.append(signs["day"], np.zeros(size))
    count = np.append(signs[name], np.full(size, np.nan))
    early = daily_lowest(who, when, count)
    late = daily_lowest(who, when, count, last_day=_LATE)
    return early.value, late.value, np.asarray(late.day, np.float64)


def _stops(ends: Mapping[str, Floats]) -> dict[str, Any]:
    """Give what ends the late window beside follow-up."""
    return {name: ends[name] for name in ("progression_day", "next_therapy_day")}


def _icaht(signs: Signs) -> Judged:
    signs, dated = _by_day(signs)
    ends, bad = same_of_patient(signs, *(column.name for column in _FOLLOW_UP))
    early, late, days = _grids(signs, "anc")
    last = ends["last_day"] if "last_day" in signs.has else np.full(len(early), np.nan)
    first = grade_icaht_early(early, last_day=last)
    then = grade_icaht_late(late, days, last_day=ends["last_day"], **_stops(ends))
    behind = count_neutropenia_days(early, last_day=last)
    more = {
        "longest_days_500": grades(behind.longest_severe), "longest_days_100": grades(behind.longest_profound),
        "nadir_per_ul": numbers(behind.nadir_per_ul), "nadir_day": grades(behind.nadir_day),
        "unknown_days": grades(behind.unknown_days),
    }  # fmt: skip
    return _two_grades(signs, first, then, more, (*dated, *bad))


def _t_icaht(signs: Signs) -> Judged:
    signs, dated = _by_day(signs)
    ends, bad = same_of_patient(signs, *(column.name for column in _FOLLOW_UP))
    early, late, days = _grids(signs, "platelets")
    first = grade_t_icaht_early(early, last_day=ends["last_day"], **_stops(ends))
    return _two_grades(
        signs, first, grade_t_icaht_late(late, days, last_day=ends["last_day"], **_stops(ends)), {}, (*dated, *bad)
    )


def _two_grades(signs: Signs, first: Graded, then: Graded, more: Mapping[str, Any], bad: Bad) -> Judged:
    """Give the early and the late grade of every patient, and beside every row those of its patient."""
    grade = {"early_grade": grades(first.grade), "late_grade": grades(then.grade)}
    patients = {
        "patient": np.arange(len(signs.patients)),
        **grade,
        "reason": because(first),
        "late_reason": because(then),
        **more,
    }
    at = signs.patient
    rows = {name: column.take(at) for name, column in grade.items()}
    return Judged(rows | {"reason": because(first).take(at)}, patients=patients, main="patients", bad=bad)


_DATED: Final = tuple(replace(column, required=True, key=True) for column in (DATE, REFERENCE))
_ANC, _PLATELETS = (replace(column, unit_column=("unit", "units")) for column in (ANC, PLATELETS))


def _daily(count: Column) -> tuple[Column, ...]:
    return (PATIENT_NEEDED, DAY_NEEDED, count, *_FOLLOW_UP, REFERENCE, *_DATES)


RULES: Final = (
    Rule("icaht", "Neutropenia after CAR T cells (ICAHT), early and late", "EHA/EBMT 2023",
         "Rejeski et al. 2023, 10.1182/blood.2023020578", "rules/icaht", "early_grade",
         (Layout("daily counts", DRAW, _daily(_ANC), _icaht),
          Layout("dated counts", DRAW, (PATIENT_NEEDED, *_DATED, _ANC, *_DATES), _icaht)), (DATES,),
         picked(_ANC, frozenset({"NEUT", "ANC", "NEUTS"}))),
    Rule("t-icaht", "Thrombocytopenia after CAR T cells (T-ICAHT), early and late", "2025",
         "Rejeski et al. 2025", "rules/icaht", "early_grade",
         (Layout("daily counts", DRAW, _daily(_PLATELETS), _t_icaht),
          Layout("dated counts", DRAW, (PATIENT_NEEDED, *_DATED, _PLATELETS, *_DATES), _t_icaht)), (DATES,),
         picked(_PLATELETS, frozenset({"PLAT", "PLT"}))),
)  # fmt: skip
