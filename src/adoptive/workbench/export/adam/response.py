"""ADRS and ADTR: responses at visits and best responses; sums of diameters with baseline, change and nadir."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import Response
from adoptive.workbench.export.adam.subject import blank, flag, identified
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns
from adoptive.workbench.shape import CRITERIA_WITH_LESIONS, assessed

__all__ = ["BEST", "RESPONSE_TEXT", "responses", "tumours"]

Floats = NDArray[np.float64]
Part = tuple[NDArray[np.int64], dict[str, Any]]

RESPONSE_TEXT: Final = {
    code: code.name.replace("_", "/").replace("NON/CR/NON/PD", "Non-CR/Non-PD") for code in Response
}
RESPONSE_TEXT[Response.NOT_DONE] = "NOT DONE"
RESPONSE_TEXT[Response.SCR], RESPONSE_TEXT[Response.CRI] = "sCR", "CRi"

BEST: Final = {
    "RSP": ("Response by the Study's Rule", "responder"),
    "RSPANY": ("Response at Any Assessment", "response_any"),
    "CRSP": ("Complete Response", "complete_response"),
    "DCR": ("Disease Control", "disease_control"),
    "SHRINK": ("Any Shrinkage of the Disease's Measure", "any_shrinkage"),
}
"""Yes-or-no parameters of ADRS: words, and column of the run's table of patients."""

A_MOMENT: Final = 1e-9


