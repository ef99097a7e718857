"""Every check of the data sets finds the mistake that it is there for, and finds none in what is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.workbench.export.checks import Checked, check_data, check_domains
from adoptive.workbench.export.checks.domains import DOMAIN_RULES
from adoptive.workbench.export.checks.run import RULES, checked
from adoptive.workbench.export.sdtm import tabulation_data
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Standard

Tables = dict[str, dict[str, Any]]


def _found(tables: Tables, adam: Standard, rule: str) -> list[Checked]:
    [(words, apply, about)] = [row for row in RULES if row[0] == rule]
    return [checked(words, apply, name, tables, adam.spec) for name in about or tuple(tables)]


def test_what_is_written_passes(tables: Tables, adam: Standard) -> None:
    found = check_data(tables, adam.spec)
    assert [one for one in found if not one.passed] == []
    assert {one.rule for one in found} == {words for words, _, _ in RULES}


def _set(dataset: str, column: str, value: Any, code: str = "") -> Callable[[Tables], None]:
    def broken(tables: Tables) -> None:
        table = tables[dataset]
        rows = np.flatnonzero(table["PARAMCD"] == code) if code else np.arange(len(table["USUBJID"]))
        row = rows[len(rows) // 2]
        table[column][row] = value(table[column][row]) if callable(value) else value

    return broken


def _first(tables: Tables, dataset: str, wanted: Callable[[dict[str, Any]], Any]) -> int:
    rows = np.flatnonzero(wanted(tables[dataset]))
    assert len(rows), "the small run has no such row"
    return int(rows[0])


def _copy_row(dataset: str) -> Callable[[Tables], None]:
    def broken(tables: Tables) -> None:
        for name, column in tables[dataset].items():
            tables[dataset][name] = np.concatenate([column, column[-1:]])

    return broken


def _progression_without_scan(tables: Tables) -> None:
    at = _first(tables, "ADTTE", lambda t: (t["PARAMCD"] == "PFS") & (t["EVNTDESC"] == "Disease Progression"))
    tables["ADTTE"]["SRCSEQ"][at] = 99.0


def _resurrected(tables: Tables) -> None:
    at = _first(tables, "ADSL", lambda t: t["DTHFL"] == "Y")
    tables["ADSL"]["DTHFL"][at], tables["ADSL"]["DTHDT"][at] = "N", np.nan


def _two_baselines(tables: Tables) -> None:
    at = _first(tables, "ADLB", lambda t: t["ABLFL"] == "")
    tables["ADLB"]["ABLFL"][at] = "Y"


def _lost_infusion(tables: Tables) -> None:
    keep = np.ones(len(tables["ADEX"]["USUBJID"]), bool)
    keep[_first(tables, "ADEX", lambda t: t["PARAMCD"] == "CELLS")] = False
    tables["ADEX"] = {name: column[keep] for name, column in tables["ADEX"].items()}


def _scan(tables: Tables) -> None:
    at = _first(tables, "ADTR", lambda t: (t["PARAMCD"] == "SDIAM") & (t["ABLFL"] == ""))
    tables["ADTR"]["NADIR"][at] += 1.0


def _percent(tables: Tables) -> None:
    at = _first(tables, "ADTR", lambda t: np.isfinite(t["PCHG"]))
    tables["ADTR"]["PCHG"][at] += 1.0


BROKEN: dict[str, Callable[[Tables], None]] = {
    "keys are unique": _copy_row("ADAE"),
    "sequence numbers are unique within a subject": _copy_row("ADRS"),
    "every subject is in ADSL": _set("ADAE", "USUBJID", "SOMEBODY"),
    "study, subject and parameter are there": _set("ADRS", "PARAM", ""),
    "treatment and populations are ADSL's": _set("ADTTE", "SAFFL", lambda flag: "N" if flag == "Y" else "Y"),
    "PARAM and PARAMCD stand one to one": _set("ADLB", "PARAM", "Neutrophils (another unit)", "NEUT"),
    "AVAL and AVALC stand one to one": _set("ADRS", "AVALC", "CR or so", "OVR"),
    "values belong to their codelists": _set("ADAE", "AETOXGR", "7"),
    "flags are Y, N or empty": _set("ADSL", "EVALFL", "yes"),
    "dates follow each other; deaths are dated": _set("ADSL", "RANDDT", lambda day: day + 5000),
    "infusions agree with ADEX": _lost_infusion,
    "records lie within the trial": _set("ADRS", "ADT", lambda day: day + 5000, "OVR"),
    "AVAL = ADT - STARTDT + 1": _set("ADTTE", "AVAL", lambda days: days + 1, "PFS"),
    "unrounded days agree with whole days": _set("ADTTE", "AVALEX", lambda days: days + 2, "OS"),
    "CNSR, EVNTDESC and CNSDTDSC agree": _set("ADTTE", "CNSR", lambda code: 1.0 - min(code, 1.0), "PFS"),
    "deaths are ADSL's": _resurrected,
    "progressions are assessments with PD": _progression_without_scan,
    "one baseline per subject and parameter": _two_baselines,
    "BASE is the baseline record's AVAL": _set("ADLB", "BASE", lambda base: base + 0.5, "PLAT"),
    "CHG = AVAL - BASE": _set("ADVS", "CHG", lambda change: change + 0.5, "TEMP"),
    "PCHG = 100 x CHG / BASE": _percent,
    "NADIR is the smallest earlier sum": _scan,
    "grades and dates of events agree": _set("ADAE", "AETOXGRN", lambda grade: grade + 1),
    "one worst occurrence per subject and term": _set("ADAE", "AOCCIFL", ""),
    "worst grades are ADAE's": _set("ADTOX", "AVAL", lambda grade: grade + 1, "CRS"),
    "levels below the limit are marked": _set("ADPC", "BLQFL", lambda flag: "" if flag == "Y" else "Y"),
    "peaks are levels of ADPC": _set("ADPP", "AVAL", lambda peak: peak + 1, "CMAX"),
}


def test_every_check_has_a_broken_set() -> None:
    assert set(BROKEN) == {words for words, _, _ in RULES}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_set_fails_its_check(few: Tables, adam: Standard, rule: str) -> None:
    assert all(one.passed for one in _found(few, adam, rule))
    BROKEN[rule](few)
    assert any(not one.passed and one.example for one in _found(few, adam, rule))


BROKEN_DOMAINS: dict[str, tuple[str, str, Any]] = {
    "every subject is in DM": ("AE", "USUBJID", "SOMEBODY"),
    "DOMAIN and study are there": ("LB", "DOMAIN", "XX"),
    "codes and names of tests stand one to one": ("VS", "VSTEST", "Heat"),
    "values belong to their codelists": ("DM", "SEX", "X"),
    "flags are Y, N or empty": ("DM", "DTHFL", "yes"),
    "dates are ISO 8601 and in order": ("RS", "RSDTC", "1 May 2000"),
    "study days are those of the dates": ("EX", "EXSTDY", -5.0),
    "numbers and texts of results agree": ("TR", "TRSTRESC", "12"),
    "deaths are dated and in DS": ("DM", "DTHDTC", "2000-01-01"),
}


def test_the_domains_checks(source: Source) -> None:
    made = tabulation_data(source)
    assert list(made.datasets) == [
        "DM", "DS", "EX", "CM", "AE", "LB", "VS", "QS", "TU", "TR", "RS", "PC", "PP", "TA", "TE", "TV", "TS",
    ]  # fmt: skip
    whole = {name: {key: column[:250] for key, column in one.columns.items()} for name, one in made.datasets.items()}
    assert [one for one in check_domains(whole, made.spec) if not one.passed] == []
    unbroken = {"keys are unique", "sequence numbers are unique within a subject"}
    assert set(BROKEN_DOMAINS) | unbroken == {words for words, _, _ in DOMAIN_RULES}
    for rule, (name, column, value) in BROKEN_DOMAINS.items():
        broken = {key: {each: values.copy() for each, values in table.items()} for key, table in whole.items()}
        if rule == "deaths are dated and in DS":
            value = ""
            broken[name][column][:] = value
        broken[name][column][0 if name != "TR" else 1] = value
        assert rule in {one.rule for one in check_domains(broken, made.spec) if not one.passed}, rule
    doubled = {key: {e: np.concatenate([v, v[:1]]) for e, v in table.items()} for key, table in whole.items()}
    assert unbroken <= {one.rule for one in check_domains(doubled, made.spec) if not one.passed}
