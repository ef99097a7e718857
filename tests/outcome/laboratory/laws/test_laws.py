"""Laws of laboratory grading, over every term, unit and version."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.rows import grade_laboratory_rows
from adoptive.outcome.laboratory.terms import VERSIONS, Term, all_terms

EVERY = [(term, rule.unit) for version in VERSIONS for term in all_terms(version) for rule in term.rules]
RULES = st.sampled_from([(term, unit) for term, unit in EVERY if term.name != "Creatinine clearance decreased"])
NUMBERS = st.floats(0.01, 2000.0)
SEEDS = st.integers(0, 2**32 - 1)
STATES = st.sampled_from([None, True, False, "low", "high", "normal"])


def _table(seed: int, rows: int = 60) -> dict[str, np.ndarray]:
    """Draw rows of many terms, with holes, near to the numbers that the terms know."""
    rng = np.random.default_rng(seed)
    picks = [EVERY[place] for place in rng.integers(0, len(EVERY), rows)]
    numbers = {name: rng.choice([0.4, 1.4, 7.3, 55.0, 130.0, 900.0], rows) * rng.lognormal(0, 0.3, rows)
               for name in ("value", "lower_limit", "upper_limit", "baseline")}  # fmt: skip
    for column in numbers.values():
        column[rng.random(rows) < 0.1] = np.nan
    unit = np.array([unit if rng.random() < 0.9 else "pint" for _, unit in picks], dtype=object)
    return {"term": np.array([term.name for term, _ in picks], dtype=object), "unit": unit, **numbers}


@given(RULES, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, STATES)
def test_a_worse_value_is_never_a_lower_grade(
    which: tuple[Term, str], one: float, other: float, lower: float, upper: float, baseline: float, state: object
) -> None:
    term, unit = which
    values = sorted((one, other), reverse=term.direction == "low")
    graded = grade_laboratory(
        values,
        term=term.name,
        unit=unit,
        lower_limit=lower,
        upper_limit=upper,
        baseline=baseline,
        baseline_abnormal=state,
        version=term.version,
    )
    better, worse = graded.grade
    assert 0 <= better <= worse <= 4


@given(RULES, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.sets(st.sampled_from(["lower_limit", "upper_limit", "baseline"])))
def test_a_missing_sign_never_makes_a_grade_0_of_a_worse_one(
    which: tuple[Term, str], value: float, lower: float, upper: float, baseline: float, missing: set[str]
) -> None:
    term, unit = which
    assume(lower < upper)
    given_ = {"lower_limit": lower, "upper_limit": upper, "baseline": baseline}
    full = grade_laboratory(value, term=term.name, unit=unit, version=term.version, **given_).grade
    holes = {name: np.nan if name in missing else number for name, number in given_.items()}
    partial = grade_laboratory(
        value, term=term.name, unit=unit, version=term.version, unknown_baseline="ungraded", **holes
    ).grade
    assert partial <= full or partial == -1
    if partial == 0:
        assert full == 0


@settings(max_examples=30)
@given(SEEDS)
def test_order_of_rows_is_free_and_a_row_stands_alone(seed: int) -> None:
    table = _table(seed)
    whole = grade_laboratory_rows(**table)
    order = np.random.default_rng(seed).permutation(whole.grade.size)
    shuffled = grade_laboratory_rows(**{name: column[order] for name, column in table.items()})
    assert (shuffled.grade == whole.grade[order]).all()
    assert (shuffled.because == whole.because[order]).all()
    place = int(order[0])
    single = grade_laboratory_rows(**{name: column[place : place + 1] for name, column in table.items()})
    assert single.grade[0] == whole.grade[place]
    assert single.because[0] == whole.because[place]


@settings(max_examples=30)
@given(SEEDS, st.floats(1e-3, 1e3))
def test_terms_without_absolute_limits_know_no_scale(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    for term in all_terms("5.0"):
        if term.rules[0].unit or term.name in ("INR increased", "Acidosis", "Alkalosis"):
            continue
        value, limit, base = rng.lognormal(3, 1, 20), rng.lognormal(3, 0.3, 20), rng.lognormal(3, 0.5, 20)
        plain, scaled = (
            grade_laboratory(
                value * by, term=term.name, unit="", lower_limit=limit * by, upper_limit=limit * by, baseline=base * by
            )
            for by in (1.0, factor)
        )
        assert (plain.grade == scaled.grade).all()


@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 3, 4)])
def test_shape_of_the_values_is_the_shape_of_the_grades(shape: tuple[int, ...]) -> None:
    value = np.full(shape, 0.3)
    graded = grade_laboratory(value, term="NEUT", unit="10^9/L", lower_limit=1.8)
    assert graded.grade.shape == graded.reason.shape == shape
    assert (graded.grade == 4).all()
    per_patient = grade_laboratory(np.ones((3, 4)), term="PLAT", unit="10^9/L", lower_limit=np.full((3, 1), 150.0))
    assert per_patient.grade.shape == (3, 4)


@settings(max_examples=20)
@given(SEEDS)
def test_reasons_name_the_grade_they_explain(seed: int) -> None:
    graded = grade_laboratory_rows(**_table(seed))
    for grade, because in zip(graded.grade, graded.because, strict=True):
        assert because.endswith("not graded" if grade == -1 else f"grade {grade}")
