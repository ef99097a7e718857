"""A count picked out of rows of laboratory tests (SDTM LB, ADaM ADLB): rows of other tests hold none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from adoptive.workbench.grade.columns import find
from adoptive.workbench.grade.reading import Sheet, only_sheet
from adoptive.workbench.grade.types import Column

__all__ = ["picked"]

_TESTS: Final = ("PARAMCD", "LBTESTCD")
_RESULTS: Final = ("AVAL", "LBSTRESN", "LBORRES")
_UNITS: Final = ("AVALU", "LBSTRESU", "LBORRESU")


def picked(count: Column, codes: frozenset[str]) -> Callable[[Sequence[Sheet]], Sheet]:
    """Give the step that picks a count out of rows of laboratory tests (SDTM LB, ADaM ADLB)."""

    def pick(sheets: Sequence[Sheet]) -> Sheet:
        sheet = only_sheet(sheets, count.name)
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
