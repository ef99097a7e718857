"""Haematotoxicity from daily counts, tumour lysis from draws, and B-cell aplasia: one row per draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_due
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls
from adoptive.outcome.haematology.daily import daily_lowest
from adoptive.outcome.haematology.icaht import count_neutropenia_days, grade_icaht_early, grade_icaht_late
from adoptive.outcome.haematology.thrombocytopenia import grade_t_icaht_early, grade_t_icaht_late
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
    ANC,
    CREATININE,
    DAY,
    DAY_NEEDED,
    PATIENT,
    PATIENT_NEEDED,
    PLATELETS,
    flag,
    value,
)
from adoptive.workbench.grade.rules.draws import picked
from adoptive.workbench.grade.rules.visits import DATE, DATES, REFERENCE, Bad, days_between
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs

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


def _column(signs: Signs, name: str) -> Floats:
    return np.asarray(signs[name], np.float64) if name in signs.columns else np.full(len(signs), np.nan)


def _of_patient(signs: Signs, *names: str) -> tuple[dict[str, Floats], Bad]:
    """Give what is the same in every row of a patient, NaN where it is not said; rows that differ are bad."""
    found: dict[str, Floats] = {}
    bad: list[tuple[int, str, str, str]] = []
    for name in names:
        column, size = _column(signs, name), len(signs.patients)
        low, high = np.full(size, np.inf), np.full(size, -np.inf)
        known = ~np.isnan(column)
        np.minimum.at(low, signs.patient[known], column[known])
        np.maximum.at(high, signs.patient[known], column[known])
        differs = np.isfinite(low) & (low != high)
        bad += [(int(row), name, f"{column[row]:g}", "differs from another row of the patient")
                for row in np.flatnonzero(differs[signs.patient] & known)]  # fmt: skip
        found[name] = np.where(np.isfinite(low), low, np.nan)
    return found, tuple(bad)


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
    ends, bad = _of_patient(signs, *(column.name for column in _FOLLOW_UP))
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
    ends, bad = _of_patient(signs, *(column.name for column in _FOLLOW_UP))
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
    first, bad = _first_of_patient(signs, before)
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


def _first_of_patient(signs: Signs, before: Mapping[str, Floats] | None) -> tuple[Chemistry | None, Bad]:
    """Give each patient's values before therapy; rows of a patient that differ are bad."""
    if before is None:
        return None, ()
    names = [f"{name}_baseline" for name in ("uric_acid", "potassium", "phosphate", "corrected_calcium")]
    _, bad = _of_patient(signs, *names)
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

_DATED: Final = tuple(replace(column, required=True, key=True) for column in (DATE, REFERENCE))
_ANC, _PLATELETS = (replace(column, unit_column=("unit", "units")) for column in (ANC, PLATELETS))
_DAILY: Final = "one draw of one patient"


def _daily(count: Column) -> tuple[Column, ...]:
    return (PATIENT_NEEDED, DAY_NEEDED, count, *_FOLLOW_UP, REFERENCE, *_DATES)


RULES: Final = (
    Rule("icaht", "Neutropenia after CAR T cells (ICAHT), early and late", "EHA/EBMT 2023",
         "Rejeski et al. 2023, 10.1182/blood.2023020578", "rules/icaht", "early_grade",
         (Layout("daily counts", _DAILY, _daily(_ANC), _icaht),
          Layout("dated counts", _DAILY, (PATIENT_NEEDED, *_DATED, _ANC, *_DATES), _icaht)), (DATES,),
         picked(_ANC, frozenset({"NEUT", "ANC", "NEUTS"}))),
    Rule("t-icaht", "Thrombocytopenia after CAR T cells (T-ICAHT), early and late", "2025",
         "Rejeski et al. 2025", "rules/icaht", "early_grade",
         (Layout("daily counts", _DAILY, _daily(_PLATELETS), _t_icaht),
          Layout("dated counts", _DAILY, (PATIENT_NEEDED, *_DATED, _PLATELETS, *_DATES), _t_icaht)), (DATES,),
         picked(_PLATELETS, frozenset({"PLAT", "PLT"}))),
    Rule("tls", "Tumour lysis, laboratory and clinical", "2004",
         "Cairo and Bishop 2004, 10.1111/j.1365-2141.2004.05094.x; Howard et al. 2011, 10.1056/NEJMra0904569",
         "rules/tumour-lysis", "lab_tls",
         (Layout("draws", "one draw; with patient and day also the course of a patient", _TLS_COLUMNS, _tls,
                 unique=("patient", "day"), choose=("corrected_calcium", "calcium")),),
         (Option("variant", "cairo-bishop", "which definition", tuple(_DEFINITIONS)),
          Option("at_limit", "definition", "whether a value at the limit counts", ("definition", "yes", "no")))),
    Rule("b-cell-aplasia", "B-cell aplasia, and whether immunoglobulin is due", "2024",
         "Table of 10.1038/s41408-024-01107-6", "rules/b-cell-aplasia", "aplastic",
         (Layout("draws", _DAILY, _B_CELLS, _b_cells, unique=("patient", "day")),),
         (Option("limit_per_ul", 20.0, "aplasia below this count", low=0, high=1000),
          Option("replacement", "Hill 2019", "rule of replacement", ("Hill 2019", "AAAAI 2022", "HCT", "ASBMT")))),
)  # fmt: skip
