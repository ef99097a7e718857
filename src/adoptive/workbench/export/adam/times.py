"""ADTTE: times to events, whole days by dates and unrounded days of the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import Response
from adoptive.workbench.export.adam.subject import NOT_INFUSED, identified
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns

__all__ = ["PARAMETERS", "times_to_events"]

Floats = NDArray[np.float64]

PARAMETERS: Final = {
    "PFS": "Progression-Free Survival", "OS": "Overall Survival", "EFS": "Event-Free Survival",
    "DOR": "Duration of Response", "RFS": "Relapse-Free Survival of Complete Responders",
    "TTR": "Time to Response, of Responders", "TTINF": "Time to First Infusion of the Assigned Cells",
    "BCREC": "Time to Recovery of B Cells",
}  # fmt: skip

DEATH: Final = "Death"
A_MOMENT: Final = 1e-9


@dataclass(frozen=True)
class _Times:
    """Hold one parameter of the patients in ``rows``: where time starts (day since randomisation), days, event."""

    code: str
    rows: NDArray[np.int64]
    start: Floats
    days: Floats
    event: NDArray[np.bool_]
    what: str
    censored: NDArray[np.float64]


def times_to_events(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADTTE, parameter by parameter."""
    parts = list(_parameters(source))
    rows = np.concatenate([part.rows for part in parts])
    code = np.concatenate([np.full(len(part.rows), part.code, dtype=object) for part in parts])
    start, days = (np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "days"))
    event = np.concatenate([part.event for part in parts])
    censored = np.concatenate([part.censored for part in parts])
    said = [_described(source, part) for part in parts]
    start_date, date = source.date(rows, start), source.date(rows, start + days)
    return identified(adsl, rows) | {
        "PARAMCD": code, "PARAM": np.array([f"{PARAMETERS[name]} (days)" for name in code], dtype=object),
        "AVAL": date - start_date + 1.0, "AVALU": np.full(len(rows), "DAYS", dtype=object), "AVALEX": days,
        "CNSR": np.where(event, 0.0, censored), "STARTDT": start_date, "ADT": date,
        **{name: np.concatenate([part[name] for part in said]) for name in said[0]},
    }  # fmt: skip


def _parameters(source: Source) -> Iterator[_Times]:
    table, zero = source.patients, source.zero_day
    everybody, infused = np.arange(len(zero)), np.flatnonzero(source.infused)
    responders = np.flatnonzero(table["responder"])
    for code, stem in (("PFS", "pfs"), ("OS", "os"), ("EFS", "efs")):
        yield _of(source, code, stem, everybody, zero, "Disease Progression" if stem == "pfs" else "Event")
    begun = zero + np.asarray(table["response_day"], float)
    yield _of(source, "DOR", "dor", responders, begun, "Disease Progression")
    complete = np.flatnonzero(table["complete_response"])
    # the first complete response is no column of the run; its end is that of progression-free survival
    yield _of(source, "RFS", "rfs", complete, zero + table["pfs_days"] - table["rfs_days"], "Relapse")
    days = np.asarray(table["response_day"], float)[responders]
    yield _Times("TTR", responders, zero[responders], days, np.ones(len(responders), bool), "Response",
                 np.ones(len(responders)))  # fmt: skip
    yield _to_infusion(source)
    yield _of(
        source, "BCREC", "b_cell_recovery", infused, np.asarray(table["infusion_day"], float), "B Cells Recovered"
    )


def _of(source: Source, code: str, stem: str, rows: NDArray[np.int64], start: Floats, what: str) -> _Times:
    table = source.patients
    days, event = np.asarray(table[f"{stem}_days"], float)[rows], np.asarray(table[f"{stem}_event"], bool)[rows]
    return _Times(code, rows, np.asarray(start, float)[rows], days, event, what, np.ones(len(rows)))


def _to_infusion(source: Source) -> _Times:
    """Give days to the first infusion; who has none is censored at the last contact, with the reason as the code."""
    table, rows = source.patients, np.flatnonzero(source.cells)
    had = np.asarray(table["treated"], bool)[rows]
    days = np.where(had, np.asarray(table["infusion_day"], float)[rows], source.last_day[rows])
    reason = np.maximum(np.asarray(table["not_infused"], float)[rows], 1.0)
    return _Times("TTINF", rows, np.zeros(len(rows)), days, had, "First Infusion", reason)


def _described(source: Source, part: _Times) -> Columns:
    """Say what ended each time and which record says so."""
    end = part.start + part.days
    dead = np.asarray(source.patients["os_event"], bool)[part.rows]
    died = dead & (np.abs(end - source.last_day[part.rows]) < A_MOMENT) & (part.code not in ("TTR", "TTINF", "BCREC"))
    visit = _visit_on(source, part.rows, end)
    progressed = (visit.code == Response.PD) & part.event
    by_death = part.event & died & ~progressed
    event = np.where(by_death, DEATH, DEATH if part.code == "OS" else part.what)
    censored = np.array([_censoring(part, at, visit.number[at] > 0) for at in range(len(end))], dtype=object)
    from_visit = (progressed | (~part.event & (visit.number > 0))) & (part.code in ("PFS", "EFS", "DOR", "RFS"))
    return {
        "EVNTDESC": np.where(part.event, event, [what for what, _ in censored]).astype(object),
        "CNSDTDSC": np.where(part.event, "", [where for _, where in censored]).astype(object),
        "SRCDOM": np.where(from_visit, "ADRS", "ADSL").astype(object),
        "SRCVAR": np.where(from_visit, "ADT", np.where(by_death, "DTHDT", _source_variable(part))).astype(object),
        "SRCSEQ": np.where(from_visit, visit.number, np.nan),
    }  # fmt: skip


def _source_variable(part: _Times) -> Any:
    own = {"TTR": "", "TTINF": "TRTSDT", "OS": "DTHDT"}.get(part.code, "")
    return np.where(part.event, own, "LSTALVDT")


def _censoring(part: _Times, at: int, at_visit: bool) -> tuple[str, str]:
    if part.code == "TTINF":
        return NOT_INFUSED.get(int(part.censored[at]), ""), "Last Contact or Data Cut"
    if part.days[at] <= 0:
        return "No Assessment after Time Zero", "Time Zero"
    if part.code in ("OS", "TTR"):
        return "Alive", "Last Contact or Data Cut"
    if part.code == "BCREC":
        return "B Cells Not Recovered", "Last Sample"
    return "No Event", "Last Adequate Assessment" if at_visit else "Last Contact or Data Cut"


@dataclass(frozen=True)
class _Visits:
    """Hold the assessment (its number in ADRS) and its response on some days of some patients; 0 for none."""

    number: Floats
    code: NDArray[np.int64]


def _visit_on(source: Source, rows: NDArray[np.int64], day: Floats) -> _Visits:
    number, code = np.zeros(len(rows)), np.zeros(len(rows), np.int64)
    if not source.visits:
        return _Visits(number, code)
    place, when = source.place(source.visits["patient"]), np.asarray(source.visits["day"], float)
    first = np.searchsorted(place, np.arange(len(source.patients["patient"]) + 1))
    for at, row in enumerate(rows.tolist()):
        mine = slice(int(first[row]), int(first[row + 1]))
        found = np.flatnonzero(np.abs(when[mine] - day[at]) < A_MOMENT)
        if len(found):
            number[at] = found[0] + 1.0
            code[at] = int(source.visits["response"][mine][found[0]])
    return _Visits(number, code)
