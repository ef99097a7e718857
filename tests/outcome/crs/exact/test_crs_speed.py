"""A million patient-days in less than two seconds on one core; prints what it measures (``pytest -rP``)."""

from __future__ import annotations

import time

import numpy as np
import pytest

from adoptive.outcome.toxicity.crs import CRS_SCALES, CrsSigns, crs_course, grade_crs

PATIENTS, DAYS = 20_000, 50


def _signs(rng: np.random.Generator) -> CrsSigns:
    shape = (PATIENTS, DAYS)
    return CrsSigns(
        rng.normal(38.0, 1.0, shape),
        hypotension=rng.random(shape) < 0.3,
        vasopressors=rng.integers(0, 3, shape),
        oxygen=rng.integers(-1, 4, shape),
        treated=rng.random(shape) < 0.5,
        organ_grade=rng.integers(0, 5, shape),
        transaminase_grade=rng.integers(0, 5, shape),
        oxygen_fraction=0.4,
        high_dose_vasopressor=0,
        ventilated=0,
    )


@pytest.mark.parametrize("scale", CRS_SCALES)
def test_a_million_patient_days(scale: str) -> None:
    signs = _signs(np.random.default_rng(1))
    begin = time.perf_counter()
    grade = grade_crs(signs, scale=scale).grade
    graded = time.perf_counter()
    course = crs_course(grade, np.arange(float(DAYS)))
    end = time.perf_counter()
    days = PATIENTS * DAYS
    print(f"{scale}: {days / (graded - begin):,.0f} patient-days/s; course of {PATIENTS:,}: {end - graded:.3f} s")
    assert course.maximum_grade.shape == (PATIENTS,)
    assert end - begin < 2.0