def responses(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADRS: the assessments first, so that ASEQ of an assessment is its number."""
    parts = [_assessments(source), *_best(source)]
    rows = np.concatenate([rows for rows, _ in parts])
    columns = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    day = columns["ADAYEX"].astype(float)
    return identified(adsl, rows) | columns | {"ADT": source.date(rows, day), "ADY": study_day(day)}


def study_day(day: Floats) -> Floats:
    """Give the study day of a day since randomisation: the day of randomisation is 1 and there is no day 0."""
    whole = np.floor(day + A_MOMENT)
    return np.where(whole >= 0, whole + 1.0, whole)


def before_end(source: Source, rows: NDArray[np.int64], day: Floats) -> NDArray[np.bool_]:
    """Mark days up to the end of progression-free survival."""
    end = source.zero_day + np.asarray(source.patients["pfs_days"], float)
    return np.asarray(day <= end[rows] + A_MOMENT, bool)


def visit_rows(source: Source) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each assessment's patient row, and its number within the patient from 1."""
    if not source.visits:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rows = source.place(source.visits["patient"])
    return rows, np.arange(len(rows)) - np.searchsorted(rows, rows) + 1


def _assessments(source: Source) -> Part:
    rows, number = visit_rows(source)
    day = np.asarray(source.visits["day"], float) if source.visits else np.zeros(0)
    code = np.asarray(source.visits["response"], int) if source.visits else np.zeros(0, int)
    return rows, {
        "PARAMCD": np.full(len(rows), "OVR", dtype=object),
        "PARAM": np.full(len(rows), "Overall Response at the Assessment", dtype=object),
        "AVAL": code.astype(float), "AVALC": np.array([RESPONSE_TEXT[Response(each)] for each in code], dtype=object),
        "AVISIT": np.array([f"Assessment {each}" for each in number], dtype=object), "AVISITN": number.astype(float),
        "ADAYEX": day, "ANL01FL": flag(before_end(source, rows, day), no=""),
    }  # fmt: skip


def _best(source: Source) -> Iterator[Part]:
    """Give one row per patient and parameter: best response and what the analysis made of it."""
    table = source.patients
    rows = np.arange(len(table["arm"]))
    best = np.asarray(table["best_response"], int)
    yield rows, _once("BOR", "Best Overall Response by the Study's Rule", best.astype(float),
                      np.array([RESPONSE_TEXT[Response(code)] for code in best], dtype=object))  # fmt: skip
    for code, (words, column) in BEST.items():
        yes = np.asarray(table[column], bool)
        yield rows, _once(code, words, yes.astype(float), flag(yes))
    looked = np.flatnonzero(np.asarray(table["mrd_negative"]) >= 0)
    negative = np.asarray(table["mrd_negative"])[looked] == 1
    yield looked, _once("MRDNEG", "No Measurable Residual Disease", negative.astype(float), flag(negative))


def _once(code: str, words: str, value: Floats, text: NDArray[Any]) -> dict[str, Any]:
    size = len(value)
    return {
        "PARAMCD": np.full(size, code, dtype=object), "PARAM": np.full(size, words, dtype=object), "AVAL": value,
        "AVALC": text, "AVISIT": blank(size), "AVISITN": np.full(size, np.nan), "ADAYEX": np.full(size, np.nan),
        "ANL01FL": np.full(size, "Y", dtype=object),
    }  # fmt: skip


def tumours(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADTR: of arms judged by lesions the sums of diameters, of all the best change."""
    parts = [_sums(source), _best_change(source)]
    rows = np.concatenate([rows for rows, _ in parts])
    columns = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    order = np.lexsort((columns["AVISITN"], columns["PARAMCD"] != "SDIAM", rows))
    rows, columns = rows[order], {name: values[order] for name, values in columns.items()}
    day = columns["ADAYEX"].astype(float)
    return identified(adsl, rows) | columns | {"ADT": source.date(rows, day), "ADY": study_day(day)}


def measured(source: Source) -> NDArray[np.bool_]:
    """Mark the patients of arms that are judged by measured lesions."""
    found = [
        assessed(source.study, int(arm)).response_criteria in CRITERIA_WITH_LESIONS for arm in source.patients["arm"]
    ]
    return np.array(found, bool)


def _sums(source: Source) -> Part:
    """Give baseline and assessments of the sum of diameters; one that was not evaluable has a sum, too."""
    has, base = measured(source), np.asarray(source.patients["baseline_sld_mm"], float)
    first = np.flatnonzero(has)
    visit, number = visit_rows(source)
    keep = has[visit]
    place, number = visit[keep], number[keep]
    value = np.concatenate([base[first], np.asarray(source.visits["sld_mm"], float)[keep] if source.visits else []])
    day = np.concatenate([_baseline_day(source)[first],
                          np.asarray(source.visits["day"], float)[keep] if source.visits else []])  # fmt: skip
    rows = np.concatenate([first, place])
    visit_number = np.concatenate([np.zeros(len(first)), number])
    order = np.lexsort((visit_number, rows))
    rows, value, day, visit_number = rows[order], value[order], day[order], visit_number[order]
    nadir, at_base = _nadir(rows, value), base[rows]
    change, above = value - at_base, value - nadir
    none = visit_number == 0
    return rows, _measured("SDIAM", "Sum of Target Lesion Diameters (mm)", "mm", value) | {
        "BASE": at_base, "CHG": np.where(none, np.nan, change),
        "PCHG": np.where(none, np.nan, _percent(change, at_base)),
        "NADIR": nadir, "CHGNAD": np.where(none, np.nan, above),
        "PCHGNAD": np.where(none, np.nan, _percent(above, nadir)),
        "ABLFL": flag(none, no=""), "ANL01FL": flag(none | before_end(source, rows, day), no=""),
        "AVISIT": np.array(["Baseline" if at == 0 else f"Assessment {at:.0f}" for at in visit_number], dtype=object),
        "AVISITN": visit_number, "ADAYEX": day,
    }  # fmt: skip


def _baseline_day(source: Source) -> Floats:
    """Give the day of the baseline scan where a run records it: day 0, unless it was taken at lymphodepletion."""
    rule = np.array([assessed(source.study, int(arm)).recist_baseline for arm in source.patients["arm"]])
    return np.where((rule == "lymphodepletion") & source.infused, np.nan, 0.0)


def _nadir(rows: NDArray[np.int64], value: Floats) -> Floats:
    """Give the smallest earlier value of the same patient; of the first row (the baseline) nothing."""
    nadir = np.full(len(value), np.nan)
    for at in range(1, len(value)):
        if rows[at] == rows[at - 1]:
            nadir[at] = np.fmin(nadir[at - 1], value[at - 1])
    return nadir


def _percent(change: Floats, base: Floats) -> Floats:
    known = np.isfinite(base) & (base > 0)
    return np.where(known, 100.0 * change / np.where(known, base, 1.0), np.nan)


def _measured(code: str, words: str, unit: str, value: Floats) -> dict[str, Any]:
    size = len(value)
    return {
        "PARAMCD": np.full(size, code, dtype=object), "PARAM": np.full(size, words, dtype=object), "AVAL": value,
        "AVALU": np.full(size, unit, dtype=object),
    }  # fmt: skip


def _best_change(source: Source) -> Part:
    """Give the smallest change before progression of everybody who could be evaluated, in per cent."""
    rows = np.flatnonzero(source.patients["evaluable"])
    value = 100.0 * np.asarray(source.patients["best_change"], float)[rows]
    nothing = np.full(len(rows), np.nan)
    empty = dict.fromkeys(("BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD", "AVISITN", "ADAYEX"), nothing)
    texts = {"ABLFL": blank(len(rows)), "ANL01FL": flag(np.ones(len(rows), bool)), "AVISIT": blank(len(rows))}
    return rows, _measured("BPCHG", "Smallest Percent Change before Progression (%)", "%", value) | empty | texts
