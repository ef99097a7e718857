"""Boundaries, exceptions, missing and impossible signs of the consensus grade."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.toxicity.crs import CRS_SCALES, CrsSigns, Oxygen, grade_crs


def grade(temperature: float = 38.5, *, scale: str = "ASTCT", **signs: Any) -> int:
    usual: dict[str, Any] = {"hypotension": 0, "vasopressors": 0, "oxygen": Oxygen.NONE}
    return int(grade_crs(CrsSigns(temperature, **(usual | signs)), scale=scale).grade)


def why(temperature: float = 38.5, **signs: Any) -> str:
    usual: dict[str, Any] = {"hypotension": 0, "vasopressors": 0, "oxygen": Oxygen.NONE}
    return str(grade_crs(CrsSigns(temperature, **(usual | signs))).because)


def test_fever_begins_at_38() -> None:
    assert [grade(t) for t in (37.0, np.nextafter(38.0, 0), 38.0, 41.0)] == [0, 0, 1, 1]


def test_fever_of_another_cause_makes_no_grade() -> None:
    assert grade(39.0, fever_attributable=False, hypotension=True) == 0
    assert grade(39.0, fever_attributable=False, treated=True) == 0
    assert grade(39.0, fever_attributable=False, treated=True, hypotension=True) == 2
    assert why(39.0, fever_attributable=False) == "fever of another cause and not treated: grade 0"


def test_without_fever_or_treatment_there_is_no_syndrome() -> None:
    assert grade(37.9, vasopressors=2, oxygen=Oxygen.POSITIVE_PRESSURE) == 0
    assert why(37.9, hypotension=1) == "hypotension or hypoxia without fever and not treated: grade 0"


def test_signs_of_another_cause_do_not_count() -> None:
    assert grade(hypotension=1, vasopressors=3, vasopressin=1, hypotension_attributable=0) == 1
    assert grade(oxygen=3, hypoxia_attributable=0) == 1
    assert grade(oxygen=3, hypotension=1, hypoxia_attributable=0) == 2


def test_ventilation_to_protect_the_airway_does_not_count() -> None:
    assert grade(oxygen=3) == 4
    assert grade(oxygen=3, airway_only=1) == 1
    assert grade(oxygen=2, airway_only=1) == 3
    assert grade(oxygen=3, airway_only=1, vasopressors=2) == 4


def test_vasopressin_is_never_a_second_vasopressor() -> None:
    assert [grade(vasopressors=n, vasopressin=1) for n in (0, 1, 2)] == [3, 3, 4]


def test_death_is_grade_5() -> None:
    assert grade(36.0, died_of_crs=1) == 5
    assert grade(36.0, died_of_crs=-1) == -1


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ({"vasopressors": 2, "oxygen": -1}, 4),  # it cannot be worse
        ({"hypotension": 1, "oxygen": -1}, -1),  # it can be
        ({"hypotension": 1, "oxygen": np.nan}, -1),
        ({"hypotension": -1, "vasopressors": 1}, 3),
        ({"hypotension": -1, "oxygen": 1}, 2),
        ({"hypotension": -1, "oxygen": 0}, -1),
        ({"vasopressors": -1, "hypotension": 1}, -1),
        ({"vasopressors": -1, "oxygen": 3}, 4),
        ({"vasopressin": -1, "vasopressors": 1, "hypotension": 1}, 3),
        ({"vasopressin": -1}, -1),
        ({"treated": -1}, 1),  # there is fever, so it does not matter
        ({"fever_attributable": -1}, -1),
        ({"airway_only": -1, "oxygen": 3}, -1),
        ({"airway_only": -1, "oxygen": 2}, 3),
        ({"airway_only": 1, "oxygen": -1}, 1),  # so it is a ventilator, and does not count
    ],
)
def test_a_missing_sign_leaves_a_grade_only_if_it_is_certain(signs: dict[str, Any], expected: int) -> None:
    assert grade(**signs) == expected


def test_missing_fever() -> None:
    assert grade(np.nan, hypotension=1) == -1
    assert grade(np.nan, hypotension=1, treated=1) == 2
    assert grade(np.nan, treated=1) == -1
    assert why(np.nan) == "no grade: temperature in degrees C is missing"
    assert grade(37.0, hypotension=1, treated=-1) == -1
    assert grade(37.0, treated=-1) == 0
    assert why(np.nan, hypotension=1, treated=-1) == "no grade: temperature in degrees C is missing"
    assert why(36.0, treated=-1, hypotension=-1) == "no grade: more than one sign is missing"


@pytest.mark.parametrize(
    ("temperature", "signs", "said"),
    [
        (101.3, {}, "temperature in degrees C is impossible, it must be from 25 to 45"),  # Fahrenheit
        (38.5, {"hypotension": 2}, "hypotension is impossible"),
        (38.5, {"vasopressors": 1.5}, "number of vasopressors is impossible, it must be a whole number from 0 to 9"),
        (38.5, {"vasopressors": -2}, "number of vasopressors is impossible"),
        (38.5, {"oxygen": 4, "vasopressors": 2}, "oxygen support is impossible"),
        (np.inf, {}, "temperature in degrees C is impossible"),
    ],
)
def test_an_impossible_value_gives_no_grade(temperature: float, signs: dict[str, Any], said: str) -> None:
    assert grade(temperature, **signs) == -1
    assert said in why(temperature, **signs)


@pytest.mark.parametrize(("edge", "inside"), [(25.0, 24.99), (45.0, 45.01)])
def test_possible_temperatures(edge: float, inside: float) -> None:
    assert grade(edge) >= 0
    assert grade(inside) == -1


def test_a_row_spoils_only_itself() -> None:
    found = grade_crs(CrsSigns([38.0, 101.0, np.nan, 39.0], hypotension=[0, 0, 0, 1], vasopressors=0, oxygen=0))
    assert found.grade.tolist() == [1, -1, -1, 2]


@pytest.mark.parametrize(
    ("word", "name"),
    [("astct", "ASTCT"), ("LEE", "Lee 2014"), ("lee 2014", "Lee 2014"), ("penn", "Penn"), ("ctcae", "CTCAE 5.0")],
)
def test_scales_are_found_by_their_words(word: str, name: str) -> None:
    signs = CrsSigns(39.0, hypotension=1, vasopressors=1, oxygen=0, organ_grade=0)
    assert grade_crs(signs, scale=word).reasons == grade_crs(signs, scale=name).reasons


def test_misuse_is_said_in_one_sentence() -> None:
    with pytest.raises(StudyError, match=r"unknown scale.*value: Nope; allowed: ASTCT, Lee 2014, Penn, CTCAE 5\.0"):
        grade(scale="Nope")
    with pytest.raises(StudyError, match=r"hypotension must be numbers; value: \['yes'\]"):
        grade(hypotension="yes")
    with pytest.raises(StudyError, match=r"do not fit together.*temperature_c \(3,\)"):
        grade_crs(CrsSigns(np.full(3, 38.0), hypotension=np.zeros(2), vasopressors=0, oxygen=0))
    assert len(CRS_SCALES) == 4
