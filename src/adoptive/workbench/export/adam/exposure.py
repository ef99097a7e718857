"""ADEX: infusions of cells, drugs against toxicity, and the lymphodepletion that the protocol lays down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.infusion.protocol import DOSE_UNITS
from adoptive.infusion.types import DrugDays
from adoptive.workbench.export.adam.response import study_day
from adoptive.workbench.export.adam.subject import identified
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns

__all__ = ["exposures"]

Floats = NDArray[np.float64]
Part = tuple[NDArray[np.int64], dict[str, Any]]

CELLS, CARE, PREPARATION = "CELLS", "AGAINST TOXICITY", "LYMPHODEPLETION"
UNITS: Final = DOSE_UNITS | {"antipyretic": "dose", "tocilizumab": "mg"}
"""Units of the recorded doses: the rule's, but tocilizumab is recorded as the whole dose."""


def exposures(source: Source, adsl: Columns) -> Columns:
    """Give the columns of ADEX, a row per dose, by patient and day."""
    parts = [part for part in (*_cells(source), *_care(source), *_preparation(source)) if len(part[0])]
    if not parts:
        return {}
    rows = np.concatenate([rows for rows, _ in parts])
    columns = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    order = np.lexsort((columns["EXTRT"].astype(str), columns["ADAYEX"].astype(float), rows))
    rows, columns = rows[order], {name: values[order] for name, values in columns.items()}
    day = columns["ADAYEX"].astype(float)
    late = ~source.cells[rows]
    return identified(adsl, rows) | columns | {
        "AVAL": columns["EXDOSE"], "AVALU": columns["EXDOSU"],
        "EPOCH": np.where(late, "CROSSOVER", "TREATMENT").astype(object),
        "ADT": source.date(rows, day), "ADY": study_day(day),
    }  # fmt: skip


def _dose(code: str, name: str, category: str, unit: str, dose: Floats, day: Floats, number: Floats,
          planned: bool) -> dict[str, Any]:  # fmt: skip
    size = len(dose)
    texts = {
        "PARAMCD": code, "PARAM": f"Dose of {name} ({unit})", "PARCAT1": category, "EXTRT": name.upper(),
        "EXDOSU": unit, "EXPLFL": "Y" if planned else "",
    }  # fmt: skip
    filled = {key: np.full(size, text, dtype=object) for key, text in texts.items()}
    return filled | {"EXDOSE": dose, "ADAYEX": day, "EXINFN": number}


def _cells(source: Source) -> Iterator[Part]:
    if source.doses:
        doses = source.doses
        size, day, number = (np.asarray(doses[name], float) for name in ("cells", "day", "number"))
        yield (
            source.place(doses["patient"]),
            _dose("CELLS", str(source.study.construct.product), CELLS, "cells", size, day, number, planned=False),
        )


def _care(source: Source) -> Iterator[Part]:
    """Give the drugs of the ward; antipyretics are counted, not measured."""
    if not source.care:
        return
    drug = np.asarray(source.care["drug"], int)
    for code, (name, unit) in enumerate(UNITS.items()):
        mine = np.flatnonzero(drug == code)
        dose, day = (np.asarray(source.care[key], float)[mine] for key in ("dose", "day"))
        yield (
            source.place(source.care["patient"][mine]),
            _dose(name.upper()[:8], name, CARE, unit, dose, day, np.full(len(mine), np.nan), planned=False),
        )


def _preparation(source: Source) -> Iterator[Part]:
    """Give the planned doses of lymphodepletion before every infusion that it precedes."""
    if not source.doses:
        return
    rows, number = source.place(source.doses["patient"]), np.asarray(source.doses["number"], float)
    day = np.asarray(source.doses["day"], float)
    for arm in np.unique(source.patients["arm"]).tolist():
        plan = source.study.of_arm(int(arm)).infusion
        most = {"each": np.inf, "first": 1.0, "none": 0.0}.get(str(plan.lymphodepletion_before))
        limit = float(plan.lymphodepletion_before) if most is None else most
        mine = np.flatnonzero((source.patients["arm"][rows] == arm) & (number <= limit))
        for drug in plan.lymphodepletion:
            yield from _planned(source, drug, rows[mine], day[mine], number[mine])


def _planned(source: Source, drug: DrugDays, rows: NDArray[np.int64], day: Floats, number: Floats) -> Iterator[Part]:
    table = source.patients
    size = drug.dose_mg_m2 * table["bsa_m2"][rows] + drug.dose_mg_kg * table["weight_kg"][rows]
    for before in drug.days:
        yield rows, _dose(drug.drug.upper()[:8], drug.drug, PREPARATION, "mg", size, day + before, number, planned=True)
