"""ADAE and ADTOX: adverse events that occurred, and every safety assessment that was made, grade 0 included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.adam.response import study_day
from adoptive.workbench.export.adam.subject import flag, identified
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns

__all__ = ["ASSESSED", "COUNTED", "TERMS", "Term", "adverse_events", "assessments"]

Floats = NDArray[np.float64]

_CTCAE: Final = "CTCAE 5.0"
_BLOOD, _LAB, _BODY = "BLOOD COUNTS", "LABORATORY", "CLINICAL"


@dataclass(frozen=True)
class Term:
    """Hold a toxicity: parameter code, term, category, scale, and the column stem of its grade.

    ``dated``: onset, length and episodes are recorded in ``<stem>_onset_day``, ``_days``, ``_episodes``.
    """

    code: str
    words: str
    category: str
    scale: str
    stem: str
    dated: bool = False


TERMS: Final = (
    Term("CRS", "Cytokine release syndrome", "CYTOKINE RELEASE", "", "crs", dated=True),
    Term(
        "ICANS", "Immune effector cell-associated neurotoxicity syndrome", "NEUROTOXICITY", "ASTCT", "icans", dated=True
    ),
    Term("NEUTP", "Neutrophil count decreased", _BLOOD, _CTCAE, "neutropenia"),
    Term("LYMPHP", "Lymphocyte count decreased", _BLOOD, _CTCAE, "lymphopenia"),
    Term("LEUKP", "White blood cell decreased", _BLOOD, _CTCAE, "leukopenia"),
    Term("PLATP", "Platelet count decreased", _BLOOD, _CTCAE, "thrombocytopenia"),
    Term("ICAHTE", "Early ICAHT (neutrophils)", _BLOOD, "EHA/EBMT", "icaht_early"),
    Term("ICAHTL", "Late ICAHT (neutrophils)", _BLOOD, "EHA/EBMT", "icaht_late"),
    Term("TICAHTE", "Early ICAHT (platelets)", _BLOOD, "as ICAHT, platelets", "t_icaht_early"),
    Term("TICAHTL", "Late ICAHT (platelets)", _BLOOD, "as ICAHT, platelets", "t_icaht_late"),
    Term("ANAEM", "Anaemia", _BLOOD, _CTCAE, "anaemia"),
    Term("ALTI", "Alanine aminotransferase increased", _LAB, _CTCAE, "alt"),
    Term("ASTI", "Aspartate aminotransferase increased", _LAB, _CTCAE, "ast"),
    Term("BILII", "Blood bilirubin increased", _LAB, _CTCAE, "bilirubin"),
    Term("CREATI", "Creatinine increased", _LAB, _CTCAE, "creatinine"),
    Term("FIBRD", "Fibrinogen decreased", _LAB, _CTCAE, "fibrinogen"),
    Term("HYPERK", "Hyperkalaemia", _LAB, _CTCAE, "hyperkalaemia"),
    Term("HYPOK", "Hypokalaemia", _LAB, _CTCAE, "hypokalaemia"),
    Term("HYPOCA", "Hypocalcaemia", _LAB, _CTCAE, "hypocalcaemia"),
    Term("HYPONA", "Hyponatraemia", _LAB, _CTCAE, "hyponatraemia"),
    Term("HYPERUR", "Hyperuricaemia", _LAB, _CTCAE, "hyperuricaemia"),
    Term("HYPOALB", "Hypoalbuminaemia", _LAB, _CTCAE, "hypoalbuminaemia"),
    Term("HYPERTG", "Hypertriglyceridaemia", _LAB, _CTCAE, "hypertriglyceridaemia"),
    Term("TLS", "Tumour lysis syndrome", "METABOLISM", "Cairo and Bishop", "tls"),
    Term("INFECT", "Infection", "INFECTION", "model", "infection"),
    Term("NAUSEA", "Nausea", _BODY, _CTCAE, "nausea"),
    Term("VOMIT", "Vomiting", _BODY, _CTCAE, "vomiting"),
    Term("GASTR", "Gastric mucosal injury", _BODY, "model", "gastritis"),
    Term("LUNG", "Damage to the lung", _BODY, "model", "lung"),
    Term("EJFRAC", "Ejection fraction decreased", _BODY, _CTCAE, "ejection_fraction"),
)
"""Every toxicity whose worst grade a run records."""

ASSESSED: Final = {
    "NEUT30": ("CTCAE Grade of Neutrophils on Day 30", "neutropenia_day30_grade"),
    "PLAT30": ("CTCAE Grade of Platelets on Day 30", "thrombocytopenia_day30_grade"),
    "DLT": ("Dose-Limiting Toxicity", "dlt"),
    "HYPOIGG": ("Immunoglobulin G below 4 g/L", "hypogammaglobulinaemia"),
    "IL6RISE": ("Interleukin 6 Rose Clearly above Baseline", "il6_rise"),
    "EXPAND": ("Transgene Copies Rose above Their First Level", "expansion"),
    "IECHS": ("Features of IEC-HS", "iec_hs"),
    "TLSLAB": ("Laboratory Tumour Lysis", "tls_laboratory"),
    "LOWICE": ("Lowest ICE Score", "lowest_ice"),
    "HEMATOT": ("CAR-HEMATOTOX before Lymphodepletion", "car_hematotox"),
}
"""Further assessments, -1 in the run where not made: words and column."""

COUNTED: Final = {
    "PEAKIL6": ("Highest Interleukin 6 (pg/mL)", "peak_il6_pg_ml", "pg/mL"),
    "NADIRN": ("Lowest Neutrophils to Day 100 (1e9/L)", "neutrophil_nadir_e9_l", "1e9/L"),
    "SEVNEUD": ("Longest Run of Severe Neutropenia (days)", "severe_neutropenia_days", "days"),
    "BCAPLD": ("Days of B-Cell Aplasia to Day 100 (days)", "b_cell_aplasia_days", "days"),
    "IGGNAD": ("Lowest Immunoglobulin G to Day 100 (g/L)", "igg_nadir_g_l", "g/L"),
}
"""Numbers of infused patients: words, column, unit."""


def scale_of(term: Term, source: Source) -> str:
    """Name a term's scale; that of CRS is the study's."""
    return term.scale or str(source.study.outcome.crs_scale)


def adverse_events(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADAE: a row per infused patient and term of grade 1 or more, by patient."""
    parts = [_events(source, term) for term in TERMS if f"{term.stem}_grade" in source.patients]
    rows = np.concatenate([part.pop("rows") for part in parts]).astype(np.int64)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(rows, kind="stable")
    rows, columns = rows[order], {name: values[order] for name, values in columns.items()}
    start = columns["AINFDY"].astype(float) + np.asarray(source.patients["infusion_day"], float)[rows]
    end = start + columns["ADURN"].astype(float)
    return identified(adsl, rows, number="AESEQ") | columns | {
        "ASTDT": source.date(rows, start), "AENDT": source.date(rows, end),
        "ASTDY": study_day(start), "AENDY": study_day(end),
    }  # fmt: skip


