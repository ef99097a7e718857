"""Checks of findings: baseline, change, nadir, levels and their parameters, safety assessments against events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.adam.safety import TERMS
from adoptive.workbench.export.checks.types import Tables, close, per_parameter
from adoptive.workbench.export.types import Columns, StandardSpec

__all__ = [
    "baseline_differs", "baselines_not_one", "below_limit_unmarked", "change_differs", "grade_differs",
    "nadir_differs", "not_the_worst", "peak_differs", "percent_differs", "without_assessment",
]  # fmt: skip

Bools = NDArray[np.bool_]


def _with_baseline(table: Columns) -> Bools:
    """Mark the rows of parameters that have a baseline anywhere."""
    has = {code for code, flag in zip(table["PARAMCD"].tolist(), table["ABLFL"].tolist(), strict=True) if flag == "Y"}
    return np.array([code in has for code in table["PARAMCD"].tolist()], bool)


def baselines_not_one(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows of subject and parameter that have no baseline, or several; parameters without any are left out."""
    table = tables[name]
    pair = per_parameter(table)
    counts = np.bincount(pair, weights=table["ABLFL"] == "Y")
    return np.asarray(_with_baseline(table) & (counts[pair] != 1), bool)


def baseline_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose BASE is not the AVAL of the baseline record."""
    table = tables[name]
    pair, flagged = per_parameter(table), table["ABLFL"] == "Y"
    base = np.full(int(pair.max(initial=0)) + 1, np.nan)
    base[pair[flagged]] = table["AVAL"][flagged]
    return ~close(table["BASE"], base[pair])


def change_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows after the baseline whose CHG is not AVAL - BASE."""
    table = tables[name]
    after = (table["ABLFL"] != "Y") & np.isfinite(table["BASE"])
    return np.asarray(after & ~close(table["CHG"], table["AVAL"] - table["BASE"]), bool)


def percent_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose PCHG is not 100 CHG / BASE, or is there for a baseline of 0."""
    table = tables[name]
    base, change = table["BASE"], table["CHG"]
    known = np.isfinite(base) & np.isfinite(change) & (base > 0)
    wanted = np.where(known, 100.0 * change / np.where(known, base, 1.0), np.nan)
    return ~close(table["PCHG"], wanted)


def nadir_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark sums of diameters whose NADIR is not the smallest earlier one, or whose change from it is another."""
    table = tables[name]
    sums = np.flatnonzero(table["PARAMCD"] == "SDIAM")
    marks = np.zeros(len(table["PARAMCD"]), bool)
    lowest: dict[str, float] = {}
    for at in sums[np.lexsort((table["AVISITN"][sums], table["USUBJID"][sums].astype(str)))].tolist():
        subject, value = table["USUBJID"][at], float(table["AVAL"][at])
        before = lowest.get(subject, np.nan)
        first = subject not in lowest
        wanted = np.array([before, np.nan if first else value - before])
        marks[at] = not close(np.array([table["NADIR"][at], table["CHGNAD"][at]]), wanted).all()
        lowest[subject] = value if first else min(before, value)
    return marks


def below_limit_unmarked(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark levels below the limit without the flag, levels above with it, and times before the first infusion."""
    table = tables[name]
    unmarked = (table["AVAL"] < table["ALLOQ"]) != (table["BLQFL"] == "Y")
    return np.asarray(unmarked | (table["AFRLT"] < 0), bool)


def peak_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark peaks of ADPP that no level of ADPC is, at the time that TMAX says."""
    table, levels = tables[name], tables.get("ADPC", {})
    marks = np.zeros(len(table["PARAMCD"]), bool)
    if not levels:
        return marks
    seen = {(s, t): v for s, t, v in zip(*(levels[c].tolist() for c in ("USUBJID", "AFRLT", "AVAL")), strict=True)}
    value = {(s, c): v for s, c, v in zip(*(table[n].tolist() for n in ("USUBJID", "PARAMCD", "AVAL")), strict=True)}
    for at in np.flatnonzero((table["PARAMCD"] == "CMAX") & np.isfinite(table["AVAL"])).tolist():
        subject = table["USUBJID"][at]
        when = value.get((subject, "TMAX"), np.nan)
        marks[at] = table["AVAL"][at] > 0 and seen.get((subject, when)) != table["AVAL"][at]
    return marks


def grade_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark events whose grade as text and as number differ, or whose end comes before their start."""
    table = tables[name]
    text = np.array([float(grade) if grade else np.nan for grade in table["AETOXGR"].tolist()])
    return ~close(text, table["AETOXGRN"]) | (table["AENDT"] < table["ASTDT"])


def not_the_worst(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark events whose worst-occurrence flag is missing or set twice for a subject's term."""
    table = tables[name]
    terms = list(zip(table["USUBJID"].tolist(), table["AEDECOD"].tolist(), strict=True))
    flags = table["AOCCIFL"].tolist()
    counts: dict[tuple[str, str], int] = {}
    for term, said in zip(terms, flags, strict=True):
        counts[term] = counts.get(term, 0) + (said == "Y")
    return np.array([counts[term] != 1 for term in terms], bool)


def without_assessment(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark worst grades of ADTOX of which ADAE says something else."""
    table, events = tables[name], tables.get("ADAE", {})
    words = {term.code: term.words for term in TERMS}
    grades = dict(
        zip(zip(events["USUBJID"], events["AEDECOD"], strict=True), events["AETOXGRN"].tolist(), strict=True)
    ) if events else {}  # fmt: skip
    return np.array(
        [
            category == "WORST GRADE" and grades.get((subject, words.get(code, "")), 0.0) != value
            for subject, code, category, value in zip(
                *(table[column].tolist() for column in ("USUBJID", "PARAMCD", "PARCAT1", "AVAL")), strict=True
            )
        ],
        bool,
    )
