"""The consensus written a second time, as plain ifs for one patient, against all combinations of the signs."""

from __future__ import annotations

import itertools

import numpy as np

from adoptive.outcome.toxicity.crs import CrsSigns, grade_crs


def by_hand(
    temperature: float,
    low: int,
    pressors: int,
    vasopressin: int,
    oxygen: int,
    treated: int,
    fever_own: int,
    airway: int,
) -> int:
    fever = temperature >= 38.0 and fever_own == 1
    if not fever and not treated:
        return 0
    grade = 1 if fever else 0
    if pressors >= 2:
        grade = 4
    elif pressors == 1 or vasopressin:
        grade = 3
    elif low:
        grade = 2
    if oxygen == 3 and not airway:
        grade = 4
    elif oxygen == 2:
        grade = max(grade, 3)
    elif oxygen == 1:
        grade = max(grade, 2)
    return grade


def test_all_combinations() -> None:
    rows = list(
        itertools.product([36.0, 37.9, 38.0, 40.0], [0, 1], [0, 1, 2, 3], [0, 1], range(4), [0, 1], [0, 1], [0, 1])
    )
    assert len(rows) == 4 * 2 * 4 * 2 * 4 * 2 * 2 * 2
    temperature, low, pressors, vasopressin, oxygen, treated, own, airway = np.array(rows).T
    found = grade_crs(
        CrsSigns(
            temperature, hypotension=low, vasopressors=pressors, oxygen=oxygen, vasopressin=vasopressin,
            treated=treated, fever_attributable=own, airway_only=airway,
        )
    )  # fmt: skip
    assert found.grade.tolist() == [by_hand(*row) for row in rows]
