"""The table of patients that endpoints are judged on, made from the analysis data sets alone."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.adam.safety import ASSESSED, TERMS
from adoptive.workbench.export.checks.types import Tables
from adoptive.workbench.export.types import Columns

__all__ = ["LEVELS", "Patients", "patients_from"]

Floats = NDArray[np.float64]
Patients = dict[str, NDArray[Any]]

STEMS: Final = {"PFS": "pfs", "OS": "os", "EFS": "efs", "DOR": "dor", "RFS": "rfs", "BCREC": "b_cell_recovery"}
MARKS: Final = {
    "RSP": "responder", "RSPANY": "response_any", "CRSP": "complete_response", "DCR": "disease_control",
    "SHRINK": "any_shrinkage",
}  # fmt: skip
LEVELS: Final = {"CMAX": "peak_car_copies", "TMAX": "peak_car_day", "AUC28": "auc28", "TLST": "persistence_days"}
STEROIDS: Final = ("DEXAMETHASONE", "METHYLPREDNISOLONE")


def patients_from(tables: Tables) -> Patients:
    """Make the table of patients that endpoints are judged on, ``(1, patients)``, from the data sets."""
    adsl = tables["ADSL"]
    place = {subject: at for at, subject in enumerate(adsl["USUBJID"].tolist())}
    yes = {name: adsl[name] == "Y" for name in ("SAFFL", "ARMCELFL", "CROSSFL")}
    columns: Patients = {
        "arm": (adsl["TRT01PN"] - 1).astype(int), "enrolled": adsl["ITTFL"] == "Y", "treated": yes["SAFFL"],
        "assigned_cells": yes["ARMCELFL"], "crossed_over": yes["CROSSFL"], "infusions": adsl["INFN"].astype(int),
        "not_infused": adsl["NINFRSN"].astype(int), "vein_to_vein_days": np.nan_to_num(adsl["V2VDAY"]),
        "enrolment_to_infusion_days": np.nan_to_num(adsl["INFDAY"]),
    }  # fmt: skip
    columns |= _times(tables["ADTTE"], place) | _marks(tables["ADRS"], place) | _safety(tables, place)
    return {name: values[None, :] for name, values in columns.items()}


def _filled(table: Columns, code: str, place: dict[str, int], missing: float, value: str = "AVAL") -> Floats:
    """Give a parameter's value of every patient; those without one have the number for missing."""
    column = np.full(len(place), missing)
    if table:
        rows = np.flatnonzero((table["PARAMCD"] == code) & np.isfinite(table[value]))
        column[[place[subject] for subject in table["USUBJID"][rows].tolist()]] = table[value][rows]
    return column


def _times(adtte: Columns, place: dict[str, int]) -> Patients:
    columns: Patients = {}
    for code, stem in STEMS.items():
        columns[f"{stem}_days"] = _filled(adtte, code, place, 0.0, "AVALEX")
        columns[f"{stem}_event"] = _filled(adtte, code, place, 1.0, "CNSR") == 0
    columns["response_day"] = _filled(adtte, "TTR", place, 0.0, "AVALEX")
    return columns


def _marks(adrs: Columns, place: dict[str, int]) -> Patients:
    columns: Patients = {name: _filled(adrs, code, place, 0.0) == 1 for code, name in MARKS.items()}
    columns["best_response"] = _filled(adrs, "BOR", place, 0.0).astype(int)
    columns["mrd_negative"] = _filled(adrs, "MRDNEG", place, -1.0).astype(int)
    return columns


def _safety(tables: Tables, place: dict[str, int]) -> Patients:
    found, events, doses = (tables.get(name, {}) for name in ("ADTOX", "ADAE", "ADEX"))
    columns: Patients = {f"{term.stem}_grade": _filled(found, term.code, place, -1.0).astype(int) for term in TERMS}
    columns |= {name: _filled(found, code, place, -1.0).astype(int) for code, (_, name) in ASSESSED.items()}
    for term in TERMS:
        if term.dated:
            columns[f"{term.stem}_onset_day"] = _event(events, term.words, place, "AINFDY")
            columns[f"{term.stem}_days"] = _event(events, term.words, place, "ADURN")
    columns["tocilizumab_doses"] = _counted(doses, ("TOCILIZUMAB",), place)
    columns["steroid_doses"] = _counted(doses, STEROIDS, place)
    return columns | {name: _filled(tables.get("ADPP", {}), code, place, 0.0) for code, name in LEVELS.items()}


def _event(events: Columns, words: str, place: dict[str, int], value: str) -> Floats:
    column = np.zeros(len(place))
    if events:
        rows = np.flatnonzero(events["AEDECOD"] == words)
        column[[place[subject] for subject in events["USUBJID"][rows].tolist()]] = events[value][rows]
    return column


def _counted(doses: Columns, drugs: tuple[str, ...], place: dict[str, int]) -> NDArray[Any]:
    """Count doses given in the assigned treatment; those after a crossover are nobody's toxicity record."""
    column = np.zeros(len(place), int)
    if doses:
        mine = np.isin(doses["EXTRT"].astype(str), drugs) & (doses["EPOCH"] == "TREATMENT")
        np.add.at(column, [place[subject] for subject in doses["USUBJID"][mine].tolist()], 1)
    return column
