"""Tumour lysis from draws, and B-cell aplasia: one row per draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_due
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls
from adoptive.outcome.haematology.tumour_lysis import (
    Chemistry,
    corrected_calcium_mg_dl,
    grade_laboratory_tls,
    grade_laboratory_tls_course,
)
from adoptive.outcome.types import Graded
from adoptive.workbench.grade import units
from adoptive.workbench.grade.rules.answers import because, daily, flags, grades, numbers
from adoptive.workbench.grade.rules.common import (
    CREATININE,
    DAY,
    DAY_NEEDED,
    PATIENT,
    PATIENT_NEEDED,
    flag,
    value,
)
from adoptive.workbench.grade.rules.draws import DRAW, same_of_patient
from adoptive.workbench.grade.rules.visits import Bad
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs

__all__ = ["RULES"]

Floats = NDArray[np.float64]

_TLS: Final = tuple(
    Column(name + end, meaning + said, aliases=tuple(alias + end for alias in aliases)
           + tuple("baseline_" + alias for alias in (name, *aliases) if end),
           units=kinds, low=0.0, high=high, required=required and not end, apart=True)
    for end, said in (("", ""), ("_baseline", " before therapy"))
    for name, meaning, kinds, high, required, aliases in (
        ("uric_acid", "uric acid", units.URIC_ACID[::2], 100.0, True, ("urate", "ua")),
        ("potassium", "potassium", units.POTASSIUM, 20.0, True, ("k",)),
        ("phosphate", "phosphate", units.PHOSPHATE[:2], 50.0, True, ("phosphorus", "phos", "po4")),
        ("corrected_calcium", "calcium corrected for albumin", units.CALCIUM[:2], 30.0, False,
         ("calcium_corrected", "ca_corrected", "corr_calcium",
         "corrected_ca", "corr_ca", "ca_corr", "adjusted_calcium", "calcium_adjusted")),
    )
)  # fmt: skip

_NONE: Final = {"none": 0, "no": 0}

_TLS_COLUMNS: Final = (
    PATIENT, replace(DAY, meaning="day after the start of therapy"), *_TLS,
    value("calcium", "total calcium, corrected with albumin", units.CALCIUM, 30, "ca", "total_calcium", required=False),
    value("albumin", "albumin", units.ALBUMIN, 10, "alb", required=False),
    flag("child", "the patient is a child: another limit of phosphate", "paediatric", "pediatric"),
    Column("creatinine_x_uln", "creatinine over its upper limit of normal", aliases=("creatinine_times_uln",), low=0,
           high=100, required=False),
    replace(CREATININE, required=False, meaning="creatinine, with its upper limit of normal beside"),
    value("creatinine_uln", "upper limit of normal of creatinine", units.CREATININE, 50, "creat_uln", "uln_creatinine",
          required=False, low=0.01),
    Column("arrhythmia", "0 none, 1 no intervention, 2 non-urgent, 3 symptomatic, 4 life-threatening",
           aliases=("arrhythmia_grade",), low=0, high=4, whole=True, required=False, words=_NONE),
    Column("seizure", "0 none, 2 one brief, 3 poorly controlled, 4 status epilepticus",
           aliases=("seizure_grade", "seizures"), low=0, high=4, whole=True, required=False, words=_NONE),
    flag("died_of_tls", "tumour lysis was the cause of death", "death"),
)  # fmt: skip

_DEFINITIONS: Final = {"cairo-bishop": "Cairo-Bishop", "howard": "Howard"}


def _chemistry(signs: Signs, end: str = "") -> dict[str, Floats]:
    """Give the values by name and unit as the rule wants them."""
    given = {
        "uric_acid_mg_dl": signs[f"uric_acid{end} mg/dL"], "uric_acid_umol_l": signs[f"uric_acid{end} umol/L"],
        "potassium_mmol_l": signs[f"potassium{end} mmol/L"], "phosphate_mg_dl": signs[f"phosphate{end} mg/dL"],
        "phosphate_mmol_l": signs[f"phosphate{end} mmol/L"],
        "corrected_calcium_mg_dl": signs[f"corrected_calcium{end} mg/dL"],
        "corrected_calcium_mmol_l": signs[f"corrected_calcium{end} mmol/L"],
    }  # fmt: skip
    if end:
        given = _in_every_unit(signs, given, end)
    if not end and "calcium" in signs.has:
        ours = np.round(corrected_calcium_mg_dl(signs["calcium"], albumin_g_dl=signs["albumin"]), 9)
        given["corrected_calcium_mg_dl"] = np.where(np.isnan(signs["corrected_calcium"]), ours,
                                                    given["corrected_calcium_mg_dl"])  # fmt: skip
    return given


def _in_every_unit(signs: Signs, given: Mapping[str, Floats], end: str) -> dict[str, Floats]:
    """Give values before therapy in every unit: they are compared with a value in its own, not with a round limit."""
    full = dict(given)
    for column in _TLS:
        if not column.name.endswith(end):
            continue
        stem = column.name.removesuffix(end)
        for unit in column.units:
            name = f"{stem}_{unit.name.lower().replace('/', '_')}"
            full[name] = np.where(np.isnan(full[name]), signs[column.name] / unit.scale, full[name])
    return full


def _tls(signs: Signs) -> Judged:
    definition: Any = _DEFINITIONS[str(signs.options["variant"])]
    known = any(
        f"{name}_baseline" in signs.has for name in ("uric_acid", "potassium", "phosphate", "corrected_calcium")
    )
    values = _chemistry(signs)
    before = _chemistry(signs, "_baseline") if known else None
    child = signs["child"] if "child" in signs.has else np.zeros(len(signs), np.int64)
    limit = {"definition": None, "yes": True, "no": False}[str(signs.options["at_limit"])]
    graded = grade_laboratory_tls(
        Chemistry(**values), baseline=None if before is None else Chemistry(**before), child=child,
        definition=definition, at_limit=limit,
    )  # fmt: skip
    rows = {"lab_tls": grades(graded.grade), "reason": because(graded)}
    odd = np.flatnonzero(signs["seizure"] == 1)
    wrong = tuple((int(at), "seizure", "1", "there is no grade 1; allowed: 0, 2, 3, 4") for at in odd)
    seizure = _code(np.where(signs["seizure"] == 1, np.nan, signs["seizure"]))
    if {"creatinine_x_uln", "arrhythmia", "seizure", "died_of_tls"} & signs.has or _CREATININE <= signs.has:
        clinical = grade_clinical_tls(
            graded.grade, creatinine_x_uln=_over_limit(signs), arrhythmia=_code(signs["arrhythmia"]),
            seizure=seizure, death=np.where(signs["died_of_tls"] < 0, 0, signs["died_of_tls"]),
        )  # fmt: skip
        rows |= {"clinical_grade": grades(clinical.grade), "clinical_reason": because(clinical)}
    if not {"patient", "day"} <= signs.has:
        return Judged(rows, bad=wrong)
    place, days = daily(signs.patient, signs["day"], len(signs.patients))
    by_day = Chemistry(**{name: _laid_out(signs, place, days, column) for name, column in values.items()})
    first, bad = _firstsame_of_patient(signs, before)
    course = grade_laboratory_tls_course(
        days if days.shape[1] else np.zeros((len(days), 0)), by_day, baseline=first,
        child=np.fmax.reduce(_laid_out(signs, place, days, child.astype(float)), axis=1, initial=-1.0),
        definition=definition, at_limit=limit,
    )  # fmt: skip
    patients = {"patient": np.arange(len(days)), "lab_tls": grades(course.grade), "reason": because(course)}
    return Judged(rows, patients=patients, bad=(*bad, *wrong))


_CREATININE: Final = frozenset({"creatinine", "creatinine_uln"})


def _over_limit(signs: Signs) -> Floats:
    """Give creatinine over its upper limit of normal: as told, else from the two values."""
    told = np.asarray(signs["creatinine_x_uln"], np.float64)
    return np.where(np.isnan(told), np.round(signs["creatinine"] / signs["creatinine_uln"], 9), told)


def _code(number: Floats) -> NDArray[np.int64]:
    return np.where(np.isnan(number), -1, number).astype(np.int64)


def _laid_out(signs: Signs, place: NDArray[np.int64], days: Floats, column: NDArray[Any]) -> Floats:
    """Lay a column out by patient and day."""
    table = np.full(days.shape, np.nan)
    table[signs.patient, place] = column
    return table


def _firstsame_of_patient(signs: Signs, before: Mapping[str, Floats] | None) -> tuple[Chemistry | None, Bad]:
    """Give each patient's values before therapy; rows of a patient that differ are bad."""
    if before is None:
        return None, ()
    names = [f"{name}_baseline" for name in ("uric_acid", "potassium", "phosphate", "corrected_calcium")]
    _, bad = same_of_patient(signs, *names)
    each: dict[str, Floats] = {}
    for name, column in before.items():
        best = np.full(len(signs.patients), -np.inf)
        known = ~np.isnan(column)
        np.maximum.at(best, signs.patient[known], column[known])
        each[name] = np.where(np.isfinite(best), best, np.nan)
    return Chemistry(**each), bad


