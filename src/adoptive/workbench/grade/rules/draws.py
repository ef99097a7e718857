"""Rows of draws: a count picked out of rows of laboratory tests (SDTM LB, ADaM ADLB), and what each row repeats."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from adoptive.workbench.grade.columns import find
from adoptive.workbench.grade.reading import Sheet, only_sheet
from adoptive.workbench.grade.rules.visits import Bad
from adoptive.workbench.grade.types import Column, Signs
from adoptive.workbench.grade.units import spell

__all__ = ["DRAW", "picked", "same_of_patient", "with_unit"]

Floats = NDArray[np.float64]

DRAW: Final = "one draw of one patient"

_TESTS: Final = ("PARAMCD", "LBTESTCD")
_RESULTS: Final = ("AVAL", "LBSTRESN", "LBORRES")
_UNITS: Final = ("AVALU", "LBSTRESU", "LBORRESU")


def with_unit(sheets: Sequence[Sheet]) -> Sheet:
    """Give the sheet with a column of units; ADaM writes the unit in PARAM ("Hemoglobin (g/L)") where no other does."""
    sheet = only_sheet(sheets, "of laboratory values")
    names = {spell(name) for name in sheet.names}
    if "PARAM" not in sheet.names or names & {spell(name) for name in (*_UNITS, "unit", "units", "UNIT_CHECK")}:
        return sheet
    found = [_IN_BRACKETS.search(text or "") for text in sheet.text("PARAM").to_pylist()]
    unit = pa.array([None if match is None else match[1] for match in found], pa.string())
    return replace(sheet, table=sheet.table.append_column("AVALU", unit))


_IN_BRACKETS: Final = re.compile(r"\(([^()]+)\)$")


def picked(count: Column, codes: frozenset[str]) -> Callable[[Sequence[Sheet]], Sheet]:
    """Give the step that picks a count out of rows of laboratory tests (SDTM LB, ADaM ADLB)."""

    def pick(sheets: Sequence[Sheet]) -> Sheet:
        sheet = with_unit(sheets)
        test, result, unit = (_first(sheet, names) for names in (_TESTS, _RESULTS, _UNITS))
        if not (test and result and unit) or find(count, sheet.names, told="per uL") is not None:
            return sheet
        asked = pc.is_in(pc.utf8_upper(sheet.text(test)), value_set=pa.array(sorted(codes)))
        table = sheet.table
        for name, source in ((count.name, result), (f"{count.name}_unit", unit)):
            table = table.append_column(name, pc.if_else(asked, sheet.text(source), None))
        return replace(sheet, table=table)

    return pick


def _first(sheet: Sheet, names: Sequence[str]) -> str:
    return next((name for name in names if name in sheet.names), "")


def _column(signs: Signs, name: str) -> Floats:
    return np.asarray(signs[name], np.float64) if name in signs.columns else np.full(len(signs), np.nan)


def same_of_patient(signs: Signs, *names: str) -> tuple[dict[str, Floats], Bad]:
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
