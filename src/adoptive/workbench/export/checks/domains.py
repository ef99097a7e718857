"""Checks of the tabulation data sets: keys, subjects, codes, codelists, dates and study days."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.checks.shape import ambiguous, codelist_left, flag_unknown, key_twice, repeated, tuples
from adoptive.workbench.export.checks.types import Checked, Rule, Tables
from adoptive.workbench.export.types import StandardSpec

__all__ = ["DOMAIN_RULES", "check_domains"]

Bools = NDArray[np.bool_]

ISO: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def _rows(tables: Tables, name: str) -> int:
    return len(tables[name]["STUDYID"])


def sequence_twice(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose number within the subject another row has."""
    column = f"{name}SEQ"
    if column not in tables[name] or "USUBJID" not in tables[name]:
        return np.zeros(_rows(tables, name), bool)
    return repeated(tuples(tables[name], ("USUBJID", column)))


def not_in_dm(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows of a subject that DM does not know."""
    if "USUBJID" not in tables[name]:
        return np.zeros(_rows(tables, name), bool)
    return ~np.isin(tables[name]["USUBJID"].astype(str), tables["DM"]["USUBJID"].astype(str))


def wrong_domain(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows that name another domain or no study."""
    table = tables[name]
    return np.asarray((table["DOMAIN"] != name) | (table["STUDYID"] == ""), bool)


def test_ambiguous(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows whose test code has several names, or the other way round."""
    table = tables[name]
    code, words = (f"{name}TESTCD", f"{name}TEST") if f"{name}TESTCD" in table else ("TSPARMCD", "TSPARM")
    if code not in table:
        return np.zeros(_rows(tables, name), bool)
    return ambiguous(table[code].tolist(), table[words].tolist())


def date_malformed(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark rows with a date that is not ISO 8601, or an end before its start."""
    table = tables[name]
    marks = np.zeros(_rows(tables, name), bool)
    for column, values in table.items():
        if column.endswith("DTC"):
            marks |= np.array([bool(text) and ISO.fullmatch(text) is None for text in values.tolist()], bool)
    for first, last in ((f"{name}STDTC", f"{name}ENDTC"), ("RFSTDTC", "RFENDTC"), ("RFXSTDTC", "RFXENDTC")):
        if first in table and last in table:
            pairs = zip(table[first].tolist(), table[last].tolist(), strict=True)
            marks |= np.array([bool(a) and bool(b) and b < a for a, b in pairs], bool)
    return marks


def _dates(texts: NDArray[Any]) -> NDArray[np.datetime64]:
    """Read ISO dates; what is missing or no date is none (another rule says so)."""
    return np.array([text if ISO.fullmatch(text) else "NaT" for text in texts.tolist()], "datetime64[D]")


def day_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark study days that are not those of the date: 1 on RFSTDTC, -1 on the day before."""
    table = tables[name]
    marks = np.zeros(_rows(tables, name), bool)
    if "USUBJID" not in table:
        return marks
    start = dict(zip(tables["DM"]["USUBJID"].tolist(), tables["DM"]["RFSTDTC"].tolist(), strict=True))
    began = _dates(np.array([start.get(subject, "") for subject in table["USUBJID"].tolist()], dtype=object))
    for column in [each for each in table if each.endswith("DY") and each[:-2] + "DTC" in table]:
        date = _dates(table[column[:-2] + "DTC"])
        days = (date - began) / np.timedelta64(1, "D")
        wanted = np.where(days >= 0, days + 1, days)
        marks |= ~((wanted == table[column]) | (np.isnan(wanted) & np.isnan(table[column])))
    return marks


def result_differs(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark numeric results that their text does not round to."""
    table = tables[name]
    text: Any = table.get(f"{name}STRESC")
    number: Any = table.get(f"{name}STRESN")
    if text is None or number is None:
        return np.zeros(_rows(tables, name), bool)
    shown = ["" if np.isnan(value) else f"{value:.6g}" for value in number.tolist()]
    return np.array([bool(own) and own != said for own, said in zip(shown, text.tolist(), strict=True)], bool)


def death_undated(tables: Tables, name: str, spec: StandardSpec) -> Bools:
    """Mark subjects of DM dead without a date, dated without the flag, or whose DS tells something else."""
    table, events = tables[name], tables["DS"]
    died = set(events["USUBJID"][events["DSDECOD"] == "DEATH"].tolist())
    dead = table["DTHFL"] == "Y"
    told = np.array([subject in died for subject in table["USUBJID"].tolist()], bool)
    return np.asarray((dead != (table["DTHDTC"] != "")) | (dead != told), bool)


DOMAIN_RULES: Final[tuple[tuple[str, Rule, tuple[str, ...]], ...]] = (
    ("keys are unique", key_twice, ()),
    ("sequence numbers are unique within a subject", sequence_twice, ()),
    ("every subject is in DM", not_in_dm, ()),
    ("DOMAIN and study are there", wrong_domain, ()),
    ("codes and names of tests stand one to one", test_ambiguous, ()),
    ("values belong to their codelists", codelist_left, ()),
    ("flags are Y, N or empty", flag_unknown, ()),
    ("dates are ISO 8601 and in order", date_malformed, ()),
    ("study days are those of the dates", day_differs, ()),
    ("numbers and texts of results agree", result_differs, ()),
    ("deaths are dated and in DS", death_undated, ("DM",)),
)


def check_domains(tables: Tables, spec: StandardSpec) -> tuple[Checked, ...]:
    """Check tabulation data sets; a data set that is not there is not checked."""
    from adoptive.workbench.export.checks.run import checked

    return tuple(
        checked(words, rule, name, tables, spec)
        for words, rule, about in DOMAIN_RULES
        for name in about or tuple(tables)
        if name in tables
    )