def _b_cells(signs: Signs) -> Judged:
    place, days = daily(signs.patient, signs["day"], len(signs.patients))
    found = find_b_cell_aplasia(_laid_out(signs, place, days, signs["b_cells"]), days,
                                limit_per_ul=float(signs.options["limit_per_ul"]))  # fmt: skip
    state = found.aplastic[signs.patient, place]
    said = Graded(state, state + 1, ("no count yet: not known", "not in aplasia", "in aplasia"))
    rows = {"aplastic": grades(state), "reason": because(said)}
    if "igg" in signs.has:
        due = is_immunoglobulin_due(
            signs["igg"], recurrent_infection=signs["recurrent_infection"], day=signs["day"],
            impaired_vaccine_response=signs["impaired_vaccine_response"], low_iga_or_igm=signs["low_iga_or_igm"],
            rule=str(signs.options["replacement"]),  # type: ignore[arg-type]
        )  # fmt: skip
        rows |= {"immunoglobulin_due": grades(due.grade), "immunoglobulin_reason": because(due)}
    seen = np.isfinite(found.begins_day)
    patients = {
        "patient": np.arange(len(days)), "aplasia": flags(np.where((found.aplastic >= 0).any(axis=1), seen, -1)),
        "begins_day": numbers(found.begins_day), "ends_day": numbers(found.ends_day),
        "episodes": grades(found.episodes),
    }  # fmt: skip
    return Judged(rows, patients=patients)


