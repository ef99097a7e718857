"""Infection risk classes at their lengths, by guideline."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.haematology.infection_risk import class_infection_risk


@pytest.mark.parametrize(
    ("guideline", "value", "days", "risk"),
    [
        ("AGIHO", 499, 7, 1),
        ("AGIHO", 499, 8, 3),
        ("AGIHO", 500, 20, 0),
        ("ASCO/IDSA", 99, 7, 1),
        ("ASCO/IDSA", 99, 8, 3),
        ("ASCO/IDSA", 100, 8, 1),
        ("NCCN", 499, 6, 1),
        ("NCCN", 499, 7, 2),
        ("NCCN", 499, 10, 2),
        ("NCCN", 499, 11, 3),
        ("NCCN", 499, 0, 0),
    ],
)
def test_classes(guideline: str, value: float, days: int, risk: int) -> None:
    grid = np.full(40, 3000.0)
    grid[5 : 5 + days] = value
    found = class_infection_risk(grid, guideline=guideline)  # type: ignore[arg-type]
    assert found.grade == risk
    assert ["no neutropenia", "low risk", "intermediate risk", "high risk"][risk] in str(found.because)


def test_days_in_a_row_and_missing_counts() -> None:
    grid = np.full((3, 30), 3000.0)
    grid[0, [1, 2, 3, 4, 6, 7, 8, 9]] = 300  # a day of recovery between
    grid[1, 3:12] = [300, *[np.nan] * 7, 300]
    grid[2] = np.nan
    assert class_infection_risk([300.0]).grade == 1
    assert class_infection_risk(grid).grade.tolist() == [1, 3, -1]


def test_bad_input_is_refused() -> None:
    with pytest.raises(StudyError, match="AGIHO, ASCO/IDSA, NCCN"):
        class_infection_risk([1.0], guideline="none")  # type: ignore[arg-type]
    with pytest.raises(StudyError, match="axis of days"):
        class_infection_risk(5.0)
    with pytest.raises(StudyError, match="axis of days"):
        class_infection_risk(np.zeros((2, 0)))
