"""Body surface, creatinine clearance and growth against values worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan
from adoptive.cohort import Cohort, Population, body_surface_m2, draw_cohort
from adoptive.cohort.person import clearance_ml_min
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams


@pytest.mark.parametrize(
    ("height", "weight", "surface"),
    [(180.0, 80.0, 2.0), (160.0, 90.0, 2.0), (100.0, 16.0, 2.0 / 3.0), (144.0, 25.0, 1.0)],
)
def test_body_surface_is_mostellers(height: float, weight: float, surface: float) -> None:
    """The square root of height in cm times weight in kg over 3600 (10.1056/NEJM198710223171717)."""
    assert float(body_surface_m2(height, weight)) == pytest.approx(surface, rel=1e-12)


@pytest.mark.parametrize(
    ("age", "weight", "male", "creatinine", "clearance"),
    [(40, 72, True, 1.0, 100.0), (40, 72, False, 1.0, 85.0), (80, 60, True, 1.25, 40.0), (50, 80, True, 0.5, 200.0)],
)
def test_clearance_is_cockcrofts_and_gaults(
    age: float, weight: float, male: bool, creatinine: float, clearance: float
) -> None:
    """(140 - age) weight / (72 creatinine), 0.85 of it in women (10.1159/000180580)."""
    given = clearance_ml_min(*(np.array([value]) for value in (age, weight, male, creatinine)))
    assert given[0] == pytest.approx(clearance, rel=1e-12)


def children(typical: Typical, streams: Streams, **ages: float) -> Cohort:
    population = Population("B-ALL", age_group="children", **ages)  # type: ignore[arg-type]
    keys = Keys.of(0, np.arange(4000))
    return draw_cohort(population, AntigenPlan("CD19"), keys=keys, typical=typical, streams=streams)


@pytest.mark.parametrize(("age", "kg", "cm"), [(5.0, 18.2, 108.5), (9.5, 31.0, 135.75), (14.0, 50.5, 162.0)])
def test_a_childs_size_is_that_of_his_age(typical: Typical, streams: Streams, age: float, kg: float, cm: float) -> None:
    """The median child of an age has the rows' size, on straight lines between them; 1 % tolerated."""
    cohort = children(typical, streams, age_minimum_years=age, age_maximum_years=age)
    assert (cohort.age_years == age).all()
    assert np.median(cohort.weight_kg) == pytest.approx(kg, rel=0.01)
    assert np.median(cohort.height_cm) == pytest.approx(cm, rel=0.01)


def test_at_eighteen_a_child_becomes_an_adult(typical: Typical, streams: Streams) -> None:
    """Size does not jump by more than the difference between growth chart and the population's adults."""
    common: dict[str, Any] = {"typical": typical, "streams": streams}
    young = children(age_minimum_years=17.99, age_maximum_years=17.99, **common)
    grown = children(age_minimum_years=18.01, age_maximum_years=18.01, **common)
    assert np.median(young.height_cm) == pytest.approx(np.median(grown.height_cm), abs=3.0)
    assert np.median(young.weight_kg) < np.median(grown.weight_kg)
    assert np.median(young.donor_fitness) > np.median(grown.donor_fitness)
