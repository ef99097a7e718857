"""A count picked out of rows of laboratory tests (SDTM LB, ADaM ADLB): rows of other tests hold none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from adoptive.workbench.grade.columns import find
from adoptive.workbench.grade.reading import Sheet, only_sheet
from adoptive.workbench.grade.types import Column
from adoptive.workbench.grade.units import spell

__all__ = ["picked", "with_unit"]

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
