"""Checks that hold for every data set: keys, identifiers, parameters, codelists, flags."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.checks.types import Tables, by_subject
from adoptive.workbench.export.types import Columns, StandardSpec

__all__ = [
    "ambiguous", "codelist_left", "flag_unknown", "identifier_missing", "key_twice", "not_as_adsl", "not_in_adsl",
    "parameter_ambiguous", "repeated", "sequence_twice", "tuples", "value_ambiguous",
]  # fmt: skip

Bools = NDArray[np.bool_]


def repeated(rows: list[tuple[Any, ...]]) -> Bools:
    """Mark rows that were there before."""
    seen: set[tuple[Any, ...]] = set()
    marks = np.zeros(len(rows), bool)
    for at, row in enumerate(rows):
        marks[at] = row in seen
        seen.add(row)
    return marks


def tuples(table: Columns, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Give some columns row by row; missing numbers are equal to each other."""
    return list(zip(*([_key(value) for value in table[name].tolist()] for name in names), strict=True))


def _key(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def key_twice(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose key another row has."""
    return repeated(tuples(tables[name], spec.datasets[name].keys))


def sequence_twice(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose number within the subject another row has."""
    column = next((each for each in ("ASEQ", "AESEQ") if each in tables[name]), None)
    if column is None:
        return np.zeros(len(tables[name]["USUBJID"]), bool)
    return repeated(tuples(tables[name], ("USUBJID", column)))


def not_in_adsl(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows of a subject that ADSL does not know."""
    return ~np.isin(tables[name]["USUBJID"].astype(str), tables["ADSL"]["USUBJID"].astype(str))


def identifier_missing(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows without study, subject or parameter."""
    table = tables[name]
    marks = np.zeros(len(table["USUBJID"]), bool)
    for column in ("STUDYID", "USUBJID", "PARAMCD", "PARAM", "AEDECOD"):
        if column in table:
            marks |= table[column] == ""
    return marks


def not_as_adsl(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose treatment or population differs from ADSL's."""
    table = tables[name]
    marks = np.zeros(len(table["USUBJID"]), bool)
    for column in ("STUDYID", "TRT01P", "TRT01PN", "TRT01A", "ITTFL", "SAFFL"):
        if column in table and name != "ADSL":
            marks |= np.asarray(table[column] != by_subject(tables, name, column), bool)
    return marks


def parameter_ambiguous(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose code has several names, or whose name has several codes."""
    table = tables[name]
    if "PARAMCD" not in table:
        return np.zeros(len(table["USUBJID"]), bool)
    return ambiguous(table["PARAMCD"].tolist(), table["PARAM"].tolist())


def value_ambiguous(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows of a parameter whose AVAL has several AVALC, or the other way round."""
    table = tables[name]
    if "AVALC" not in table:
        return np.zeros(len(table["USUBJID"]), bool)
    code = table["PARAMCD"].tolist()
    return ambiguous(
        list(zip(code, [_key(value) for value in table["AVAL"].tolist()], strict=True)),
        list(zip(code, table["AVALC"].tolist(), strict=True)),
    )


def ambiguous(one: list[Any], other: list[Any]) -> Bools:
    """Mark the places where two lists do not stand one to one."""
    forth: dict[Any, set[Any]] = {}
    back: dict[Any, set[Any]] = {}
    for left, right in zip(one, other, strict=True):
        forth.setdefault(left, set()).add(right)
        back.setdefault(right, set()).add(left)
    return np.array([len(forth[a]) > 1 or len(back[b]) > 1 for a, b in zip(one, other, strict=True)], bool)


def codelist_left(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows with a value outside its codelist; nothing at all is allowed."""
    table = tables[name]
    marks = np.zeros(len(table["STUDYID"]), bool)
    for variable in spec.datasets[name].variables:
        known = spec.codelists.get(variable.codelist)
        if known is not None and variable.name in table:
            values = table[variable.name]
            text = values if variable.is_text else np.array([_whole(value) for value in values.tolist()], dtype=object)
            marks |= ~np.isin(text.astype(str), ["", *known])
    return marks


def _whole(value: float) -> str:
    return "" if np.isnan(value) else f"{value:g}"


def flag_unknown(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows with a flag that is neither Y, N nor empty."""
    table = tables[name]
    marks = np.zeros(len(table["STUDYID"]), bool)
    for column, values in table.items():
        if column.endswith("FL") and values.dtype == object:
            marks |= ~np.isin(values.astype(str), ["Y", "N", ""])
    return marks
