"""CTCAE cytopenia grades: the published criteria, the edges, the window."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.outcome.clinic.laboratory_values import limits_of_normal
from adoptive.outcome.laboratory.cytopenia import (
    LOWER_LIMIT_E9_L,
    TERM,
    Lineage,
    grade_cytopenia,
    worst_cytopenia,
)
from adoptive.parameters import load_book

CRITERIA = Path(__file__).parents[2] / "data" / "ctcae" / "ctcae_v5_lab_criteria_si.csv"
LINEAGES: list[Lineage] = list(TERM)
BELOW = 1.0 - 1e-9


def printed_limits(lineage: Lineage) -> list[float]:
    row = pd.read_csv(CRITERIA).set_index("TERM").loc[TERM[lineage]]
    # the part in 1e9/L follows the semicolon: "<1.5 - 1.0 x 10e9 /L"
    parts = [re.findall(r"[\d.]+", row[f"GRADE_{grade}"].split(";")[1].replace("10e9", "")) for grade in (2, 3, 4)]
    assert float(parts[0][1]) == float(parts[1][0])  # the grades leave no gap
    assert row.GRADE_1.split(";")[1].strip().startswith("<LLN")
    return [float(part[0]) for part in parts]


@pytest.mark.parametrize("lineage", LINEAGES)
def test_a_count_at_a_printed_limit_takes_the_lower_grade(lineage: Lineage) -> None:
    edges = np.array([LOWER_LIMIT_E9_L[lineage], *printed_limits(lineage)])
    assert grade_cytopenia(edges, lineage).tolist() == [0, 1, 2, 3]
    assert grade_cytopenia(edges * BELOW, lineage).tolist() == [1, 2, 3, 4]


def test_version_6_moves_neutrophils_by_one_grade_and_platelets_to_ten() -> None:
    counts = [1.5, 1.49, 0.99, 0.49, 0.09]
    assert grade_cytopenia(counts, "neutrophils").tolist() == [1, 2, 3, 4, 4]
    assert grade_cytopenia(counts, "neutrophils", version="6.0").tolist() == [0, 1, 2, 3, 4]
    assert grade_cytopenia([24.0, 10.0, 9.9], "platelets", version="6.0").tolist() == [3, 3, 4]
    assert grade_cytopenia([24.0, 10.0, 9.9], "platelets", version="4.03").tolist() == [4, 4, 4]


def test_a_missing_count_is_not_graded() -> None:
    assert grade_cytopenia([np.nan, 0.4], "neutrophils").tolist() == [-1, 4]
    assert worst_cytopenia(np.array([[np.nan, 0.6], [np.nan, np.nan]]), [0, 1], "neutrophils").tolist() == [3, -1]


def test_own_lower_limit_moves_grade_1_only() -> None:
    counts = [1.9, 1.6, 1.4]
    assert grade_cytopenia(counts, "neutrophils").tolist() == [0, 1, 2]
    assert grade_cytopenia(counts, "neutrophils", lower_limit_e9_l=2.0).tolist() == [1, 1, 2]
    assert grade_cytopenia(counts, "neutrophils", lower_limit_e9_l=1.5).tolist() == [0, 0, 2]


@given(st.floats(0, 500), st.floats(0, 500), st.sampled_from(LINEAGES))
def test_fewer_cells_never_lower_the_grade(one: float, other: float, lineage: Lineage) -> None:
    low, high = grade_cytopenia([min(one, other), max(one, other)], lineage)
    assert 0 <= high <= low <= 4


def test_worst_grade_in_a_window() -> None:
    counts = np.array([[0.4, 1.2, 0.9, 5.0], [5.0, 5.0, 5.0, 0.1]])
    day = np.array([-1.0, 0.0, 7.0, 30.0])
    assert worst_cytopenia(counts, day, "neutrophils").tolist() == [4, 4]
    assert worst_cytopenia(counts, day, "neutrophils", first_day=0.0, last_day=28.0).tolist() == [3, 0]
    window = {"first_day": np.array([0.0, 8.0]), "last_day": np.array([0.0, 29.0])}
    assert worst_cytopenia(counts, day, "neutrophils", **window).tolist() == [2, -1]


def test_unknown_version_and_lineage_say_what_is_allowed() -> None:
    with pytest.raises(StudyError, match=r"value: 3\.0; allowed: 4\.03, 5\.0, 6\.0"):
        grade_cytopenia([1.0], "neutrophils", version="3.0")
    with pytest.raises(StudyError, match=r"CTCAE 6\.0 as read has no such term.*versions 4\.03, 5\.0"):
        grade_cytopenia([1.0], "lymphocytes", version="6.0")
    with pytest.raises(StudyError, match="neutrophils"):
        grade_cytopenia([1.0], "eosinophils")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lineage", "analyte"),
    [
        ("neutrophils", "neutrophils_e9_l"),
        ("lymphocytes", "lymphocytes_e9_l"),
        ("leukocytes", "white_cells_e9_l"),
        ("platelets", "platelets_e9_l"),
    ],
)
def test_the_virtual_patients_laboratory_has_the_same_lower_limits(lineage: Lineage, analyte: str) -> None:
    assert limits_of_normal(analyte, load_book())[0] == LOWER_LIMIT_E9_L[lineage]
