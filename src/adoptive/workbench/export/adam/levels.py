"""ADPC and ADPP: transgene levels from the first infusion, and what non-compartmental analysis makes of them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.observe.rows import observed
from adoptive.parameters import load_book
from adoptive.verdict.nca import Nca, noncompartmental
from adoptive.workbench.export.adam.response import study_day
from adoptive.workbench.export.adam.subject import flag, identified
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns

__all__ = ["PARAMETERS", "UNIT", "analysed", "levels", "parameters"]

Floats = NDArray[np.float64]

UNIT: Final = "copies/ug DNA"
AREA_DAYS: Final = 28.0
A_MOMENT: Final = 1e-9

PARAMETERS: Final = {
    "CMAX": ("Maximum Transgene Level", UNIT),
    "TMAX": ("Time of the Maximum after the First Infusion", "days"),
    "AUC28": ("Area under the Level, Days 0 to 28", f"{UNIT} x day"),
    "CLST": ("Last Level at or above the Limit", UNIT),
    "TLST": ("Time of the Last Level at or above the Limit", "days"),
    "LAMZHL": ("Terminal Half-Life", "days"),
}  # fmt: skip


def levels(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADPC: the level on every day from the first infusion of the assigned cells."""
    if not source.daily:
        return {}
    place, day = source.place(source.daily["patient"]), np.asarray(source.daily["day"], float)
    first = np.asarray(adsl["INFDAY"], float)[place]
    keep = np.flatnonzero(source.infused[place] & (day >= np.where(np.isfinite(first), first, np.inf) - A_MOMENT))
    rows, days, value = place[keep], day[keep], np.asarray(source.daily["car_copies"], float)[keep]
    since, limit = days - first[keep], observed("qpcr_lower")
    size = len(rows)
    who = {name: kept for name, kept in identified(adsl, rows).items() if name != "ITTFL"}
    texts = {
        "PARAMCD": "CARCOPY", "PARAM": f"CAR Transgene Level in Blood ({UNIT})", "AVALU": UNIT, "RRLTU": "DAYS",
    }  # fmt: skip
    return who | {name: np.full(size, text, dtype=object) for name, text in texts.items()} | {
        "AVAL": value, "ALLOQ": np.full(size, limit), "BLQFL": flag(value < limit, no=""),
        "NFRLT": np.round(since), "AFRLT": since, "ANL01FL": flag(days <= source.last_day[rows] + A_MOMENT, no=""),
        "ADT": source.date(rows, days), "ADY": study_day(days), "ADAYEX": days,
    }  # fmt: skip


def analysed(adpc: Columns, last_infusion: Floats, subject: NDArray[Any]) -> tuple[Nca, Nca]:
    """Analyse ADPC subject by subject, in the order of ``subject``: to four weeks after the last infusion, and whole.

    The first gives the peak, the second everything else; ``last_infusion`` is in days from the first one.
    """
    place = {name: at for at, name in enumerate(subject.tolist())}
    rows = np.array([place[name] for name in adpc["USUBJID"].tolist()], np.int64)
    used = np.flatnonzero(adpc["ANL01FL"] == "Y")
    rows = rows[used]
    order = np.argsort(rows, kind="stable")
    rows, used = rows[order], used[order]
    column = np.arange(len(rows)) - np.searchsorted(rows, rows)
    shape = (len(subject), int(column.max(initial=0)) + 1)
    time, level, here = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    time[rows, column], level[rows, column] = adpc["AFRLT"][used], adpc["AVAL"][used]
    here[rows, column] = True
    window = float(load_book()["outcome.crs_window_days"].value)
    early = here & (time <= (last_infusion + window)[:, None])
    limit = observed("qpcr_lower")
    return noncompartmental(time, level, early, limit=limit), noncompartmental(
        time, level, here, until=AREA_DAYS, limit=limit
    )


def parameters(source: Source, adsl: Columns, adpc: Columns) -> Columns:
    """Give the columns of ADPP; what cannot be estimated has no value and a reason."""
    infused = np.flatnonzero(source.infused)
    if not adpc or not len(infused):
        return {}
    last = np.zeros(len(source.patients["patient"]))
    np.fmax.at(last, source.place(source.doses["patient"]), source.doses["day"])
    since = last[infused] - np.asarray(source.patients["infusion_day"], float)[infused]
    peak, whole = analysed(adpc, since, np.asarray(adsl["USUBJID"])[infused])
    area_why = np.where(whole.complete, "", "NOT SAMPLED TO DAY 28: AREA TO THE LAST SAMPLE")
    never = np.where(whole.measurable, "", "NEVER AT OR ABOVE THE LIMIT")
    found = {
        "CMAX": (peak.peak, peak.sampled, _no(len(infused))),
        "TMAX": (peak.peak_time, peak.sampled & (peak.peak > 0), _no(len(infused))),
        "AUC28": (whole.area, whole.sampled, area_why), "CLST": (whole.last, whole.measurable, never),
        "TLST": (whole.last_time, whole.measurable, never),
        "LAMZHL": (whole.half_life, whole.terminal, np.where(whole.terminal, "", "NO FALLING TERMINAL PHASE")),
    }  # fmt: skip
    rows = np.repeat(infused, len(found))
    names = [*found]
    value = np.stack([np.where(known, number, np.nan) for number, known, _ in found.values()], axis=1).ravel()
    why = np.stack([reason for _, _, reason in found.values()], axis=1).ravel().astype(object)
    who = {name: kept for name, kept in identified(adsl, rows).items() if name != "ITTFL"}
    return who | {
        "PARAMCD": np.array(names * len(infused), dtype=object),
        "PARAM": np.array([f"{words} ({unit})" for words, unit in PARAMETERS.values()] * len(infused), dtype=object),
        "AVAL": value, "AVALU": np.array([PARAMETERS[name][1] for name in names] * len(infused), dtype=object),
        "PPSTAT": why,
    }  # fmt: skip


def _no(size: int) -> NDArray[Any]:
    return np.full(size, "", dtype=object)
