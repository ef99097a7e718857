"""Febrile neutropenia and the ejection fraction: both sides of each limit, and what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.outcome.laboratory.clinical_terms import grade_ejection_fraction, grade_febrile_neutropenia

NAN = np.nan


@pytest.mark.parametrize(
    ("neutrophils", "temperature", "lasting", "grade"),
    [
        (0.99, 38.4, -1, 3), (1.0, 38.4, 1, 0), (0.99, 38.3, 0, 0), (0.99, 38.3, -1, -1), (0.99, 38.3, 1, 3),
        (0.99, 38.0, 1, 3), (0.99, 37.9, 1, 0), (0.99, 37.9, -1, 0), (NAN, 38.4, 1, -1), (NAN, 37.0, -1, 0),
        (0.99, NAN, -1, -1), (0.99, NAN, 1, 3), (2.0, NAN, 1, 0), (-1.0, 40.0, 1, -1),
    ],
)  # fmt: skip
def test_febrile_neutropenia(neutrophils: float, temperature: float, lasting: int, grade: int) -> None:
    graded = grade_febrile_neutropenia(neutrophils, temperature, lasting=lasting)
    assert graded.grade == grade
    assert f"grade {grade}" in str(graded.because) or grade == -1


@pytest.mark.parametrize(
    ("fraction", "baseline", "grade"),
    [
        (51, 60, 0), (50, 55, 2), (40, 45, 2), (39.9, 45, 3), (20, 39, 3), (19.9, 25, 4), (55, 65, 2), (55, 64.9, 0),
        (55, 74.9, 2), (55, 75, 3), (60, NAN, -1), (50, NAN, -1), (39, NAN, 3), (19, NAN, 4), (NAN, 60, -1),
        (-5, 60, -1), (101, 60, -1),
    ],
)  # fmt: skip
def test_ejection_fraction(fraction: float, baseline: float, grade: int) -> None:
    assert grade_ejection_fraction(fraction, baseline_percent=baseline).grade == grade


def test_a_lower_fraction_is_never_better() -> None:
    fraction = np.arange(5.0, 90.0, 0.5)[:, None]
    baseline = np.arange(30.0, 90.0, 1.0)
    grade = grade_ejection_fraction(fraction, baseline_percent=baseline).grade
    assert grade.shape == (170, 60)
    assert (np.diff(grade, axis=0) <= 0).all()
