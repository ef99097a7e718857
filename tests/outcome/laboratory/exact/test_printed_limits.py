"""Every limit of the 40 printed terms of CTCAE 5.0, on it and on both sides, in both unit systems and both baselines.

The expected grades come from an own reading of the printed texts (``ctcae_text``), not from the packaged limits.
"""

from __future__ import annotations

import numpy as np
import pytest
from ctcae_text import Begin, begins, criteria

from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.terms import all_terms, find_term

ROWS = [(system, row) for system in ("si", "us") for row in criteria(system)]
ANAEMIA = next(row for _, row in ROWS if row["TERM"] == "Anemia")
ROWS.append(("si", ANAEMIA | {"UNIT_CHECK": "mmol/L"}))  # the one term printed in three units
FIBRINOGEN = [(system, row) for system, row in ROWS if row["TERM"] == "Fibrinogen decreased"]
# Where the public test rows of pharmaverse/admiral decide a limit that the text leaves open, they are followed.
STRICT = {("GGT increased", "baseline", 1), ("Hypertriglyceridemia", "", 1)}
FALLS = "Fibrinogen decreased"  # a fall from baseline counts only below the lower limit of normal
SIDE = 1e-7


def _references(row: dict[str, str], told: list[Begin], *, abnormal: bool) -> dict[str, float]:
    """Give limits of normal and a baseline outside of which all printed numbers lie."""
    numbers = [one.times for one in told if not one.reference]
    if row["TERM"] in ("Acidosis", "Alkalosis"):
        return {"LLN": 7.35, "ULN": 7.45, "baseline": np.nan}
    lower = 1.3 * max(numbers, default=30.0)
    upper = 0.8 * min(numbers, default=50.0)
    return {"LLN": lower, "ULN": upper, "baseline": 1.5 * upper if abnormal else 0.75 * upper}


def _limit(one: Begin, references: dict[str, float]) -> float:
    if one.reference == "above ULN":
        return references["ULN"] + one.times
    return one.times * references[one.reference] if one.reference else one.times


def _expected(row: dict[str, str], told: list[Begin], value: float, references: dict[str, float]) -> int:
    low = row["DIRECTION"] == "L"
    grade = 0
    for one in told:
        limit = _limit(one, references)
        near = abs(value - limit) <= 1e-9 * limit
        strict = (row["TERM"], one.reference, one.grade) in STRICT
        beyond = (value < limit if low else value > limit) and not near
        if row["TERM"] == FALLS and one.reference == "baseline" and not value < references["LLN"]:
            continue
        if beyond or (near and one.on and not strict):
            grade = max(grade, one.grade)
    return grade


def _compare(row: dict[str, str], told: list[Begin], references: dict[str, float]) -> None:
    limits = sorted({_limit(one, references) for one in told})
    values = np.array([limit * side for limit in limits for side in (1 - SIDE, 1.0, 1 + SIDE)])
    expected = [_expected(row, told, value, references) for value in values]
    graded = grade_laboratory(
        values,
        term=row["TERM"],
        unit=row["UNIT_CHECK"],
        lower_limit=references["LLN"],
        upper_limit=references["ULN"],
        baseline=references["baseline"],
    )
    assert graded.grade.tolist() == expected
    assert len(set(expected)) > 1  # the limits are told apart at all


@pytest.mark.parametrize("abnormal", [False, True], ids=["baseline normal", "baseline abnormal"])
@pytest.mark.parametrize(("system", "row"), ROWS, ids=[f"{s}-{r['TERM']}-{r['UNIT_CHECK']}" for s, r in ROWS])
def test_grades_begin_where_the_text_says(system: str, row: dict[str, str], abnormal: bool) -> None:
    told = begins(row)
    mine = [one for one in told if one.baseline in ("any", "abnormal" if abnormal else "normal")]
    assert mine
    _compare(row, mine, _references(row, told, abnormal=abnormal))


@pytest.mark.parametrize("baseline", [0.9, 1.3, 1.6, 2.2, 4.4])
@pytest.mark.parametrize(("system", "row"), FIBRINOGEN, ids=[system for system, _ in FIBRINOGEN])
def test_fibrinogen_falls_from_baseline_only_below_normal(system: str, row: dict[str, str], baseline: float) -> None:
    told = begins(row)
    lower = 6.0 * max(one.times for one in told if not one.reference)
    _compare(row, told, {"LLN": lower, "ULN": np.nan, "baseline": baseline * lower})


def test_the_40_printed_terms_are_the_terms_of_version_5() -> None:
    for system in ("si", "us"):
        printed = {row["TERM"] for row in criteria(system)}
        assert printed == {term.name for term in all_terms("5.0")}
        assert len(printed) == 40


def test_directions_and_units_are_those_printed() -> None:
    for _, row in ROWS:
        term = find_term(row["TERM"])
        assert term is not None
        assert term.direction == {"L": "low", "H": "high"}[row["DIRECTION"]]
        assert (not term.rules[0].unit) == (not row["UNIT_CHECK"])
