"""Laws of the grade of cytokine release, on every scale."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.toxicity.crs import CRS_SCALES, CrsSigns, grade_crs
from adoptive.outcome.types import UNGRADED

# every sign from mild to worse; where milder is the larger number it stands first
ORDER: dict[str, list[float]] = {
    "temperature_c": [36.5, 37.99, 38.0, 41.0],
    "hypotension": [0, 1],
    "vasopressors": [0, 1, 2, 3],
    "oxygen": [0, 1, 2, 3],
    "vasopressin": [0, 1],
    "treated": [0, 1],
    "fever_attributable": [0, 1],
    "hypotension_attributable": [0, 1],
    "hypoxia_attributable": [0, 1],
    "airway_only": [1, 0],  # 1 takes the ventilator out of the grade
    "died_of_crs": [0, 1],
    "constitutional": [0, 1],
    "life_threatening": [0, 1],
    "oxygen_fraction": [0.21, 0.39, 0.40, 1.0],
    "high_dose_vasopressor": [0, 1],
    "fluids": [0, 1],
    "ventilated": [0, 1],
    "organ_grade": [0, 1, 2, 3, 4],
    "transaminase_grade": [0, 1, 2, 3, 4],
    "creatinine_grade": [0, 1, 2, 3, 4],
    "coagulopathy_products": [0, 1],
    "hospital": [0, 1],
}
RARE = {"died_of_crs", "airway_only", "life_threatening"}
SEEDS = st.integers(0, 2**32 - 1)
ROWS = 300


def places(rng: np.random.Generator, rows: int = ROWS) -> dict[str, np.ndarray[Any, Any]]:
    """Draw for each sign a place in its order; what decides everything is rare."""
    drawn = {}
    for name, values in ORDER.items():
        usual = rng.random(rows) < (0.95 if name in RARE else 0.5)
        drawn[name] = np.where(usual, values.index(0) if name in RARE else 0, rng.integers(0, len(values), rows))
    return drawn


def signs_at(where: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    return {name: np.asarray(ORDER[name], np.float64)[place] for name, place in where.items()}


@pytest.mark.parametrize("scale", CRS_SCALES)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_a_worse_sign_never_lowers_the_grade(scale: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    where = places(rng)
    before = grade_crs(CrsSigns(**signs_at(where)), scale=scale).grade
    assert (before >= 0).all()
    for name, values in ORDER.items():
        worse = {**where, name: np.minimum(where[name] + 1, len(values) - 1)}
        fell = grade_crs(CrsSigns(**signs_at(worse)), scale=scale).grade < before
        if name == "oxygen":  # from a mask to a ventilator that only protects the airway is no step to the worse
            fell &= where["airway_only"] == ORDER["airway_only"].index(0)
        assert not fell.any(), name


@pytest.mark.parametrize("scale", CRS_SCALES)
def test_the_drawn_signs_reach_every_grade(scale: str) -> None:
    signs = signs_at(places(np.random.default_rng(1), 20_000))
    assert set(grade_crs(CrsSigns(**signs), scale=scale).grade.tolist()) == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("scale", CRS_SCALES)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_patients_are_apart(scale: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    signs = _with_gaps(signs_at(places(rng)), rng)
    all_at_once = grade_crs(CrsSigns(**signs), scale=scale)
    order = rng.permutation(ROWS)
    shuffled = grade_crs(CrsSigns(**{name: value[order] for name, value in signs.items()}), scale=scale)
    assert (shuffled.grade == all_at_once.grade[order]).all()
    assert (shuffled.because == all_at_once.because[order]).all()
    for row in range(5):
        alone = grade_crs(CrsSigns(**{name: value[row].item() for name, value in signs.items()}), scale=scale)
        assert alone.grade.shape == ()
        assert alone.grade == all_at_once.grade[row]
        assert alone.because == all_at_once.because[row]


def _with_gaps(signs: dict[str, Any], rng: np.random.Generator, share: float = 0.1) -> dict[str, Any]:
    holes = {name: rng.random(len(value)) < share for name, value in signs.items()}
    return {name: np.where(hole, rng.choice([np.nan, -1.0]), signs[name]) for name, hole in holes.items()}


@pytest.mark.parametrize("scale", CRS_SCALES)
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_grade_stands_exactly_if_every_value_of_the_missing_signs_gives_it(scale: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    full = signs_at(places(rng, 40))
    full["airway_only"] = np.zeros(40)  # where it is 1, it tells the device too
    missing = rng.choice([name for name in ORDER if name != "airway_only"], 3, replace=False).tolist()

    def graded(values: tuple[float, ...]) -> list[int]:
        filled = {name: np.full(40, value) for name, value in zip(missing, values, strict=True)}
        return grade_crs(CrsSigns(**(full | filled)), scale=scale).grade.tolist()

    found = graded((np.nan,) * 3)
    grades = np.array([graded(values) for values in itertools.product(*(ORDER[name] for name in missing))])
    certain = (grades == grades[0]).all(axis=0)
    assert (found == np.where(certain, grades[0], UNGRADED)).all()


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_reasons_end_with_their_grade_and_gaps_name_a_missing_sign(seed: int) -> None:
    rng = np.random.default_rng(seed)
    signs = _with_gaps(signs_at(places(rng)), rng, share=0.3)
    for scale in CRS_SCALES:
        found = grade_crs(CrsSigns(**signs), scale=scale)
        for grade, reason in zip(found.grade.tolist(), found.because.tolist(), strict=True):
            assert reason.startswith("no grade: ") if grade == UNGRADED else reason.endswith(f": grade {grade}")


def test_the_shape_of_the_signs_is_the_shape_of_the_grades() -> None:
    found = grade_crs(CrsSigns(np.full((3, 4), 38.0), hypotension=np.zeros((3, 1)), vasopressors=0, oxygen=np.zeros(4)))
    assert found.grade.shape == found.reason.shape == (3, 4)
    assert found.grade.dtype == found.reason.dtype == np.int64
    assert (found.grade == 1).all()
    nobody = grade_crs(CrsSigns(np.empty((0, 4)), hypotension=0, vasopressors=0, oxygen=0))
    assert nobody.grade.shape == (0, 4)