def _events(source: Source, term: Term) -> dict[str, Any]:
    table = source.patients
    grade = np.asarray(table[f"{term.stem}_grade"], int)
    rows = np.flatnonzero(source.infused & (grade >= 1))
    size = len(rows)
    onset, length, episodes = np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    if term.dated:
        onset, length, episodes = (np.asarray(table[f"{term.stem}_{name}"], float)[rows]
                                   for name in ("onset_day", "days", "episodes"))  # fmt: skip
    elif term.stem == "infection":
        onset, episodes = (np.asarray(table[name], float)[rows] for name in ("infection_onset_day", "infections"))
    return {
        "rows": rows, **_words(term, scale_of(term, source), size),
        "AETOXGR": grade[rows].astype(str).astype(object), "AETOXGRN": grade[rows].astype(float),
        "AINFDY": onset, "ADURN": length, "AEPISODN": episodes,
        "ADURU": np.where(np.isfinite(length), "DAYS", "").astype(object),
        "TRTEMFL": flag(np.ones(size, bool)), "AOCCIFL": flag(np.ones(size, bool)),
    }  # fmt: skip


def _words(term: Term, scale: str, size: int) -> dict[str, Any]:
    said = {"AETERM": term.words, "AEDECOD": term.words, "AECAT": term.category, "AESCALE": scale}
    return {name: np.full(size, words, dtype=object) for name, words in said.items()}


def assessments(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADTOX: worst grades (0 for none) and further findings of those who were assessed."""
    parts = list(_assessments(source))
    rows = np.concatenate([rows for rows, _ in parts])
    columns = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    return identified(adsl, rows) | columns


def _assessments(source: Source) -> Iterator[tuple[NDArray[np.int64], dict[str, Any]]]:
    table = source.patients
    for term in TERMS:
        if f"{term.stem}_grade" in table:
            yield _found(source, term.code, f"Worst Grade: {term.words}", "WORST GRADE", f"{term.stem}_grade", "grade")
    for code, (words, column) in ASSESSED.items():
        if column in table:
            yield _found(source, code, words, "FINDING", column, "")
    for code, (words, column, unit) in COUNTED.items():
        rows = np.flatnonzero(source.infused)
        yield rows, _row(code, words, "NUMBER", np.asarray(table[column], float)[rows], unit)


def _found(
    source: Source, code: str, words: str, category: str, column: str, unit: str
) -> tuple[NDArray[np.int64], dict[str, Any]]:
    value = np.asarray(source.patients[column], float)
    rows = np.flatnonzero(source.cells & (value >= 0))
    return rows, _row(code, words, category, value[rows], unit)


def _row(code: str, words: str, category: str, value: Floats, unit: str) -> dict[str, Any]:
    size = len(value)
    texts = {"PARAMCD": code, "PARAM": words, "PARCAT1": category, "AVALU": unit}
    return {name: np.full(size, text, dtype=object) for name, text in texts.items()} | {"AVAL": value}
