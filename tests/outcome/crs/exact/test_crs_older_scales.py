"""Boundaries of the older scales, one line each, as reviews print them.

Lee 2014 and Penn: tables of 10.1161/CIRCRESAHA.120.315894 (table 3), PMC7006459 (table 2), 10.1186/s13045-018-0653-x
(table 1). CTCAE 5.0: the term "cytokine release syndrome".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.outcome.toxicity.crs import CrsSigns, grade_crs

NOTHING: dict[str, Any] = {
    "temperature_c": 36.8, "hypotension": 0, "vasopressors": 0, "oxygen": 0, "high_dose_vasopressor": 0, "fluids": 0,
    "ventilated": 0, "organ_grade": 0, "transaminase_grade": 0, "creatinine_grade": 0, "coagulopathy_products": 0,
    "hospital": 0, "oxygen_fraction": 0.21,
}  # fmt: skip
CASES: list[tuple[dict[str, Any], int, int, int]] = [
    # signs, Lee 2014, Penn, CTCAE 5.0
    ({}, 0, 0, 0),
    ({"temperature_c": 37.9}, 0, 0, 0),
    ({"temperature_c": 38.0}, 1, 1, 1),
    ({"constitutional": 1}, 1, 1, 1),
    ({"hospital": 1}, 0, 2, 0),
    ({"hypotension": 1}, 2, 2, 2),
    ({"hypotension": 1, "fluids": 1}, 2, 3, 2),
    ({"hypotension": 1, "vasopressors": 1}, 2, 3, 3),
    ({"hypotension": 1, "vasopressors": 1, "high_dose_vasopressor": 1}, 3, 4, 3),
    ({"hypotension": 1, "vasopressors": 2}, 3, 3, 4),
    ({"hypotension": 1, "vasopressors": 1, "vasopressin": 1}, 3, 3, 4),
    ({"hypotension": 1, "vasopressin": 1}, 2, 3, 3),
    ({"oxygen": 1, "oxygen_fraction": 0.28}, 2, 3, 2),
    ({"oxygen": 2, "oxygen_fraction": 0.39}, 2, 3, 2),
    ({"oxygen": 2, "oxygen_fraction": 0.40}, 3, 3, 3),
    ({"oxygen": 1, "oxygen_fraction": 0.45}, 3, 3, 3),
    ({"oxygen": 3, "oxygen_fraction": 0.60}, 3, 3, 3),  # CPAP or BiPAP
    ({"oxygen": 3, "oxygen_fraction": 0.30}, 2, 3, 2),
    ({"oxygen": 3, "oxygen_fraction": 0.30, "ventilated": 1}, 4, 4, 4),
    ({"oxygen": 3, "ventilated": 1, "airway_only": 1}, 0, 0, 0),
    ({"organ_grade": 1}, 0, 0, 0),
    ({"organ_grade": 2}, 2, 2, 0),
    ({"organ_grade": 3}, 3, 3, 0),
    ({"organ_grade": 4}, 4, 3, 0),
    ({"transaminase_grade": 1}, 0, 0, 0),
    ({"transaminase_grade": 2}, 2, 0, 0),
    ({"transaminase_grade": 3}, 3, 2, 0),
    ({"transaminase_grade": 4}, 3, 3, 0),
    ({"creatinine_grade": 1}, 0, 0, 0),
    ({"creatinine_grade": 2}, 0, 2, 0),
    ({"creatinine_grade": 3}, 0, 3, 0),
    ({"creatinine_grade": 4}, 0, 3, 0),
    ({"coagulopathy_products": 1}, 0, 3, 0),
    ({"life_threatening": 1}, 0, 0, 4),
    ({"died_of_crs": 1}, 5, 5, 5),
]


@pytest.mark.parametrize(("place", "scale"), [(1, "Lee 2014"), (2, "Penn"), (3, "CTCAE 5.0")])
def test_every_line(place: int, scale: str) -> None:
    rows = {name: np.array([(NOTHING | case[0]).get(name, 0) for case in CASES], float) for name in _names()}
    found = grade_crs(CrsSigns(**rows), scale=scale)
    wrong = [
        (case[0], int(grade), case[place])
        for case, grade in zip(CASES, found.grade, strict=True)
        if grade != case[place]
    ]
    assert wrong == []


def _names() -> set[str]:
    return set(NOTHING).union(*(case[0] for case in CASES))


def one(scale: str, **signs: Any) -> tuple[int, str]:
    found = grade_crs(CrsSigns(**(NOTHING | signs)), scale=scale)
    return int(found.grade), str(found.because)


def test_what_the_older_scales_need_is_asked_for() -> None:
    few = {"temperature_c": 39.0, "hypotension": 1, "vasopressors": 1, "oxygen": 0}
    assert grade_crs(CrsSigns(**few), scale="ASTCT").grade == 3
    assert grade_crs(CrsSigns(**few), scale="CTCAE").grade == 3
    lee = grade_crs(CrsSigns(**few), scale="Lee")
    assert (int(lee.grade), str(lee.because)) == (-1, "no grade: high dose of the vasopressor is missing")
    assert one("Lee", **few, high_dose_vasopressor=1, organ_grade=-1) == (-1, "no grade: organ toxicity is missing")
    assert one("Penn", **few, high_dose_vasopressor=-1)[0] == -1
    assert one("Penn", **few, high_dose_vasopressor=0, fluids=-1, hospital=-1, creatinine_grade=-1)[0] == 3


def test_oxygen_without_a_fraction() -> None:
    assert one("Lee", oxygen=1, oxygen_fraction=np.nan) == (-1, "no grade: oxygen fraction is missing")
    assert one("Penn", oxygen=1, oxygen_fraction=np.nan)[0] == 3
    assert one("CTCAE", oxygen=0, oxygen_fraction=np.nan)[0] == 0
    assert one("CTCAE", oxygen=2, oxygen_fraction=40.0)[0] == -1  # a percentage is no fraction
    assert one("CTCAE", oxygen=3, oxygen_fraction=0.5, ventilated=-1) == (
        -1,
        "no grade: mechanical ventilation is missing",
    )


def test_one_patient_on_four_scales() -> None:
    signs = NOTHING | {"temperature_c": 39.2, "hypotension": 1, "vasopressors": 1, "oxygen": 2, "oxygen_fraction": 0.5}
    grades = [int(grade_crs(CrsSigns(**signs), scale=scale).grade) for scale in ("ASTCT", "Lee", "Penn", "CTCAE")]
    assert grades == [3, 3, 3, 3]
    signs["high_dose_vasopressor"] = 1
    grades = [int(grade_crs(CrsSigns(**signs), scale=scale).grade) for scale in ("ASTCT", "Lee", "Penn", "CTCAE")]
    assert grades == [3, 3, 4, 3]
