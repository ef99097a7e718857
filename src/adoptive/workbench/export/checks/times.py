"""Checks of dates, times to events, deaths, progressions and exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.checks.types import Tables, by_subject, close
from adoptive.workbench.export.types import StandardSpec

__all__ = [
    "censoring_unexplained",
    "dates_disordered",
    "days_differ",
    "death_differs",
    "doses_differ",
    "elapsed_differ",
    "outside_trial",
    "progression_not_seen",
]  # fmt: skip

Bools = NDArray[np.bool_]


def days_differ(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark times that are not ADT - STARTDT + 1."""
    table = tables[name]
    return ~close(table["AVAL"], table["ADT"] - table["STARTDT"] + 1.0)


def elapsed_differ(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark unrounded times below 0, or a day or more from the whole days (time zero may fall into a day)."""
    table = tables[name]
    whole = table["AVAL"] - 1.0 - np.floor(table["AVALEX"] + 1e-9)
    return (table["AVALEX"] < 0) | (whole < 0) | (whole > 1)


def censoring_unexplained(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark censorings without a reason or date description, events with one, and codes that are no counts."""
    table = tables[name]
    code = table["CNSR"]
    event = code == 0
    wrong = ~np.isfinite(code) | (code < 0) | (code != np.floor(np.nan_to_num(code)))
    return np.asarray(wrong | (table["EVNTDESC"] == "") | (event != (table["CNSDTDSC"] == "")), bool)


def death_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark deaths and survivals that ADSL contradicts: in overall survival, and events called a death."""
    table = tables[name]
    dead, date = by_subject(tables, name, "DTHFL") == "Y", by_subject(tables, name, "DTHDT").astype(float)
    survival, event = table["PARAMCD"] == "OS", table["CNSR"] == 0
    at_death = dead & close(date, table["ADT"])
    contradicted = survival & (event != dead)
    return np.asarray(contradicted | (event & (table["EVNTDESC"] == "Death") & ~at_death), bool)


def progression_not_seen(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark progressions whose source is no assessment with PD on that date."""
    table, seen = tables[name], tables["ADRS"]
    found = {
        (subject, number): (text, date)
        for subject, number, code, text, date in zip(
            *(seen[column].tolist() for column in ("USUBJID", "ASEQ", "PARAMCD", "AVALC", "ADT")), strict=True
        )
        if code == "OVR"
    }
    marks = np.zeros(len(table["PARAMCD"]), bool)
    wanted = (table["PARAMCD"] == "PFS") & (table["CNSR"] == 0) & (table["EVNTDESC"] == "Disease Progression")
    for at in np.flatnonzero(wanted).tolist():
        source = found.get((table["USUBJID"][at], table["SRCSEQ"][at]))
        marks[at] = table["SRCDOM"][at] != "ADRS" or source != ("PD", table["ADT"][at])
    return marks


def dates_disordered(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark subjects whose dates do not follow each other, and deaths without a date or dates without a death."""
    table = tables[name]
    marks = (table["DTHFL"] == "Y") != np.isfinite(table["DTHDT"])
    order = ("RANDDT", "TRTSDT", "TRTEDT", "LSTALVDT", "DCUTDT")
    for at, first in enumerate(order):
        for second in order[at + 1 :]:
            marks |= table[first] > table[second]  # a missing date is neither
    return np.asarray(marks | (table["DTHDT"] > table["DCUTDT"]))


def outside_trial(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark records dated before the subject entered or after the data cut; of levels only those that are analysed."""
    table = tables[name]
    marks = np.zeros(len(table["USUBJID"]), bool)
    first, last = (by_subject(tables, name, column).astype(float) for column in ("RANDDT", "DCUTDT"))
    for column in ("ADT", "STARTDT", "ASTDT"):
        if column in table:
            marks |= (table[column] < first) | (table[column] > last)
    return marks & (table["ANL01FL"] == "Y") if name == "ADPC" else marks


def doses_differ(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark subjects whose infusions in ADEX are not as many as ADSL says, or begin on another date."""
    table, doses = tables[name], tables.get("ADEX", {})
    counts: dict[str, int] = {}
    first: dict[str, float] = {}
    if doses:
        cells = doses["PARAMCD"] == "CELLS"
        for subject, date in zip(doses["USUBJID"][cells].tolist(), doses["ADT"][cells].tolist(), strict=True):
            counts[subject] = counts.get(subject, 0) + 1
            first[subject] = min(date, first.get(subject, np.inf))
    subjects = table["USUBJID"].tolist()
    number = np.array([counts.get(subject, 0) for subject in subjects], float)
    begun = np.array([first.get(subject, np.nan) for subject in subjects], float)
    dated = np.isfinite(table["TRTSDT"])
    return np.asarray((number != table["INFN"]) | (dated & ~close(begun, table["TRTSDT"])), bool)
