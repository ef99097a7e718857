"""CTCAE 5.0 cytopenia grades: the published criteria, the edges, the window."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.cytopenia import (
    LIMITS_E9_L,
    LOWER_LIMIT_E9_L,
    Lineage,
    grade_cytopenia,
    worst_cytopenia,
)

CRITERIA = Path(__file__).parents[2] / "data" / "ctcae" / "ctcae_v5_lab_criteria_si.csv"
TERMS: dict[Lineage, str] = {
    "neutrophils": "Neutrophil count decreased",
    "lymphocytes": "Lymphocyte count decreased",
    "leukocytes": "White blood cell decreased",
    "platelets": "Platelet count decreased",
}
LINEAGES: list[Lineage] = list(TERMS)


@pytest.mark.parametrize("lineage", LINEAGES)
def test_limits_are_those_of_the_published_criteria(lineage: Lineage) -> None:
    row = pd.read_csv(CRITERIA).set_index("TERM").loc[TERMS[lineage]]
    # the part in 1e9/L follows the semicolon: "<1.5 - 1.0 x 10e9 /L"
    parts = [re.findall(r"[\d.]+", row[f"GRADE_{grade}"].split(";")[1].replace("10e9", "")) for grade in (2, 3, 4)]
    assert tuple(float(part[0]) for part in parts) == LIMITS_E9_L["5.0"][lineage]
    assert float(parts[0][1]) == float(parts[1][0])  # the grades leave no gap
    assert row.GRADE_1.split(";")[1].strip().startswith("<LLN")


@pytest.mark.parametrize("lineage", LINEAGES)
def test_a_count_at_a_limit_takes_the_lower_grade(lineage: Lineage) -> None:
    edges = np.array([LOWER_LIMIT_E9_L[lineage], *LIMITS_E9_L["5.0"][lineage]])
    assert grade_cytopenia(edges, lineage).tolist() == [0, 1, 2, 3]
    assert grade_cytopenia(np.nextafter(edges, 0), lineage).tolist() == [1, 2, 3, 4]


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
    with pytest.raises(StudyError, match=r"4\.03.*allowed: 5\.0"):
        grade_cytopenia([1.0], "neutrophils", version="4.03")
    with pytest.raises(StudyError, match="neutrophils"):
        grade_cytopenia([1.0], "eosinophils")  # type: ignore[arg-type]
