"""ADLB and ADVS: daily counts, interleukin 6, vital signs and ICE score of the arms with cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.laboratory.cytopenia import Lineage, grade_cytopenia
from adoptive.workbench.export.adam.response import study_day
from adoptive.workbench.export.adam.subject import flag, identified
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns

__all__ = ["LABORATORY", "SIGNS", "Daily", "laboratory", "signs"]

Floats = NDArray[np.float64]

A_MOMENT: Final = 1e-9


@dataclass(frozen=True)
class Daily:
    """Hold a parameter that is recorded daily: code, words, unit, column, and the lineage that is graded."""

    code: str
    words: str
    unit: str
    column: str
    lineage: Lineage | None = None


LABORATORY: Final = (
    Daily("NEUT", "Neutrophils (1e9/L)", "1e9/L", "neutrophils_e9_l", "neutrophils"),
    Daily("PLAT", "Platelets (1e9/L)", "1e9/L", "platelets_e9_l", "platelets"),
    Daily("LYM", "Lymphocytes (1e9/L)", "1e9/L", "lymphocytes_e9_l", "lymphocytes"),
    Daily("INTLK6", "Interleukin 6 (pg/mL)", "pg/mL", "il6_pg_ml"),
)
SIGNS: Final = (
    Daily("TEMP", "Temperature (C)", "C", "temperature_c"),
    Daily("SYSBP", "Systolic Blood Pressure (mmHg)", "mmHg", "systolic_mmhg"),
    Daily("OXYSAT", "Oxygen Saturation (%)", "%", "saturation_percent"),
    Daily("ICE", "ICE Score (points)", "points", "ice_score"),
)


def laboratory(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADLB."""
    return _daily(source, adsl, LABORATORY, repeated=("ITTFL",), graded=True)


def signs(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADVS."""
    return _daily(source, adsl, SIGNS, repeated=("ITTFL",), graded=False)


def _daily(
    source: Source, adsl: Columns, listed: tuple[Daily, ...], *, repeated: tuple[str, ...], graded: bool
) -> Columns:
    """Lay daily values out by patient, parameter and day; the baseline is the day of randomisation."""
    if not source.daily:
        return {}
    place, day = source.place(source.daily["patient"]), np.asarray(source.daily["day"], float)
    seen = day <= source.last_day[place] + A_MOMENT  # a run writes the first day after the data cut, too
    place, day = place[seen], day[seen]
    count, size = len(listed), len(day)
    rows, days = np.tile(place, count), np.tile(day, count)
    which = np.repeat(np.arange(count), size)
    value = np.concatenate([np.asarray(source.daily[one.column], float)[seen] for one in listed])
    order = np.lexsort((days, which, rows))
    rows, days, which, value = rows[order], days[order], which[order], value[order]
    base = _baseline(rows, which, days, value, count)
    change = np.where(days > 0, value - base, np.nan)
    columns: dict[str, Any] = {
        "PARAMCD": np.array([one.code for one in listed], dtype=object)[which],
        "PARAM": np.array([one.words for one in listed], dtype=object)[which],
        "AVAL": value, "AVALU": np.array([one.unit for one in listed], dtype=object)[which],
        "BASE": base, "CHG": change,
        "PCHG": np.where(base > 0, 100.0 * change / np.where(base > 0, base, 1.0), np.nan),
        "ABLFL": flag(days == 0, no=""), "ADT": source.date(rows, days), "ADY": study_day(days), "ADAYEX": days,
    }  # fmt: skip
    if graded:
        columns["ATOXGR"] = _grades(listed, which, value)
    who = {name: kept for name, kept in identified(adsl, rows).items() if name not in repeated}
    return who | columns


def _baseline(rows: NDArray[np.int64], which: NDArray[np.int64], day: Floats, value: Floats, count: int) -> Floats:
    """Give the value of day 0 of the same patient and parameter; NaN where there is none."""
    base = np.full((int(rows.max(initial=0)) + 1, count), np.nan)
    first = day == 0
    base[rows[first], which[first]] = value[first]
    return np.asarray(base[rows, which])


def _grades(listed: tuple[Daily, ...], which: NDArray[np.int64], value: Floats) -> NDArray[Any]:
    grade = np.full(len(value), "", dtype=object)
    for at, one in enumerate(listed):
        if one.lineage is not None:
            mine = which == at
            grade[mine] = grade_cytopenia(value[mine], one.lineage).astype(str)
    return grade
