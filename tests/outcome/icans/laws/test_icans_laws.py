"""Laws of the grade of neurotoxicity, by ICE and by CAPD."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.toxicity.icans import IcansSigns, grade_icans
from adoptive.outcome.types import UNGRADED

# every sign from mild to worse, as the table of the consensus orders them
ORDER: dict[str, list[float]] = {
    "ice": [10, 9, 7, 6, 3, 2, 0],
    "capd": [0, 1, 8, 9, 32],
    "consciousness": [0, 1, 2, 3, 4],
    "seizure": [0, 1, 2, 3, 4],
    "motor": [0, 1, 2],
    "pressure": [0, 1, 2, 3, 4, 5, 6, 7],
    "awake_but_unable": [0, 1],
    "capd_unable": [0, 1],
    "attributable": [0, 1],
    "died_of_icans": [0, 1],
}
RARE = {"died_of_icans", "capd_unable"}
INSTRUMENTS = pytest.mark.parametrize("instrument", ["ICE", "CAPD", "by age"])
SEEDS = st.integers(0, 2**32 - 1)
ROWS = 200


def places(rng: np.random.Generator, rows: int = ROWS) -> dict[str, np.ndarray[Any, Any]]:
    drawn = {}
    for name, values in ORDER.items():
        mild = rng.random(rows) < (0.95 if name in RARE else 0.1 if name == "attributable" else 0.6)
        drawn[name] = np.where(mild, 0, rng.integers(0, len(values), rows))
    return drawn


def signs_at(where: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    rows = len(where["ice"])
    ages = {"age_years": np.arange(rows) % 20.0}
    return {name: np.asarray(ORDER[name], np.float64)[place] for name, place in where.items()} | ages


@INSTRUMENTS
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_worse_sign_never_lowers_the_grade(instrument: str, seed: int) -> None:
    where = places(np.random.default_rng(seed))
    before = grade_icans(IcansSigns(**signs_at(where)), instrument=instrument).grade
    assert (before >= 0).all()
    for name, values in ORDER.items():
        worse = {**where, name: np.minimum(where[name] + 1, len(values) - 1)}
        assert (grade_icans(IcansSigns(**signs_at(worse)), instrument=instrument).grade >= before).all(), name


@INSTRUMENTS
def test_the_drawn_signs_reach_every_grade(instrument: str) -> None:
    signs = signs_at(places(np.random.default_rng(1), 5000))
    assert set(grade_icans(IcansSigns(**signs), instrument=instrument).grade.tolist()) == {0, 1, 2, 3, 4, 5}


@INSTRUMENTS
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_patients_are_apart(instrument: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    signs = {name: np.where(rng.random(ROWS) < 0.1, np.nan, value) for name, value in signs_at(places(rng)).items()} | {
        "sedated": rng.choice([0.0, 0.0, 1.0, np.nan], ROWS)
    }
    together = grade_icans(IcansSigns(**signs), instrument=instrument)
    order = rng.permutation(ROWS)
    shuffled = grade_icans(IcansSigns(**{name: value[order] for name, value in signs.items()}), instrument=instrument)
    assert (shuffled.grade == together.grade[order]).all()
    for row in range(5):
        alone = grade_icans(
            IcansSigns(**{name: value[row].item() for name, value in signs.items()}), instrument=instrument
        )
        assert (alone.grade, alone.because) == (together.grade[row], together.because[row])


@pytest.mark.parametrize("instrument", ["ICE", "CAPD"])
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_grade_stands_exactly_if_every_value_of_the_missing_signs_gives_it(instrument: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    full = signs_at(places(rng, 40))
    full["awake_but_unable"] = np.zeros(40)  # where it is 1, it tells the score and the consciousness too
    missing = rng.choice([name for name in ORDER if name != "awake_but_unable"], 3, replace=False).tolist()

    def graded(values: tuple[float, ...]) -> list[int]:
        filled = {name: np.full(40, value) for name, value in zip(missing, values, strict=True)}
        return grade_icans(IcansSigns(**(full | filled)), instrument=instrument).grade.tolist()

    found = graded((np.nan,) * 3)
    grades = np.array([graded(values) for values in itertools.product(*(ORDER[name] for name in missing))])
    certain = (grades == grades[0]).all(axis=0)
    assert (found == np.where(certain, grades[0], UNGRADED)).all()
