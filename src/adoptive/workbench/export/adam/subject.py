"""ADSL: one row per patient, and the columns that every other data set repeats."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import TUMOUR_TYPES
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns
from adoptive.workbench.shape import assessed

__all__ = ["NOT_INFUSED", "NOT_TREATED", "blank", "flag", "identified", "numbered", "subjects"]

NOT_TREATED: Final = "Not Treated"
MISSING: Final = np.nan

NOT_INFUSED: Final = {
    0: "",
    1: "Collection or manufacturing failure",
    2: "Died waiting",
    3: "Deteriorated waiting",
    4: "Withdrew",
    5: "No longer met the criteria, or a rule forbade it",
    6: "Still waiting at the data cut",
}
"""Why somebody was not infused, by code of the column not_infused."""

A_MOMENT: Final = 1e-6


def flag(mark: NDArray[Any], *, no: str = "N") -> NDArray[Any]:
    """Give Y and N (or nothing) as text."""
    return np.where(np.asarray(mark, bool), "Y", no).astype(object)


def blank(rows: int) -> NDArray[Any]:
    """Give a text column with nothing in it."""
    return np.full(rows, "", dtype=object)


def numbered(subject: NDArray[Any]) -> NDArray[np.float64]:
    """Give each record its number within its subject, from 1, in the order of the rows."""
    seen: dict[str, int] = {}
    out = np.zeros(len(subject))
    for at, name in enumerate(subject.tolist()):
        out[at] = seen[name] = seen.get(name, 0) + 1
    return out


def subjects(source: Source) -> Columns:
    """Give the columns of ADSL."""
    table, rows = source.patients, np.arange(len(source.patients["patient"]))
    return _assigned(source) | _baseline(table) | _populations(source) | _course(source, rows) | _end(source, rows)


def _assigned(source: Source) -> Columns:
    table = source.patients
    arm = np.asarray(table["arm"], int)
    names = np.array(source.run.arms, dtype=object)[arm]
    treated = np.asarray(table["treated"], bool)
    actual = np.where(treated, names, NOT_TREATED).astype(object)
    return {
        "STUDYID": np.full(len(arm), source.study_id, dtype=object),
        "USUBJID": source.subjects,
        "SUBJID": np.array([f"{number + 1:04d}" for number in table["patient"].tolist()], dtype=object),
        "TRT01P": names, "TRT01PN": arm + 1.0, "TRT01A": actual, "TRT01AN": np.where(treated, arm + 1.0, 0.0),
        "ARM": names, "ACTARM": actual, "ARMCELFL": flag(source.cells),
    }  # fmt: skip


def _baseline(table: Any) -> Columns:
    types = np.array([*TUMOUR_TYPES], dtype=object)
    return {
        "AGE": table["age_years"], "AGEU": np.full(len(table["arm"]), "YEARS", dtype=object),
        "ECOGBL": table["ecog"], "WEIGHTBL": table["weight_kg"], "BSABL": table["bsa_m2"],
        "TUMTYPE": types[np.asarray(table["tumour_type"], int)], "PRIORLIN": table["prior_lines"],
        "L3FL": flag(table["third_line_or_later"]), "PERITFL": flag(table["peritoneal"]),
        "LESBLN": table["lesions"], "SLDBL": table["baseline_sld_mm"], "AGPOSBL": table["positive_share"],
        "AGCLONFL": flag(table["founder_clone"]),
    }  # fmt: skip


def _populations(source: Source) -> Columns:
    table = source.patients
    everybody = np.ones(len(table["arm"]), bool)
    return {
        "RANDFL": flag(everybody & source.randomised), "ITTFL": flag(everybody), "SAFFL": flag(table["treated"]),
        "PPROTFL": flag(table["treated"] & table["evaluable"]), "EVALFL": flag(table["evaluable"]),
        "CROSSFL": flag(table["crossed_over"]), "RESPFL": flag(table["responder"]),
        "SYNTHFL": flag(everybody),
    }  # fmt: skip


def _course(source: Source, rows: NDArray[np.int64]) -> Columns:
    table, infused, zero = source.patients, source.infused, source.zero_day
    first = np.where(infused, table["infusion_day"], MISSING)
    last = np.full(len(rows), MISSING)
    if source.doses:
        np.fmax.at(last, source.place(source.doses["patient"]), source.doses["day"])
    reason = np.asarray(table["not_infused"], int)
    origin = [assessed(source.study, int(arm)).time_origin for arm in table["arm"]]
    return {
        "RANDDT": source.date(rows, 0.0), "TRTSDT": source.date(rows, first),
        "TRTEDT": source.date(rows, np.where(infused, last, MISSING)),
        "INFN": table["infusions"], "INFDAY": first, "V2VDAY": np.where(infused, table["vein_to_vein_days"], MISSING),
        "NINFRSN": reason, "NINFRS": np.array([NOT_INFUSED.get(code, "") for code in reason.tolist()], dtype=object),
        "TIMEZERO": np.array(
            ["first infusion" if name == "infusion" and day > 0 else "randomisation or enrolment"
             for name, day in zip(origin, zero, strict=True)], dtype=object,
        ),
        "TZDT": source.date(rows, zero), "TZDAY": zero,
    }  # fmt: skip


def _end(source: Source, rows: NDArray[np.int64]) -> Columns:
    """Say how each patient's part ended; who is followed to the latest day of anybody is still in the trial."""
    table, last = source.patients, source.last_day
    dead = np.asarray(table["os_event"], bool)
    calendar = table["randomised_day"] + last
    cut = calendar.max(initial=0.0)
    ongoing = ~dead & (calendar >= cut - A_MOMENT)
    cut_date = float(source.date(rows, last).max(initial=0.0))
    return {
        "DTHFL": flag(dead), "DTHDT": source.date(rows, np.where(dead, last, MISSING)),
        "LSTALVDT": source.date(rows, last),
        "EOSSTT": np.where(ongoing, "ONGOING", "DISCONTINUED").astype(object),
        "DCSREAS": np.select([dead, ongoing], ["DEATH", ""], "LOST TO FOLLOW-UP").astype(object),
        "DCUTDT": np.full(len(rows), cut_date),
    }  # fmt: skip


def identified(adsl: Columns, rows: NDArray[np.int64], *, number: str = "ASEQ") -> Columns:
    """Repeat a patient's identifiers and populations on the rows of another data set, numbered by patient."""
    names = ("STUDYID", "USUBJID", "TRT01P", "TRT01PN", "TRT01A", "ITTFL", "SAFFL")
    found = {name: np.asarray(adsl[name])[rows] for name in names}
    return found | {number: numbered(found["USUBJID"])}
