"""Columns are found by documented names, units are never assumed, cells are read strictly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.grade import RULES, grade_file

HEAD = "temp_c,hypotension,vasopressors,oxygen"


@pytest.mark.parametrize("name", ["anc_per_uL", "ANC (cells/µL)", "neutrophils_per_mm3", "NEUT [/uL]"])
def test_one_unit_has_many_spellings(sheet: Callable[..., Path], name: str) -> None:
    result = grade_file(sheet(f"patient,day,{name}", "A,0,400", "A,1,2000"), rule="icaht")
    assert result.tables["patients"]["early_grade"].tolist() == [1]


@pytest.mark.parametrize("name", ["anc_1e9L", "ANC (10^9/L)", "anc_10^3/uL", "Neutrophils [K/uL]", "anc_G/L"])
def test_a_unit_in_the_name_is_converted(sheet: Callable[..., Path], name: str) -> None:
    result = grade_file(sheet(f"USUBJID,ADY,{name}", "A,0,0.5", "A,1,0.51"), rule="icaht")
    assert result.tables["patients"]["nadir_per_ul"].tolist() == [500.0]
    assert result.tables["patients"]["early_grade"].tolist() == [1]


def test_a_unit_may_stand_beside_or_in_an_option(sheet: Callable[..., Path]) -> None:
    beside = sheet("patient,day,anc,anc_unit", "A,0,0.4,10^9/L", "A,1,2000,/uL")
    assert grade_file(beside, rule="icaht").tables["patients"]["early_grade"].tolist() == [1]
    told = sheet("patient,day,anc", "A,0,0.4", "A,1,2", name="told.csv")
    assert grade_file(told, rule="icaht", anc_unit="10^9/L").tables["patients"]["early_grade"].tolist() == [1]


def test_a_unit_that_is_not_known_is_refused(sheet: Callable[..., Path]) -> None:
    with pytest.raises(StudyError, match=r"anc: the unit cannot be known; allowed: anc_per_uL, anc_1e9_L"):
        grade_file(sheet("patient,day,anc", "A,0,0.4"), rule="icaht")
    result = grade_file(
        sheet("patient,day,anc,anc_unit", "A,0,400,furlong", "B,0,400,/uL", "B,1,900,/uL"), rule="icaht"
    )
    assert [(bad.line, bad.column) for bad in result.bad_rows] == [(2, "anc")]
    assert result.tables["patients"]["early_grade"].tolist() == [None, 1]


def test_fahrenheit_meets_the_limit_exactly(sheet: Callable[..., Path]) -> None:
    file = sheet(HEAD.replace("temp_c", "temp_F"), "100.4,0,0,none", "100.3,0,0,none")
    assert grade_file(file, rule="astct-crs").tables["rows"]["grade"].tolist() == [1, 0]


def test_limits_of_tumour_lysis_are_round_in_either_unit(sheet: Callable[..., Path]) -> None:
    head = "uric_acid_umol_L,potassium_mmol_L,phosphate_mmol_L,corrected_calcium_mmol_L"
    file = sheet(head, "476,6.0,1,2.2", "475,6.0,1,2.2", "100,4,1.45,1.75", "100,4,1.44,1.75")
    assert grade_file(file, rule="tls").tables["rows"]["lab_tls"].tolist() == [1, 0, 1, 0]
    assert grade_file(file, rule="tls", variant="howard").tables["rows"]["lab_tls"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("abc,0,0,none", "temp_c", "not a number"),
        ("1e999,0,0,none", "temp_c", "not a finite number"),
        ("3_8,0,0,none", "temp_c", "not a number"),
        ("٣٨,0,0,none", "temp_c", "not a number"),
        ('"38,5",0,0,none', "temp_c", "decimal=comma"),
        ("98.6,0,0,none", "temp_c", "allowed: 25 to 45 degC"),
        ("38.5,maybe,0,none", "hypotension", "unknown word"),
        ("38.5,2,0,none", "hypotension", "unknown word"),
        ("38.5,10,0,none", "hypotension", "unknown word"),
        ("38.5,0,1.5,none", "vasopressors", "not a whole number"),
        ("38.5,0,-1,none", "vasopressors", "out of any possible range"),
        ("38.5,0,0,a balloon", "oxygen", "unknown device"),
        ("38.5,0,0,nasal cannula", "oxygen", "without its flow"),
        (",0,0,none", "temp_c", "empty"),
        ("38.5,0,0,", "oxygen", "empty"),
    ],
)
def test_a_bad_cell_is_listed_and_the_others_are_graded(
    graded: Callable[..., Any], sheet: Callable[..., Path], row: str, column: str, said: str
) -> None:
    code, document = graded("astct-crs", sheet(HEAD, "38.5,1,0,none", row, "37.0,0,0,none"))
    assert code == 2
    assert [line["grade"] for line in document["rows"]] == [2, None, 0]
    assert [(bad["line"], bad["column"]) for bad in document["bad_rows"]] == [(3, column)]
    assert said in document["bad_rows"][0]["problem"]
    assert document["rows"][1]["reason"].startswith("bad row")


def test_an_empty_optional_cell_is_not_bad(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    code, document = graded("astct-crs", sheet(HEAD + ",vasopressin", "38.5,1,0,none,", "38.5,1,2,none,"))
    assert code == 0
    assert [row["grade"] for row in document["rows"]] == [None, 4]
    assert "vasopressin" in document["rows"][0]["reason"]


def test_a_gap_that_cannot_matter_does_not_stop_a_grade(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    code, document = graded("astct-crs", sheet(HEAD, "38.5,1,2,"))
    assert (code, document["rows"][0]["grade"]) == (0, 4)


def test_a_decimal_comma_is_read_when_it_is_said(sheet: Callable[..., Path]) -> None:
    file = sheet(HEAD.replace(",", ";"), "38,5;0;0;none")
    assert grade_file(file, rule="astct-crs", decimal="comma").tables["rows"]["grade"].tolist() == [1]


def test_columns_that_are_not_known_pass_untouched(sheet: Callable[..., Path]) -> None:
    file = sheet(HEAD + ",expected_grade,grade,remark", '38.5,0,0,none,1,old,"a, ""b"""')
    rows = grade_file(file, rule="astct-crs").tables["rows"]
    assert (rows["expected_grade"][0], rows["grade"][0], rows["remark"][0]) == ("1", "old", 'a, "b"')
    assert rows["adoptive_grade"].tolist() == [1]


def test_a_missing_column_names_the_nearest(sheet: Callable[..., Path]) -> None:
    with pytest.raises(StudyError, match=r"hypotension .*is 'hypotenson' meant for hypotension"):
        grade_file(sheet(HEAD.replace("hypotension", "hypotenson"), "38,0,0,none"), rule="astct-crs")


def test_two_columns_for_one_sign_are_refused(sheet: Callable[..., Path]) -> None:
    with pytest.raises(StudyError, match="two columns may be meant"):
        grade_file(sheet(HEAD + ",temp_f", "38,0,0,none,100"), rule="astct-crs")


@pytest.mark.parametrize("name", RULES)
def test_no_name_means_two_columns_of_a_layout(name: str) -> None:
    from adoptive.workbench.grade.columns import _keys

    for layout in RULES[name].layouts:
        owners: dict[str, str] = {}
        for column in layout.columns:
            for key in _keys(column):
                assert owners.setdefault(key, column.name) == column.name or {owners[key], column.name} == {
                    "visit_number", "visit_name"}, (layout.name, key)  # fmt: skip
        assert {*layout.unique, *layout.choose} <= {column.name for column in layout.columns}