_B_CELLS: Final = (
    PATIENT_NEEDED, DAY_NEEDED,
    value("b_cells", "B cells (CD19+)", units.COUNT_PER_UL, 1e6, "bcells", "cd19", "cd19_b_cells", "cd19_cells"),
    value("igg", "immunoglobulin G", units.IGG, 20_000, "immunoglobulin_g", required=False),
    flag("recurrent_infection", "serious or recurrent infection", "infection"),
    flag("impaired_vaccine_response", "impaired response to vaccines"), flag("low_iga_or_igm", "low IgA or IgM"),
)  # fmt: skip

RULES: Final = (
    Rule("tls", "Tumour lysis, laboratory and clinical", "2004",
         "Cairo and Bishop 2004, 10.1111/j.1365-2141.2004.05094.x; Howard et al. 2011, 10.1056/NEJMra0904569",
         "rules/tumour-lysis", "lab_tls",
         (Layout("draws", "one draw; with patient and day also the course of a patient", _TLS_COLUMNS, _tls,
                 unique=("patient", "day"), choose=("corrected_calcium", "calcium")),),
         (Option("variant", "cairo-bishop", "which definition", tuple(_DEFINITIONS)),
          Option("at_limit", "definition", "whether a value at the limit counts", ("definition", "yes", "no")))),
    Rule("b-cell-aplasia", "B-cell aplasia, and whether immunoglobulin is due", "2024",
         "Table of 10.1038/s41408-024-01107-6", "rules/b-cell-aplasia", "aplastic",
         (Layout("draws", DRAW, _B_CELLS, _b_cells, unique=("patient", "day")),),
         (Option("limit_per_ul", 20.0, "aplasia below this count", low=0, high=1000),
          Option("replacement", "Hill 2019", "rule of replacement", ("Hill 2019", "AAAAI 2022", "HCT", "ASBMT")))),
)  # fmt: skip
